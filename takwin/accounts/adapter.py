"""allauth's door to our users: phones live on the user, codes leave through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

from takwin.accounts.models import User
from takwin.core.choices import Channel
from takwin.core.messages import post, send_waiting


def tidy_phone(text: str) -> str | None:
    """A number as +212612345678; numbers without a country are Moroccan. None when it is no number."""
    try:
        number = parse(text, "MA")
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else None


class Adapter(DefaultAccountAdapter):
    def phone_form_field(self, **kwargs: Any) -> Any:
        from takwin.accounts.forms import PhoneField

        return PhoneField(**kwargs)

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone_verified(self, user: Any, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=tidy_phone(phone) or phone).first()

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **_kwargs: Any) -> None:
        self._sms(phone, _("takwin: your code is %(code)s.") % {"code": code})

    def send_unknown_account_sms(self, phone: str, **_kwargs: Any) -> None:
        self._sms(phone, _("takwin: no account has this number. Create one to begin."))

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._sms(phone, _("takwin: an account already has this number. Sign in instead."))

    def _sms(self, phone: str, body: str) -> None:
        # A code that waits for the next tick is of no use: try at once, keep the row if it fails.
        post(Channel.SMS, phone, body, about="sign-in")
        send_waiting(limit=20)
