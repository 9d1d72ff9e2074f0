"""Leaves of the two published trees of a run: candidates' lines, and cut-offs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from takwin.admissions.models.runs import Run


class Leaf(models.Model):
    """A salted commitment: who holds the body, the salt and the path can see that it is in the published root."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="leaves")
    kind = models.CharField(max_length=8)
    place = models.PositiveIntegerField(help_text="position in the tree, from 0")
    about = models.CharField(max_length=200, help_text="the application, or the offering or house with its groups")
    body = models.TextField(help_text="canonical JSON, as it was hashed")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("leaf of a tree")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["line", "cutoff"]), name="leaf_kind_is_known"),
            models.UniqueConstraint(fields=["run", "kind", "place"], name="leaf_once_a_place"),
            models.UniqueConstraint(fields=["run", "kind", "about"], name="leaf_once_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"
