"""What certification asks for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.certification import services
from takwin.certification.choices import Decision, StatusReason
from takwin.ui import fields as forms
from takwin.ui.forms import Day, ReasonForm, ServiceForm


class JuryForm(ServiceForm):
    """A jury of a group."""

    held_on = Day(_("Day of the jury"))
    president = forms.ChoiceField(label=_("President"), help_text=_("Signs the minutes with their own account."))
    members = forms.CharField(
        label=_("Other members"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text=_("One a line: name; role. Roles: Trainer, Professional of the trade, Administration."),
    )

    service = services.form_jury
    creates = True

    def __init__(self, *args: Any, presidents: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.ref: user for user in presidents}
        self.fields["president"].choices = [(ref, str(user)) for ref, user in self.people.items()]  # type: ignore[attr-defined]

    def clean_president(self) -> Any:
        return self.people[self.cleaned_data["president"]]


class CancelJuryForm(ReasonForm):
    service = services.cancel_jury


class AmendForm(ServiceForm):
    decision = forms.ChoiceField(label=_("New decision"), choices=Decision.choices)
    words = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    service = services.amend_verdict
    creates = True


class TakeBackForm(ServiceForm):
    reason = forms.ChoiceField(
        label=_("Class of reason"), choices=[choice for choice in StatusReason.choices if choice[0]],
        help_text=_("Told, with the day, to whoever verifies."),
    )  # fmt: skip
    words = forms.CharField(
        label=_("In words, for the journal"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SuspendForm(TakeBackForm):
    service = services.suspend_diploma


class RevokeForm(TakeBackForm):
    service = services.revoke_diploma


class AskWithdrawalForm(ReasonForm):
    service = services.ask_withdrawal
    creates = True


class ShareForm(ServiceForm):
    words = forms.CharField(label=_("For whom"), max_length=120, required=False, help_text=_("Only you see this."))
    until_on = Day(_("Last day"), help_text=_("After it the address answers no more. You may take it back before."))

    service = services.share_diploma
    creates = True
