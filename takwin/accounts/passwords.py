"""Passwords that thieves try first: those of known breaches and what people make of them, judged without a network."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from takwin.accounts.models import User

LONGEST = 72  # signs judged: zxcvbn's time grows with the square of the length
FEWEST_GUESSES = 1e6  # house value, from zxcvbn's scale: below it a throttled attack at a login page succeeds


class BreachedPasswordValidator:
    """Refuses a password found in lists of breached ones, also reversed, with 4 for a or a year behind it."""

    def validate(self, password: str, user: User | None = None) -> None:
        own = [text for text in (getattr(user, "email", ""), getattr(user, "phone", ""), str(user or "")) if text]
        if zxcvbn(password[:LONGEST], user_inputs=[*own, "takwin", "تكوين"])["guesses"] < FEWEST_GUESSES:
            raise ValidationError(
                _("Thieves try this password first: it is in lists of stolen passwords, or nearly. Choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Your password must not be one of those that were stolen elsewhere.")
