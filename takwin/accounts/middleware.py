"""Staff of the desk need a second factor before they see anyone's record."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from takwin.core.scope import NOWHERE


class SecondFactor:
    """Gives every request an empty scope; sends staff without TOTP or passkey to set one up."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.scope = NOWHERE
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, _args: Any, _kwargs: Any) -> Any:
        guarded = getattr(view, "capability", "public") not in {"public", "signed-in", "admissions.apply"}
        if (
            not settings.STAFF_SECOND_FACTOR
            or not (guarded or request.path.startswith(reverse("admin:index")))
            or not request.user.is_authenticated
            or is_mfa_enabled(request.user)
        ):
            return None
        messages.warning(request, _("Staff accounts need a second factor. Set one up to go on."))
        return redirect("mfa_index")
