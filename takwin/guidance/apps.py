from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuidanceConfig(AppConfig):
    name = "takwin.guidance"
    verbose_name = _("Guidance")

    def ready(self) -> None:
        from takwin.centres.signals import centre_closes
        from takwin.guidance.services import closing

        centre_closes.connect(closing.centre_closes)
