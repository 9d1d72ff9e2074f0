"""Django reads this to know the context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "takwin.training"
    verbose_name = _("training")
