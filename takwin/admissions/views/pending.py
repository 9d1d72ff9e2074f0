"""The programme a visitor chose before there was an application to hold it: kept in the browser's session."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist

from takwin.admissions import services
from takwin.core.errors import Refused
from takwin.offer import selectors as offer

KEY = "pending_wish"  # in the session: [reference of the offering, with a bed]


def keep(request: Any, offering: Any, with_bed: bool) -> None:
    request.session[KEY] = [offering.ref, with_bed]


def forget(request: Any, offering: Any) -> None:
    """The visitor asks for this offering: nothing waits any more."""
    if request.session.get(KEY, [""])[0] == offering.ref:
        del request.session[KEY]


def add_pending(request: Any, application: Any) -> None:
    """Add it, when the visitor sends the form that makes a wish possible. Only to the visitor's own list, whatever
    file is written meanwhile."""
    kept = None if hasattr(request, "acting_for") else request.session.pop(KEY, None)
    if kept:
        try:
            services.add_wish(application, offering=offer.offering(kept[0]), with_bed=kept[1], by=request.user)
        except (Refused, ObjectDoesNotExist) as refusal:
            messages.error(request, str(refusal))


def offered(request: Any, application: Any) -> dict[str, Any] | None:
    """What a page offers as a button: a page that is only read adds nothing."""
    kept = request.session.get(KEY)
    if not kept or hasattr(request, "acting_for") or not application.schooling or application.state != "draft":
        return None
    try:
        return {"offering": offer.offering(kept[0]), "with_bed": kept[1]}
    except ObjectDoesNotExist:
        return None
