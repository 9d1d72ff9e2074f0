"""What employment asks for: of graduates, counsellors and management."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.employment import services
from takwin.employment.choices import FIRST_PERSON, ContactChannel, ContactResult, ContractKind, Outcome
from takwin.ui import fields as forms
from takwin.ui.forms import Day, ReasonForm, ServiceForm

OUTCOMES = [(str(outcome.value), outcome.label) for outcome in Outcome]
CHANNELS = [
    (str(channel.value), channel.label)
    for channel in (ContactChannel.PHONE, ContactChannel.COUNSELLOR, ContactChannel.MAIL)
]


class CohortForm(ServiceForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    first_on = Day(_("Diplomas from"))
    last_on = Day(_("to"), help_text=_("Frozen for good: nobody is added or taken out afterwards."))

    service = services.freeze_cohort
    creates = True


class AnswerFields(ServiceForm):
    """Two minutes: one choice, and four things more for those who work."""

    outcome = forms.ChoiceField(label=_("What do you do this week?"), choices=OUTCOMES, widget=forms.RadioSelect)
    contract = forms.ChoiceField(
        label=_("Contract, if you are employed"), choices=[("", "–"), *ContractKind.choices], required=False
    )
    employer = forms.CharField(label=_("Company or project"), max_length=160, required=False)
    in_field = forms.ChoiceField(
        label=_("Is it in your trade?"), choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))], required=False
    )
    since_on = Day(_("Since"), required=False)


class SurveyForm(AnswerFields):
    """The graduate's own words: answers in the first person."""

    service = services.answer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(str(outcome.value), label) for outcome, label in FIRST_PERSON.items()]  # type: ignore[attr-defined]
        self.fields["contract"].label = _("My contract, if I am employed")
        self.fields["in_field"].label = _("Do I work in my trade?")


class EnteredForm(AnswerFields):
    """The same answer, entered by a counsellor."""

    channel = forms.ChoiceField(label=_("How it was told"), choices=CHANNELS)

    service = services.answer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].label = _("What they do this week")


class AttemptForm(ServiceForm):
    channel = forms.ChoiceField(label=_("How"), choices=CHANNELS)
    result = forms.ChoiceField(
        label=_("Result"), choices=[choice for choice in ContactResult.choices if choice[0] != "sent"]
    )
    words = forms.CharField(label=_("Note"), max_length=300, required=False)

    service = services.record_attempt
    creates = True


class ReopenWaveForm(ReasonForm):
    """A follow-up that was closed takes answers again until a day."""

    closes_on = Day(_("New last day"))

    service = services.reopen_wave
