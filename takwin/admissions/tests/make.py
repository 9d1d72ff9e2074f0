"""Applications made by the services, as people would make them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from takwin.accounts.models import User
from takwin.accounts.tests.make import make_user
from takwin.admissions import services
from takwin.admissions.models import Application, Correction, Draw, Round, Run
from takwin.offer.models import Offering, Season
from takwin.people.models import Person
from takwin.people.services import IDENTITY
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


def make_correction(person: Person, **over: Any) -> Correction:
    """Asked by its owner: another given name, unless told."""
    person.refresh_from_db()
    values = {name: getattr(person, name) for name in IDENTITY} | {"given_name": "ليلى"}
    document = SimpleUploadedFile("card.pdf", b"%PDF-1.4 card")
    return services.ask_correction(
        person, **values | {"words": "الاسم مكتوب خطأ", "file": document, "by": person.account} | over
    )


VALUE = "0123456789abcdef" * 4


def two_people() -> list[User]:
    """Two managers: they seal draws, read public values, sign runs."""
    emails = ("first@office.example", "second@office.example")
    return [User.objects.filter(email=email).first() or make_user(email, "national") for email in emails]


def make_sealed(season: Season, word: str = "") -> Draw:
    """A draw sealed by two people; `word` makes its contributions, and so its lots, others."""
    number = Draw.objects.count()
    for place, person in enumerate(two_people()):
        draw = Draw.objects.filter(season=season).exclude(state="void").first()
        text = f"{word}-{season.code}-{number}-{place}-of-a-test-long-enough"
        draw = services.seal(season, contribution=text, seen=draw.mark if draw else "", by=person)
    return draw


def make_revealed(season: Season, word: str = "") -> Draw:
    """The season's draw as it is once its public value is confirmed; sealed, even late, when it was not."""
    draw = Draw.objects.filter(season=season).exclude(state="void").first() or make_sealed(season, word)
    services.draws_due()
    draw.refresh_from_db()
    first, second = two_people()
    if draw.state == "closed":
        Draw.objects.filter(pk=draw.pk).update(value_from=timezone.now())  # the ten minutes have passed
        draw = services.enter_value(draw, value=VALUE, value_read_at="api.drand.sh", seen=draw.mark, by=first)
    if draw.state == "valued":
        draw = services.confirm_value(draw, value=VALUE, seen=draw.mark, by=second)
    return draw


def ask_void(season: Season, reason: str = "in doubt") -> User:
    """The first of two people asks to make the draw of a known seed void; the second may then do it."""
    draw = Draw.objects.filter(season=season).exclude(state="void").get()
    first, second = two_people()
    services.ask_void(draw, reason=reason, seen=draw.mark, by=first)
    return second


def make_run(season: Season, *, word: str = "", **over: Any) -> Run:
    """A calculated run of the round under way, with the season's draw unless it is a trial."""
    if not over.get("trial"):
        make_revealed(season, word)
    return services.allocate(services.prepare(season, by=None, **over))


def sign(run: Run) -> Run:
    """Two people's signatures."""
    for person in two_people():
        services.sign(run, by=person)
    return run


def make_published(season: Season, **over: Any) -> Run:
    return services.publish(sign(make_run(season, **over)), by=None)


def next_round(season: Season, kind: str = "next") -> Round:
    """Answers closed by the desk, and the round after planned."""
    services.close_answers(Round.objects.get(season=season, state="answering"), early=True, by=None)
    now = timezone.now()
    return services.plan_round(season, kind=kind, results_at=now, answers_until=now + timedelta(days=3), by=None)
