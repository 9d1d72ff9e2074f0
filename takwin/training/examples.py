"""The published examples of the rule of results, read from their file and worked by the rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml
from django.conf import settings

from takwin.training.choices.assessment import ExamSession, Kind, MarkStatus
from takwin.training.rules.results import CURRENT, RULES, Scored, YearResult, effective, year_result

FILE = settings.BASE_DIR / "data" / "reference" / "result_examples.yaml"


@dataclass(frozen=True)
class Example:
    """`case`: marks and expected result as the file has them; `found`: the result that the rule computes from them."""

    case: dict[str, Any]
    found: YearResult


def examples() -> list[Example]:
    rule = RULES[CURRENT]
    out = []
    for case in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        modules = [(f"m{n}", module["weight"], list(_scored(module))) for n, module in enumerate(case["modules"], 1)]
        practical = [Scored(Kind.PRACTICAL, hundredths(case["practical"]))]
        out.append(Example(case, year_result(modules, practical, rule)))
    return out


def hundredths(value: float | None) -> int | None:
    return None if value is None else int(Decimal(str(value)) * 100)


def _scored(module: dict[str, Any]) -> Iterator[Scored]:
    for value in module["continuous"]:
        yield Scored(Kind.CONTINUOUS, hundredths(value))
    yield Scored(Kind.MODULE_END, _exam(module["exam"]))
    if "resit" in module:
        yield Scored(Kind.MODULE_END, _exam(module["resit"]), 1, ExamSession.RESIT)


def _exam(value: float | str) -> int | None:
    if isinstance(value, str):
        return effective(MarkStatus(value), None, None, None, two=False, rule=RULES[CURRENT])
    return hundredths(value)
