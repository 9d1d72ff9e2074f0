"""The candidate's answer to a seat."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from takwin.admissions.choices import AdmissionReason
from takwin.admissions.models import Application
from takwin.admissions.rules import APPLICATION
from takwin.core.changes import change
from takwin.core.dates import moment
from takwin.core.errors import Refused


def confirm(application: Application, *, by: Any) -> Application:
    """Keep the seat."""
    with change(application, "confirm", by=by, flow=APPLICATION) as row:
        _in_time(row)
    return row


def decline(application: Application, *, by: Any) -> Application:
    """Give the seat back."""
    with change(application, "decline", by=by, flow=APPLICATION) as row:
        _in_time(row)
    return row


def _in_time(row: Application) -> None:
    limit = row.season.answers_until
    if limit is not None and timezone.now() >= limit:
        raise Refused(AdmissionReason.ANSWER_LATE, moment=moment(limit, (get_language() or "ar")[:2]))
