"""The one exception a rule raises: a reason, and the numbers its sentence needs."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from takwin.core import dates, numbers
from takwin.core.choices import Reasons


def _in_words(fact: Any, language: str) -> Any:
    """A day, an instant or a decimal as the reader writes it; anything else as it is (counts choose plural forms)."""
    match fact:
        case datetime():
            return dates.moment(fact, language)
        case date():
            return dates.day(fact, language)
        case float() | Decimal():
            return numbers.number(fact, language)
        case _:
            return fact


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no. `str()` gives the sentence in the active language."""

    def __init__(self, reason: Reasons, field: str | None = None, **facts: Any) -> None:
        super().__init__(reason.value)
        self.reason, self.field, self.facts = reason, field, facts

    @property
    def code(self) -> str:
        return self.reason.value

    def __str__(self) -> str:
        # The lazy sentence itself is filled: one of `ngettext_lazy` chooses its form by the number among the facts.
        language = (get_language() or "ar")[:2]
        facts = {name: _in_words(fact, language) for name, fact in self.facts.items()}
        return str(self.reason.label % facts) if facts else str(self.reason.label)


class RefusedCells(Refused):
    """Several cells of one form cannot be kept, each for its reason; nothing of the form was saved.

    `cells` is {name of the field: refusal}. Reason, field and facts are those of the first.
    """

    def __init__(self, cells: Mapping[str, Refused]) -> None:
        first = next(iter(cells.values()))
        super().__init__(first.reason, first.field, **first.facts)
        self.cells = dict(cells)

    def sentences(self) -> dict[str, str]:
        """{name of the field: sentence in the active language}."""
        return {name: str(refusal) for name, refusal in self.cells.items()}
