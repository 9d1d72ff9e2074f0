"""Reading the files that counsellors entered for others: as long as help is asked, and no longer."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from takwin.accounts.roles import roles_with
from takwin.admissions.choices import ApplicationState
from takwin.admissions.models import Application
from takwin.offer.choices import SeasonState


def assisted(user: Any, ref: str) -> Application | None:
    """An application this counsellor entered and may still help with, else None."""
    return _assisted(user).filter(ref=ref).first()


def assisted_open(user: Any) -> list[Application]:
    """The files a counsellor entered whose wishes can still change, newest first; none for anybody else."""
    return list(_assisted(user).filter(state__in=["draft", "unplaced"]).order_by("-pk")[:50])


def assisted_by(user: Any, limit: int = 50) -> list[Application]:
    return list(_assisted(user).order_by("-pk")[:limit])


def _assisted(user: Any) -> QuerySet[Application]:
    """Files a counsellor entered, as long as help is asked: while their season takes applications, then their
    documents (`corrects_until`), then further wishes of whoever has no place; and as long as a role under which they
    were entered is held. Whoever left and came back opens nothing of before. Afterwards a file is read by who may read
    the files of its centre, counsellor or not."""
    if not (user.is_authenticated and user.scope("admissions.assist")):
        return Application.objects.none()
    grants = user.grants.in_force().filter(
        role__in=roles_with("admissions.assist"), created_at__lte=OuterRef("created_at")
    )
    asked = Q(season__state=SeasonState.OPEN) | Q(season__corrects_until__gt=timezone.now())
    asked |= Q(season__state=SeasonState.ALLOCATED, state=ApplicationState.UNPLACED)
    return Application.objects.with_person().filter(Exists(grants), asked, entered_by=user)
