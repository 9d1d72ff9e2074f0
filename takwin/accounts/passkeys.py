"""allauth's passkey forms, with a credential that may be anything a stranger posts: a page answers, never an error."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as base
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from takwin.ui import fields as forms

LONGEST = 20_000  # signs; a registration with its attestation has some 2,000
# What the library raises for a credential of another shape than the standard's.
ODD = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class CredentialField(forms.JSONField):
    """An object of JSON, of bounded length and depth."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST:
            raise get_adapter().validation_error("incorrect_code")
        try:
            found = super().to_python(value)
        except (ValueError, RecursionError):  # integers of thousands of digits, nests of thousands of brackets
            raise get_adapter().validation_error("incorrect_code") from None
        if not isinstance(found, dict):
            raise get_adapter().validation_error("incorrect_code")
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None  # used once, never written back into the page

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


class TriedCredential(forms.Form):
    credential = CredentialField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            raise
        except ODD:
            raise get_adapter().validation_error("incorrect_code") from None


class AuthenticateForm(TriedCredential, base.AuthenticateWebAuthnForm):
    credential = CredentialField()


class LoginForm(TriedCredential, base.LoginWebAuthnForm):
    credential = CredentialField()


class ReauthenticateForm(TriedCredential, base.ReauthenticateWebAuthnForm):
    credential = CredentialField()


class AddForm(base.AddWebAuthnForm):
    name = forms.CharField(label=_("Name of the passkey"), max_length=100, required=False)
    credential = CredentialField()

    def clean(self) -> Any:
        try:
            return super().clean()
        except ValidationError:
            raise
        except ODD:
            raise get_adapter().validation_error("incorrect_code") from None


class EditForm(base.EditWebAuthnForm):
    name = forms.CharField(label=_("Name of the passkey"), max_length=100)
