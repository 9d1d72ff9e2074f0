"""Keys that sign, now and before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from takwin.certification.choices import KeyState
from takwin.core.choices import state_check
from takwin.core.fields import EncryptedTextField, RefField
from takwin.core.second_person import SecondPersonRequest, two_persons


class SigningKey(models.Model):
    """An Ed25519 key. `number` names it in public (`#key-2`); the secret half is encrypted at rest and never shown."""

    ref = RefField(prefix="KEY")
    number = models.PositiveSmallIntegerField(unique=True)
    secret = EncryptedTextField()
    multikey = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=KeyState, default=KeyState.CURRENT)
    made_at = models.DateTimeField(db_default=Now())

    secret_fields = ("secret",)

    class Meta:
        verbose_name = _("signing key")
        ordering = ["-number"]
        constraints = [
            state_check("state", KeyState, "key_state_is_known"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="key_one_signs_at_a_time"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"key-{self.number}"


class KeyWithdrawal(SecondPersonRequest):
    """A key that one person says has leaked, until a second one decides whether what it signed is still believed."""

    ref = RefField(prefix="KWD")
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="withdrawals")

    class Meta:
        verbose_name = _("withdrawal of a key")
        ordering = ["-pk"]
        constraints = [
            *two_persons("key_withdrawal"),
            models.UniqueConstraint(fields=["key"], condition=Q(state="waiting"), name="key_withdrawal_once_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
