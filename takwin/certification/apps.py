"""Django reads this to know the context."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificationConfig(AppConfig):
    name = "takwin.certification"
    verbose_name = _("certification")

    def ready(self) -> None:
        from takwin.centres.signals import centre_closes
        from takwin.certification.services import juries

        centre_closes.connect(juries.centre_closes)
