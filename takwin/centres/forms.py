"""What the desk asks about a centre."""

from django.utils.translation import gettext_lazy as _

from takwin.centres import services
from takwin.centres.choices import CentreStatus
from takwin.ui import fields as forms
from takwin.ui.edits import EditForm
from takwin.ui.forms import ReasonForm


class CorrectForm(EditForm, ReasonForm):
    name_ar = forms.CharField(label=_("Arabic name"), max_length=300)
    name_fr = forms.CharField(label=_("French name"), max_length=300, required=False)
    locality = forms.CharField(label=_("Locality"), max_length=120, required=False)
    status = forms.ChoiceField(label=_("State"), choices=CentreStatus.choices)
    capacity = forms.IntegerField(label=_("Capacity"), min_value=0, max_value=1_000_000, required=False)
    beds = forms.IntegerField(label=_("Beds"), min_value=0, max_value=100_000, required=False)
    female_share = forms.IntegerField(
        label=_("Share of beds for girls (%)"), min_value=0, max_value=100, required=False
    )
    area_m2 = forms.IntegerField(label=_("Area (m²)"), min_value=0, max_value=100_000_000, required=False)

    service = services.correct
    field_order = ["name_ar", "name_fr", "locality", "status", "capacity", "beds", "female_share", "area_m2", "reason"]
