"""Around every page: who may see it from where, what a browser may keep of it, and what a limit says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import RateLimited
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from takwin.accounts.kept_forms import KEPT, clear_owner, give_key, keep_form, name_owner, show_kept
from takwin.accounts.limits import LimitError, seconds_of_visitor, wait_sentence
from takwin.accounts.reach import must_prove
from takwin.accounts.roles import needs_role
from takwin.accounts.selectors import has_email
from takwin.accounts.services import note_language
from takwin.core.scope import NOWHERE


def is_staff_page(request: Any, view: Any, kwargs: Any) -> bool:
    """Whether a second factor and the watch of staff stand before a page: it needs a role, or is of the raw admin."""
    return needs_role(view, kwargs) or request.path.startswith(reverse("admin:index"))


def page_before(request: Any) -> str:
    """The page of ours a request came from, as a path that opens by GET; "" when there is none."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return ""
    parts = urlsplit(address)
    try:
        resolve(parts.path)
    except Resolver404:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class SignInRequired(LoginRequiredMiddleware):
    """Sends strangers to sign-in and afterwards back to a page that opens: for a form that was sent after its session
    had ended, the page of the form, never the form's own address, which knows no GET."""

    def process_view(self, request: Any, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        # Only pages of signed-in people: the home page is Arabic for whoever types the address of the site.
        own = answer is None and request.method == "GET" and getattr(view_func, "login_required", True)
        if own and request.user.is_authenticated and not request.headers.get("HX-Request"):
            note_language(request.user, get_language() or settings.LANGUAGE_CODE)
        return answer

    def handle_no_permission(self, request: Any, view_func: Any) -> Any:
        if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        return send_to_sign_in(request, self.get_login_url(view_func))


def send_to_sign_in(request: Any, sign_in: str) -> HttpResponse:
    """Lead a form or a fragment of an ended session to the sign-in and from there back to its page; what a form typed
    is kept for its author."""
    following, kept = page_before(request), ""
    if request.method not in {"GET", "HEAD"}:
        kept = keep_form(request, following)
        lost = _("You were signed out: what you sent is not saved. Sign in and send it again.")
        found = _(
            "You were signed out: what you sent is not saved yet. Sign in: what you typed comes back to its form."
        )
        messages.warning(request, found if kept else lost)
    following = following or reverse(settings.LOGIN_REDIRECT_URL)
    answer: HttpResponse = redirect_to_login(following, sign_in)
    if request.headers.get("HX-Request"):  # a fragment of the page would be replaced by the whole sign-in
        answer = HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    give_key(request, answer, kept)
    return answer


class NothingOfOneInACache:
    """An answer that sets a cookie is of its reader alone, whatever the view says of it: a cache between that keeps
    both would hand the session of one person to the next. Outside of everything that sets cookies."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        response = self.get_response(request)
        if response.cookies and "public" in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-store"
        return response


class Private:
    """What signed-in people read stays in no cache and no history: "back" after the sign-out shows nothing."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        response = self.get_response(request)
        if getattr(request, "signed_out_by_hand", False) or _signs_out(request, response):
            clear_owner(request, response)
        if request.user.is_authenticated and "public" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-store"
            name_owner(request, response)
            if KEPT in request.COOKIES:
                show_kept(request, response)
        return response

    def process_exception(self, request: Any, exception: Exception) -> Any:
        """Limits, ours and allauth's, in the page's language and look."""
        if isinstance(exception, LimitError):
            return too_many(request, exception.seconds)
        return too_many(request) if isinstance(exception, RateLimited) else None


def _signs_out(request: Any, response: HttpResponse) -> bool:
    """A sign-out whose session had ended already: whoever presses it leaves this browser all the same."""
    asked = request.method == "POST" and request.resolver_match and request.resolver_match.url_name == "account_logout"
    return bool(asked and response.status_code < 400)


def too_many(request: Any, seconds: int = 0) -> HttpResponse:
    """The page of 429: how long to wait, and the way back. Without `seconds` (allauth does not say which of its limits
    it was), the longest wait of this address and account."""
    seconds = seconds or seconds_of_visitor(request)
    context = {"wait": wait_sentence(seconds), "back": page_before(request)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


class SecondFactor:
    """Gives every request an empty scope; sends staff without a verified e-mail, a TOTP or a passkey to set
    them up."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.scope = NOWHERE
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, _args: Any, kwargs: Any) -> Any:
        if settings.STAFF_SECOND_FACTOR and must_prove(request, request.resolver_match.url_name or ""):
            back = request.get_full_path() if request.method == "GET" else page_before(request)
            return redirect(f"{reverse('account_prove_reach')}?{urlencode({'next': back})}")
        if not is_staff_page(request, view, kwargs) or not request.user.is_authenticated:
            return None
        if settings.STAFF_VERIFIED_EMAIL and not has_email(request.user):
            messages.warning(request, _("Staff accounts need a verified e-mail address. Verify yours to go on."))
            return redirect("account_email")
        if settings.STAFF_SECOND_FACTOR and not is_mfa_enabled(request.user):
            messages.warning(request, _("Staff accounts need a second factor. Set one up to go on."))
            return redirect("mfa_index")
        return None
