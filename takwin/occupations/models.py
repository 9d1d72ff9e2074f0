"""Occupations."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from takwin.core.fields import SearchField
from takwin.core.models import Named, Sourced
from takwin.occupations.choices import ProfileBasis


class Occupation(Named, Sourced):
    """A group of ISCO-08: one digit a level, so that a prefix is a parent.

    `interests`: six numbers from 1 to 7, R I A S E C; empty where the group is too wide to have one profile.
    """

    code = models.CharField(max_length=4, unique=True)
    sector = models.SlugField(max_length=60, blank=True, default="")
    interests = models.JSONField(default=list)
    interests_basis = models.CharField(max_length=8, choices=ProfileBasis, blank=True, default="")
    onet = models.CharField(_("O*NET-SOC code"), max_length=10, blank=True, default="")
    tasks_ar = models.CharField(max_length=300, blank=True, default="")
    tasks_fr = models.CharField(max_length=300, blank=True, default="")
    tasks_en = models.CharField(max_length=300, blank=True, default="")
    search_text = SearchField(of=("name_ar", "name_fr", "name_en", "tasks_ar", "tasks_fr"))

    class Meta:
        verbose_name = _("occupation")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9]{1,4}$"), name="occupation_code_is_isco")
        ]
        indexes = [models.Index(fields=["onet"], name="occupation_by_onet")]

    @property
    def tasks(self) -> list[str]:
        """Typical tasks in the active language."""
        text = {"fr": self.tasks_fr, "en": self.tasks_en}.get((get_language() or "ar")[:2]) or self.tasks_ar
        return [part.strip() for part in text.replace("؛", ";").split(";") if part.strip()]


class EscoOccupation(Named):
    """A job title of ESCO within a group of ISCO-08; other names are kept for search."""

    uri = models.CharField(max_length=120, unique=True)
    code = models.CharField(max_length=20, blank=True, default="")
    group = models.ForeignKey(Occupation, models.CASCADE, related_name="titles")
    other_names = models.TextField(blank=True, default="")
    search_text = SearchField(of=("name_ar", "name_fr", "name_en", "other_names"))

    class Meta:
        verbose_name = _("ESCO occupation")
        ordering = ["code"]
