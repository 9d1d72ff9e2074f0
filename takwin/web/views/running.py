"""The desk's pages of what runs: failed messages, and the clock."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from takwin.core import clock, messages
from takwin.core.errors import Refused
from takwin.core.numbers import number, parse_int
from takwin.ui.listing import Column, Listing
from takwin.ui.pages import or_404, page, show
from takwin.web.selectors import running as selectors

COLUMNS = (
    Column("ref", _("Reference"), lambda row: row.ref, "id"),
    Column("about", _("About"), lambda row: row.about, "about"),
    Column("channel", _("Channel"), lambda row: row.get_channel_display(), "channel"),
    Column("error", _("Failure"), lambda row: row.error, "error"),
    Column("created_at", _("Written"), lambda row: row.created_at.isoformat(), "created_at"),
)


def _everywhere(request: Any) -> None:
    """The outbox and the clock belong to the whole network: a grant at one place reaches neither."""
    if not request.scope.everywhere:
        raise PermissionDenied("running")


def _acts(request: Any) -> bool:
    return bool(request.user.scope("running.act").everywhere)


@page("running.see")
def failed(request: Any) -> HttpResponse:
    """Messages that nobody will try again by itself."""
    _everywhere(request)
    listing = Listing(
        request, selectors.failed_messages(), COLUMNS, name="failed-messages", search="", order="-id", personal=True
    )
    if export := listing.export():
        return export
    for row in listing.page:
        row.masked = selectors.masked(row.to)
    context: dict[str, Any] = {"listing": listing, "preview": selectors.preview(), "acts": _acts(request)}
    return show(request, "web/failed_messages.html", active="messages", **context)


def _key(text: str) -> int:
    """A key from a form; 0, which no row has, for anything else."""
    return parse_int(text, least=1, most=2**63 - 1) or 0


@page("running.act")
@require_POST
def retry(request: Any) -> HttpResponse:
    """One message, or all that were shown, wait again."""
    _everywhere(request)
    try:
        if "pk" in request.POST:
            row = or_404(selectors.failed_message, _key(request.POST["pk"]))
            messages.retry_message(row, by=request.user)
            count = 1
        else:
            count = messages.retry_all(up_to=_key(request.POST.get("up_to", "")), by=request.user)
    except Refused as refusal:
        notes.error(request, str(refusal))
        return redirect("web:failed_messages")
    words = ngettext("%(count)s message waits to be sent.", "%(count)s messages wait to be sent.", count)
    notes.success(request, words % {"count": number(count, request.LANGUAGE_CODE)})
    return redirect("web:failed_messages")


@page("running.see")
def clock_page(request: Any) -> HttpResponse:
    """Whether the clock is believed, what its steps did, and what it will close."""
    _everywhere(request)
    return show(
        request,
        "web/clock.html",
        active="clock",
        acts=_acts(request),
        instant=timezone.now(),
        **selectors.clock_page(),
    )


@page("running.act")
@require_POST
def confirm_clock(request: Any) -> HttpResponse:
    """A person says that the time is right."""
    _everywhere(request)
    try:
        clock.confirm(stopped_at=request.POST.get("stopped_at", ""), by=request.user)
    except Refused as refusal:
        notes.error(request, str(refusal))
    return redirect("web:clock")
