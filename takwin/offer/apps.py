from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfferConfig(AppConfig):
    name = "takwin.offer"
    verbose_name = _("Training offer")

    def ready(self) -> None:
        from takwin.centres.signals import centre_closes
        from takwin.offer.services import offerings

        centre_closes.connect(offerings.centre_closes)
