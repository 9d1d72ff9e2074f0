"""Fields of sign-in."""

from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from takwin.accounts.adapter import tidy_phone
from takwin.ui import fields as forms


class PhoneField(forms.CharField):
    """A phone number, Moroccan unless it begins with a country code; cleaned to E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        phone = tidy_phone(text)
        if phone is None:
            raise ValidationError(_("This is not a phone number. Write it as 06 12 34 56 78 or +212612345678."))
        return phone


class SignupForm(BaseSignupForm):
    """A phone or an e-mail: one of the two is enough."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("phone") and not data.get("email"):
            raise ValidationError(_("Give a phone number or an e-mail address."))
        return data
