"""Seats lost for want of an answer, given back by two people: a clock or a date may have been wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import ApplicationState, BedGroup, RoundState, RunState
from takwin.admissions.models import SEATED, Application, BedResult, Lapse, Restoration, Round, WishResult
from takwin.admissions.rules import APPLICATION, RESTORATION, ROUND
from takwin.admissions.selectors import current_round, published_run
from takwin.admissions.services.runs import discard_pending
from takwin.core.changes import change, create
from takwin.core.choices import Channel, Priority
from takwin.core.errors import Refused
from takwin.core.messages import in_each_language, language_column
from takwin.core.models import Outbox
from takwin.offer.choices import OfferingState
from takwin.offer.models import Offering, Season

RESTORED_WITHIN = timedelta(days=7)
BATCH = 2000
Bed = tuple[int, str]  # centre, group


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restoration would do now. `seats`: {application: its wish}. `left`: references of those whose seat
    somebody else has now. `answers`: the round that takes the answers; the closed one itself when no later exists."""

    seats: dict[int, int]
    left: list[str]
    answers: Round
    ends_at: datetime

    @property
    def reopens(self) -> bool:
        return self.answers.state == RoundState.CLOSED


def plan_restore(season_round: Round) -> Plan:
    """Read what giving back the seats of a closing would do. Refused after seven days, when nothing lapsed, or when a
    later round has ended too: nobody could answer then."""
    if season_round.state != RoundState.CLOSED or season_round.closed_at is None:
        raise Refused(R.NOTHING_LAPSED)
    ends_at = season_round.closed_at + RESTORED_WITHIN
    if timezone.now() > ends_at:
        raise Refused(R.RESTORE_LATE)
    answers = current_round(season_round.season)
    if answers is None or (answers.pk != season_round.pk and answers.state == RoundState.CLOSED):
        raise Refused(R.RESTORE_OVERTAKEN)
    seats, left = _divide(season_round)
    if not seats and not left:
        raise Refused(R.NOTHING_LAPSED)
    return Plan(seats, left, answers, ends_at)


def _divide(season_round: Round) -> tuple[dict[int, int], list[str]]:
    """Who gets the seat back, the better ranked first while seats and beds are free, and who cannot."""
    rank = WishResult.objects.filter(wish=OuterRef("seat"), run__round=season_round, run__state=RunState.PUBLISHED)
    lapses = Lapse.objects.filter(round=season_round, application__state=ApplicationState.LAPSED)
    rows = lapses.annotate(rank=Subquery(rank.values("rank")[:1])).order_by("seat__offering", "rank", "pk")
    offerings, beds = _free_seats(season_round.season), _free_beds(season_round.season)
    seats: dict[int, int] = {}
    left: list[str] = []
    columns = "application", "application__ref", "application__person__sex", "seat"
    for pk, ref, sex, wish, offering, centre, with_bed in rows.values_list(
        *columns, "seat__offering", "seat__offering__centre", "seat__with_bed"
    ).iterator(BATCH):
        bed = _bed(beds, centre, sex) if with_bed else None
        if offerings[offering] < 1 or (bed is not None and beds[bed] < 1):
            left.append(ref)
            continue
        offerings[offering] -= 1
        if bed is not None:
            beds[bed] -= 1
        seats[pk] = wish
    return seats, left


def _free_seats(season: Season) -> Counter[int]:
    """Seats of each offering that nobody has now."""
    offerings = Offering.objects.filter(season=season, state=OfferingState.OPEN).values_list("pk", "seats")
    free = Counter(dict(offerings))
    held = Application.objects.filter(season=season, state__in=SEATED).values_list("seat__offering")
    free.subtract(dict(held.annotate(count=Count("pk")).order_by()))
    return free


def _bed(beds: Counter[Bed], centre: int, sex: str) -> Bed | None:
    """The group of beds of a house somebody sleeps in; None when no run counted its beds."""
    mine = BedGroup.GIRLS if sex == "female" else BedGroup.OTHERS
    return next((key for key in ((centre, mine.value), (centre, BedGroup.ALL.value)) if key in beds), None)


def _free_beds(season: Season) -> Counter[Bed]:
    """Beds of each house that nobody has, by the last published run."""
    run = published_run(season)
    rows = BedResult.objects.filter(run=run).values_list("centre", "group", "beds") if run else []
    free: Counter[Bed] = Counter({(centre, str(group)): beds for centre, group, beds in rows})
    held = Application.objects.filter(season=season, state__in=SEATED, seat__with_bed=True)
    for centre, sex in held.values_list("seat__offering__centre", "person__sex").iterator(BATCH):
        if (bed := _bed(free, centre, sex)) is not None:
            free[bed] -= 1
    return free


def _check_deadline(plan: Plan, answers_until: datetime | None) -> None:
    if plan.reopens and (answers_until is None or answers_until <= timezone.now()):
        raise Refused(R.RESTORE_DEADLINE, "answers_until")


def ask_restore(season_round: Round, *, reason: str, answers_until: datetime | None = None, by: Any) -> Restoration:
    """The first person asks that the seats lost by the closing of a round are given back. `answers_until`: the new end
    of its answers, asked for only when no later round takes them."""
    with transaction.atomic():
        Season.objects.select_for_update().get(pk=season_round.season_id)
        season_round = Round.objects.select_related("season").get(pk=season_round.pk)
        plan = plan_restore(season_round)
        _check_deadline(plan, answers_until)
        row = Restoration(
            round=season_round, reason=reason, answers_until=answers_until if plan.reopens else None, asked_by=by
        )
        try:
            with transaction.atomic():
                return create(row, "ask_restore", by=by, round=season_round.ref, reason=reason, seats=len(plan.seats))
        except IntegrityError:
            raise Refused(R.RESTORE_ASKED) from None


def withdraw_restore(row: Restoration, *, by: Any) -> Restoration:
    """Either person takes the request away: nothing is given back."""
    with change(row, "withdraw_restore", by=by, flow=RESTORATION) as fresh:
        fresh.decided_by, fresh.decided_at = by, timezone.now()
    return fresh


def restore_lapsed(row: Restoration, *, by: Any) -> Restoration:
    """The second person confirms: whoever lost a seat by the closing has it back, but those whose seat is another's.

    The season is locked first, as a publication does: a next round is published before, and its seats are left, or
    after, and its run was discarded.
    """
    with transaction.atomic():
        season = Season.objects.select_for_update().get(pk=row.round.season_id)
        with change(row, "restore_lapsed", by=by, flow=RESTORATION) as fresh:
            if by.pk == fresh.asked_by_id:
                raise Refused(R.RESTORE_SAME_PERSON)
            if not fresh.asked_by.scope("admissions.publish").everywhere:
                raise Refused(R.RESTORE_NO_RIGHT)  # lost since it was asked
            season_round = (
                Round.objects.select_for_update(of=("self",)).select_related("season").get(pk=fresh.round_id)
            )
            plan = plan_restore(season_round)
            _check_deadline(plan, fresh.answers_until)
            fresh.decided_by, fresh.decided_at = by, timezone.now()
            fresh.restored, fresh.left = _give_back(season_round, plan), plan.left
            if plan.reopens:
                _reopen(season_round, fresh, by)
            else:
                discard_pending(season, reason=fresh.ref, by=by)  # they read a season without these seats
    return fresh


def _reopen(season_round: Round, row: Restoration, by: Any) -> None:
    with change(season_round, "restore_lapsed", by=by, flow=ROUND, restoration=row.ref) as reopened:
        reopened.answers_until, reopened.reminded_at, reopened.closed_at = row.answers_until, None, None
        if reopened.results_at and row.answers_until and reopened.results_at >= row.answers_until:
            reopened.results_at = timezone.now()  # they were published before the date that was planned for them


def _give_back(season_round: Round, plan: Plan) -> int:
    """Seats and messages in bulk; how many have their seat again."""
    target = APPLICATION.target("restore_lapsed", ApplicationState.LAPSED)
    seat = Lapse.objects.filter(round=season_round, application=OuterRef("pk")).values("seat")[:1]
    chosen, count = list(plan.seats), 0
    words = in_each_language(lambda: _("takwin: the seat of %(ref)s is yours again. Answer before the new deadline."))
    for at in range(0, len(chosen), BATCH):
        batch = chosen[at : at + BATCH]
        # The state again: who has moved since the plan was read keeps what they did.
        rows = Application.objects.filter(pk__in=batch, state=ApplicationState.LAPSED)
        reached = rows.filter(person__phone__gt="")
        messages = [
            Outbox(channel=Channel.SMS, to=phone, body=words[code] % {"ref": ref}, about=ref, priority=Priority.BULK)
            for ref, phone, code in reached.values_list("ref", "person__phone", language_column("person__account"))
        ]
        count += rows.update(state=target, seat=Subquery(seat))
        Outbox.objects.bulk_create(messages, batch_size=BATCH)
        Lapse.objects.filter(round=season_round, application__in=batch).delete()
    return count
