"""People of the demo: one account a role, and a candidate with an application, made by the services themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from takwin.accounts import services as accounts
from takwin.accounts.models import User
from takwin.accounts.roles import Role
from takwin.admissions import selectors as admissions_selectors
from takwin.admissions import services as admissions
from takwin.centres.models import Centre
from takwin.offer.models import Offering
from takwin.offer.selectors import current_season
from takwin.territory.models import Area
from takwin.web.simulation import guidance

PASSWORD = "takwin-demo-2024"
CANDIDATE = "candidate@takwin.example"
STAFF = (
    ("national@takwin.example", "الإدارة الوطنية", Role.NATIONAL, "", ""),
    ("deputy@takwin.example", "الإدارة الوطنية، التوقيع الثاني", Role.NATIONAL, "", ""),
    ("region@takwin.example", "المديرية الجهوية مراكش آسفي", Role.REGIONAL, "marrakech-safi", ""),
    ("registrar@takwin.example", "مكتب التسجيل، معهد مكناس", Role.REGISTRAR, "", "ismss-meknes"),
    ("director@takwin.example", "مدير مدينة المهن", Role.DIRECTOR, "", "cmc-marrakech-safi"),
    ("scorer@takwin.example", "عضو لجنة الانتقاء", Role.SCORER, "", "cmc-marrakech-safi"),
    ("counsellor@takwin.example", "مستشار التوجيه", Role.COUNSELLOR, "fes-meknes", ""),
    ("head@takwin.example", "رئيسة مركز التوجيه", Role.HEAD, "fes-meknes", ""),
    ("trainer@takwin.example", "مكوّنة بمدينة المهن", Role.TRAINER, "", "cmc-marrakech-safi"),
    ("auditor@takwin.example", "المفتشية", Role.AUDITOR, "", ""),
)


def account(email: str, name: str, **more: Any) -> User:
    """A user who can sign in with the demo password. Idempotent."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD, name=name, **more)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_demo() -> list[tuple[str, str, str]]:
    """(role, place, e-mail) of each account; makes what is missing."""
    out = []
    with transaction.atomic():
        for email, name, role, area, centre in STAFF:
            user = account(email, name, is_staff=role == Role.NATIONAL, is_superuser=role == Role.NATIONAL)
            place = Area.objects.get(code=area) if area else None
            house = Centre.objects.get(code=centre) if centre else None
            grant = accounts.grant(user, role, area=place, centre=house)
            out.append((str(Role(role).label), str(grant.place), email))
        _draw()
        _candidate(account(CANDIDATE, ""))
        _guidance()
    return [*out, ("candidate", "", CANDIDATE)]


def _draw() -> None:
    """The season's draw, sealed by the two managers; its public value comes when applications are closed."""
    season = current_season()
    if season is None or not season.simulated or admissions_selectors.draw(season) is not None:
        return
    for email in ("national@takwin.example", "deputy@takwin.example"):
        draw = admissions_selectors.draw(season)
        admissions.seal(
            season, contribution=admissions.new_contribution(), seen=draw.mark if draw else "",
            by=User.objects.get(email=email),
        )  # fmt: skip


def _guidance() -> None:
    """The week of the first guidance centre of Fez, when the simulation has made it."""
    centre = Centre.objects.filter(code="sim-guidance-fes-1").first()
    if centre is not None:
        counsellor, head = (User.objects.get(email=f"{name}@takwin.example") for name in ("counsellor", "head"))
        guidance.play_week(counsellor, head, centre)


def _candidate(user: User) -> None:
    """A girl of Ifrane asks for health programmes, a bed with the first; everything through the services."""
    season = current_season()
    if season is None or season.state != "open" or hasattr(user, "person"):
        return
    commune = Area.objects.communes().filter(path__startswith="03.").order_by("-population")[3]
    application = admissions.start(
        season=season, account=user, by=user, given_name="سلمى", family_name="أمزيان", sex="female",
        born_on=date(2005, 3, 12), commune=commune,
    )  # fmt: skip
    application = admissions.describe(application, schooling="bac", average=1496, stream="life-sciences", by=user)
    for programme, centre, bed in (
        ("medical-analysis", "ismss-meknes", False),
        ("diagnostic-radiology", "ismss-meknes", True),
        ("pharmacy-assistant", "ismss-oujda", False),
    ):
        offering = Offering.objects.filter(season=season, programme__code=programme, centre__code=centre).first()
        if offering:
            admissions.add_wish(application, offering=offering, with_bed=bed, by=user)
    if application.wishes.exists():
        admissions.submit(application, by=user)
