"""Navigation, rights and words of the registry of persons."""

from django.utils.translation import gettext_lazy as _

from takwin.core.contexts import Context

CONTEXT = Context(
    capabilities={
        "people.correct": ("national", "regional", "registrar"),
    },
    verbs={
        "consent": _("Consent noted"),
        "correct_identity": _("Identity corrected"),
        "lose_card": _("Card number taken off"),
        "prove_card": _("Card number confirmed"),
    },
)
