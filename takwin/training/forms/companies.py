"""What training asks for about companies, placements and contracts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.accounts.forms import PhoneField
from takwin.training import services
from takwin.training.choices.companies import BrokenBy, CompanyKind
from takwin.training.selectors import companies
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import Day, ServiceForm


class CompanyForm(ServiceForm):
    """A company, a craft workshop, a cooperative."""

    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=CompanyKind.choices)
    ice = forms.CharField(label=_("Company number (ICE)"), max_length=20, required=False, help_text=_("15 digits."))
    activity = forms.CharField(label=_("Activity"), max_length=160, required=False)
    contact = forms.CharField(label=_("Contact"), max_length=120, required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    places = forms.IntegerField(label=_("Apprentices at a time"), min_value=0, max_value=500, initial=2)

    service = services.add_company
    creates = True


class ConventionForm(ServiceForm):
    first_on = Day(_("First day"))
    last_on = Day(_("Last day"))
    places = forms.IntegerField(label=_("Places at a time"), min_value=1, max_value=1000, initial=5)

    service = services.draw_up_convention
    creates = True


class TermsFields(ServiceForm):
    """Who trains, from when to when: of a placement and of a contract."""

    company = forms.RefField(label=_("Company"), max_length=16, help_text=_("Its reference, from the list."))
    tutor = forms.CharField(label=_("Tutor"), max_length=120)
    first_on = Day(_("First day"))
    last_on = Day(_("Last day"))

    def clean_company(self) -> Any:
        found = companies.by_ref(self.cleaned_data["company"].strip().upper())
        if found is None:
            raise forms.ValidationError(_("There is no such company."))
        return found


class ContractFields(TermsFields):
    share = forms.IntegerField(label=_("Share of time in the company (%)"), min_value=0, max_value=100, initial=80)


class PlacementForm(TermsFields):
    objectives = forms.CharField(
        label=_("Objectives"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    service = services.plan_placement
    creates = True


class ContractForm(ContractFields):
    service = services.draw_up
    creates = True


class ReplaceForm(ContractFields):
    service = services.replace
    creates = True


class RegisterForm(ServiceForm):
    number = forms.CharField(label=_("Registration number"), max_length=40)

    service = services.register


class AmendForm(EditForm):
    tutor = forms.CharField(label=_("Tutor"), max_length=120)
    last_on = Day(_("Last day"))
    share = forms.IntegerField(label=_("Share of time in the company (%)"), min_value=0, max_value=100)
    reason = forms.CharField(label=_("Why"), max_length=300)

    service = services.amend
    creates = True


class TerminateForm(ServiceForm):
    on = Day(_("Last day in the company"))
    broken_by = forms.ChoiceField(label=_("Ended by"), choices=BrokenBy.choices)
    reason = forms.CharField(label=_("Why"), max_length=300)

    service = services.terminate_contract


class GiveUpForm(ServiceForm):
    reason = forms.CharField(label=_("Why"), max_length=300)

    service = services.give_up


class SuspendForm(ServiceForm):
    reason = forms.CharField(label=_("Why"), max_length=300)

    service = services.suspend


class VisitForm(ServiceForm):
    on = Day(_("Day"))
    words = forms.CharField(label=_("What was seen"), max_length=600, widget=forms.Textarea(attrs={"rows": 2}))

    service = services.visit
    creates = True


class EvaluateForm(ServiceForm):
    value = forms.CharField(label=_("Mark of the tutor out of 20"), max_length=6)
    words = forms.CharField(label=_("Appreciation"), max_length=600, required=False)

    service = services.evaluate
