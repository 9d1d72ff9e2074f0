"""allauth's door to our users: who they are, how they are reached, and how often anyone may try."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from takwin.accounts import limits, proofs
from takwin.accounts.browsers import remember_browser, remembers
from takwin.accounts.models import User
from takwin.accounts.phones import normalize_phone

PROOF_LETTERS = (  # to an e-mail that somebody says is theirs, whether an account has it or not
    "account/email/email_confirmation",
    "account/email/account_already_exists",
    "account/email/unknown_account",
)
LIMITED = {"too_many_login_attempts", "rate_limited"}  # allauth's codes of a limit that is reached


def _even_out(email: str) -> None:
    """allauth looks once more for an address that nobody proved (`filter_users_by_email`): as many queries for one
    that somebody did, so that the time of a refusal does not say which addresses have an account."""
    email = email.lower()
    if email and EmailAddress.objects.filter(email=email, verified=True).exists():
        list(User.objects.filter(email=email))


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong tries from here. %(wait)s Or ask for a code: it opens your account at once."
        ),
        "rate_limited": gettext_lazy("Too many tries. %(wait)s"),
        "incorrect_code": gettext_lazy("This is not the code that was sent."),
        "phone_password_mismatch": gettext_lazy("The phone number or the password is not right."),
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
    }

    def get_client_ip(self, request: Any) -> str:
        """The client behind the trusted proxies; the caller itself when the header is absent, short or garbled.
        A link-local address loses its zone, and what is no address (a socket's path) is 0.0.0.0: the columns that keep
        it on PostgreSQL would refuse the whole sign-in."""
        try:
            found = super().get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied):
            found = request.META.get("REMOTE_ADDR") or ""
        try:
            return str(ip_address(found.partition("%")[0]))
        except ValueError:
            return "0.0.0.0"

    def get_login_stages(self) -> list[str]:
        mail = "allauth.account.stages.EmailVerificationStage"
        return [
            "takwin.accounts.stages.ProvenMailStage" if path == mail else path for path in super().get_login_stages()
        ]

    def phone_form_field(self, **kwargs: Any) -> Any:
        from takwin.accounts.forms import MobileField

        return MobileField(**{"label": _("Mobile phone")} | kwargs)

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        if verified:
            proofs.prove(user, proofs.PHONE, phone, keep_password=True)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone_verified(self, user: Any, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=normalize_phone(phone) or phone).first() if phone else None

    # allauth counts these by the number alone: one account would use up anybody's codes of a day.

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix.startswith(PROOF_LETTERS):
            count_proof(self.request, email.lower(), context.get("user"))
        super().send_mail(template_prefix, email, context)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **_kwargs: Any) -> None:
        count_proof(self.request, phone, user)
        proofs.deliver(proofs.PHONE, phone, _("takwin: your code is %(code)s.") % {"code": code})

    # Wrong passwords are counted by account and address, so that nobody locks the owner out from elsewhere; and by
    # account alone for browsers that never opened it, so that a thousand addresses do not get a thousand times more.

    def _get_login_attempts_cache_key(self, request: Any, **credentials: Any) -> str:
        return f"{_login_of(credentials)}|{limits.client_network(request)}"

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        self._elsewhere, self._asked = (
            None,
            ("login_failed", self._get_login_attempts_cache_key(request, **credentials)),
        )
        super().pre_authenticate(request, **credentials)
        _even_out(credentials.get("email") or "")
        login = _login_of(credentials)
        if login and not remembers(request, login):
            self._asked = ("login_failed_anywhere", login)
            self._elsewhere = limits.count(request, *self._asked)
            if self._elsewhere is None:
                raise self.validation_error("too_many_login_attempts")

    # allauth's own refusals do not say how long to wait: the sentence is completed where it is raised.

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code not in LIMITED:
            return super().validation_error(code, *args)
        asked = getattr(self, "_asked", None)
        seconds = limits.seconds_left(self.request, *asked) if asked else limits.seconds_of_visitor(self.request)
        self.request.limited_for = seconds
        return ValidationError(self.error_messages[code] % {"wait": limits.wait_sentence(seconds)}, code=code)

    def add_message(self, request: Any, level: int, *args: Any, message: str | None = None, **more: Any) -> None:
        if message is not None and message == self.error_messages["rate_limited"]:
            message = str(message) % {"wait": limits.wait_sentence(limits.seconds_of_visitor(request))}
        super().add_message(request, level, *args, message=message, **more)

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        elsewhere = getattr(self, "_elsewhere", None)
        if elsewhere:
            elsewhere.rollback()

    def logout(self, request: Any) -> None:
        super().logout(request)
        request.signed_out_by_hand = True

    def post_login(self, request: Any, user: Any, **kwargs: Any) -> Any:
        response = super().post_login(request, user, **kwargs)
        remember_browser(request, response, user)
        return response


def count_proof(request: Any, to: str, user: Any) -> None:
    """Count one more code for another phone or e-mail of an account, or raise LimitError: by number and account, by
    number and network, and by number with room for several of them. Apart for a browser that has opened the number's
    own account, whose owner others do not stop."""
    if remembers(request, to):
        limits.require(request, ("proof_sent_again", to))
        return
    account = request.user.pk or getattr(user, "pk", None) or 0
    limits.require(
        request,
        ("proof_sent_by", f"{to} {account}"),
        ("proof_sent_from", f"{to} {limits.client_network(request)}"),
        ("proof_sent", to),
    )


def _login_of(credentials: dict[str, Any]) -> str:
    """The phone or e-mail someone signs in with, in one form."""
    phone = credentials.get("phone") or ""
    return (normalize_phone(phone) or phone or credentials.get("email") or "").lower()[:254]
