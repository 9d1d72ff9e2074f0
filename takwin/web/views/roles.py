"""The desk: who holds which role where; give one, take one back, accept what a colleague asked for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from takwin.accounts import granting
from takwin.accounts import selectors as accounts
from takwin.accounts.granting_forms import EndForm, RoleForm
from takwin.accounts.roles import Role
from takwin.core.errors import Refused
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import or_404, page, show

COLUMNS = (
    Column("user", gettext_lazy("Who"), lambda row: str(row.user), "user__name"),
    Column("login", gettext_lazy("E-mail or phone"), lambda row: row.user.email or row.user.phone or ""),
    Column("role", gettext_lazy("Role"), lambda row: row.get_role_display(), "role"),
    Column("place", gettext_lazy("Place"), lambda row: row.place),
    Column("since", gettext_lazy("Since"), lambda row: row.created_at, "created_at"),
    Column("until", gettext_lazy("Last day"), lambda row: row.ends_on, "ends_on"),
)
FILTERS = (Filter("role", gettext_lazy("Role"), Role.choices, lambda rows, value: rows.filter(role=value)),)
DECISIONS = {
    "accept": granting.accept_grant,
    "refuse": granting.refuse_grant,
    "withdraw": granting.withdraw_grant,
}


@page("accounts.grant", prove=True)
def role_list(request: Any) -> HttpResponse:
    """Roles within the visitor's reach, what waits for a second person, and the form that gives one."""
    form = RoleForm(request.POST or None, scope=request.scope)
    if request.method == "POST" and form.run(by=request.user):
        waits = getattr(form.result, "state", "") == "waiting"
        said = _("A second person must accept this role.") if waits else _("The role is given.")
        messages.success(request, said)
        return redirect("web:roles")
    listing = Listing(
        request, accounts.grants(request.scope), COLUMNS, FILTERS, search="user__name", name="roles",
        order="user__name", personal=True,
    )  # fmt: skip
    if answer := listing.export():
        return answer
    return show(
        request, "web/roles.html", status=422 if form.errors else 200, active="roles", listing=listing, form=form,
        waiting=accounts.waiting_grants(request.scope)[:100],
    )  # fmt: skip


@page("accounts.grant", prove=True)
def take(request: Any, pk: int) -> HttpResponse:
    """Take a role back: asked once more, with what follows."""
    row = or_404(accounts.grant_of, request.scope, pk)
    ending = request.method == "POST" and "ends_on" in request.POST
    form = EndForm(request.POST if ending else None)
    if ending and form.run(row, by=request.user):
        messages.success(request, _("The role ends after that day."))
        return redirect("web:roles")
    if request.method == "POST" and not ending:
        try:
            granting.take_role(row, by=request.user)
            messages.success(request, _("The role is taken back."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("web:roles")
    return show(request, "web/role_take.html", row=row, form=form, active="roles")


@page("accounts.grant", prove=True)
@require_POST
def decide(request: Any, ref: str, verb: str) -> HttpResponse:
    """Accept, refuse or withdraw a role that waits."""
    if verb not in DECISIONS:
        raise Http404(verb)
    row = or_404(accounts.grant_request, request.scope, ref)
    try:
        DECISIONS[verb](row, by=request.user)
        messages.success(request, _("Done."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("web:roles")
