from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfferConfig(AppConfig):
    name = "takwin.offer"
    verbose_name = _("Training offer")
