"""Results by versioned rules: pure functions from marks to decisions.

Marks are hundredths of 20 (1000 is 10/20). A rule never changes once it was used: a new one has a new version, and
each result keeps the version it was computed by. The values are the house's; a country sets its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from takwin.core.errors import Refused
from takwin.core.numbers import parse_decimal
from takwin.training.choices.assessment import AssessmentReason as R
from takwin.training.choices.assessment import Decision, ExamSession, Honours, Kind, MarkStatus

HIGHEST = 2000


@dataclass(frozen=True, slots=True)
class Rule:
    """`pass_mark`: of a module and of the year. `floor`: below it a module is never compensated. `compensated`: the
    most modules a year may compensate. `exam`, `continuous`: weights within a module. `practical`: weight of the
    practical examination against all modules together. `gap`: the most two markers may differ."""

    version: str
    pass_mark: int = 1000
    floor: int = 700
    compensated: int = 2
    exam: int = 2
    continuous: int = 1
    practical: Decimal = Decimal("0.4")
    gap: int = 300
    honours: tuple[tuple[int, Honours], ...] = (
        (1600, Honours.VERY_GOOD), (1400, Honours.GOOD), (1200, Honours.FAIR),
    )  # fmt: skip


RULES = {rule.version: rule for rule in (Rule("2024.1"),)}
CURRENT = "2024.1"
CONTEST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Scored:
    """One assessment of one trainee. `value` is None when nothing counts (excused, or not marked yet)."""

    kind: str
    value: int | None
    weight: int = 1
    exam_session: str = ExamSession.FIRST


@dataclass(frozen=True, slots=True)
class ModuleLine:
    code: str
    weight: int
    average: int | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class YearResult:
    average: int | None
    decision: Decision
    honours: Honours
    modules: tuple[ModuleLine, ...]


def read_mark(text: str, who: str) -> int:
    """“13,25”, “13.25” or “١٣٫٢٥” as hundredths. Refused: below 0, above 20, more than two decimals, anything else."""
    typed = parse_decimal(text, least=0, most=HIGHEST // 100)
    value = typed * 100 if typed is not None else None
    if value is None or value != value.to_integral_value():
        raise Refused(R.ABOVE_SCALE, "value", who=who, value=text)
    return int(value)


def effective(
    status: str, first: int | None, second: int | None, agreed: int | None, *, two: bool, rule: Rule
) -> int | None:
    """The hundredths that count of one mark, or None while nothing counts.

    0 for absence without excuse and for fraud; None for an excuse; the mean of two markers, or the mark they agreed on
    when theirs differ by more than the rule allows (None until they did).
    """
    if status in {MarkStatus.ABSENT, MarkStatus.FRAUD}:
        return 0
    if status == MarkStatus.EXCUSED or first is None:
        return None
    if not two:
        return first
    if second is None:
        return None
    if abs(first - second) > rule.gap:
        return agreed
    return mean([(first, 1), (second, 1)])


def mean(pairs: Iterable[tuple[int, int | Decimal]]) -> int | None:
    """A weighted mean, halves up; None of nothing."""
    values = list(pairs)
    total_weight = sum(Decimal(weight) for _value, weight in values)
    if not total_weight:
        return None
    total = sum(value * Decimal(weight) for value, weight in values)
    return int((total / total_weight).quantize(Decimal(1), ROUND_HALF_UP))


def module_average(scored: Sequence[Scored], rule: Rule) -> int | None:
    """Continuous assessment and the examination, by the rule's weights; a resit replaces the examination when higher.

    None until an examination was marked; without continuous assessment the examination is the average.
    """
    tests = [score for score in scored if score.kind == Kind.CONTINUOUS and score.value is not None]
    continuous = mean((score.value or 0, score.weight) for score in tests)
    exams = [score for score in scored if score.kind == Kind.MODULE_END and score.value is not None]
    if not exams:
        return None
    exam = max(score.value or 0 for score in exams)
    if continuous is None:
        return exam
    return mean([(exam, rule.exam), (continuous, rule.continuous)])


def year_result(
    modules: Sequence[tuple[str, int, Sequence[Scored]]], practical: Sequence[Scored], rule: Rule
) -> YearResult:
    """The result of a year: `modules` are (code, weight, assessments), `practical` the practical examinations.

    Passed when every module passes and the year too; by compensation when a few modules are between the floor and the
    pass mark while the year passes; a resit for what fails, once; failed when a resit did not help.
    """
    averages = [(code, weight, module_average(scored, rule)) for code, weight, scored in modules]
    known = [(average, weight) for _code, weight, average in averages if average is not None]
    whole = mean(known)
    hands = max((score.value for score in practical if score.value is not None), default=None)
    if whole is not None and practical:
        whole = None if hands is None else mean([(whole, 1 - rule.practical), (hands, rule.practical)])
    complete = len(known) == len(averages) and bool(averages) and whole is not None
    if not complete or whole is None:
        lines = tuple(ModuleLine(code, weight, average, _single(average, rule)) for code, weight, average in averages)
        return YearResult(whole, Decision.INCOMPLETE, Honours.NONE, lines)
    return _decide(averages, modules, practical, whole, hands, rule)


def _single(average: int | None, rule: Rule) -> Decision:
    if average is None:
        return Decision.INCOMPLETE
    return Decision.PASSED if average >= rule.pass_mark else Decision.RESIT


def _decide(
    averages: Sequence[tuple[str, int, int | None]],
    modules: Sequence[tuple[str, int, Sequence[Scored]]],
    practical: Sequence[Scored],
    whole: int,
    hands: int | None,
    rule: Rule,
) -> YearResult:
    low = [code for code, _weight, average in averages if (average or 0) < rule.pass_mark]
    near = all((average or 0) >= rule.floor for code, _weight, average in averages if code in low)
    good = whole >= rule.pass_mark and (hands is None or hands >= rule.pass_mark)
    compensates = good and bool(low) and near and len(low) <= rule.compensated
    retaken = {
        code for code, _weight, scored in modules if any(score.exam_session == ExamSession.RESIT for score in scored)
    }
    hands_retaken = any(score.exam_session == ExamSession.RESIT for score in practical)

    def line(code: str, weight: int, average: int | None) -> ModuleLine:
        if code not in low:
            return ModuleLine(code, weight, average, Decision.PASSED)
        if compensates:
            return ModuleLine(code, weight, average, Decision.COMPENSATED)
        return ModuleLine(code, weight, average, Decision.FAILED if code in retaken else Decision.RESIT)

    lines = tuple(line(*score) for score in averages)
    if good and not low:
        decision = Decision.PASSED
    elif compensates:
        decision = Decision.COMPENSATED
    else:
        fails = any(score.decision == Decision.FAILED for score in lines)
        hands_fail = hands is not None and hands < rule.pass_mark and hands_retaken
        decision = Decision.FAILED if fails or hands_fail else Decision.RESIT
    honours = next((name for least, name in rule.honours if whole >= least), Honours.NONE)
    return YearResult(whole, decision, honours if decision == Decision.PASSED else Honours.NONE, lines)
