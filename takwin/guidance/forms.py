"""Forms of guidance."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext_lazy as _

from takwin.accounts.forms import PhoneField
from takwin.centres import selectors as centres
from takwin.core.scope import EVERYWHERE
from takwin.core.text import fold
from takwin.guidance import services
from takwin.guidance.choices import Closing, MeetingChannel, Purpose, Weekday
from takwin.guidance.selectors import agenda, clients
from takwin.offer import selectors as offer
from takwin.offer.choices import Diploma, Schooling, Stream
from takwin.territory import selectors as territory
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import Day, Moment, ReasonForm, ServiceForm

DISTANCES = [("", _("Any distance")), (30, _("30 km")), (60, _("60 km")), (120, _("120 km")), (250, _("250 km"))]


class AboutForm(EditForm):
    """What advice needs to know; nobody's sex is asked."""

    own = True

    schooling = forms.ChoiceField(
        label=_("Last year completed"), choices=[("", "–"), *Schooling.choices[1:], Schooling.choices[0]]
    )
    stream = forms.ChoiceField(label=_("Stream of the baccalaureate"), choices=Stream.choices, required=False)
    diploma = forms.ChoiceField(label=_("Vocational diploma you hold"), choices=Diploma.choices, required=False)
    born_on = Day(_("Date of birth"), required=False)
    commune = forms.TypedChoiceField(
        label=_("Commune where you live"), coerce=territory.area, required=False, empty_value=None
    )
    max_km = forms.TypedChoiceField(
        label=_("How far could you go each day?"), choices=DISTANCES, coerce=int, required=False, empty_value=None,
        help_text=_("A centre with a boarding house stays in the list, however far it is."),
    )  # fmt: skip
    wants_bed = forms.BooleanField(label=_("I need a bed: I cannot live at home."), required=False)
    modes = forms.MultipleChoiceField(
        label=_("Only these ways of training (none ticked: all)"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    service = services.describe_client

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].choices = [("", "–"), *territory.commune_choices()]  # type: ignore[attr-defined]
        self.fields["modes"].choices = [(mode.code, mode.label) for mode in offer.modes()]  # type: ignore[attr-defined]

    def stored(self, row: Any) -> dict[str, Any]:
        """What the page shows: the client's own answers, else those of the application."""
        about = clients.subject(row, None)
        shown = {name: getattr(about, name) for name in ("schooling", "stream", "diploma", "born_on", "max_km")}
        place = about.commune.code if about.commune else ""
        return shown | {"wants_bed": about.wants_bed, "modes": list(about.modes), "commune": place}

    def clean_stream(self) -> str:
        return self.cleaned_data["stream"] or Stream.NONE

    def clean_diploma(self) -> str:
        return self.cleaned_data["diploma"] or Diploma.NONE


class ReserveForm(ServiceForm):
    """A time for oneself: a phone number is enough."""

    purpose = forms.ChoiceField(label=_("What would you like to talk about?"), choices=Purpose.choices)
    words = forms.CharField(
        label=_("In your words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    phone = PhoneField(
        label=_("Phone"), required=False,
        help_text=_("You confirm it by a code, and receive a reminder by SMS. No account is needed."),
    )  # fmt: skip

    service = services.reserve


class CodeForm(forms.Form):
    """The six digits of an SMS; Arabic ones serve as well."""

    code = forms.CharField(
        label=_("Code received by SMS"), max_length=12,
        widget=forms.TextInput(
            attrs={"class": "input w-full", "inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}
        ),
    )  # fmt: skip

    def clean_code(self) -> str:
        return "".join(fold(self.cleaned_data["code"]).split())


class WhoForm(forms.Form):
    """For whom an appointment is, when its number has one already."""

    name = forms.CharField(
        label=_("For whom is this appointment?"), max_length=120,
        widget=forms.TextInput(attrs={"class": "input w-full"}),
        help_text=_("A first name is enough. It stands in the messages to your number."),
    )  # fmt: skip


class SignUpForm(ServiceForm):
    """A place at an open day."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    phone = PhoneField(label=_("Phone"), required=False)

    service = services.sign_up


class CentreForm(ServiceForm):
    """A form of the desk about one of the visitor's centres, and one of its counsellors."""

    centre = forms.CharField(label=_("Guidance centre"))

    def __init__(self, *args: Any, scope: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centres = {row.code: row for row in agenda.centres_of(scope)}
        choices = [(code, row.label) for code, row in self.centres.items()]
        self.fields["centre"] = forms.ChoiceField(label=self.fields["centre"].label, choices=choices)
        self.fields["centre"].widget.attrs["class"] = "select w-full"
        self.order_fields(["centre", *self.fields])

    def clean_centre(self) -> Any:
        return self.centres[self.cleaned_data["centre"]]


class CounsellorForm(CentreForm):
    counsellor = forms.CharField(label=_("Counsellor"))

    def __init__(self, *args: Any, scope: Any, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self.staff = {user.ref: user for user in agenda.counsellors(self.centres.values())}
        choices = [(ref, str(user)) for ref, user in self.staff.items()]
        self.fields["counsellor"] = forms.ChoiceField(label=_("Counsellor"), choices=choices)
        self.fields["counsellor"].widget.attrs["class"] = "select w-full"
        self.order_fields(["centre", "counsellor", *self.fields])

    def clean_counsellor(self) -> Any:
        return self.staff[self.cleaned_data["counsellor"]]


class HoursForm(CounsellorForm):
    """When a counsellor receives."""

    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    from_time = forms.TimeField(label=_("From"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    to_time = forms.TimeField(label=_("To"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    minutes = forms.IntegerField(label=_("Minutes an appointment"), min_value=5, max_value=480, initial=30)
    capacity = forms.IntegerField(
        label=_("Persons at a time"), min_value=1, max_value=200, initial=1, help_text=_("More than one: a group.")
    )
    topic = forms.CharField(label=_("Subject of the group"), max_length=120, required=False)
    channel = forms.ChoiceField(label=_("How"), choices=MeetingChannel.choices)
    room = forms.CharField(label=_("Room or address"), max_length=120, required=False)
    link = forms.URLField(label=_("Address of the video room"), required=False, assume_scheme="https")
    first_on = Day(_("First day"))
    last_on = Day(_("Last day"), required=False, help_text=_("The same day as the first: once only."))

    service = services.publish_hours
    creates = True


class EndHoursForm(ServiceForm):
    last_on = Day(_("Last day"))

    service = services.end_hours


class ClosureForm(CentreForm):
    """An exception to the hours."""

    starts_at = forms.DateTimeField(label=_("From (Casablanca time)"), widget=Moment())
    ends_at = forms.DateTimeField(label=_("Until (Casablanca time)"), widget=Moment())
    reason = forms.CharField(label=_("Why"), max_length=120, required=False)

    service = services.close_days
    creates = True


class BookForm(CounsellorForm):
    """An appointment made at the desk or on the phone."""

    starts_at = forms.DateTimeField(label=_("Begins at (Casablanca time)"), widget=Moment())
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    words = forms.CharField(label=_("Remark"), max_length=300, required=False)

    service = services.book_at
    creates = True


class ContactForm(ServiceForm):
    """One entry of a follow-up."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    channel = forms.ChoiceField(label=_("How"), choices=MeetingChannel.choices)
    summary = forms.CharField(
        label=_("Summary, which the person reads"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    steps = forms.CharField(
        label=_("Steps agreed, one a line"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    next_on = Day(_("Next date"), required=False)

    service = services.record
    creates = True


class NoteForm(ServiceForm):
    text = forms.CharField(
        label=_("Sensitive note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted; each reading is written in the journal."),
    )  # fmt: skip

    service = services.note
    creates = True


class HandOverForm(ServiceForm):
    """Who takes the follow-up over, and what the person agreed to."""

    centre = forms.CharField(label=_("Guidance centre"), required=False)
    taker = forms.EmailField(label=_("E-mail of the counsellor who takes over"))
    consented = forms.BooleanField(
        label=_("The person, or the guardian of a minor, agrees that the follow-up changes hands."), required=False
    )
    consent = forms.CharField(
        label=_("What they agreed to, and how"), max_length=300, required=False,
        help_text=_("Such as: agreed by phone on Monday, all contacts may be read."),
    )  # fmt: skip

    service = services.hand_over
    creates = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(row.code, row.label) for row in agenda.centres_of(EVERYWHERE)]
        self.fields["centre"] = forms.ChoiceField(
            label=_("Guidance centre"), choices=[("", _("This centre")), *rows], required=False
        )
        self.fields["centre"].widget.attrs["class"] = "select w-full"

    def clean_centre(self) -> Any:
        code = self.cleaned_data["centre"]
        try:
            return centres.centre(EVERYWHERE, code) if code else None
        except ObjectDoesNotExist:
            raise ValidationError(_("There is no such centre.")) from None

    def clean_taker(self) -> Any:
        found = agenda.user_by_email(self.cleaned_data["taker"])
        if found is None:
            raise ValidationError(_("No account has this e-mail: %(email)s") % {"email": self.cleaned_data["taker"]})
        return found


class TurnDownForm(ReasonForm):
    service = services.turn_down


class EndCaseForm(ServiceForm):
    closing = forms.ChoiceField(label=_("Reason of the end"), choices=[("", "–"), *Closing.choices[:-1]])

    service = services.end_case


class ReopenCaseForm(ReasonForm):
    service = services.reopen_case


class ReopenDayForm(ReasonForm):
    service = services.reopen_day


class OpenDayForm(CentreForm):
    """An open day."""

    name_ar = forms.CharField(label=_("Title in Arabic"), max_length=200)
    name_fr = forms.CharField(label=_("Title in French"), max_length=200, required=False)
    starts_at = forms.DateTimeField(label=_("From (Casablanca time)"), widget=Moment())
    ends_at = forms.DateTimeField(label=_("Until (Casablanca time)"), widget=Moment())
    about = forms.CharField(
        label=_("What one sees and does there"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    capacity = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=100_000, required=False, help_text=_("Empty: no limit.")
    )

    service = services.announce
    creates = True


class HoldForm(EditForm):
    walk_ins = forms.IntegerField(label=_("Came without registering"), min_value=0, max_value=1_000_000, initial=0)

    service = services.hold
