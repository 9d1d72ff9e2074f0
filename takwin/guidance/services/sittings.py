"""The interest test: answers are kept as they come; only a whole test is scored."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.guidance.choices import GuidanceReason, SittingState
from takwin.guidance.instrument import CURRENT
from takwin.guidance.models import Advice, Client, Sitting
from takwin.guidance.rules import fill, scores
from takwin.offer.models import Season


def answer(
    client: Client, *, answers: dict[int, str], version: str = CURRENT, finish: bool = False, language: str = "ar"
) -> Sitting:
    """Keep answers of the client's draft (begun when there is none); score it when `finish` and whole.

    A refusal to finish keeps the answers: half a test is resumed, never scored.
    """
    if version != CURRENT:
        raise Refused(GuidanceReason.OTHER_VERSION)
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)  # two windows of one person
        row = client.sittings.filter(state=SittingState.DRAFT).first()
        if row is not None and row.version != CURRENT:
            row.delete()  # a draft of an older test cannot be finished: its questions are gone
            row = None
        if row is None:
            row = Sitting(client=client, version=CURRENT, language=language)
        row.answers = fill(row.answers, answers)
        row.save()
    if finish:
        _finish(row)
    return row


def _finish(row: Sitting) -> None:
    found = scores(row.answers)
    with transaction.atomic():
        row.scores, row.state, row.finished_at = found, SittingState.FINISHED, timezone.now()
        row.save()
        journal(row, "finish", by=None)


def begin_again(client: Client, *, by: Any) -> None:
    """Drop the draft; finished tests stay."""
    client.sittings.filter(state=SittingState.DRAFT).delete()


def keep_advice(client: Client, season: Season, programmes: list[str]) -> None:
    """Store the first programmes of an advice, unless they equal the last stored ones."""
    last = client.advice.filter(season=season).order_by("-at", "-pk").first()
    if programmes and (last is None or last.programmes != programmes):
        Advice.objects.create(client=client, season=season, programmes=programmes)
