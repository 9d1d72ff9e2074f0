"""Juries at the desk: form, who is present, decide, sign, correct, issue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from takwin.certification import forms, pdf, services, tasks
from takwin.certification.choices import Decision, JuryState
from takwin.certification.rules.juries import RULES, needed
from takwin.certification.selectors import juries as reads
from takwin.core import jobs
from takwin.core.changes import locked
from takwin.core.selectors import journal
from takwin.ui.edits import SEEN, check_seen
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import open_file, or_404, page, show

COLUMNS = [
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("group", gettext_lazy("Class group"), lambda row: row.group.name, "group__name"),
    Column("programme", gettext_lazy("Programme"), lambda row: row.group.version.programme.label),
    Column("centre", gettext_lazy("Centre"), lambda row: row.group.centre.label),
    Column("held_on", gettext_lazy("Day of the jury"), lambda row: row.held_on, "held_on"),
    Column("admitted", gettext_lazy("Admitted"), lambda row: row.admitted, "admitted"),
    Column("people", gettext_lazy("Trainees"), lambda row: row.people, "people"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
]
STATE = Filter("state", gettext_lazy("State"), JuryState.choices, lambda rows, state: rows.filter(state=state))


@page("certification.see")
def jury_list(request: Any) -> HttpResponse:
    """Juries of the visitor's centres, and groups that wait for one."""
    listing = Listing(
        request,
        reads.juries(request.scope),
        COLUMNS,
        [STATE],
        search="",
        name="juries",
        order="-held_on",
        personal=False,
    )
    if answer := listing.export():
        return answer
    runs = request.user.scope("certification.run")
    waiting = reads.waiting_groups(runs) if runs else []
    return show(request, "certification/jury_list.html", listing=listing, waiting=waiting, active="juries")


@page("certification.run")
def jury_form(request: Any, ref: str) -> HttpResponse:
    """Form the jury of one group."""
    row = or_404(reads.group, request.scope, ref)
    form = forms.JuryForm(request.POST or None, presidents=reads.presidents(row))
    if request.method == "POST" and form.run(row, by=request.user):
        return redirect("certification:jury", form.result.ref)
    return show(
        request,
        "certification/jury_form.html",
        row=row,
        form=form,
        active="juries",
        status=422 if form.errors else 200,
    )


def _jury(request: Any, ref: str) -> Any:
    return or_404(reads.jury, request.scope, ref)


def _decisions(request: Any, verdicts: list[Any]) -> dict[int, tuple[str, str]]:
    """What the sheet says of each verdict of the jury."""
    return {
        verdict.pk: (request.POST[f"decision-{verdict.pk}"], request.POST.get(f"words-{verdict.pk}", ""))
        for verdict in verdicts
        if f"decision-{verdict.pk}" in request.POST
    }


def _keep_sheet(request: Any, row: Any) -> int:
    """Keep what is typed in the sheet, whichever of its buttons is pressed: none of them forgets or overlooks it."""
    typed = _decisions(request, reads.verdicts(row))
    # Who signs without running juries changes no decision on the way.
    if not typed or not reads.juries(request.user.scope("certification.run")).filter(pk=row.pk).exists():
        return 0
    with locked(row) as fresh:
        now = sheet_of(fresh, reads.verdicts(fresh))
        # A decision left empty overwrites nothing, and neither do the words beside it.
        cells = {f"{cell}-{key}" for key, (decision, _words) in typed.items() if decision for cell in CELLS}
        texts = {name: request.POST.get(name, "").strip() for name in cells | ({"remarks"} & set(request.POST))}
        check_seen(request.POST.get(SEEN, ""), now, texts, _in_words)
        return services.decide(fresh, typed, remarks=request.POST.get("remarks"), by=request.user)


CELLS = ("decision", "words")


def sheet_of(row: Any, verdicts: Iterable[Any]) -> dict[str, str]:
    """What the sheet of a jury holds, by the names of its cells."""
    now = {"remarks": row.remarks}
    for verdict in verdicts:
        now |= {f"decision-{verdict.pk}": verdict.decision, f"words-{verdict.pk}": verdict.words}
    return now


def _in_words(name: str, text: str) -> str:
    return str(dict(Decision.choices).get(text, text)) if name.startswith("decision-") else text


def _open(request: Any, row: Any) -> None:
    services.open_jury(row, present=request.POST.getlist("present"), by=request.user)


def _pull(request: Any, row: Any) -> None:
    _keep_sheet(request, row)
    changed = services.pull_results(row, by=request.user)
    text = ngettext("%(n)s line changed.", "%(n)s lines changed.", changed) % {"n": changed}
    messages.success(request, text)


def _decide(request: Any, row: Any) -> None:
    _keep_sheet(request, row)
    messages.success(request, _("The decisions are kept."))


def _rule(request: Any, row: Any) -> None:
    _keep_sheet(request, row)
    services.follow_rule(row, by=request.user)


def _sign(request: Any, row: Any) -> None:
    with transaction.atomic():
        if _keep_sheet(request, row):
            # Whoever signs must have seen what is signed, not what stood before the last touch.
            messages.info(request, _("What was typed in the sheet is part of what you signed."))
        services.sign_minutes(row, by=request.user)
    messages.success(request, _("The minutes are signed."))


def _issue(request: Any, row: Any) -> None:
    tasks.start_issue(request.user, row)


def _cancel(request: Any, row: Any) -> None:
    forms.CancelJuryForm(request.POST).insist(row, by=request.user)


def _amend(request: Any, row: Any) -> None:
    key = request.POST.get("verdict", "")
    verdict = next((verdict_row for verdict_row in reads.verdicts(row) if str(verdict_row.pk) == key), None)
    if verdict is None:
        raise Http404(key)
    forms.AmendForm(request.POST).insist(verdict, by=request.user)
    messages.success(request, _("The amendment is signed."))


# Buttons of the page: what each does, and the capability it needs.
MOVES = {
    "open": (_open, "certification.run"), "pull": (_pull, "certification.run"),
    "decide": (_decide, "certification.run"), "rule": (_rule, "certification.run"),
    "cancel": (_cancel, "certification.run"), "issue": (_issue, "certification.run"),
    "sign": (_sign, "certification.sign"), "amend": (_amend, "certification.sign"),
}  # fmt: skip


def _needed(request: Any) -> str:
    """The capability of the button that was pressed; the one that reads, which takes no POST, for none of them."""
    return MOVES[request.POST["do"]][1] if request.POST.get("do") in MOVES else "certification.see"


@page("certification.see", moves=_needed, prove=("sign", "amend", "issue"))
def jury(request: Any, ref: str) -> HttpResponse:
    """One jury and what may be done with it now."""
    row = _jury(request, ref)
    open_file(request, row)
    if request.method == "POST":
        MOVES[request.POST["do"]][0](request, row)
        return redirect("certification:jury", ref)
    verdicts = reads.verdicts(row)
    members = list(row.members.all())
    job = jobs.latest(tasks.ISSUE, row.ref)
    context: dict[str, Any] = {
        "row": row, "verdicts": verdicts, "sheet": sheet_of(row, verdicts), "counts": reads.counts(verdicts),
        "members": members, "job": job,
        "decided": [(Decision(key), n) for key, n in reads.counts(verdicts).items() if key and n],
        "quorum": needed(len(members), RULES[row.rule]), "decisions": Decision.choices,
        "runs": request.user.can("certification.run", row), "president": request.user.pk == row.president_id,
        "amendments": reads.amendments(row), "due": reads.without_diploma(request.scope, row).count(),
        "cancel": forms.CancelJuryForm(), "running": job is not None and job.state in {"queued", "running"},
        "entries": journal(row) if request.user.can("journal.read", row) else None,
    }  # fmt: skip
    return show(request, "certification/jury.html", active="juries", **context)


@page("certification.see")
def minutes(request: Any, ref: str) -> HttpResponse:
    row = _jury(request, ref)
    open_file(request, row)
    response = HttpResponse(pdf.minutes_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.ref}.pdf"'
    return response


@page("certification.see", unattended=True)
def progress(request: Any, ref: str) -> JsonResponse:
    """How far the signing of a jury's diplomas is."""
    job = jobs.latest(tasks.ISSUE, _jury(request, ref).ref)
    if job is None:
        return JsonResponse({"percent": 100, "step": "", "ended": True})
    return JsonResponse({"percent": job.done, "step": job.step, "ended": job.state in {"done", "failed"}})
