"""Applications made by the services, as people would make them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from takwin.accounts.models import User
from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application, Round, Run
from takwin.offer.models import Offering, Season
from takwin.territory.models import Area


def make_application(
    season: Season, email: str = "c@example.org", *, user: User | None = None, **over: Any
) -> Application:
    """A described draft of a bachelor of 19."""
    user = user or User.objects.filter(email=email).first() or make_user(email)
    about = {"schooling": "bac", "average": 1400, "stream": "life-sciences"}
    about |= {key: over.pop(key) for key in list(over) if key in {*about, "diploma", "disability", "situation"}}
    identity = {
        "given_name": "سلمى", "family_name": "أمزيان", "sex": "female", "born_on": date(2005, 3, 12),
        "commune": Area.objects.communes().first(),
    }  # fmt: skip
    application = services.start(season=season, account=user, by=user, **identity | over)
    return services.describe(application, by=user, **about)


def make_submitted(
    season: Season, email: str, offerings: list[Offering | tuple[Offering, bool]], **over: Any
) -> Application:
    application = make_application(season, email, **over)
    user = application.person.account
    for item in offerings:
        offering, bed = item if isinstance(item, tuple) else (item, False)
        services.add_wish(application, offering=offering, with_bed=bed, by=user)
    return services.submit(application, by=user)


def make_run(season: Season, **over: Any) -> Run:
    """A calculated run of the round under way."""
    return services.allocate(services.prepare(season, by=None, **over))


def sign(run: Run) -> Run:
    """Two people's signatures."""
    for email in ("first@office.example", "second@office.example"):
        services.sign(run, by=User.objects.filter(email=email).first() or make_user(email))
    return run


def make_published(season: Season, **over: Any) -> Run:
    return services.publish(sign(make_run(season, **over)), by=None)


def next_round(season: Season, kind: str = "next") -> Round:
    """Answers closed by the desk, and the round after planned."""
    services.close_answers(Round.objects.get(season=season, state="answering"), early=True, by=None)
    now = timezone.now()
    return services.plan_round(season, kind=kind, results_at=now, answers_until=now + timedelta(days=3), by=None)
