"""Forms that change a stored row carry the values they were shown with: nobody undoes another's change unseen.

A form opened at nine and sent at ten would write its nine o'clock values over what another person changed in between.
`EditForm` keeps the values of its reading in a signed hidden field. When it is sent, the row is locked and read again:
a field that changed meanwhile, and is not what was typed, is refused with both values. What was typed stays in the
form, which now carries the present values: sent again, it is a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core import signing
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from takwin.core.changes import locked
from takwin.core.choices import Reasons
from takwin.core.errors import Refused, RefusedCells
from takwin.core.form_keys import text_of
from takwin.ui import fields as forms
from takwin.ui.forms import ServiceForm

SEEN, SALT = "seen_values", "seen"


class EditReason(Reasons):
    CHANGED = (
        "changed_meanwhile",
        _(
            "Another person changed this: it was “%(seen)s” when you opened the page, it is “%(now)s” now. "
            "Correct it, or send again to keep what you typed."
        ),
    )


def pack_values(values: Mapping[str, str]) -> str:
    """Values as a page carries them: {name of a cell: text}, signed."""
    return signing.dumps(dict(values), salt=SALT)


def read_values(given: str) -> dict[str, str]:
    """The values that a page carried; none for a page made by hand: every difference is then shown."""
    try:
        return dict(signing.loads(given, salt=SALT))
    except signing.BadSignature:
        return {}


def changed_cells(seen: Mapping[str, str], now: Mapping[str, str], typed: Mapping[str, str]) -> list[str]:
    """Cells that changed since they were seen and are not what was typed."""
    return [name for name, text in now.items() if name in typed and seen.get(name, "") != text != typed[name]]


def check_seen(
    given: str, now: Mapping[str, str], typed: Mapping[str, str], shown: Callable[[str, str], str] = lambda _n, t: t
) -> None:
    """The same for a sheet written by hand (`{% seen_values %}` in its form), within `locked`: refused by the cells
    that changed meanwhile, with both values as `shown` says them. The page shown again carries the present values."""
    seen = read_values(given)
    faults = {
        name: Refused(
            EditReason.CHANGED, name, seen=shown(name, seen.get(name, "")) or "–", now=shown(name, now[name]) or "–"
        )
        for name in changed_cells(seen, now, typed)
    }
    if faults:
        raise RefusedCells(faults)


class EditForm(ServiceForm):
    """A `ServiceForm` about `row`, whose service takes that row first.

    `own`: the row is the visitor's own file. A sending without its values at all (a page of before, a script) is then
    taken as it is; of a row that others write too, it is refused wherever it differs from what is stored.
    """

    own = False

    def __init__(self, *args: Any, row: models.Model | None, **kwargs: Any) -> None:
        self.row = row
        kwargs["initial"] = self.stored(row) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields[SEEN] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=pack_values(self.compared(row))
        )

    def stored(self, row: Any) -> dict[str, Any]:
        """The present value of each field that the row has. A form whose field is named otherwise says so here."""
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    def compared(self, row: Any) -> dict[str, str]:
        """The present values as they are compared with what was typed (`typed_texts`)."""
        return {name: text_of(value) for name, value in self.stored(row).items()}

    def run(self, row: models.Model, **kwargs: Any) -> bool:
        """Call the service, unless a field changed since the form was read: False then, with both values."""
        if not self.is_valid():
            return False
        given = self.cleaned_data.pop(SEEN, "")
        if self.own and self.add_prefix(SEEN) not in self.data:
            return super().run(row, **kwargs)
        with locked(row) as fresh:
            return not self._changed_meanwhile(fresh, given) and super().run(row, **kwargs)

    def typed_texts(self) -> dict[str, str]:
        return {name: text_of(value) for name, value in self.cleaned_data.items()}

    def _changed_meanwhile(self, fresh: models.Model, given: str) -> bool:
        seen, now = read_values(given), self.compared(fresh)
        changed = changed_cells(seen, now, self.typed_texts())
        for name in changed:
            facts = {"seen": self.shown(name, seen.get(name, "")), "now": self.shown(name, now[name])}
            self.add_error(self.cell(name), str(Refused(EditReason.CHANGED, **facts)))
        if changed:
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix(SEEN)] = pack_values(now)
            self.data = data
        return bool(changed)

    def cell(self, name: str) -> str:
        """The field where a change of a compared value is said."""
        return name

    def shown(self, name: str, text: str) -> str:
        """A compared value in words: a choice by its label."""
        words = {str(key): label for key, label in getattr(self.fields[self.cell(name)], "choices", ())}
        return ", ".join(str(words.get(part, part)) for part in (text.split(" ") if words else [text])) or "–"
