"""Navigation, rights and words of centres."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import Context, Entry, Section

OFFER = Section("offer", _("Offer"), 10)

CONTEXT = Context(
    navigation=(Entry(OFFER, "centres:list", _("Centres and spaces"), "centres.see", "centres"),),
    capabilities={
        "centres.correct": ("national", "regional", "director"),
        "centres.see": ("national", "regional", "registrar", "director", "counsellor", "head", "auditor"),
    },
)
