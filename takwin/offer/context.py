"""Navigation, rights and words of the offer."""

from django.utils.translation import gettext_lazy as _

from takwin.centres.context import OFFER
from takwin.core.contexts import Context, Entry
from takwin.offer.waiting import waiting

CONTEXT = Context(
    navigation=(
        Entry(OFFER, "offer:list", _("Programmes and seats"), "offer.see", "offerings"),
        Entry(OFFER, "offer:import", _("Import offerings"), "offer.import", "import"),
    ),
    capabilities={
        "offer.edit": ("national", "regional", "registrar", "director"),
        "offer.import": ("national", "regional", "registrar"),
        "offer.see": ("national", "regional", "registrar", "director", "counsellor", "head", "auditor"),
    },
    verbs={
        "allocate": _("Results published for the season"),
        "set_seats": _("Seats changed"),
    },
    waiting=waiting,
)
