"""Centres that receive, people who come."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from takwin.accounts.models import User
from takwin.accounts.tests.make import make_user
from takwin.centres.models import Centre, Kind
from takwin.core.tests.gateway import last_sms
from takwin.guidance import services
from takwin.guidance.models import Case, Client, Slot
from takwin.territory.models import Area


def make_centre(code: str = "guidance-fes", province: str = "fes") -> Centre:
    """A guidance centre in a province."""
    kind, area = Kind.objects.get(code="orientation-centre"), Area.objects.get(code=province)
    centre, _made = Centre.objects.get_or_create(
        code=code,
        defaults={"name_ar": "مركز التوجيه المهني", "name_fr": "Centre d’orientation", "kind": kind, "area": area},
    )
    return centre


def make_counsellor(centre: Centre, email: str = "counsel@example.org", role: str = "counsellor") -> User:
    return User.objects.filter(email=email).first() or make_user(email, role, centre=centre.code, name=email)


def make_slot(centre: Centre | None = None, counsellor: User | None = None, **over: Any) -> Slot:
    """One time tomorrow at ten, one place, as if hours had made it."""
    centre = centre or make_centre()
    counsellor = counsellor or make_counsellor(centre)
    begin = over.pop("starts_at", None) or timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(
        days=1
    )
    values = {"capacity": 1} | over
    return Slot.objects.create(
        centre=centre, counsellor=counsellor, starts_at=begin, ends_at=begin + timedelta(minutes=30), **values
    )


def make_hours(centre: Centre, counsellor: User, **over: Any) -> Any:
    """Mondays from nine to eleven, four times of half an hour, from today on."""
    values: dict[str, Any] = {
        "weekday": 0, "from_time": time(9), "to_time": time(11), "minutes": 30, "first_on": timezone.localdate(),
    }  # fmt: skip
    return services.publish_hours(centre=centre, counsellor=counsellor, by=counsellor, **values | over)


def make_client(phone: str = "+212612345678", **over: Any) -> Client:
    """Someone known by a number."""
    return Client.objects.create(phone=phone, **over)


def send_code(client: Any, answer: Any, code: str = "") -> Any:
    """Type the code that the last SMS brought, on the page an unconfirmed number leads to."""
    return client.post(answer.url, {"code": code or re.findall(r"\d{6}", last_sms())[0]})


def make_case(centre: Centre | None = None, client: Client | None = None) -> Case:
    centre = centre or make_centre()
    counsellor = make_counsellor(centre)
    return services.open_case(client or make_client(), centre=centre, counsellor=counsellor, by=counsellor)


def make_guidance() -> dict[str, Any]:
    """One of each at Fez: an appointment, a follow-up, an open day."""
    centre = make_centre()
    counsellor = make_counsellor(centre)
    begin = timezone.now() + timedelta(days=2)
    return {
        "appointment": services.book(make_slot(centre, counsellor), client=make_client()),
        "case": make_case(centre, make_client("+212612345679")),
        "day": services.announce(
            centre=centre, name_ar="أبواب مفتوحة", starts_at=begin, ends_at=begin + timedelta(hours=4), by=counsellor
        ),
    }
