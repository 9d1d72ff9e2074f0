"""Diplomas and keys at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from takwin.certification import forms, pdf, services, tasks
from takwin.certification.choices import DiplomaKind, DiplomaState
from takwin.certification.rules.flows import DIPLOMA
from takwin.certification.selectors import diplomas as reads
from takwin.certification.selectors import juries, keys
from takwin.core import jobs
from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import open_file, or_404, page, show

COLUMNS = [
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("holder", gettext_lazy("Holder"), lambda row: row.holder, "holder"),
    Column("title", gettext_lazy("Title"), lambda row: row.title),
    Column("centre", gettext_lazy("Centre"), lambda row: row.enrolment.centre.label),
    Column("on", gettext_lazy("Day"), lambda row: row.on, "on"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
]
FILTERS = [
    Filter("state", gettext_lazy("State"), DiplomaState.choices, lambda rows, state: rows.filter(state=state)),
    Filter("kind", gettext_lazy("Kind"), DiplomaKind.choices, lambda rows, kind: rows.filter(kind=kind)),
]


@page("certification.see", moves="certification.run", prove=True)
def diploma_list(request: Any) -> HttpResponse:
    """Diplomas of the visitor's centres; signing all that is due."""
    runs = request.user.scope("certification.run")
    if request.method == "POST":
        try:
            tasks.start_issue(request.user)
            messages.success(request, _("The signing has begun. It goes on when you leave this page."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("certification:diplomas")
    listing = Listing(
        request, reads.diplomas(request.scope), COLUMNS, FILTERS, name="diplomas", order="-on", personal=True
    )
    if answer := listing.export():
        return answer
    due = juries.without_diploma(runs).count() if runs else 0
    job = jobs.latest(tasks.ISSUE, f"{tasks.ALL}:{request.user.ref}")
    running = job is not None and job.state in {"queued", "running"}
    return show(
        request, "certification/diploma_list.html", listing=listing, due=due, job=job, running=running,
        active="diplomas",
    )  # fmt: skip


VERBS: dict[str, Any] = {"suspend_diploma": forms.SuspendForm, "revoke_diploma": forms.RevokeForm}


@page(
    "certification.see",
    moves="certification.revoke",
    prove=("suspend_diploma", "revoke_diploma", "restore"),
)
def diploma(request: Any, ref: str) -> HttpResponse:
    """One diploma: suspend, restore, revoke."""
    row = or_404(reads.diploma, request.scope, ref)
    open_file(request, row)
    may = request.user.can("certification.revoke", row)
    verb, wrong = request.POST.get("do", ""), None
    if request.method == "POST":
        try:
            if verb == "restore":
                services.restore(row, by=request.user)
                return redirect("certification:diploma", ref)
            if verb in VERBS:
                wrong = VERBS[verb](request.POST)
                if wrong.run(row, by=request.user):
                    return redirect("certification:diploma", ref)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("certification:diploma", ref)
    open_to = DIPLOMA.verbs(row.state) if may else []
    actions = [(name, wrong if name == verb and wrong else VERBS[name]()) for name in open_to if name in VERBS]
    context: dict[str, Any] = {
        "row": row, "actions": actions, "restores": "restore" in open_to, "wrong": wrong,
        "entries": journal(row) if request.user.can("journal.read", row) else None,
    }  # fmt: skip
    return show(
        request, "certification/diploma.html", active="diplomas", status=422 if wrong else 200, **context
    )  # fmt: skip


def paper(row: Any) -> HttpResponse:
    """The sheet of a diploma that was signed."""
    response = HttpResponse(pdf.diploma_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.ref}.pdf"'
    return response


@page("certification.see")
def diploma_pdf(request: Any, ref: str) -> HttpResponse:
    row = or_404(reads.diploma, request.scope, ref)
    open_file(request, row)
    if not row.credential:
        messages.error(request, _("This diploma is not signed yet."))
        return redirect("certification:diploma", ref)
    return paper(row)


DECISIONS: dict[str, Any] = {
    "accept": services.accept_withdrawal,
    "refuse": services.refuse_withdrawal,
    "recall": services.recall_withdrawal,
}


def _key_move(request: Any) -> None:
    deed = request.POST.get("do", "")
    if deed == "rotate":
        services.rotate_key(by=request.user)
        messages.success(request, _("A new key signs from now on."))
    elif deed in DECISIONS:
        DECISIONS[deed](or_404(keys.withdrawal, request.POST.get("withdrawal", "")), by=request.user)
    else:
        row = or_404(keys.key, request.POST.get("key", ""))
        forms.AskWithdrawalForm(request.POST).insist(row, by=request.user)
        messages.success(request, _("The key signs nothing any more. A second person decides about what it signed."))


@page("certification.keys", prove=True)
def key_list(request: Any) -> HttpResponse:
    """Keys that sign and have signed; a new one; withdrawing one that leaked, by two people."""
    form = forms.AskWithdrawalForm()
    if request.method == "POST":
        _key_move(request)
        return redirect("certification:keys")
    return show(
        request, "certification/key_list.html", rows=keys.all_keys(), form=form, issuer=keys.issuer(), active="keys"
    )
