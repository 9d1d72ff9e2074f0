"""Applications made by the services, as people would make them."""

from __future__ import annotations

from datetime import date
from typing import Any

from takwin.accounts.models import User
from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application
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
