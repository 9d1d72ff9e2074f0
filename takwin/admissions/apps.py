from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdmissionsConfig(AppConfig):
    name = "takwin.admissions"
    verbose_name = _("Admissions")

    def ready(self) -> None:
        from takwin.admissions.services import frozen
        from takwin.centres.signals import beds_change
        from takwin.offer.signals import offerings_change

        offerings_change.connect(frozen.offerings_changed)
        beds_change.connect(frozen.beds_changed)
