"""What employment asks for: of employers and of those who look for work."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.accounts.forms import PhoneField
from takwin.employment import services
from takwin.employment.choices import ContractKind
from takwin.employment.choices.work import Phone
from takwin.employment.selectors import matching, work
from takwin.territory.selectors import provinces
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import Day, ReasonForm, ServiceForm


class Province(forms.ChoiceField):
    """A province by its code; cleaned to the area, None when empty."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label=label, choices=self._province_choices, **more)

    @staticmethod
    def _province_choices() -> list[tuple[str, str]]:
        return [("", "–"), *((area.code, area.label) for area in provinces())]

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        return next((area for area in provinces() if area.code == code), None)


class EmployerForm(ServiceForm):
    name = forms.CharField(label=_("Name of the company"), max_length=160)
    ice = forms.CharField(
        label=_("Company number (ICE)"), max_length=20, help_text=_("15 digits, on every invoice."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
    )  # fmt: skip
    activity = forms.CharField(label=_("Activity"), max_length=160, required=False)
    area = Province(_("Province"))
    contact = forms.CharField(label=_("Your name"), max_length=120)
    phone = PhoneField(label=_("Phone"))

    service = services.register_employer
    creates = True


class VacancyForm(ServiceForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    occupation = forms.ChoiceField(label=_("Occupation"))
    words = forms.CharField(label=_("What is to be done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    skills = forms.CharField(label=_("Skills"), max_length=300, required=False)
    area = Province(_("Province"))
    contract = forms.ChoiceField(label=_("Contract"), choices=ContractKind.choices)
    pay_from = forms.IntegerField(label=_("Lowest pay (DH a month)"), min_value=0, max_value=1_000_000, required=False)
    pay_to = forms.IntegerField(label=_("Highest pay (DH a month)"), min_value=0, max_value=1_000_000, required=False)
    places = forms.IntegerField(label=_("Posts"), min_value=1, max_value=1000, initial=1)
    expires_on = Day(_("Last day"), help_text=_("At most 90 days from today."))

    service = services.post_vacancy
    creates = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = {occupation.code: occupation for occupation in work.occupations()}
        self.fields["occupation"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *((code, f"{occupation.label} ({code})") for code, occupation in self.listed.items()),
        ]  # fmt: skip

    def clean_occupation(self) -> Any:
        return self.listed[self.cleaned_data["occupation"]]


class WishForm(EditForm):
    """What a person looks for. The row of the form is the person: the first wish is made by it."""

    own = True
    area = Province(_("Around"), required=False)
    max_km = forms.IntegerField(label=_("At most (km)"), min_value=1, max_value=2000, required=False)
    contracts = forms.MultipleChoiceField(
        label=_("Contracts, none chosen: any"), choices=ContractKind.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    least_pay = forms.IntegerField(label=_("Least pay (DH a month)"), min_value=0, max_value=1_000_000, required=False)

    service = services.set_wish

    def stored(self, row: Any) -> dict[str, Any]:
        wish = work.wish_of(row)
        if wish is None:
            return {}
        contracts = [name for name, bit in matching.BITS.items() if wish.contracts & bit]
        place = wish.area.code if wish.area else ""
        return {"area": place, "max_km": wish.max_km, "least_pay": wish.least_pay, "contracts": contracts}


class BidForm(ServiceForm):
    words = forms.CharField(
        label=_("Why this post"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    phone = forms.ChoiceField(
        label=_("Your phone number"), choices=Phone.choices, widget=forms.RadioSelect, initial="hidden"
    )
    diplomas = forms.MultipleChoiceField(
        label=_("Diplomas the employer may read"), required=False, widget=forms.CheckboxSelectMultiple
    )

    service = services.bid
    creates = True

    def __init__(self, *args: Any, held: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = {diploma.ref: diploma for diploma in held}
        self.fields["diplomas"].choices = [(ref, diploma.title) for ref, diploma in self.held.items()]  # type: ignore[attr-defined]

    def clean_diplomas(self) -> list[Any]:
        return [self.held[ref] for ref in self.cleaned_data["diplomas"]]


class InviteForm(ServiceForm):
    appointment = forms.CharField(label=_("When and where"), max_length=200)

    service = services.invite


class HireForm(ServiceForm):
    since_on = Day(_("First day of work"), required=False)

    service = services.hire


class DeclineForm(ServiceForm):
    reason = forms.CharField(label=_("A word for the applicant"), max_length=300, required=False)

    service = services.decline_bid


class RefuseEmployerForm(ReasonForm):
    service = services.refuse_employer


class SuspendEmployerForm(ReasonForm):
    service = services.suspend_employer


class TurnDownForm(ReasonForm):
    service = services.turn_down_vacancy
