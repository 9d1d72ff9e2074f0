"""What each indicator means, in words that stand beside it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# code -> (name, what is counted, over what).
INDICATORS = {
    "insertion": (
        _("Insertion rate"),
        _("employed, self-employed, in a cooperative or with an own project"),
        _("everyone who answered"),
    ),
    "insertion-active": (
        _("Insertion rate of the active"),
        _("employed, self-employed, in a cooperative or with an own project"),
        _("those who answered and neither study nor stay out of work by choice"),
    ),
    "salaried": (_("Employed in a company"), _("employed in a company"), _("everyone who answered")),
    "own-account": (
        _("On their own account"),
        _("self-employed, in a cooperative or with an own project"),
        _("everyone who answered"),
    ),
    "studies": (_("Continue studies"), _("who continue studies"), _("everyone who answered")),
}
