"""Forms that call services: valid fields become keyword arguments, a refusal becomes a form error."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, cast

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons
from takwin.core.errors import Refused, RefusedCells
from takwin.core.form_keys import FormKeyReason, content_of, contents_of, implied_key, make_once
from takwin.ui import fields as forms

FORM_KEY = "form_key"
KEY_FORMAT = re.compile(r"[A-Za-z0-9_-]{22,64}")
sent_before: ContextVar[bool] = ContextVar("sent_before", default=False)  # of the POST at hand; `page` says it


def fresh_key() -> str:
    """A key that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(24)


class FormKeyField(forms.CharField):
    """The hidden key of one sending; a text that is no key counts as none."""

    def __init__(self) -> None:
        # No id: a page may hold several such forms.
        super().__init__(required=False, widget=forms.HiddenInput(attrs={"id": False}), initial=fresh_key())

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if KEY_FORMAT.fullmatch(data or "") else initial

    def clean(self, value: Any) -> str:
        return value if KEY_FORMAT.fullmatch(value or "") else ""


class FormReason(Reasons):
    NOT_VALID = "not_valid", _("Correct what is marked.")


class RefusedForm(Refused):
    """A form that is not valid, or whose service refused; `sentences` by the names of its fields."""

    def __init__(self, form: ServiceForm) -> None:
        super().__init__(FormReason.NOT_VALID)
        self.form = form

    def __str__(self) -> str:
        return self.form.error_text()

    def sentences(self) -> dict[str, str]:
        """{name of the field: its errors}; those of no field under the empty name."""
        return {
            "" if name == "__all__" else self.form.add_prefix(name): " ".join(map(str, errors))
            for name, errors in self.form.errors.items()
        }


class ServiceForm(forms.Form):
    """Each field is named after an argument of `service`; `run` calls it.

    `creates`: the service makes a row. Such a form carries a key, and the same key sent again leads to what the first
    sending made (`core/form_keys.py`). A form shown again with its errors keeps its key.
    """

    service: ClassVar[Any]
    creates: ClassVar[bool] = False
    # {field: rule that refuses its value}. Asked with the form's own checks: every fault is shown at once.
    checks: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    result: Any = None
    required_css_class = "is-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.creates:
            self.fields[FORM_KEY] = FormKeyField()
        for name, field in self.fields.items():
            widget = field.widget
            if field.help_text:
                widget.attrs["aria-describedby"] = f"id_{name}_help"
            if isinstance(widget, forms.Textarea):
                widget.attrs.setdefault("class", "textarea w-full")
                widget.attrs.setdefault("rows", 3)
            elif isinstance(widget, forms.FileInput):
                widget.attrs.setdefault("class", "file-input w-full")
            elif isinstance(widget, forms.CheckboxInput):
                widget.attrs.setdefault("class", "checkbox")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "select w-full")
            elif not isinstance(widget, (forms.RadioSelect, forms.HiddenInput)):  # several boxes are radios to Django
                widget.attrs.setdefault("class", "input w-full")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, rule in self.checks.items():
            if data.get(name) not in (None, ""):
                try:
                    rule(data[name])
                except Refused as refusal:
                    self.add_error(name, str(refusal))
        return data

    def _show_refusal(self, refusal: Refused) -> None:
        """Each refused cell by its own field."""
        cells = refusal.sentences() if isinstance(refusal, RefusedCells) else {refusal.field: str(refusal)}
        for name, sentence in cells.items():
            self.add_error(name if name in self.fields else None, sentence)

    def error_text(self) -> str:
        """Every error in one line, for a form that has no page of its own."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    def insist(self, *args: Any, **kwargs: Any) -> Any:
        """What the service returns. Refused with every error by its field: `page` shows the form's page again."""
        if not self.run(*args, **kwargs):
            raise RefusedForm(self)
        return self.result

    def run(self, *args: Any, **kwargs: Any) -> bool:
        """Call the service when the form is valid; False with errors otherwise."""
        if not self.is_valid():
            return False
        key = self.cleaned_data.pop(FORM_KEY, "")
        try:
            self.result = self._make(key, args, kwargs) if self.creates else self._serve(args, kwargs)
        except Refused as refusal:
            self._show_refusal(refusal)
            if isinstance(refusal.reason, FormKeyReason):
                self._renew_key()
            return False
        return True

    def _serve(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return type(self).service(*args, **self.cleaned_data, **kwargs)

    def _make(self, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the service once for the key: by whom, about what and with which values."""
        name = type(self).__qualname__
        owner = str(getattr(kwargs.get("by"), "pk", None) or "")
        contents = contents_of(args, self.cleaned_data)
        key = key or implied_key(name, owner, contents[0], content_of(args, kwargs | {"by": owner}))
        made, again = make_once(key, form=name, owner=owner, contents=contents, make=lambda: self._serve(args, kwargs))
        if again:
            sent_before.set(True)
        return made

    def _renew_key(self) -> None:
        """Another press is another sending."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix(FORM_KEY)] = fresh_key()
        self.data = data


class Day(forms.DateField):
    """A date by the browser's own picker."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, widget=widget, **more)


class Moment(forms.DateTimeInput):
    """The browser's own picker of a day and an hour; Casablanca time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ReasonForm(ServiceForm):
    """A move that wants a sentence for the journal."""

    reason = forms.CharField(
        label=_("Reason, for the journal"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
