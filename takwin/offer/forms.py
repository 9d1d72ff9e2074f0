"""What the desk asks about offerings."""

from django.utils.translation import gettext_lazy as _

from takwin.offer import services
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import ReasonForm, ServiceForm


class SeatsForm(EditForm, ReasonForm):
    capacity = forms.IntegerField(label=_("Places, all years"), min_value=0, max_value=100_000)
    first_year = forms.IntegerField(label=_("First-year places"), min_value=0, max_value=100_000)
    seats = forms.IntegerField(
        label=_("Seats open to candidates"), min_value=0, max_value=100_000,
        help_text=_("What the allocation hands out; within the first-year places."),
    )  # fmt: skip

    service = services.set_seats
    field_order = ["capacity", "first_year", "seats", "reason"]


class CloseForm(ReasonForm):
    service = services.close


class ReopenForm(ReasonForm):
    service = services.reopen


class ImportForm(ServiceForm):
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("CSV (UTF-8) or XLSX with the columns centre, programme, mode, capacity, first_year, seats."),
    )  # fmt: skip
    dry_run = forms.BooleanField(label=_("Dry run: check every row and write nothing"), required=False, initial=True)

    service = services.import_offerings
