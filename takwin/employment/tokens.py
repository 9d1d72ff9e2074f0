"""The address of a survey: signed, nothing to guess, no account."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from takwin.core import tokens

PURPOSE = "survey"


def read(token: str) -> str | None:
    return tokens.read(token, "SVY", PURPOSE)


def address(ref: str) -> str:
    """Where a graduate answers in two minutes."""
    return settings.SITE_URL.rstrip("/") + reverse("employment:survey", args=[tokens.token(ref, PURPOSE)])
