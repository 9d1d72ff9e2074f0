"""Kinds of bodies, as the documents name them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    MINISTRY = "ministry", _("Ministry")
    STATE = "state", _("State body")
    REGION = "region", _("Regional council")
    LOCAL_AUTHORITY = "local-authority", _("Local authority")
    PUBLIC_AGENCY = "public-agency", _("Public agency")
    ASSOCIATION = "association", _("Association")
    COMPANY = "company", _("Company")
    UNIVERSITY = "university", _("University")
    SCHOOL = "school", _("School")
    HOSPITAL = "hospital", _("Hospital")
    FOREIGN = "foreign", _("Foreign body")
    BANK = "bank", _("Bank")
    FOUNDATION = "foundation", _("Foundation")
    CHAMBER = "chamber", _("Chamber")
    COOPERATIVE = "cooperative", _("Cooperative")
