"""Support desk: users and their grants."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from takwin.accounts.models import Grant, User

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class GrantInline(admin.TabularInline):
    model = Grant
    extra = 0
    raw_id_fields = ("area", "centre")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("ref", "email", "phone", "name", "is_active")
    search_fields = ("email", "phone", "name", "ref")
    fields = ("ref", "email", "phone", "name", "is_active", "is_staff")
    readonly_fields = ("ref",)
    inlines = [GrantInline]
