"""Where an interest profile comes from; the six types in words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProfileBasis(models.TextChoices):
    ASSIGNED = "assigned", _("classified here, to be confirmed")
    ONET = "onet", _("O*NET database, US Department of Labor")


class Interest(models.TextChoices):
    """Holland's six types, in the order of every profile."""

    REALISTIC = "R", _("Realistic")
    INVESTIGATIVE = "I", _("Investigative")
    ARTISTIC = "A", _("Artistic")
    SOCIAL = "S", _("Social")
    ENTERPRISING = "E", _("Enterprising")
    CONVENTIONAL = "C", _("Conventional")
