"""Writing a curriculum, and putting it in force."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from takwin.core.changes import change, create, journal
from takwin.core.errors import Refused
from takwin.offer.models import Programme
from takwin.training.choices import RoomKind, TrainingReason, VersionState
from takwin.training.models import Module, Version
from takwin.training.rules.flows import VERSION
from takwin.training.rules.weeks import sessions


def draft(
    programme: Programme, *, years: int = 1, source: str = "", by: Any = None, simulated: bool = False
) -> Version:
    """The next version of a programme's curriculum, with the modules of the one before."""
    with transaction.atomic():
        before = Version.objects.select_for_update().filter(programme=programme).order_by("-number").first()
        row = Version(
            programme=programme, number=before.number + 1 if before else 1, years=years, source=source,
            simulated=simulated,
        )  # fmt: skip
        create(row, "draft", by=by)
        for module in before.modules.all() if before else ():
            module.pk, module.version = None, row
            module.save(force_insert=True)
    return row


def add_module(
    version: Version,
    *,
    name_ar: str,
    weekly: int,
    length: int = 2,
    name_fr: str = "",
    name_en: str = "",
    competency: str = "",
    year: int = 1,
    term: int = 1,
    theory: int = 0,
    practice: int = 0,
    weight: int = 1,
    room_kind: str = RoomKind.CLASSROOM,
    by: Any = None,
) -> Module:
    """A module of a draft. Refused: a version in force, hours that cannot be cut into its sessions."""
    sessions(weekly, length)
    with change(version, "add_module", by=by, module=name_ar) as row:
        VERSION.target("put_in_force", row.state)
        order = (row.modules.aggregate(last=Max("order"))["last"] or 0) + 1
        return Module.objects.create(
            version=row, order=order, code=f"m{order:02}", name_ar=name_ar, name_fr=name_fr, name_en=name_en,
            competency=competency, year=year, term=term, theory=theory, practice=practice, weight=weight,
            weekly=weekly, length=length, room_kind=room_kind,
        )  # fmt: skip


def put_in_force(version: Version, *, by: Any = None) -> Version:
    """From now on newcomers are enrolled on it; those enrolled stay on theirs."""
    with transaction.atomic():
        for old in Version.objects.select_for_update().filter(
            programme=version.programme_id, state=VersionState.CURRENT
        ):
            old.state = VersionState.CLOSED
            old.save(update_fields=["state"])
            journal(old, "close", by=by)
        with change(version, "put_in_force", by=by, flow=VERSION) as row:
            if not row.modules.exists():
                raise Refused(TrainingReason.NO_MODULE)
    return row
