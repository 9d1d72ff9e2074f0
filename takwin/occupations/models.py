"""Occupations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.fields import SearchField
from takwin.core.models import Named, Sourced


class Occupation(Named, Sourced):
    """A group of ISCO-08: one digit a level, so that a prefix is a parent."""

    code = models.CharField(max_length=4, unique=True)
    search_text = SearchField(of=("name_ar", "name_fr", "name_en"))

    class Meta:
        verbose_name = _("occupation")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9]{1,4}$"), name="occupation_code_is_isco")
        ]
