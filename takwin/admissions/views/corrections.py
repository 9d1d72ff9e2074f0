"""Corrections of an identity and disputed card numbers: the owner's page and the registrar's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from takwin.accounts.limits import wait_of
from takwin.admissions import forms, identities, services
from takwin.admissions.choices import CorrectionState
from takwin.admissions.views.candidate import current, identity_of, say_no
from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.people import selectors as people
from takwin.ui.documents import give_document
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import near, or_404, page, show

CORRECTIONS = (
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("name", gettext_lazy("Name"), lambda row: row.person.name, "person__family_name"),
    Column("asked", gettext_lazy("Requested on"), lambda row: row.asked_at, "asked_at"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
)


def _subject(request: Any, subject: str) -> Any:
    """The person whose identity is shown: of the application in the address, else the visitor's own."""
    application = current(request, subject)
    person = application.person if application else people.person_of(request.user)
    if person is None:
        raise Http404("person")
    return person


@page("admissions.apply")
def correct(request: Any, subject: str = "") -> HttpResponse:
    """Ask for a correction of what was handed in; take it back; see what was answered."""
    person = _subject(request, subject)
    asked = identities.corrections_of(person)
    waiting = next((row for row in asked if row.state == CorrectionState.REQUESTED), None)
    if request.method == "POST" and "withdraw" in request.POST:
        return _withdraw(request, waiting)
    initial = identity_of(person) | {name: getattr(person, name) for name in ("given_name_latin", "family_name_latin")}
    form = forms.CorrectionForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST":
        if (wait := wait_of(request, "identity")) is not None:
            form.add_error(None, _("Too many tries. %(wait)s") % {"wait": wait})
        elif form.run(person, by=request.user):
            messages.success(request, _("Your request is sent. You are told when it is answered."))
            return redirect(near(request, "admissions:correct"))
    context: dict[str, Any] = {"person": person, "asked": asked, "waiting": waiting, "form": form}
    return show(request, "admissions/correct.html", active="apply", **context)


def _withdraw(request: Any, waiting: Any) -> HttpResponse:
    if waiting is not None and request.POST["withdraw"] == waiting.ref:
        try:
            services.withdraw_correction(waiting, by=request.user)
        except Refused as refusal:
            say_no(request, refusal)
    return redirect(near(request, "admissions:correct"))


@page("people.correct")
def correction_list(request: Any) -> HttpResponse:
    """Corrections of the scope, those that wait first, and card numbers that stand in two records."""
    filters = [
        Filter("state", gettext_lazy("State"), CorrectionState.choices, lambda rows, value: rows.filter(state=value))
    ]
    rows = identities.corrections(request.scope)
    listing = Listing(
        request, rows, CORRECTIONS, filters, search="person__search_text", name="corrections", personal=True
    )
    if answer := listing.export():
        return answer
    disputed = people.disputed(identities.persons(request.scope))[:50]
    return show(request, "admissions/corrections.html", listing=listing, disputed=disputed, active="corrections")


@page("people.correct")
def correction(request: Any, ref: str) -> HttpResponse:
    """One correction: before and after, the document, and the answer."""
    row = or_404(identities.corrections(request.scope).get, ref=ref)
    accept, refuse = forms.SeenForm(prefix="accept"), forms.RefuseForm(prefix="refuse")
    form: Any
    if request.method == "POST":
        verb = request.POST.get("do", "")
        if verb == "accept":
            accept = form = forms.SeenForm(request.POST, prefix="accept")
        elif verb == "refuse":
            refuse = form = forms.RefuseForm(request.POST, prefix="refuse")
        else:
            raise Http404(verb)
        if form.run(row, by=request.user):
            return redirect("admissions:correction", row.ref)
    context: dict[str, Any] = {"row": row, "accept": accept, "refuse": refuse, "entries": journal(row)}
    context["open"] = row.state == CorrectionState.REQUESTED
    return show(request, "admissions/correction.html", active="corrections", **context)


@page("people.correct")
def correction_file(request: Any, ref: str) -> Any:
    """The document of a correction within the scope; each reading is journalled."""
    row = or_404(identities.corrections(request.scope).get, ref=ref)
    services.read_evidence(row, by=request.user)
    return give_document(row.file, row.ref)


@page("people.correct")
def card(request: Any, ref: str) -> HttpResponse:
    """A record beside the others with the same card number; each reading is journalled."""
    within = identities.persons(request.scope)
    person = or_404(within.get, ref=ref)
    others, outside = people.claims(person, within)
    form = forms.CardForm(request.POST or None)
    claims = request.POST.getlist("claim") or []
    if request.method == "POST" and form.run(person, claims=claims, within=within, by=request.user):
        messages.success(request, _("The number is confirmed. Each person is told of their own record only."))
        return redirect("admissions:card", person.ref)
    if request.method == "GET":
        services.read_card(person, others=others, by=request.user)
    context: dict[str, Any] = {"person": person, "others": others, "outside": outside, "form": form}
    return show(request, "admissions/card.html", active="corrections", entries=journal(person), **context)
