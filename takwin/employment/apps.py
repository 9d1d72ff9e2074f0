"""Django reads this to know the context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmploymentConfig(AppConfig):
    name = "takwin.employment"
    verbose_name = _("employment")
