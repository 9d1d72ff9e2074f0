"""Users and their grants."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.accounts.choices import EventKind, GrantRequestState
from takwin.accounts.roles import Role, nationwide, own, roles_with
from takwin.centres.choices import CentreStatus
from takwin.centres.models import Centre
from takwin.core.choices import state_check
from takwin.core.fields import EncryptedTextField, RefField, UniqueEmailField, UniquePhoneField, not_blank
from takwin.core.scope import EVERYWHERE, NOWHERE, Scope
from takwin.territory.models import Area


class UserManager(BaseUserManager):
    def create_user(self, email: str | None = None, password: str | None = None, **extra: Any) -> User:
        user = User(email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can sign in, by e-mail or by phone."""

    ref = RefField(prefix="USR")
    email = UniqueEmailField(_("E-mail"), unique=True, null=True, blank=True)
    phone = UniquePhoneField(_("Phone"), max_length=20, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    name = models.CharField(_("Name"), max_length=120, blank=True, default="")
    # What messages are written in: the language of the pages read last, until the person chooses one.
    language = models.CharField(
        _("Language of messages"), max_length=2, choices=settings.LANGUAGES, default="ar", db_default="ar"
    )
    language_chosen = models.BooleanField(default=False, db_default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()
    secret_fields = ("password", "email", "phone")
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        constraints = [
            not_blank("email", "user_email_is_not_blank"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            not_blank("phone", "user_phone_is_not_blank"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]), name="user_language_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or self.ref

    def held(self) -> list[tuple[str, str | None, int | None]]:
        """(role, area path, centre id) of each grant; one query a request."""
        if not hasattr(self, "_held"):
            rows = self.grants.in_force().values_list("role", "area__path", "centre_id", "everywhere")
            self._held: list[tuple[str, str | None, int | None]] = [
                (role, "" if every else path, centre) for role, path, centre, every in rows
            ]
        return self._held

    def scope(self, capability: str) -> Scope:
        """Where this user holds a capability: nowhere once the account is closed; a capability over what belongs to
        the whole nation is held everywhere or not at all."""
        if not self.is_active:
            return NOWHERE
        if capability in own():
            return EVERYWHERE
        roles = roles_with(capability)
        rows = [(path, centre) for role, path, centre in self.held() if role in roles]
        if not rows:
            return NOWHERE
        if any(path == "" for path, _centre in rows):
            return EVERYWHERE
        if capability in nationwide():
            return NOWHERE
        return Scope(
            areas=frozenset(path for path, _centre in rows if path),
            centres=frozenset(centre for _path, centre in rows if centre),
        )

    def can(self, capability: str, row: models.Model) -> bool:
        """Whether one of the grants that carry a capability reaches this very row. A guard always names the row: two
        grants, one that reads everywhere and one that writes at a centre, must not lend each other their reach."""
        return self.scope(capability).reaches(row)

    def holds_anywhere(self, capability: str) -> bool:
        """Whether a capability is held at any place: for menus and lists of work, never for a guard."""
        return bool(self.scope(capability))

    @property
    def works_here(self) -> bool:
        """Whether the desk is this user's home."""
        return self.holds_anywhere("desk.open")


ONE_PLACE = (
    Q(everywhere=True, area__isnull=True, centre__isnull=True)
    | Q(everywhere=False, area__isnull=False, centre__isnull=True)
    | Q(everywhere=False, area__isnull=True, centre__isnull=False)
)


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self) -> GrantQuerySet:
        """Grants without a last day, or whose last day is not over in Casablanca, and none at a centre that closed:
        asked at each reading, so that an open session loses the role at midnight, or with the closing. Who holds a
        role around a closed centre finishes what is left there."""
        rows = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()))
        return rows.filter(Q(centre__isnull=True) | ~Q(centre__status=CentreStatus.CLOSED))


class Grant(models.Model):
    """A role at exactly one place: everywhere, an area, or a centre."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=12, choices=Role)
    everywhere = models.BooleanField(default=False)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="grants")
    centre = models.ForeignKey(Centre, models.PROTECT, null=True, blank=True, related_name="grants")
    created_at = models.DateTimeField(db_default=Now())
    ends_on = models.DateField(_("Last day"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
            models.CheckConstraint(condition=ONE_PLACE, name="grant_is_for_one_place"),
            models.UniqueConstraint(
                fields=["user", "role", "area"], condition=Q(area__isnull=False), name="grant_once_an_area"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "centre"],
                condition=Q(centre__isnull=False),
                name="grant_once_a_centre",
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(everywhere=True), name="grant_everywhere_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    @property
    def over(self) -> bool:
        """Whether its last day is over."""
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def place(self) -> str:
        return str(self.area or self.centre or _("the whole network"))


class GrantRequest(models.Model):
    """A role of national reach that one person asked for somebody, until a second person accepts or refuses it."""

    ref = RefField(prefix="GRQ")
    user = models.ForeignKey(User, models.CASCADE, related_name="grant_requests")
    role = models.CharField(_("Role"), max_length=12, choices=Role)
    everywhere = models.BooleanField(default=False)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    centre = models.ForeignKey(Centre, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("Reason"), max_length=500)
    ends_on = models.DateField(_("Last day"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=GrantRequestState, default=GrantRequestState.WAITING)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("role that waits")
        constraints = [
            state_check("state", GrantRequestState, "grant_request_state_is_known"),
            models.CheckConstraint(condition=ONE_PLACE, name="grant_request_is_for_one_place"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(decided_by=models.F("asked_by")) & Q(decided_by__isnull=False),
                name="grant_request_two_persons",
            ),
            models.CheckConstraint(condition=~Q(asked_by=models.F("user")), name="grant_request_not_to_oneself"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(state="waiting"), name="grant_request_once_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    @property
    def place(self) -> str:
        return str(self.area or self.centre or _("the whole network"))


class SecurityEvent(models.Model):
    """What happened at the door: sign-ins, failures, changes of factors and roles. Never edited."""

    kind = models.CharField(max_length=20, choices=EventKind)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="security_events")
    address = models.GenericIPAddressField(_("Address"), null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("security event")
        constraints = [state_check("kind", EventKind, "security_event_kind_is_known")]
        indexes = [
            models.Index(fields=["kind", "-at"], name="security_event_by_kind"),
            models.Index(fields=["user", "-at"], name="security_event_by_user"),
            models.Index(fields=["address", "-at"], name="security_event_by_address"),
            models.Index(fields=["-at"], name="security_event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class KeptForm(models.Model):
    """What somebody typed into a form whose session had ended, for an hour (`kept_forms.py`)."""

    key_digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    page = models.CharField(max_length=2000)
    action = models.CharField(max_length=2000)
    body = EncryptedTextField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("form that waits for its author")

    def __str__(self) -> str:
        return self.page
