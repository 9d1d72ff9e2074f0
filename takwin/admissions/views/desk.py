"""The desk: applications."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from takwin.admissions import identities, selectors, services
from takwin.admissions.choices import ApplicationState
from takwin.core.selectors import journal
from takwin.offer import selectors as offer
from takwin.ui.documents import give_document
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import open_file, page, show

APPLICATIONS = (
    Column("ref", _("Reference"), lambda row: row.ref),
    Column("name", _("Name"), lambda row: row.person.name, "person__family_name"),
    Column("commune", _("Commune"), lambda row: row.person.commune.label if row.person.commune else ""),
    Column("schooling", _("Schooling"), lambda row: row.get_schooling_display(), "schooling"),
    Column(
        "average", _("Average mark"), lambda row: row.average / 100 if row.average is not None else None, "average"
    ),
    Column("wishes", _("Wishes"), lambda row: row.wish_count, "wish_count"),
    Column("state", _("State"), lambda row: row.get_state_display(), "state"),
)


@page("admissions.see")
def application_list(request: Any) -> HttpResponse:
    season = offer.current_season()
    filters = [Filter("state", _("State"), ApplicationState.choices, lambda rows, value: rows.filter(state=value))]
    rows = selectors.applications(request.scope, season)
    listing = Listing(
        request, rows, APPLICATIONS, filters, search="person__search_text", name="applications", personal=True
    )
    if answer := listing.export():
        return answer
    return show(request, "admissions/application_list.html", listing=listing, season=season, active="applications")


@page("admissions.see")
def application(request: Any, ref: str) -> HttpResponse:
    try:
        row = selectors.application(request.scope, ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    open_file(request, row)
    _run, wish_rows = selectors.card(row)
    reach = identities.persons(request.user.scope("people.correct"))
    context: dict[str, Any] = {
        "application": row,
        "wishes": selectors.wishes(row),
        "rows": wish_rows,
        "documents": list(row.documents.all()),
        "corrections": identities.corrections_of(row.person),
        "corrects": reach.filter(pk=row.person_id).exists(),
        "entries": journal(row) if request.user.can("journal.read", row) else [],
    }
    return show(request, "admissions/application.html", active="applications", **context)


@page("admissions.see")
def document(request: Any, ref: str, document: str) -> Any:
    """A document of an application within the scope; each reading is journalled."""
    try:
        row = selectors.application(request.scope, ref)
        found = selectors.document(row, document)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    services.read_document(row, document=found, by=request.user)
    return give_document(found.file, found.ref)
