"""Forms that call services: valid fields become keyword arguments, a refusal becomes a form error."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from takwin.core.choices import Reasons
from takwin.core.errors import Refused
from takwin.ui import fields as forms


class FormReason(Reasons):
    NOT_VALID = "not_valid", _("Correct what is marked.")


class RefusedForm(Refused):
    """A form that is not valid, or whose service refused; `sentences` by the names of its fields."""

    def __init__(self, form: ServiceForm) -> None:
        super().__init__(FormReason.NOT_VALID)
        self.form = form

    def __str__(self) -> str:
        return self.form.complaint()

    def sentences(self) -> dict[str, str]:
        """{name of the field: its errors}; those of no field under the empty name."""
        return {
            "" if name == "__all__" else self.form.add_prefix(name): " ".join(map(str, errors))
            for name, errors in self.form.errors.items()
        }


class ServiceForm(forms.Form):
    """Each field is named after an argument of `service`; `run` calls it."""

    service: ClassVar[Any]
    result: Any = None
    required_css_class = "is-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
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

    def complaint(self) -> str:
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
        try:
            self.result = type(self).service(*args, **self.cleaned_data, **kwargs)
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
            return False
        return True


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
