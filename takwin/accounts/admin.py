"""Support desk: accounts are found and blocked here. Roles are given at the desk, where the giving is journalled."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest

from takwin.accounts.models import Grant, User
from takwin.core.changes import change

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# An address or a factor edited by hand opens an account to another, without a line anywhere. Sessions show where each
# person is signed in, and their search by "username" breaks: this account has none.
for model in (EmailAddress, Authenticator, Group, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class GrantInline(admin.TabularInline):
    """Roles, to read."""

    model = Grant
    extra = 0
    can_delete = False
    fields = readonly_fields = ("role", "everywhere", "area", "centre", "created_at", "ends_on")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("ref", "email", "phone", "name", "is_active")
    search_fields = ("email", "phone", "name", "ref")
    fields = ("ref", "email", "phone", "name", "is_active", "is_staff", "is_superuser")
    readonly_fields = ("ref", "email", "phone", "is_staff", "is_superuser")
    inlines = [GrantInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, is_change: bool) -> None:
        """Through the door of every write, so that the journal says who blocked or renamed an account."""
        with change(obj, "correct_account", by=request.user) as fresh:
            fresh.name, fresh.is_active = obj.name, obj.is_active
