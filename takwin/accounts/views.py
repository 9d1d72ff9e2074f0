"""Pages of sign-up, sign-in, codes, and the account of the visitor."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import ChangePhoneView, EmailView, LoginView
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from takwin.accounts import codes, door, forms, limits, proofs, reach, security
from takwin.accounts.codes import Proof, Purpose
from takwin.ui.pages import PUBLIC, SIGNED_IN, page, safe_next, show

TOO_MANY = "too_many_login_attempts"


def _following(request: Any) -> str:
    """The address to go to afterwards, when it is one of ours."""
    return safe_next(request, request.POST.get("next") or request.GET.get("next") or "")


@page(PUBLIC)
def sign_in(request: Any) -> HttpResponse:
    """By password or passkey; too many wrong passwords are answered by 429."""
    response = LoginView.as_view()(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form is not None and form.is_bound and form.has_error("__all__", TOO_MANY):
        response.status_code, response["Retry-After"] = 429, str(request.limited_for)
    return response


def _ask(request: Any, form: Any, purpose: Purpose, template: str) -> HttpResponse:
    """One page that asks for a phone or e-mail and sends a code to it, whether an account has it or not."""
    following = _following(request)
    if request.user.is_authenticated:
        return redirect(following or "web:door")
    if request.method == "POST" and form.is_valid():
        limits.require(request, "signup" if purpose == Purpose.SIGN_UP else "login")
        data, (kind, to) = form.cleaned_data, form.reached
        # Hashed for a number that has an account too: both answers take as long.
        password = make_password(data["password1"]) if "password1" in data else ""
        door.ask(request, Proof(str(purpose), kind, to, password, following, data["shared"]))
        return redirect("account_code")
    response = show(request, template, form=form, following=following)
    add_never_cache_headers(response)
    return response


@page(PUBLIC)
def sign_up(request: Any) -> HttpResponse:
    return _ask(request, forms.SignUpForm(request.POST or None), Purpose.SIGN_UP, "account/signup.html")


@page(PUBLIC)
def ask_code(request: Any) -> HttpResponse:
    return _ask(request, forms.AskCodeForm(request.POST or None), Purpose.SIGN_IN, "account/request_login_code.html")


@page(PUBLIC)
def reset_password(request: Any) -> HttpResponse:
    return _ask(request, forms.AskCodeForm(request.POST or None), Purpose.RESET, "account/password_reset.html")


@page(PUBLIC)
def enter_code(request: Any) -> HttpResponse:
    """The digits sent to a phone or e-mail."""
    if request.user.is_authenticated:
        return redirect("web:door")
    proof = codes.pending(request.session)
    if proof is None:
        if request.method == "POST":
            messages.error(request, _("This code is no longer valid. Ask for another."))
        return redirect("account_request_login_code")
    if request.method == "POST" and "again" in request.POST:
        return _send_again(request, proof)
    form = forms.CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limits.require(request, "code_tried")
        if proof.accepts(form.cleaned_data["code"]) and door.may_enter(proof):
            return door.enter(request, proof)
        security.note_wrong_code(request, proofs.find_holder(proof.kind, proof.to))
        if proof.is_spent:
            codes.drop(request.session)
            messages.error(request, _("Too many wrong codes. Ask for another."))
            return redirect("account_request_login_code")
        codes.keep(request.session, proof)
        form.add_error("code", _("This is not the code that was sent."))
    return _code_page(request, proof, form)


def _send_again(request: Any, proof: Proof) -> HttpResponse:
    if not door.may_send_again(proof):
        return _code_page(request, proof, forms.CodeForm(), wait=door.seconds_to_resend(proof))
    if proof.sent >= codes.SENDS:
        codes.drop(request.session)
        messages.error(request, _("The code was sent three times. Check the number, then begin again."))
        return redirect("account_request_login_code")
    door.send(request, proof)
    messages.success(request, _("A new code was sent; the earlier one no longer works."))
    return redirect("account_code")


def _code_page(request: Any, proof: Proof, form: Any, wait: int = 0) -> HttpResponse:
    """The page of the digits; 429 with `wait`, the seconds until new ones may be asked for."""
    back = {Purpose.SIGN_UP: "account_signup", Purpose.RESET: "account_reset_password"}
    context = {"form": form, "proof": proof, "wait": limits.wait_sentence(wait) if wait else ""}
    context["change"] = reverse(back.get(Purpose(proof.purpose), "account_request_login_code"))
    response = show(request, "account/code.html", status=429 if wait else 200, **context)
    if wait:
        response["Retry-After"] = str(wait)
    add_never_cache_headers(response)
    return response


@page(SIGNED_IN)
def new_password(request: Any) -> HttpResponse:
    """A password after a code; later the old one is asked for."""
    if not door.may_set_password(request):
        return redirect("account_change_password" if request.user.has_usable_password() else "account_set_password")
    form = forms.NewPasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        door.set_password(request, form.cleaned_data["password1"])
        return redirect("web:door")
    return show(request, "account/new_password.html", form=form)


@page(SIGNED_IN)
def prove_reach(request: Any) -> HttpResponse:
    """A code to the proven phone or e-mail of who is signed in, before a first second factor is set up."""
    following, reached = _following(request), reach.proven_reach(request.user)
    if reached is None or reach.has_fresh_code(request):
        return redirect(following or "account_home")
    proof = codes.pending(request.session)
    waits = proof is not None and (proof.purpose, proof.kind, proof.to) == (Purpose.FACTOR, *reached)
    form = forms.CodeForm()
    if request.method == "POST" and "send" in request.POST:
        if proof is None or not waits or door.may_send_again(proof):
            door.send(request, Proof(str(Purpose.FACTOR), *reached))
        return redirect(f"{request.path}?{urlencode({'next': following})}")
    if request.method == "POST" and proof is not None and waits:
        form = forms.CodeForm(request.POST)
        if form.is_valid() and _is_right(request, proof, form):
            codes.drop(request.session)
            reach.note_code(request, *reached)
            return redirect(following or "account_home")
    context: dict[str, Any] = {
        "form": form,
        "waits": waits,
        "kind": reached[0],
        "to": reached[1],
        "following": following,
    }
    response = show(request, "account/prove_reach.html", **context)
    add_never_cache_headers(response)
    return response


def _is_right(request: Any, proof: Proof, form: Any) -> bool:
    """Whether the digits are right; a wrong one is noted and said on the form."""
    limits.require(request, "code_tried")
    if proof.accepts(form.cleaned_data["code"]):
        return True
    security.note_wrong_code(request, request.user)
    codes.keep(request.session, proof)
    form.add_error("code", _("This is not the code that was sent."))
    return False


@page(SIGNED_IN)
def change_phone(request: Any) -> HttpResponse:
    """Another phone. The proof is asked for before the new number is typed, not after."""
    return _proved(ChangePhoneView.as_view())(request)


@page(SIGNED_IN)
def change_email(request: Any) -> HttpResponse:
    """Addresses of the account, the proof first."""
    return _proved(EmailView.as_view())(request)


def _proved(view: Any) -> Any:
    return reauthentication_required(view, allow_get=False)


@page(SIGNED_IN)
def home(request: Any) -> HttpResponse:
    """One's own account: ways in, devices, the language of messages, sign-out."""
    chosen = request.user.language if request.user.language_chosen else ""
    form = forms.LanguageForm(request.POST or None, initial={"language": chosen})
    if request.method == "POST" and form.run(request.user, by=request.user):
        messages.success(request, _("Messages are written to you in this language from now on."))
        return redirect("account_home")
    return show(request, "account/home.html", active="account", form=form)
