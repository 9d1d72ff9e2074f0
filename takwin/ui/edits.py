"""Forms that change a stored row carry the values they were shown with: nobody undoes another's change unseen.

A form opened at nine and sent at ten would write its nine o'clock values over what another person changed in between.
`EditForm` keeps the values of its reading in a signed hidden field. When it is sent, the row is locked and read again:
a field that changed meanwhile, and is not what was typed, is refused with both values. What was typed stays in the
form, which now carries the present values: sent again, it is a decision.
"""

from __future__ import annotations

from typing import Any, cast

from django.core import signing
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from takwin.core.changes import locked
from takwin.core.form_keys import text_of
from takwin.ui import fields as forms
from takwin.ui.forms import ServiceForm

SEEN, SALT = "seen_values", "seen"


class EditForm(ServiceForm):
    """A `ServiceForm` about `row`, whose service takes that row first."""

    def __init__(self, *args: Any, row: models.Model, **kwargs: Any) -> None:
        self.row = row
        kwargs["initial"] = self.stored(row) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields[SEEN] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=signing.dumps(self._texts(row), salt=SALT)
        )

    def stored(self, row: Any) -> dict[str, Any]:
        """The present value of each field that the row has. A form whose field is named otherwise says so here."""
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    def _texts(self, row: models.Model) -> dict[str, str]:
        return {name: text_of(value) for name, value in self.stored(row).items()}

    def run(self, row: models.Model, **kwargs: Any) -> bool:
        """Call the service, unless a field changed since the form was read: False then, with both values."""
        if not self.is_valid():
            return False
        given = self.cleaned_data.pop(SEEN, "")
        with locked(row) as fresh:
            return not self._changed_meanwhile(fresh, given) and super().run(row, **kwargs)

    def _changed_meanwhile(self, fresh: models.Model, given: str) -> bool:
        try:
            seen = signing.loads(given, salt=SALT)
        except signing.BadSignature:
            seen = {}  # a page without its values, such as one made by hand: every difference is shown
        now = self._texts(fresh)
        changed = [
            name for name, value in now.items()
            if seen.get(name) != value and text_of(self.cleaned_data.get(name)) != value
        ]  # fmt: skip
        for name in changed:
            facts = {"seen": self._shown(name, seen.get(name, "")), "now": self._shown(name, now[name])}
            sentence = _(
                "Another person changed this: it was “%(seen)s” when you opened the page, it is “%(now)s” now. "
                "Correct it, or send again to keep what you typed."
            )
            self.add_error(name, sentence % facts)
        if changed:
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix(SEEN)] = signing.dumps(now, salt=SALT)
            self.data = data
        return bool(changed)

    def _shown(self, name: str, text: str) -> str:
        """A compared value in words: a choice by its label."""
        words = dict(getattr(self.fields[name], "choices", ()))
        return ", ".join(str(words.get(one, one)) for one in (text.split(" ") if words else [text])) or "–"
