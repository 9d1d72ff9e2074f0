"""What a jury may decide, by a versioned rule: pure functions.

A result of training proposes; the jury decides. It may admit someone who is just below the pass mark, always with
words; it never takes away what the published rule gave. The values are the house's; a country sets its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from takwin.certification.choices import CertificationReason as R
from takwin.certification.choices import Decision
from takwin.core.errors import Refused
from takwin.training.choices.assessment import Decision as Result


@dataclass(frozen=True, slots=True)
class JuryRule:
    """`least`: members of a jury. `quorum`: share of them, in hundredths, who must be present. `grace`: how far below
    the pass mark a jury may admit, in hundredths of 20."""

    version: str
    least: int = 3
    quorum: int = 50
    grace: int = 50
    pass_mark: int = 1000


# A programme's version keeps the year it was drawn up under; results name theirs. One rule so far.
RULES = {rule.version: rule for rule in (JuryRule("2024.1"),)}
CURRENT = "2024.1"
PROPOSED = {
    Result.PASSED: Decision.ADMITTED,
    Result.COMPENSATED: Decision.ADMITTED,
    Result.RESIT: Decision.RESIT,
    Result.FAILED: Decision.FAILED,
    Result.INCOMPLETE: Decision.DEFERRED,
}


def needed(members: int, rule: JuryRule) -> int:
    """How many must be present: the quorum, rounded up, never fewer than two.

    >>> needed(5, RULES["2024.1"]), needed(3, RULES["2024.1"])
    (3, 2)
    """
    return max(2, -(-members * rule.quorum // 100))


def check_present(present: int, members: int, president: bool, rule: JuryRule) -> None:
    """Refused without the president or without a quorum."""
    if not president:
        raise Refused(R.PRESIDENT_AWAY)
    if present < needed(members, rule):
        raise Refused(R.NO_QUORUM, here=present, all=members, least=needed(members, rule))


def proposed(result: str | None) -> Decision:
    """What the published result proposes; deferred where there is none."""
    return Decision.DEFERRED if result is None else PROPOSED[Result(result)]


def check_decision(
    decision: str, result: str | None, average: int | None, words: str, *, who: str, rule: JuryRule
) -> Decision:
    """A decision that may stand. Refused with its reason otherwise.

    `average`: hundredths of 20; None without a result.
    """
    if decision not in Decision.values:
        raise Refused(R.BAD_DECISION, "decision", who=who)
    chosen, rule_says = Decision(decision), proposed(result)
    if chosen == rule_says:
        return chosen
    if result is None or average is None:
        raise Refused(R.NO_RESULT, who=who)
    if rule_says == Decision.ADMITTED and chosen != Decision.DEFERRED:
        raise Refused(R.NOT_HARDER, who=who)
    if chosen == Decision.ADMITTED and average < rule.pass_mark - rule.grace:
        least = (rule.pass_mark - rule.grace) / 100
        raise Refused(R.TOO_LOW, who=who, average=average / 100, least=least)
    if not words.strip():
        raise Refused(R.WORDS, "words", who=who)
    return chosen
