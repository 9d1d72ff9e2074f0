"""The season's draw: two people seal it, a public value of after the closing completes it, nobody can choose it.

A season has one draw that is not void. Every service locks the season first, so that sealing, closing, opening again
and publishing never cross.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.accounts.models import User
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.choices import DrawState, ValueSource, VoidReason
from takwin.admissions.models import Contribution, Draw, Run
from takwin.admissions.rules import DRAW, VALUE_AFTER, check_contribution, drand_round
from takwin.core.changes import change, create
from takwin.core.clock_undo import Undo, last_by_clock
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.engines.allocation.at_home import commitment, final_seed
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season
from takwin.offer.services import close_season, open_season

BEFORE_CLOSING = {SeasonState.PREPARING, SeasonState.OPEN}
RANDOM = re.compile(r"[0-9a-f]{64}")


def current(season: Season) -> Draw | None:
    """The draw of a season that is not void."""
    return Draw.objects.filter(season=season).exclude(state=DrawState.VOID).first()


def new_contribution() -> str:
    """256 random bits, for a person who brings none of their own."""
    return secrets.token_hex(32)


@contextmanager
def _locked(season_pk: int) -> Iterator[Season]:
    with transaction.atomic():
        yield Season.objects.select_for_update().get(pk=season_pk)


def seal(
    season: Season, *, contribution: str, seen: str = "", source: str = ValueSource.DRAND, source_note: str = "",
    by: User,
) -> Draw:  # fmt: skip
    """One person's contribution: the first begins the draw and names its public value, the second seals it.

    `seen` is the mark of the draw on the page that was read, "" for none: two people who press at once do not seal
    something else than what they read.
    """
    if not getattr(by, "pk", None):
        raise Refused(R.SEAL_NEEDS_A_PERSON)
    check_contribution(contribution)
    try:
        with _locked(season.pk) as held:
            draw = current(held)
            if draw is not None and draw.state != DrawState.BEGUN:
                raise Refused(R.SEALED_ALREADY)
            if seen != (draw.mark if draw else ""):
                raise Refused(R.DRAW_MOVED)
            if draw is None:
                return _begin(held, contribution, source, source_note, by)
            return _second(held, draw, contribution, by)
    except IntegrityError:
        raise Refused(R.CONTRIBUTION_REPEATED, "contribution") from None


def _begin(season: Season, contribution: str, source: str, source_note: str, by: User) -> Draw:
    if season.state not in {*BEFORE_CLOSING, SeasonState.CLOSED}:
        raise Refused(R.NO_SEASON)
    if source == ValueSource.OTHER and len(source_note.strip()) < 10:
        raise Refused(R.SOURCE_MISSING, "source_note")
    number = (Draw.objects.filter(season=season).aggregate(most=Max("number"))["most"] or 0) + 1
    note = source_note.strip() if source == ValueSource.OTHER else ""
    draw = create(Draw(season=season, number=number, source=source, source_note=note), "begin_draw", by=by)
    _contribute(draw, 1, contribution, by)
    return draw


def _second(season: Season, draw: Draw, contribution: str, by: User) -> Draw:
    if draw.contributions.filter(by=by).exists():
        raise Refused(R.SEALED_BY_YOU)
    with change(draw, "seal", by=by, flow=DRAW) as row:
        row.sealed_at, row.late = timezone.now(), season.state not in BEFORE_CLOSING
        _contribute(row, 2, contribution, by)
    return _close(season, by=by) or row


def _contribute(draw: Draw, place: int, contribution: str, by: User) -> None:
    row = Contribution(draw=draw, place=place, by=by, commitment=commitment(contribution), secret=contribution)
    create(row, "contribute", by=by, place=place, commitment=row.commitment)


def _close(season: Season, *, by: User | None) -> Draw | None:
    """Once applications are closed, fix the moment of the public value. The season is locked."""
    draw = current(season)
    if draw is None or draw.state != DrawState.SEALED or season.state != SeasonState.CLOSED:
        return None
    with change(draw, "close_draw", by=by, flow=DRAW) as row:
        row.opening, row.closed_at = season.openings, timezone.now()
        # A rehearsal waits for nothing: its results bind nobody.
        row.value_from = row.closed_at if season.simulated else row.closed_at + VALUE_AFTER
        row.value_round = drand_round(row.value_from) if row.source == ValueSource.DRAND else None
    return row


def close_applications(season: Season, *, by: User | None) -> Season:
    """Close applications and, when its draw is sealed, fix the moment of the public value."""
    with _locked(season.pk) as held:
        closed = close_season(held, by=by)
        _close(closed, by=by)
    return closed


def reopen_applications(season: Season, *, by: User | None) -> Season:
    """Open applications again. Whatever was calculated is discarded, and a draw that was closed or that any run met
    becomes void: wishes may change now, so the lots must not be those anybody may have seen. Once its value is
    entered, somebody else has asked for that first."""
    with _locked(season.pk) as held:
        if (draw_before := current(held)) is not None:
            _by_two(draw_before, by)
        opened = open_season(held, by=by)
        draw = current(opened)
        met = Run.objects.filter(season=opened).exists()
        if draw is not None and (met or draw.state not in {DrawState.BEGUN, DrawState.SEALED}):
            _void(draw, VoidReason.OPENED_AGAIN, by=by)
        _discard_runs(opened, str(VoidReason.OPENED_AGAIN.label), by=by)
    return opened


def _restore_season(season: Season, *, reason: str, by: User, before: str = "") -> Season:
    return reopen_applications(season, by=by)


def _closed_seasons(rows: QuerySet[Season]) -> QuerySet[Season]:
    return last_by_clock(rows.filter(state=SeasonState.CLOSED), "close", Concat(Value("season:"), OuterRef("code")))


SEASON_UNDO = Undo(
    model=Season, still=_closed_seasons, due=lambda: Q(closes_at__lte=timezone.now()), give_back=_restore_season,
    words=_(
        "Applications are open again until the deadline of the season. What was calculated is discarded, and a draw "
        "that was closed becomes void. A season whose results are published stays closed."
    ),
)  # fmt: skip


def draws_due(*, by: User | None = None) -> list[Draw]:
    """Close the draws of seasons closed by their deadline, and make void those of a season opened again by another
    door; called by the tick."""
    out = []
    for pk in Draw.objects.filter(state=DrawState.SEALED, season__state=SeasonState.CLOSED).values_list(
        "season_id", flat=True
    ):
        with _locked(pk) as season:
            out += [closed] if (closed := _close(season, by=by)) else []
    begun = [DrawState.CLOSED, DrawState.VALUED, DrawState.REVEALED]
    for draw in Draw.objects.filter(state__in=begun).select_related("season"):
        if of_before(draw, draw.season):
            with _locked(draw.season_id) as season:
                out.append(_void(draw, VoidReason.OPENED_AGAIN, by=None))
                _discard_runs(season, str(VoidReason.OPENED_AGAIN.label), by=by)
    return out


def of_before(draw: Draw, season: Season) -> bool:
    """Whether applications were opened again since the draw was closed."""
    return draw.opening is not None and (season.state in BEFORE_CLOSING or draw.opening != season.openings)


def enter_value(draw: Draw, *, value: str, value_read_at: str, seen: str, by: User) -> Draw:
    """The public value as one person read it, and where."""
    with _locked(draw.season_id) as season, _seen(draw, seen), change(draw, "enter_value", by=by, flow=DRAW) as row:
        _check_still_closed(row, season)
        if row.value_from is None or timezone.now() < row.value_from:
            shown = moment(row.value_from, (get_language() or "ar")[:2]) if row.value_from else "–"
            raise Refused(R.VALUE_TOO_EARLY, "value", moment=shown)
        row.value, row.value_read_at = _value(row, value), value_read_at.strip()
        row.value_by, row.valued_at = by, timezone.now()
    return row


def confirm_value(draw: Draw, *, value: str, seen: str, by: User) -> Draw:
    """The same value as another person read it: contributions are revealed and the seed follows from them."""
    with _locked(draw.season_id) as season, _seen(draw, seen), change(draw, "reveal", by=by, flow=DRAW) as row:
        _check_still_closed(row, season)
        if row.value_by_id == by.pk:
            raise Refused(R.VALUE_SAME_PERSON)
        if _value(row, value) != row.value:
            raise Refused(R.VALUE_DIFFERS, "value")
        first, second = _reveal(row, by)
        row.confirmed_by, row.revealed_at = by, timezone.now()
        row.seed = final_seed(season.code, row.number, first, second, row.value)
    return row


def _value(draw: Draw, text: str) -> str:
    """As it is hashed: a drand value in small letters, another without spaces at its ends."""
    if draw.source != ValueSource.DRAND:
        return " ".join(text.split())
    if not RANDOM.fullmatch(found := text.strip().lower()):
        raise Refused(R.VALUE_FORM, "value")
    return found


@contextmanager
def _seen(draw: Draw, seen: str) -> Iterator[None]:
    if Draw.objects.get(pk=draw.pk).mark != seen:
        raise Refused(R.DRAW_MOVED)
    yield


def _check_still_closed(draw: Draw, season: Season) -> None:
    if season.state != SeasonState.CLOSED:
        raise Refused(R.NOT_CLOSED)
    if of_before(draw, season):
        raise Refused(R.DRAW_OF_BEFORE)


def _reveal(draw: Draw, by: User) -> list[str]:
    """Both contributions, as they were sealed."""
    out = []
    for row in draw.contributions.order_by("place"):
        text = row.secret or ""
        if commitment(text) != row.commitment:
            raise Refused(R.CONTRIBUTION_LOST)
        with change(row, "reveal", by=by, place=row.place) as open_row:
            open_row.secret, open_row.revealed = None, text
        out.append(text)
    if len(out) != 2:
        raise Refused(R.CONTRIBUTION_LOST)
    return out


def rehearse(season: Season, *, people: Sequence[User]) -> Draw:
    """Seal and complete the draw of a simulated season in one go, for benches and demonstrations: every step is the
    one of a real season, but the public value is a word. Refused for a real season."""
    if not season.simulated:
        raise Refused(R.NO_SEASON)
    word = hashlib.sha256(f"rehearsal of {season.code}".encode()).hexdigest()
    first, second = people
    for person in (first, second):
        draw = current(season)
        if draw is None or draw.state == DrawState.BEGUN:
            seal(season, contribution=new_contribution(), seen=draw.mark if draw else "", by=person)
    draws_due()
    if (draw := current(season)) is not None and draw.state == DrawState.CLOSED:
        draw = enter_value(draw, value=word, value_read_at="rehearsal", seen=draw.mark, by=first)
    if draw is not None and draw.state == DrawState.VALUED:
        draw = confirm_value(draw, value=word, seen=draw.mark, by=second)
    if draw is None:
        raise Refused(R.NOT_REVEALED)
    return draw


def ask_void(draw: Draw, *, reason: str, seen: str, by: User) -> Draw:
    """Once the value is entered, who sees the seed cannot throw it away alone: this only asks somebody else."""
    with _locked(draw.season_id), _seen(draw, seen), change(draw, "ask_void", by=by) as row:
        if not row.seed_is_known or row.void_asked_by_id:
            raise Refused(R.DRAW_MOVED)
        row.void_asked_by, row.void_asked_at, row.void_reason = by, timezone.now(), reason
    return row


def withdraw_void(draw: Draw, *, seen: str, by: User) -> Draw:
    """Who asked to make the draw void takes it back."""
    with _locked(draw.season_id), _seen(draw, seen), change(draw, "withdraw_void", by=by) as row:
        if not row.seed_is_known or row.void_asked_by_id != by.pk:
            raise Refused(R.DRAW_MOVED)
        row.void_asked_by, row.void_asked_at, row.void_reason = None, None, ""
    return row


def void_draw(draw: Draw, *, reason: str = "", seen: str, by: User | None) -> Draw:
    """A draw that will not be used: it stays in the public list with its reason, and another must be sealed. Once its
    value is entered, the reason is that of who asked, and somebody else makes it void."""
    with _locked(draw.season_id) as season, _seen(draw, seen):
        held = Draw.objects.get(pk=draw.pk)
        _by_two(held, by)
        given = held.void_reason if held.seed_is_known else reason
        row = _void(held, given, by=by)
        _discard_runs(season, given, by=by)
    return row


def _by_two(draw: Draw, by: User | None) -> None:
    """Refuse what makes a draw of a known seed void, unless somebody else asked for it. The season is locked."""
    if not draw.seed_is_known:
        return
    if by is None or not draw.void_asked_by_id:
        raise Refused(R.VOID_BY_TWO)
    if draw.void_asked_by_id == by.pk:
        raise Refused(R.VOID_SAME_PERSON)


def _void(draw: Draw, reason: str, *, by: User | None) -> Draw:
    with change(draw, "void_draw", by=by, flow=DRAW) as row:
        row.reason, row.voided_at, row.voided_by = reason, timezone.now(), by
        # What was never revealed is erased: nobody will know what this draw would have given.
        row.contributions.filter(revealed="").update(secret=None)
    return row


def _discard_runs(season: Season, reason: str, *, by: User | None) -> None:
    from takwin.admissions.services.runs import discard_pending

    discard_pending(season, reason=reason, by=by)


def for_run(season: Season) -> Draw:
    """The revealed draw a run to publish takes its lots from. The season is locked."""
    draw = current(season)
    if draw is None or draw.state not in {DrawState.REVEALED, DrawState.USED}:
        raise Refused(R.NOT_REVEALED)
    if draw.state == DrawState.REVEALED and of_before(draw, season):
        raise Refused(R.DRAW_OF_BEFORE)
    return draw


def use(draw: Draw, *, by: User | None) -> None:
    """Results are published with this draw: it can never be void any more. Later rounds use it again."""
    if draw.state == DrawState.REVEALED:
        with change(draw, "use_draw", by=by, flow=DRAW):
            pass


def seal_fault(run: Run) -> R | None:
    """Why the lots of a run are not those of its season's draw; None when they are."""
    draw = Draw.objects.filter(season=run.season_id, seed=run.seed).first() if run.draw_id else None
    if draw is None or run.draw_id != run.seed or draw.state not in {DrawState.REVEALED, DrawState.USED}:
        return R.OTHER_SEED
    if draw.state == DrawState.REVEALED and of_before(draw, run.season):
        return R.DRAW_OF_BEFORE
    return None if follows(draw) else R.OTHER_SEED


def follows(draw: Draw) -> bool:
    """Whether the seed of a revealed draw follows from what was sealed and from the public value."""
    if draw.commitment:
        return hashlib.sha256((draw.seed or "").encode()).hexdigest() == draw.commitment
    given = list(draw.contributions.order_by("place").values_list("revealed", "commitment"))
    kept = len(given) == 2 and all(commitment(text) == sealed for text, sealed in given)
    return kept and final_seed(draw.season.code, draw.number, given[0][0], given[1][0], draw.value) == draw.seed
