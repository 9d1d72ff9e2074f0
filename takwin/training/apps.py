"""Django reads this to know the context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "takwin.training"
    verbose_name = _("training")

    def ready(self) -> None:
        from takwin.centres.signals import centre_closes
        from takwin.training.services import enrolments

        centre_closes.connect(enrolments.centre_closes)
