"""What a graduate sees on a phone: the survey by its address, vacancies that fit, own bids."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from takwin.core.errors import Refused
from takwin.employment import forms, services
from takwin.employment.choices import FIRST_PERSON, Outcome, WaveState
from takwin.employment.forms.work import BidForm, WishForm
from takwin.employment.selectors import follow_up, matching, work
from takwin.people.selectors import person_of
from takwin.territory.selectors import provinces
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import PUBLIC, SIGNED_IN, or_404, page, show


@page(PUBLIC)
def survey(request: Any, token: str) -> HttpResponse:
    """The two-minute question, without an account. Asked again it shows the answer and lets it be corrected."""
    row = or_404(follow_up.surveyed, token)
    before = follow_up.answers(row)
    said = before[0] if before else None
    words = FIRST_PERSON[Outcome(said.outcome)] if said else ""
    names = ("outcome", "contract", "employer", "in_field", "since_on")
    initial = {name: getattr(said, name) for name in names} if said else {}
    form = forms.SurveyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.run(row):
        messages.success(request, _("Thank you. Your answer is kept; you may correct it here."))
        return redirect("employment:survey", token)
    response = show(
        request, "employment/survey.html", row=row, form=form, said=said, words=words, corrected=len(before) > 1,
        takes=row.wave.state == WaveState.OPEN, status=422 if form.errors else 200,
    )  # fmt: skip
    response["X-Robots-Tag"] = "noindex"  # the address is a secret; the house's Referrer-Policy keeps it here
    return response


COLUMNS = [
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("title", gettext_lazy("Title"), lambda row: row.title),
    Column("employer", gettext_lazy("Employer"), lambda row: str(row.employer)),
    Column("area", gettext_lazy("Province"), lambda row: row.area.label),
    Column("contract", gettext_lazy("Contract"), lambda row: row.get_contract_display()),
    Column("expires_on", gettext_lazy("Last day"), lambda row: row.expires_on, "expires_on"),
]


@page(PUBLIC)
def vacancies(request: Any) -> HttpResponse:
    """Open vacancies, for anyone; a graduate sees which fit."""
    places = [(area.code, area.label) for area in provinces()]
    by_place = Filter("area", gettext_lazy("Province"), places, lambda rows, key: rows.filter(area__code=key))
    listing = Listing(
        request, work.open_vacancies(), COLUMNS, [by_place], name="vacancies", order="-pk", size=20, personal=False
    )
    if answer := listing.export():
        return answer
    return show(request, "employment/vacancies.html", listing=listing, active="work")


@page(PUBLIC)
def vacancy(request: Any, ref: str) -> HttpResponse:
    """One vacancy; a signed-in graduate applies here."""
    row = or_404(work.open_vacancy, ref)
    person = person_of(request.user) if request.user.is_authenticated else None
    form, mine = None, None
    if person is not None:
        mine = work.bid_of(request.user, row)
        form = BidForm(request.POST or None, held=work.live_diplomas(person))
        if request.method == "POST" and form.run(row, person=person, by=request.user):
            messages.success(request, _("Your application is sent. You find its answer under “Jobs”."))
            return redirect("employment:work")
    return show(
        request, "employment/vacancy.html", row=row, form=form, mine=mine, active="work",
        status=422 if form and form.errors else 200,
    )  # fmt: skip


@page(SIGNED_IN)
def own_work(request: Any) -> HttpResponse:
    """Matching vacancies with their reasons, wishes, applications, open surveys."""
    person, graduate = person_of(request.user), follow_up.graduate_of(request.user)
    if person is None:
        return show(request, "employment/work.html", person=None, active="work")
    wish = work.wish_of(person)
    form = WishForm(request.POST if request.POST.get("do") == "wish" else None, row=person)
    if request.method == "POST":
        if bid_ref := request.POST.get("withdraw"):
            return _withdraw(request, bid_ref)
        if form.run(person):
            messages.success(request, _("Your wishes are kept."))
            return redirect("employment:work")
    programme = graduate.programme_id if graduate else _programme(person)
    found = matching.matches(person, programme, wish) if programme else []
    return show(
        request, "employment/work.html", person=person, form=form, matches=found, bids=work.bids_of(request.user),
        surveys=[
            (invitation, follow_up.tokens.address(invitation.ref))
            for invitation in follow_up.open_surveys(request.user)
        ],
        active="work", status=422 if form.errors else 200,
    )  # fmt: skip


def _programme(person: Any) -> int | None:
    """The programme of someone whose cohort is not frozen yet: of the newest diploma."""
    held = work.live_diplomas(person)
    return held[0].enrolment.version.programme_id if held else None


def _withdraw(request: Any, ref: str) -> HttpResponse:
    row = or_404(work.own_bid, request.user, ref)
    try:
        services.withdraw_bid(row, by=request.user)
        messages.success(request, _("Your application is withdrawn: the company does not see it any more."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("employment:work")
