"""Forms of the draw of a season: contributions, public value, reason of a void draw."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from takwin.admissions import services
from takwin.admissions.choices import ValueSource
from takwin.ui import fields as forms
from takwin.ui.forms import ReasonForm, ServiceForm


class SealForm(ServiceForm):
    """One person's contribution to a draw."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    contribution = forms.CharField(
        label=_("Your contribution"), max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Drawn at random for you; put your own in its place if you like, and keep a copy to compare."),
    )  # fmt: skip

    service = services.seal


class BeginDrawForm(SealForm):
    """The first contribution names the public value too."""

    source = forms.ChoiceField(label=_("Public value of after the closing"), choices=ValueSource.choices)
    source_note = forms.CharField(
        label=_("Which value, and where it is published"), max_length=200, required=False,
        help_text=_("For another value: which one, of which day, and where anyone can read it."),
    )  # fmt: skip


class ValueForm(ServiceForm):
    """The public value as one person read it."""

    seen = forms.CharField(widget=forms.HiddenInput)
    value = forms.CharField(
        label=_("The public value"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    value_read_at = forms.CharField(
        label=_("Where you read it"), max_length=300, widget=forms.TextInput(attrs={"dir": "ltr"})
    )

    service = services.enter_value


class ConfirmValueForm(ServiceForm):
    """The same value, read again by another person."""

    seen = forms.CharField(widget=forms.HiddenInput)
    value = forms.CharField(
        label=_("The public value, as you read it yourself"), max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip

    service = services.confirm_value


class _VoidReasonForm(ReasonForm):
    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason, shown to the public"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class VoidDrawForm(_VoidReasonForm):
    service = services.void_draw


class AskVoidForm(_VoidReasonForm):
    """The same words once the value is entered: another person then makes the draw void."""

    service = services.ask_void


class ConfirmVoidForm(ServiceForm):
    seen = forms.CharField(widget=forms.HiddenInput)

    service = services.void_draw


class WithdrawVoidForm(ServiceForm):
    seen = forms.CharField(widget=forms.HiddenInput)

    service = services.withdraw_void
