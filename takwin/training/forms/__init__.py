"""What training asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from takwin.accounts.forms import PhoneField
from takwin.offer import selectors as offer
from takwin.training import services
from takwin.training.choices import ExcuseKind, Leaving, Presence, RoomKind, TrainerStatus
from takwin.training.choices.assessment import ExamSession, Kind
from takwin.training.rules.attendance import LATEST
from takwin.training.rules.weeks import LONGEST
from takwin.training.selectors import staff
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import Day, ReasonForm, ServiceForm

PROOFS = ".pdf,.jpg,.jpeg,.png"


class PickForm(ServiceForm):
    """A form that picks one of some rows, by their reference."""

    pick: str = ""

    def __init__(self, *args: Any, rows: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.ref: row for row in rows}
        self.fields[self.pick].choices = [("", "–"), *((ref, self.words(row)) for ref, row in self.rows.items())]  # type: ignore[attr-defined]

    def words(self, row: Any) -> str:
        return str(row)

    def picked(self) -> Any:
        return self.rows.get(self.cleaned_data[self.pick])


class LeaveForm(ServiceForm):
    """A pause or a departure: when, why."""

    on = Day(_("From"), required=False)
    leaving = forms.ChoiceField(label=_("Reason"), choices=Leaving.choices)
    words = forms.CharField(label=_("In words"), max_length=300, required=False)

    service = services.abandon


class GroupForm(PickForm):
    """Another group of the same curriculum."""

    pick = "group"
    group = forms.ChoiceField(label=_("Section"))
    on = Day(_("From"), required=False)

    service = services.place

    def words(self, row: Any) -> str:
        return f"{row.name} ({row.taken}/{row.capacity}) · {row.centre.label}"

    def clean_group(self) -> Any:
        return self.picked()


class GuardianForm(EditForm):
    guardian_name = forms.CharField(label=_("Name of the guardian"), max_length=120)
    guardian_phone = PhoneField(label=_("Phone of the guardian"))

    service = services.set_guardian


class TrainerFields(ServiceForm):
    """A trainer of this centre."""

    name = forms.CharField(label=_("Name"), max_length=120)
    status = forms.ChoiceField(label=_("Status"), choices=TrainerStatus.choices)
    weekly = forms.IntegerField(label=_("Most hours a week"), min_value=1, max_value=48, initial=26)
    teaches = forms.MultipleChoiceField(
        label=_("Can teach"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Programmes of this centre; nobody is given a course of another."),
    )  # fmt: skip

    def __init__(self, *args: Any, programmes: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {row.code: row for row in programmes}
        self.fields["teaches"].choices = [(code, row.label) for code, row in self.programmes.items()]  # type: ignore[attr-defined]

    def clean_teaches(self) -> list[Any]:
        return [self.programmes[code] for code in self.cleaned_data["teaches"]]


class TrainerForm(TrainerFields):
    service = services.add_trainer
    creates = True


class ChangeTrainerForm(EditForm, TrainerFields):
    service = services.change_trainer

    def stored(self, row: Any) -> dict[str, Any]:
        return super().stored(row) | {"teaches": staff.taught(row)}


class RoomFields(ServiceForm):
    """A room one can teach in."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=RoomKind.choices)
    capacity = forms.IntegerField(label=_("Trainees it holds"), min_value=1, max_value=500, initial=25)
    equipment = forms.CharField(label=_("Equipment"), max_length=200, required=False)
    site = forms.IntegerField(
        label=_("Site"), min_value=0, max_value=20, initial=0,
        help_text=_("Rooms of two sites need an hour to go from one to the other."),
    )  # fmt: skip


class RoomForm(RoomFields):
    service = services.add_room
    creates = True


class ChangeRoomForm(EditForm, RoomFields):
    service = services.change_room


class AbsenceForm(PickForm):
    """Days when a trainer is away."""

    pick = "substitute"
    first_on = Day(_("First day"))
    last_on = Day(_("Last day"))
    reason = forms.CharField(label=_("Why"), max_length=120, required=False)
    substitute = forms.ChoiceField(label=_("Who stands in"), required=False)

    service = services.announce_absence
    creates = True

    def clean_substitute(self) -> Any:
        return self.picked()


class EndAbsenceForm(EditForm):
    last_on = Day(_("Last day"))

    service = services.end_absence


class ModuleForm(ServiceForm):
    """A module of a curriculum in preparation."""

    name_ar = forms.CharField(label=_("Arabic name"), max_length=300)
    name_fr = forms.CharField(label=_("French name"), max_length=300, required=False)
    competency = forms.CharField(label=_("Competency"), max_length=300, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=1, max_value=5, initial=1)
    term = forms.IntegerField(label=_("Term"), min_value=1, max_value=2, initial=1)
    theory = forms.IntegerField(label=_("Hours of theory"), min_value=0, max_value=2000, initial=0)
    practice = forms.IntegerField(label=_("Hours of practice"), min_value=0, max_value=2000, initial=0)
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=20, initial=1)
    weekly = forms.IntegerField(label=_("Hours a week"), min_value=1, max_value=40, initial=4)
    length = forms.IntegerField(label=_("Hours a session"), min_value=1, max_value=LONGEST, initial=2)
    room_kind = forms.ChoiceField(label=_("Room"), choices=RoomKind.choices)

    service = services.add_module
    creates = True


class DraftForm(ServiceForm):
    """The next version of a programme's curriculum."""

    programme = forms.CharField(
        label=_("Programme"), max_length=80, help_text=_("Its code, such as pharmacy-assistant.")
    )
    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=5, initial=2)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    service = services.draft
    creates = True

    def clean_programme(self) -> Any:
        found = offer.programme_by_code(self.cleaned_data["programme"].strip())
        if found is None:
            raise forms.ValidationError(
                _("There is no programme “%(code)s”.") % {"code": self.cleaned_data["programme"]}
            )
        return found


class CorrectForm(ServiceForm):
    """Say otherwise of one trainee at one roll."""

    value = forms.ChoiceField(label=_("What is true"), choices=Presence.choices)
    minutes = forms.IntegerField(label=_("Minutes late"), min_value=0, max_value=LATEST, required=False)
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    service = services.correct


class AssessmentForm(ServiceForm):
    """An assessment of one of a trainer's courses."""

    course = forms.ChoiceField(label=_("Course"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    exam_session = forms.ChoiceField(label=_("Sitting"), choices=ExamSession.choices)
    on = Day(_("Day"))
    weight = forms.IntegerField(
        label=_("Weight"), min_value=1, max_value=100, initial=1, help_text=_("Among assessments of the same kind.")
    )
    second = forms.ChoiceField(
        label=_("Second marker"), required=False, help_text=_("Marks too, without seeing the first marks.")
    )
    externals = forms.CharField(label=_("External assessors"), max_length=300, required=False)

    service = services.plan_assessment
    creates = True

    def __init__(self, *args: Any, courses: Iterable[Any] = (), seconds: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courses = {row.ref: row for row in courses}
        self.seconds = {row.ref: row for row in seconds}
        named = [(ref, f"{row.module.label} · {row.group.name}") for ref, row in self.courses.items()]
        self.fields["course"].choices = named  # type: ignore[attr-defined]
        self.fields["second"].choices = [("", "–"), *((ref, row.name) for ref, row in self.seconds.items())]  # type: ignore[attr-defined]

    def plan(self, by: Any) -> bool:
        """Call the service with the rows behind what was picked, once for each sending."""
        if not self.is_valid():
            return False
        course = self.courses[self.cleaned_data.pop("course")]
        self.cleaned_data["second"] = self.seconds.get(self.cleaned_data["second"])
        return self.run(course, by=by)


class ReopenForm(ReasonForm):
    service = services.reopen_marks


class ContestForm(ServiceForm):
    words = forms.CharField(label=_("Why"), max_length=500)

    service = services.contest
    creates = True


class AnswerContestForm(ServiceForm):
    value = forms.CharField(label=_("New mark; empty: the mark is kept"), max_length=8, required=False)
    answer = forms.CharField(label=_("Answer"), max_length=500)

    service = services.answer_contest


class ExcuseForm(ServiceForm):
    """A request to be excused."""

    first_on = Day(_("First day"))
    last_on = Day(_("Last day"))
    kind = forms.ChoiceField(label=_("Reason"), choices=ExcuseKind.choices)
    words = forms.CharField(label=_("In your words"), max_length=300, required=False)
    proof = forms.FileField(
        label=_("Proof: a photo or a PDF, 5 MB at most"), widget=forms.FileInput(attrs={"accept": PROOFS})
    )

    service = services.ask_excuse
    creates = True


class AnswerForm(ServiceForm):
    accept = forms.BooleanField(required=False)
    answer = forms.CharField(label=_("Answer"), max_length=300, required=False)

    service = services.answer_excuse


class ReopenExcuseForm(ReasonForm):
    service = services.reopen_excuse


class PublishForm(ServiceForm):
    """From which day on a week holds; `seen` marks the week that was looked at."""

    starts_on = Day(_("In force from"))
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput())

    service = services.publish_timetable


class SheetForm(ServiceForm):
    file = forms.FileField(label=_("Spreadsheet (XLSX)"), widget=forms.FileInput(attrs={"accept": ".xlsx"}))

    service = services.read_sheet
