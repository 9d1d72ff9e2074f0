"""What training asks for about houses and short courses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.training import services
from takwin.training.selectors import companies
from takwin.ui import fields as forms
from takwin.ui.forms import Day, ReasonForm, ServiceForm


class BedsForm(ServiceForm):
    girls = forms.IntegerField(label=_("Beds for girls"), min_value=0, max_value=2000)
    boys = forms.IntegerField(label=_("Beds for boys"), min_value=0, max_value=2000)

    service = services.open_beds
    creates = True


class CapacityReductionForm(ServiceForm):
    """A period when the house takes fewer."""

    first_on = Day(_("First day"))
    last_on = Day(_("Last day"))
    percent = forms.IntegerField(label=_("Share of beds used (%)"), min_value=0, max_value=100, initial=50)
    reason = forms.CharField(label=_("Why"), max_length=160, required=False)

    service = services.reduce_capacity
    creates = True


class AskForm(ServiceForm):
    """A request for a short course."""

    title = forms.CharField(label=_("Title"), max_length=200)
    contents = forms.CharField(
        label=_("Programme"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    company = forms.RefField(
        label=_("Company"), max_length=16, required=False,
        help_text=_("Its reference, from the list; empty: a group of craftsmen."),
    )  # fmt: skip

    service = services.ask_course
    creates = True

    def clean_company(self) -> Any:
        ref = self.cleaned_data["company"].strip().upper()
        found = companies.by_ref(ref) if ref else None
        if ref and found is None:
            raise forms.ValidationError(_("There is no such company."))
        return found


class PlanForm(ServiceForm):
    days = forms.CharField(
        label=_("Days, one a line"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "placeholder": "2026-11-24"}),
    )
    names = forms.CharField(label=_("Participants, one a line"), widget=forms.Textarea(attrs={"rows": 8}))

    service = services.plan_course
    creates = True


class ReopenCourseForm(ReasonForm):
    service = services.reopen_course
