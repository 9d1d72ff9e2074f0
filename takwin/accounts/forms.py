"""Fields of sign-in."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import PasswordField
from allauth.account.forms import ChangePasswordForm as BaseChangePasswordForm
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import ResetPasswordKeyForm as BaseResetPasswordKeyForm
from allauth.account.forms import SetPasswordForm as BaseSetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from takwin.accounts.browsers import SHARED
from takwin.accounts.codes import SIGNS
from takwin.accounts.models import User
from takwin.accounts.phones import normalize_phone, reached_by_sms
from takwin.accounts.proofs import EMAIL, PHONE
from takwin.accounts.services import choose_language
from takwin.ui import fields as forms
from takwin.ui.context_processors import NAMES
from takwin.ui.forms import ServiceForm

NOT_A_PHONE = _("This is not a phone number. Write it as 06 12 34 56 78 or +212612345678.")
NOT_A_MOBILE = _("A code cannot reach this number: give a mobile phone.")
# What the validators of the settings ask, in one sentence that helps before the first try.
PASSWORD_HINT = _(
    "Ten signs or more. Three words that only you would put together are good; your name, your number, "
    "or a password used elsewhere are not."
)
LONGEST_PASSWORD = 256  # hashing takes time by length


class PhoneField(forms.CharField):
    """A phone number, Moroccan unless it begins with a country code; cleaned to E.164."""

    widget = forms.TextInput(
        attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr", "inputmode": "tel", "class": "input w-full"}
    )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        phone = normalize_phone(text)
        if phone is None:
            raise ValidationError(NOT_A_PHONE)
        return phone


class MobileField(PhoneField):
    """A phone that receives an SMS."""

    def clean(self, value: Any) -> str:
        phone = super().clean(value)
        if phone and not reached_by_sms(phone):
            raise ValidationError(NOT_A_MOBILE)
        return phone


def reached_at(text: str) -> tuple[str, str]:
    """("phone" or "email", its tidy form) of what someone typed; raises ValidationError."""
    if "@" in text:
        validate_email(text)
        return EMAIL, text.lower()
    return PHONE, MobileField().clean(text)


def shared_device() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Other people use this device (school, cybercafé, a friend's phone)"), required=False
    )


def password_field(label: Any) -> PasswordField:
    """A new password, as typed: neither cleaned nor folded, since it is never shown."""
    field = PasswordField(label=label, autocomplete="new-password", max_length=LONGEST_PASSWORD)
    field.help_text = PASSWORD_HINT
    field.widget.attrs.pop("placeholder", None)
    return field


class AskCodeForm(ServiceForm):
    """A phone or an e-mail that a code is sent to."""

    login = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "dir": "ltr"}),
    )
    shared = shared_device()

    def clean_login(self) -> tuple[str, str]:
        return reached_at(self.cleaned_data["login"])

    @property
    def reached(self) -> tuple[str, str]:
        return self.cleaned_data["login"]


class LanguageForm(ServiceForm):
    """The language of messages; none follows the pages that are read."""

    service = choose_language
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the pages I read")), *NAMES.items()]
    )


class SignUpForm(ServiceForm):
    """A phone or an e-mail: one of the two begins an account, and is proven by a code before there is one."""

    phone = MobileField(label=_("Mobile phone"), required=False)
    email = forms.EmailField(
        label=_("or e-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"})
    )
    password1 = password_field(_("Password"))
    shared = shared_device()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        phone, email = data.get("phone"), data.get("email")
        if not phone and not email and not {"phone", "email"} & set(self.errors):
            self.add_error("phone", _("Give a phone number or an e-mail address."))
        if phone and email:
            self.add_error("email", _("One is enough to begin: add the e-mail in your account afterwards."))
        if data.get("password1"):
            try:
                validate_password(data["password1"], User(email=email or None, phone=phone or None))
            except ValidationError as refusal:
                self.add_error("password1", refusal)
        return data

    @property
    def reached(self) -> tuple[str, str]:
        phone = self.cleaned_data.get("phone")
        return (PHONE, phone) if phone else (EMAIL, self.cleaned_data["email"].lower())


class CodeForm(ServiceForm):
    """The digits that were sent."""

    code = forms.CharField(
        label=_("The six digits"),
        max_length=SIGNS,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr", "autofocus": True}
        ),
    )


class NewPasswordForm(ServiceForm):
    """A password after a proof; the old one is not asked."""

    password1 = password_field(_("New password"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]


class LoginForm(BaseLoginForm):
    """Sign-in by password, with the question whose device it is."""

    shared = shared_device()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        login, password = self.fields["login"], self.fields["password"]
        login.label, login.max_length = _("Phone or e-mail"), 254
        login.validators.append(forms.CharField(max_length=254).validators[0])
        login.widget.attrs = {"autocomplete": "username", "dir": "ltr", "class": "input w-full"}
        password.help_text = ""
        password.widget.attrs = {"autocomplete": "current-password", "class": "input w-full"}
        self.fields["shared"].widget.attrs["class"] = "checkbox"

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(_("The password is not right."))
        return password

    def login(self, request: Any, redirect_url: str | None = None) -> Any:
        response = super().login(request, redirect_url)
        request.session[SHARED] = self.cleaned_data["shared"]
        return response


class Hinted:
    """allauth's forms of a new password, with our hint in place of a list of rules."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HINT  # type: ignore[attr-defined]


class ChangePasswordForm(Hinted, BaseChangePasswordForm):
    """The old password and a new one."""


class SetPasswordForm(Hinted, BaseSetPasswordForm):
    """A first password."""


class ResetPasswordKeyForm(Hinted, BaseResetPasswordKeyForm):
    """A new password by an address of before."""
