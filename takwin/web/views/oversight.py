"""What was read, taken away and changed in the whole network: for auditors and national management."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.accounts import selectors as accounts
from takwin.accounts.choices import EventKind
from takwin.core.contexts import verbs
from takwin.core.selectors import Entry, journal_lines
from takwin.core.verbs import READINGS
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import page, show
from takwin.web.clock import STEPS

GRANTS = ("grant", "end_grant", "revoke", "ask_grant", "accept_grant", "refuse_grant", "withdraw_grant")
LENGTHS = {str(days): timedelta(days=days) for days in (1, 7, 30)}


# Lists that can be taken away as a file, by the name of their export.
LISTS = {
    "applications": _("Applications"),
    "companies": _("Companies"),
    "corrections": _("Corrections of identity"),
    "curricula": _("Curricula"),
    "diplomas": _("Diplomas"),
    "employers": _("Employers"),
    "failed-messages": _("Messages that failed"),
    "journal": _("Journal"),
    "offerings": _("Offer"),
    "security": _("Security events"),
    "training": _("Trainees"),
    "vacancies": _("Vacancies"),
}
STEP_LABELS = {step.name: step.label for step in STEPS}


def describe_record(entry: Entry) -> str:
    """What a line is about: a list or a step of the clock by its name, anything else by its reference."""
    kind, _colon, name = entry.ref.partition(":")
    labels = {"list": LISTS, "clock": STEP_LABELS}.get(kind, {})
    return str(labels.get(name, entry.ref))


def describe_filters(entry: Entry) -> str:
    """The search and the filters of an export, as "key=value" pairs."""
    filters = entry.data.get("filters", {})
    return ", ".join(f"{key}={value}" for key, value in sorted(filters.items()))


LINES = (
    Column("at", _("When"), lambda entry: entry.at, "at"),
    Column("by", _("Who"), lambda entry: str(entry.by or "")),
    Column("verb", _("Action"), lambda entry: verbs().get(entry.verb, entry.verb)),
    Column("ref", _("Which record"), describe_record),
    Column("filters", _("Filters"), describe_filters),
    Column("count", _("Rows"), lambda entry: entry.data.get("count")),
)


def by_kind(rows: QuerySet[Entry], kind: str) -> QuerySet[Entry]:
    """Narrow to openings of files, to exports, or to what was done with roles."""
    kinds = {"readings": READINGS[:-1], "exports": READINGS[-1:], "grants": GRANTS}
    return rows.filter(verb__in=kinds[kind])


def since(rows: QuerySet[Any], days: str) -> QuerySet[Any]:
    """The rows of a period by its key; "all" leaves every row."""
    return rows.filter(at__gt=timezone.now() - LENGTHS[days]) if days in LENGTHS else rows


PERIODS = [("1", _("Last day")), ("7", _("Last 7 days")), ("30", _("Last 30 days")), ("all", _("All time"))]
FILTERS = (
    Filter(
        "kind",
        _("Kind"),
        [("exports", _("Exports")), ("readings", _("Files opened")), ("grants", _("Roles given and taken"))],
        by_kind,
    ),
    Filter("days", _("Period"), PERIODS, since),
)


def chosen_lines(request: HttpRequest) -> QuerySet[Entry]:
    """Lines of the record and of the person named in the query; without either, and without a period, the last month:
    nobody counts a hundred million lines to see the newest fifty."""
    ref, who = (request.GET.get(key, "").strip()[:100] for key in ("ref", "who"))
    rows = journal_lines()
    if ref:
        rows = rows.filter(ref=ref)
    if who:
        rows = rows.filter(by__in=accounts.by_login(who))
    return rows if ref or who or request.GET.get("days") else since(rows, "30")


EVENTS = (
    Column("at", _("When"), lambda event: event.at, "at"),
    Column("kind", _("Event"), lambda event: event.get_kind_display(), "kind"),
    Column("user", _("Account"), lambda event: str(event.user or "")),
    Column("address", _("Address"), lambda event: event.address or "", "address"),
    Column("data", _("Details"), lambda event: event.data.get("times") or event.data.get("role") or ""),
)
EVENT_FILTERS = (
    Filter("kind", _("Kind"), EventKind.choices, lambda rows, value: rows.filter(kind=value)),
    Filter("days", _("Period"), PERIODS, since),
)


@page("journal.audit")
def events(request: HttpRequest) -> HttpResponse:
    """What happened at the door, newest first."""
    rows, who = accounts.security_events(), request.GET.get("who", "").strip()[:100]
    if who:
        rows = rows.filter(user__in=accounts.by_login(who))
    elif not request.GET.get("days"):
        rows = since(rows, "30")
    listing = Listing(
        request, rows, EVENTS, EVENT_FILTERS, search="", name="security", order="-at", size=50, personal=True
    )
    return listing.export() or show(request, "web/security_events.html", listing=listing, active="security")


@page("journal.audit")
def lines(request: HttpRequest) -> HttpResponse:
    """The lines of the journal, newest first: those of the last week until something else is asked for."""
    if not any(request.GET.get(key) for key in ("ref", "who", "days", "kind")):
        asked = request.GET.copy()
        asked["days"] = "7"
        request.GET = asked  # type: ignore[assignment]
    listing = Listing(
        request, chosen_lines(request), LINES, FILTERS, search="", name="journal", order="-at", size=50, personal=True
    )
    for entry in listing.page:
        entry.verb_label, entry.filters_text = verbs().get(entry.verb, entry.verb), describe_filters(entry)
        entry.record_label = describe_record(entry)
    return listing.export() or show(request, "web/journal_lines.html", listing=listing, active="journal")
