"""Which statement is current when several people, on several phones, made one of one trainee at one roll.

A statement is never changed. It names those it was made in sight of (`after`); those that nobody named since are the
*heads*. When heads disagree the roll is *contested*: the strongest head is current until somebody who saw all of
them makes another. The result depends on the set of statements alone: not on the order, the batches or how many times
each one arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from takwin.core.errors import Refused
from takwin.training.choices import AlertLevel, Presence, TrainingReason

LATEST = 240  # minutes late that make sense within one session
# House values. A statement arrives within LATE_DAYS of its day, and is not later than the server's time but for SLACK,
# which covers the transmission; a phone's clock may be wrong by years, its offset at the sending puts it right.
LATE_DAYS = 14
SLACK = timedelta(minutes=10)
# Hours missed without excuse in a term, and what follows. House values: a country sets its own.
THRESHOLDS = ((10, AlertLevel.FIRST), (20, AlertLevel.SECOND), (30, AlertLevel.COUNCIL))


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """One statement. `rank`: 0 by who teaches, 1 by the office. `stated_at`: when it was made by the server's clock,
    None when the phone did not say."""

    key: str
    value: str
    minutes: int = 0
    stated_at: datetime | None = None
    rank: int = 0
    after: frozenset[str] = field(default_factory=frozenset)

    @property
    def words(self) -> tuple[str, int]:
        return self.value, self.minutes if self.value == Presence.LATE else 0


@dataclass(frozen=True, slots=True)
class Resolution:
    """`current`: the statement that counts; `against`: the other heads with another value."""

    current: StatementFacts
    against: tuple[StatementFacts, ...] = ()


def resolve_statements(statements: Iterable[StatementFacts]) -> Resolution | None:
    """The current one of a set of statements, and those against it; None without statements.

    The office's word is above a trainer's; then the later one by its phone; then the greater key, so that every
    server gives the same. A statement that names itself, or names in a circle, counts as naming nobody.
    """
    known = {facts.key: facts for facts in statements}
    if not known:
        return None
    named = {key for facts in known.values() for key in facts.after if key != facts.key and key in known}
    heads = [facts for facts in known.values() if facts.key not in named] or list(known.values())
    heads.sort(key=_strength, reverse=True)
    # The office has seen what it corrects: a phone that was offline meanwhile does not contest it.
    office = [facts for facts in heads if facts.rank]
    against = tuple(facts for facts in (office or heads) if facts.words != heads[0].words)
    return Resolution(heads[0], against)


def _strength(facts: StatementFacts) -> tuple[int, bool, float, str]:
    return facts.rank, facts.stated_at is not None, facts.stated_at.timestamp() if facts.stated_at else 0.0, facts.key


def offset(now: datetime | None, received_at: datetime) -> timedelta:
    """What must be added to a phone's times to have the server's: receipt less the phone's own time of sending."""
    return received_at - now if now is not None else timedelta()


def true_time(stated_at: datetime | None, on: date, ahead: timedelta, received_at: datetime) -> datetime | None:
    """When a statement was made, by the server's clock; None when the phone did not say.

    Refused: made after it arrived, before its day, or so long ago that no honest phone still held it.
    """
    if stated_at is None:
        return None
    try:
        at = stated_at + ahead
    except OverflowError:
        at = None
    early = timedelta(days=1)  # the evening before, in another time zone
    if at is None or at > received_at + SLACK or at < received_at - timedelta(days=LATE_DAYS):
        raise Refused(TrainingReason.CLOCK_WRONG, at=f"{stated_at:%Y-%m-%d %H:%M}")
    if at.date() < on - early:
        raise Refused(TrainingReason.CLOCK_WRONG, at=f"{at:%Y-%m-%d %H:%M}")
    return at


def check_day(on: date, today: date) -> None:
    """Refused: a day to come, and one so long ago that only the office may still say what happened."""
    if on > today:
        raise Refused(TrainingReason.FUTURE, on=on)
    if (today - on).days > LATE_DAYS:
        raise Refused(TrainingReason.TOLD_LATE, on=on, limit=LATE_DAYS)


def check_words(value: str, minutes: int) -> int:
    """Minutes of a lawful statement. Refused: a word that is not one, a delay longer than a session."""
    if value not in Presence.values:
        raise Refused(TrainingReason.BAD_VALUE, "value", value=value)
    if value != Presence.LATE:
        return 0
    if not 1 <= minutes <= LATEST:
        raise Refused(TrainingReason.BAD_MINUTES, "minutes", value=minutes, limit=LATEST)
    return minutes


def level(hours: float) -> AlertLevel | None:
    """The highest threshold that so many hours without excuse have reached.

    >>> level(9.5) is None, level(20)
    (True, <AlertLevel.SECOND: 'second'>)
    """
    reached = [name for limit, name in THRESHOLDS if hours >= limit]
    return reached[-1] if reached else None


def at_risk(missed: float, held: float) -> bool:
    """Whether a tenth of the hours held, and three at least, were missed: the sign directors look for."""
    return missed >= 3 and missed * 10 >= held
