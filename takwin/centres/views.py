"""The desk's pages about centres."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from takwin.centres import selectors
from takwin.centres.choices import CentreStatus
from takwin.centres.forms import CorrectForm
from takwin.core.selectors import journal
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import page, show

COLUMNS = (
    Column("name_ar", _("Centre"), lambda row: row.name_ar, "name_ar"),
    Column("kind", _("Kind"), lambda row: row.kind.label, "kind__code"),
    Column("area", _("Place"), lambda row: row.area.label if row.area else "", "area__path"),
    Column("capacity", _("Capacity"), lambda row: row.capacity, "capacity"),
    Column("beds", _("Beds"), lambda row: row.beds, "beds"),
    Column("status", _("State"), lambda row: row.get_status_display(), "status"),
)


@page("centres.see")
def centre_list(request: Any) -> HttpResponse:
    filters = [
        Filter("status", _("State"), CentreStatus.choices, lambda rows, value: rows.filter(status=value)),
        Filter(
            "kind",
            _("Kind"),
            [(kind.code, kind.label) for kind in selectors.kinds()],
            lambda rows, value: rows.filter(kind__code=value),
        ),
    ]
    listing = Listing(
        request, selectors.centres(request.scope), COLUMNS, filters, name="centres", order="name_ar", personal=False
    )
    if answer := listing.export():
        return answer
    return show(request, "centres/centre_list.html", listing=listing, active="centres")


@page("centres.see", moves="centres.correct")
def centre(request: Any, code: str) -> HttpResponse:
    """One centre: what is known, its journal, and the correction when the visitor may."""
    try:
        row = selectors.centre(request.scope, code)
    except ObjectDoesNotExist as absent:
        raise Http404(code) from absent
    may_correct = request.user.can("centres.correct", row)
    form = CorrectForm(request.POST or None, row=row)
    if request.method == "POST" and form.run(row, by=request.user):
        messages.success(request, gettext("The correction is saved."))
        return redirect("centres:detail", row.code)
    entries = journal(row) if request.user.can("journal.read", row) else []
    context: dict[str, Any] = {
        "centre": row,
        "form": form if may_correct else None,
        "entries": entries,
        "active": "centres",
    }
    return show(request, "centres/centre.html", **context)
