"""Forms of admissions."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.accounts import selectors as accounts
from takwin.accounts.forms import PhoneField
from takwin.admissions import services
from takwin.admissions.choices import (
    AutoAnswer,
    DocumentKind,
    Need,
    ReserveGroup,
    RoundKind,
    Selection,
    Situation,
)
from takwin.admissions.scenarios import scenarios
from takwin.core import numbers
from takwin.core.form_keys import text_of
from takwin.core.numbers import parse_int
from takwin.core.scope import Scope
from takwin.offer import selectors as offer
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.people import services as people
from takwin.people.choices import Sex
from takwin.people.rules import check_birth, normalize_cin, normalize_name
from takwin.territory import selectors as territory
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import Moment, ReasonForm, ServiceForm


def out_of_twenty(_name: str, hundredths: str) -> str:
    """A mark of the database in the reader's digits."""
    return numbers.number((parse_int(hundredths) or 0) / 100, (get_language() or "ar")[:2]) if hundredths else ""


class IdentityForm(ServiceForm):
    """Who the candidate is."""

    given_name = forms.CharField(label=_("Given name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", "–"), *Sex.choices])
    born_on = forms.DateField(label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date"}))
    cin = forms.CharField(
        label=_("National card number"), max_length=12, required=False, help_text=_("If you have one: AB123456.")
    )
    commune = forms.TypedChoiceField(label=_("Commune where you live"), coerce=territory.area)

    service = people.correct
    checks = {
        "given_name": partial(normalize_name, field="given_name"),
        "family_name": partial(normalize_name, field="family_name"),
        "given_name_latin": partial(normalize_name, field="given_name_latin"),
        "family_name_latin": partial(normalize_name, field="family_name_latin"),
        "born_on": lambda born_on: check_birth(born_on, timezone.localdate()),
        "cin": normalize_cin,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].choices = [("", "–"), *territory.commune_choices()]  # type: ignore[attr-defined]


class EditIdentityForm(EditForm, IdentityForm):
    """The same of somebody registered: another tab, or a counsellor at the desk, may have changed it meanwhile."""

    own = True

    def stored(self, row: Any) -> dict[str, Any]:
        return super().stored(row) | {"commune": row.commune.code if row.commune else ""}


class StartForm(IdentityForm):
    """Identity of a new record, and the application it opens."""

    service = services.start  # type: ignore[assignment]
    creates = True


class AssistForm(StartForm):
    """Entry by a counsellor for someone who is there, or on the phone."""

    phone = PhoneField(label=_("Phone"), required=False)
    consented = forms.BooleanField(
        label=_("The person, or the guardian of a minor, agrees that I write this application for them."),
        required=False,
    )


class CorrectionForm(IdentityForm):
    """Other values of an identity that was handed in, and the document that shows them."""

    given_name_latin = forms.CharField(label=_("Given name in Latin letters"), max_length=80, required=False)
    family_name_latin = forms.CharField(label=_("Family name in Latin letters"), max_length=80, required=False)
    words = forms.CharField(
        label=_("What is wrong, and why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    file = forms.FileField(
        label=_("A document that shows it"), allow_empty_file=True,
        help_text=_("National card or birth certificate. PDF, JPEG or PNG, 5 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )  # fmt: skip

    service = services.ask_correction  # type: ignore[assignment]


class SeenForm(ServiceForm):
    """Which document a registrar has seen before accepting a correction."""

    seen = forms.CharField(
        label=_("Document you have seen"), max_length=300, help_text=_("Such as: original national card, at the desk.")
    )

    service = services.accept_correction


class CardForm(ServiceForm):
    """The record a disputed card number belongs to."""

    seen = SeenForm.base_fields["seen"]

    service = people.settle_card


class RefuseForm(ReasonForm):
    service = services.refuse_correction


class DescribeForm(EditForm):
    """Schooling, marks, declared situation."""

    own = True

    schooling = forms.ChoiceField(
        label=_("Last year completed"), choices=[("", "–"), *Schooling.choices[1:], Schooling.choices[0]]
    )
    average = forms.DecimalField(
        label=_("Average mark of that year, out of 20"),
        min_value=0,
        max_value=20,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}),
    )
    stream = forms.ChoiceField(label=_("Stream of the baccalaureate"), choices=Stream.choices)
    diploma = forms.ChoiceField(label=_("Vocational diploma you hold"), choices=Diploma.choices)
    disability = forms.ChoiceField(
        label=_("Disability"), choices=Need.choices, required=False,
        help_text=_("Optional, kept encrypted. It opens support, never a refusal."),
    )  # fmt: skip
    situation = forms.ChoiceField(label=_("Situation"), choices=Situation.choices, required=False)

    service = services.describe

    def clean_average(self) -> int:
        """Hundredths out of 20."""
        return int(self.cleaned_data["average"] * 100)

    def stored(self, row: Any) -> dict[str, Any]:
        return super().stored(row) | {"average": None if row.average is None else row.average / 100}

    def compared(self, row: Any) -> dict[str, str]:
        return super().compared(row) | {"average": text_of(row.average)}

    def shown(self, name: str, text: str) -> str:
        return out_of_twenty(name, text) if name == "average" else super().shown(name, text)


class AddWishForm(ServiceForm):
    offering = forms.RefField(max_length=16)
    with_bed = forms.BooleanField(required=False)

    service = services.add_wish


class MoveWishForm(ServiceForm):
    wish = forms.CharField(max_length=24)
    to = forms.IntegerField(min_value=1, max_value=1000)
    seen = forms.CharField(max_length=12)

    service = services.move_wish


class RemoveWishForm(ServiceForm):
    wish = forms.CharField(max_length=24)

    service = services.remove_wish


class DocumentForm(ServiceForm):
    kind = forms.ChoiceField(label=_("What it is"), choices=DocumentKind.choices)
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, JPEG or PNG, 5 MB at most."), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )  # fmt: skip

    service = services.join_document
    creates = True


class DiscardForm(ReasonForm):
    service = services.discard


class AutoAnswerForm(EditForm):
    own = True
    auto_answer = forms.ChoiceField(label=_("When a seat comes"), choices=AutoAnswer.choices, required=False)

    service = services.set_auto_answer


class RoundForm(ServiceForm):
    """The next publication and its answers."""

    kind = forms.ChoiceField(label=_("Kind of round"), choices=RoundKind.choices[1:])
    results_at = forms.DateTimeField(label=_("Results (Casablanca time)"), widget=Moment())
    answers_until = forms.DateTimeField(label=_("Answers until (Casablanca time)"), widget=Moment())

    service = services.plan_round
    creates = True


class AskRestoreForm(ReasonForm):
    """Seats of a closing given back while no later round takes the answers."""

    answers_until = forms.DateTimeField(label=_("Answers until (Casablanca time)"), widget=Moment())

    service = services.ask_restore


class AskLaterRestoreForm(ReasonForm):
    """The same, when the round after takes the answers."""

    service = services.ask_restore


class ReserveForm(EditForm):
    """Seats of an offering kept for a group; 0 takes the reserve away. The page carries what every group has: which
    of them is written is chosen in the form."""

    group = forms.ChoiceField(label=_("Kept for"), choices=ReserveGroup.choices)
    seats = forms.IntegerField(label=_("Seats"), min_value=0, max_value=10_000)
    source = forms.CharField(
        label=_("Decided by"), max_length=120, required=False, help_text=_("Agreement, circular, law.")
    )

    service = services.set_reserve

    def stored(self, row: Any) -> dict[str, Any]:
        return {}

    def compared(self, row: Any) -> dict[str, str]:
        held = {reserve.group: reserve.seats for reserve in row.reserves.all()}
        return {group: text_of(held.get(group, "")) for group in ReserveGroup.values}

    def typed_texts(self) -> dict[str, str]:
        return {self.cleaned_data["group"]: text_of(self.cleaned_data["seats"] or "")}

    def cell(self, name: str) -> str:
        return "seats"


class CommitteeForm(ServiceForm):
    """Who scores an offering."""

    offering = forms.RefField(
        label=_("Offering"), max_length=16, help_text=_("Its reference, such as OFF-7K3QX9VM-C.")
    )
    method = forms.ChoiceField(label=_("Selection by"), choices=Selection.choices)
    members = forms.CharField(
        label=_("Members"), widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
        help_text=_("E-mails of their accounts, two at least, one a line."),
    )  # fmt: skip

    service = services.form_committee
    creates = True

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope

    def clean_offering(self) -> Any:
        try:
            return offer.offering(self.cleaned_data["offering"].strip().upper(), self.scope)
        except ObjectDoesNotExist:
            raise ValidationError(_("There is no such offering.")) from None

    def clean_members(self) -> Any:
        emails = self.cleaned_data["members"].split()
        found = accounts.by_email(emails)
        missing = [email for email in emails if email.lower() not in found]
        if missing:
            raise ValidationError(_("No account has this e-mail: %(email)s") % {"email": missing[0]})
        return list(found.values())


class DissolveForm(ReasonForm):
    service = services.dissolve_committee


class ScoreForm(ServiceForm):
    """A member's score, shown out of 20 and kept in hundredths."""

    value = forms.DecimalField(
        label=_("Score out of 20"), min_value=0, max_value=20, decimal_places=2, localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}),
    )  # fmt: skip

    service = services.give_score

    def clean_value(self) -> int:
        return int(self.cleaned_data["value"] * 100)


class AsideForm(ReasonForm):
    service = services.stand_aside


class AmendForm(ScoreForm):
    reason = forms.CharField(label=_("Reason, for the journal"), max_length=200)

    service = services.amend_score  # type: ignore[assignment]


class ScenarioForm(ServiceForm):
    """Scenarios, one a line: the reference of an offering and its seats."""

    lines = forms.CharField(
        label=_("Scenarios"), widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr"}),
        help_text=_("One a line: an offering's reference and its seats; 0 closes it. OFF-7K3QX9VM-C 48"),
    )  # fmt: skip

    @staticmethod
    def service(run: Any, *, lines: list[tuple[str, int]]) -> list[Any]:
        return scenarios(run, lines)

    def clean_lines(self) -> list[tuple[str, int]]:
        out = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            parts = line.split()
            if not parts:
                continue
            seats = parse_int(parts[1], least=0, most=100_000) if len(parts) == 2 else None
            if seats is None:
                raise ValidationError(_("Line %(number)s: a reference and a number of seats.") % {"number": number})
            out.append((parts[0].upper(), seats))
        return out
