"""Companies of a centre, placements, and the life of an apprenticeship contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.training import services
from takwin.training.forms import companies as forms
from takwin.training.rules.companies import CONTRACT, PLACEMENT, REPLACE_WITHIN
from takwin.training.selectors import companies, enrolments
from takwin.training.views.desk import place
from takwin.ui.edits import EditForm
from takwin.ui.listing import Column, Listing
from takwin.ui.pages import open_file, or_404, page, show


@page("training.see", moves="training.run")
def company_list(request: Any, code: str) -> HttpResponse:
    """Companies, and this centre's contracts and placements."""
    centre = place(request, code)
    columns = [
        Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
        Column("name", gettext_lazy("Name"), lambda row: row.name, "name"),
        Column("kind", gettext_lazy("Kind"), lambda row: row.get_kind_display(), "kind"),
        Column("activity", gettext_lazy("Activity"), lambda row: row.activity, "activity"),
        Column("taken", gettext_lazy("Apprentices"), lambda row: row.taken, "taken"),
        Column("ours", gettext_lazy("Ours"), lambda row: row.ours, "ours"),
    ]
    listing = Listing(request, companies.companies(centre), columns, name="companies", order="name", personal=False)
    if answer := listing.export():
        return answer
    form = forms.CompanyForm(request.POST or None) if request.user.can("training.run", centre) else None
    if form and request.method == "POST" and form.run(by=request.user):
        return redirect("training:company", form.result.ref)
    context: dict[str, Any] = {
        "centre": centre, "listing": listing, "form": form, "contracts": companies.contracts(centre),
        "placements": companies.placements(centre), "inside": companies.in_companies(centre),
    }  # fmt: skip
    return show(request, "training/companies.html", active="training", **context)


@page("training.see", moves="training.run")
def company(request: Any, ref: str) -> HttpResponse:
    """One company: conventions and contracts of the visitor's centres."""
    row = or_404(companies.company, ref)
    runs = request.user.scope("training.run")
    centres = enrolments.centres_within(runs) if runs else []
    form = forms.ConventionForm()
    if request.method == "POST" and runs:
        if key := request.POST.get("sign") or request.POST.get("end"):
            convention = or_404(companies.convention, runs, key)
            _try(request, services.sign_convention if "sign" in request.POST else services.end_convention, convention)
            return redirect("training:company", ref)
        centre = next((place for place in centres if place.code == request.POST.get("centre")), None)
        form = forms.ConventionForm(request.POST)
        if centre is not None and form.run(row, centre=centre, by=request.user):
            return redirect("training:company", ref)
    context: dict[str, Any] = {
        "row": row, "conventions": companies.conventions(row, request.scope), "form": form, "centres": centres,
        "contracts": companies.contracts_of(row, request.scope),
    }  # fmt: skip
    return show(request, "training/company.html", active="training", **context)


def _try(request: Any, service: Callable[..., Any], row: Any) -> None:
    try:
        service(row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))


@page("training.run")
def bind(request: Any, ref: str, kind: str) -> HttpResponse:
    """Draw up a contract, or plan a placement, for one trainee."""
    kinds: dict[str, Any] = {"contract": forms.ContractForm, "placement": forms.PlacementForm}
    if kind not in kinds:
        raise Http404(kind)
    row = or_404(enrolments.enrolment, request.scope, ref)
    form = kinds[kind](request.POST or None, initial={"company": request.GET.get("company", "")})
    if request.method == "POST" and form.run(row, by=request.user):
        return redirect(f"training:{kind}", form.result.ref)
    return show(request, "training/bind.html", row=row, form=form, kind=kind, active="training")


# What one may do with a contract: verb of the flow -> its form; None: a button is enough.
FORMS: dict[str, Any] = {
    "sign": None, "register": forms.RegisterForm, "amend": forms.AmendForm, "suspend": forms.SuspendForm,
    "resume": None, "give_up": forms.GiveUpForm, "terminate": forms.TerminateForm, "replace": forms.ReplaceForm,
    "complete_contract": None,
}  # fmt: skip
BUTTONS = {"sign": services.sign, "resume": services.resume, "complete_contract": services.complete_contract}


def _filled(kind: Any, row: Any, data: Any = None) -> Any:
    """A form of a contract's page: one that edits its terms carries them, another begins with them."""
    if issubclass(kind, EditForm):
        return kind(data, row=row)
    return kind(data, initial={"tutor": row.tutor, "last_on": row.last_on, "share": row.share})


@page("training.see", moves="training.run")
def contract(request: Any, ref: str) -> HttpResponse:
    """A contract and what may be done with it now."""
    row = or_404(companies.contract, request.scope, ref)
    open_file(request, row)
    runs = request.user.can("training.run", row)
    verb, wrong = request.POST.get("do", ""), None
    if request.method == "POST" and runs:
        if verb in BUTTONS:
            _try(request, BUTTONS[verb], row)
            return redirect("training:contract", ref)
        kind = forms.VisitForm if verb == "visit" else FORMS.get(verb)
        if kind is not None:
            wrong = _filled(kind, row, request.POST)
            if wrong.run(row, by=request.user):
                return redirect("training:contract", wrong.result.ref if verb == "replace" else ref)
    moves = [
        (action, wrong if verb == action and wrong else _filled(FORMS[action], row) if FORMS[action] else None)
        for action in CONTRACT.verbs(row.state)
        if action in FORMS
    ]
    context: dict[str, Any] = {
        "row": row, "runs": runs, "moves": moves, "verb": verb, "visits": list(row.visits.select_related("by")),
        "visit_form": wrong if verb == "visit" and wrong else forms.VisitForm(),
        "amendments": list(row.amendments.all()), "after": getattr(row, "replaced_by", None),
        "until": row.ended_on + REPLACE_WITHIN if row.ended_on else None,
        "entries": journal(row) if request.user.can("journal.read", row) else None,
    }  # fmt: skip
    return show(request, "training/contract.html", active="training", status=422 if wrong else 200, **context)


@page("training.see", moves="training.run")
def placement(request: Any, ref: str) -> HttpResponse:
    """A placement: its moves, visits and evaluation."""
    row = or_404(companies.placement, request.scope, ref)
    runs = request.user.can("training.run", row)
    verb, wrong = request.POST.get("do", ""), None
    if request.method == "POST" and runs:
        if verb in {"visit", "evaluate"}:
            wrong = (forms.VisitForm if verb == "visit" else forms.EvaluateForm)(request.POST)
            made = wrong.run(row, by=request.user)
        else:
            made = _move(request, row, verb)
        if made:
            return redirect("training:placement", ref)
    verbs = PLACEMENT.verbs(row.state)
    context: dict[str, Any] = {
        "row": row, "runs": runs, "verbs": verbs, "visits": list(row.visits.select_related("by")),
        "visit_form": wrong if verb == "visit" and wrong else forms.VisitForm(),
        "evaluate_form": wrong if verb == "evaluate" and wrong else forms.EvaluateForm(),
    }  # fmt: skip
    return show(request, "training/placement.html", active="training", status=422 if wrong else 200, **context)


def _move(request: Any, row: Any, verb: str) -> bool:
    if verb in PLACEMENT.moves and verb != "evaluate":
        services.move_placement(row, verb=verb, reason=request.POST.get("reason", ""), by=request.user)
    return True
