"""Draws what guidance needs: the 53 centres (s1 line 154), tests of some candidates, a counsellor's week.

The documents count the centres and name none but four spaces: all 53 are invented and marked.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from takwin.centres.models import Centre, Kind
from takwin.core.bulk import analyze, load
from takwin.core.dates import CASABLANCA
from takwin.core.refs import make_ref
from takwin.guidance import services
from takwin.guidance.instrument import CURRENT
from takwin.guidance.models import Appointment, Client, Contact, Sitting, Slot
from takwin.guidance.rules import ITEMS, scores
from takwin.guidance.selectors.agenda import KIND
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.web.simulation.parts import largest_remainder

CENTRES = 53  # 42 open and 11 new, published for 2024-2025
TESTED = 0.3  # share of candidates who take the test before they choose
NOISE = 0.75  # of an answer, beside an interest of standard deviation one


def write_centres() -> int:
    """One centre a province at most, more where more live; the same each time."""
    provinces = list(Area.objects.provinces().exclude(population=None).order_by("path"))
    if Centre.objects.filter(kind__code=KIND, simulated=True).exists():
        return 0
    counts = largest_remainder(np.array([row.population or 0 for row in provinces]), CENTRES)
    kind = Kind.objects.get(code=KIND)
    rows = []
    for province, count in zip(provinces, counts, strict=True):
        for number in range(1, int(count) + 1):
            mark = "" if number == 1 else f" {number}"
            rows.append(
                Centre(
                    code=f"sim-guidance-{province.code}-{number}", kind=kind, area=province, locality=province.name_fr,
                    name_ar=f"مركز التوجيه المهني {province.name_ar}{mark}", status="operating", simulated=True,
                    name_fr=f"Centre d’orientation professionnelle {province.name_fr}{mark}",
                )
            )  # fmt: skip
    Centre.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def answers_of(interests: np.ndarray, rng: np.random.Generator) -> list[str]:
    """(n, 6) interests of standard deviation one -> answer sets: an interest seen through noise, cut in three."""
    seen = np.tile(interests, ITEMS // 6) + NOISE * rng.normal(size=(len(interests), ITEMS))
    signs = np.digitize(seen, [-0.4, 0.4])
    return ["".join(map(str, row)) for row in signs]


def write_sittings(people: list[dict], interests: np.ndarray, rng: np.random.Generator, at: datetime) -> int:
    """Finished tests of a share of the candidates, marked; their clients are known by their record."""
    taken = np.flatnonzero(rng.random(len(people)) < TESTED)
    answers = answers_of(interests[taken], rng)
    refs = [people[n]["person"].ref for n in taken]
    persons = dict(Person.objects.filter(simulated=True).values_list("ref", "pk"))
    names = ("ref", "person", "name", "phone", "language", "schooling", "stream", "diploma", "wants_bed", "modes",
             "simulated", "search_text")  # fmt: skip
    load(
        Client,
        names,
        ((_ref("CLI", ref), persons[ref], "", "", "ar", "", "none", "none", False, "[]", True, "") for ref in refs),
    )
    clients = dict(Client.objects.filter(simulated=True).values_list("person__ref", "pk"))
    rows = (
        (_ref("TST", ref), clients[ref], CURRENT, "ar", answer, str(scores(answer)), "finished", True, at, at)
        for ref, answer in zip(refs, answers, strict=True)
    )
    columns = ("ref", "client", "version", "language", "answers", "scores", "state", "simulated", "started_at",
               "finished_at")  # fmt: skip
    count = load(Sitting, columns, rows)
    analyze(Client, Sitting)
    return count


def _ref(prefix: str, other: str) -> str:
    """The same body as the person's, so that a draw made again gives the same rows."""
    body = other.split("-")[1]
    number = 0
    for sign in body:
        number = number * 31 + "123456789ABCDEFGHJKMNPQRSTVWXYZ".index(sign)
    return make_ref(prefix, number)


def play_week(counsellor: Any, colleague: Any, centre: Centre) -> None:
    """The demo's centre: hours of two counsellors, a past week with those who came and who did not, one group."""
    if Slot.objects.filter(counsellor=counsellor).exists():
        return
    today = timezone.localdate()
    for who, first, last in (
        (counsellor, time(9), time(12)),
        (counsellor, time(14), time(16)),
        (colleague, time(9), time(12)),
    ):
        for weekday in range(5):
            services.publish_hours(
                centre=centre, counsellor=who, weekday=weekday, from_time=first, to_time=last, minutes=30,
                channel="phone" if who == colleague and weekday == 4 else "place", room="القاعة 2", first_on=today,
                by=who,
            )  # fmt: skip
    services.publish_hours(
        centre=centre, counsellor=colleague, weekday=2, from_time=time(14), to_time=time(16), minutes=120, capacity=12,
        room="قاعة الوسائط", topic="كيف أختار شعبتي؟", first_on=today, by=colleague,
    )  # fmt: skip
    begin = datetime.combine(today + timedelta(days=9), time(9), CASABLANCA)
    services.announce(
        centre=centre, name_ar="أبواب مفتوحة على مهن الصحة والرقمنة", name_fr="Portes ouvertes : santé et numérique",
        starts_at=begin, ends_at=begin + timedelta(hours=6), about="زيارة الورشات، لقاء المتدربين، اختبار الميول.",
        capacity=200, by=counsellor,
    )  # fmt: skip
    _past(counsellor, centre, list(Client.objects.filter(simulated=True).order_by("pk")[:14]))
    _today(counsellor, centre)


def _past(counsellor: Any, centre: Centre, clients: list[Client]) -> None:
    """A week gone by, one in four not there; half of those who came are followed."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for n, client in enumerate(clients):
        day = yesterday - timedelta(days=n // 4)
        at = datetime.combine(day, time(9 + n % 4), CASABLANCA)
        slot = Slot.objects.create(
            centre=centre, counsellor=counsellor, starts_at=at, ends_at=at + timedelta(minutes=30), taken=1
        )
        state = "missed" if n % 4 == 3 else "attended"
        Appointment.objects.create(slot=slot, client=client, state=state, purpose="choose")
        if n % 4 in {0, 1}:
            case = services.open_case(client, centre=centre, counsellor=counsellor, by=counsellor)
            next_on = timezone.localdate() + timedelta(days=7 + n) if n % 4 == 0 else None
            contact = services.record(
                case, purpose="choose", summary="ناقشنا نتيجة اختبار الميول وثلاث شعب قريبة من السكن.",
                steps="زيارة المعهد\nإعداد الوثائق", next_on=next_on, by=counsellor,
            )  # fmt: skip
            Contact.objects.filter(pk=contact.pk).update(at=slot.ends_at)


def _today(counsellor: Any, centre: Centre) -> None:
    """Two people expected this day or the next one with free times."""
    free = Slot.objects.filter(counsellor=counsellor, state="open", starts_at__gt=timezone.now(), taken=0)
    for n, slot in enumerate(free.order_by("starts_at")[:2]):
        client = Client.objects.create(name=("آية بناني", "يوسف التازي")[n], phone=f"+21261200000{n}", simulated=True)
        services.book(slot, client=client, purpose=("choose", "apply")[n], by=counsellor)
