"""Bodies."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from takwin.core.fields import SearchField
from takwin.core.models import Named, Sourced
from takwin.organisations.choices import OrganisationKind


class Organisation(Named, Sourced):
    """A body that signs, pays, runs or receives."""

    code = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind)
    search_text = SearchField(of=("name_ar", "name_fr", "name_en"))

    class Meta:
        verbose_name = _("organisation")
        ordering = ["kind", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"
            )
        ]

    @property
    def ref(self) -> str:
        return f"organisation:{self.code}"
