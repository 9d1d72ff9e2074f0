"""Follow-up at the desk: cohorts, waves, samples, rates, feedback to the offer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from takwin.core.errors import Refused
from takwin.core.selectors import journal
from takwin.employment import charts, forms, services
from takwin.employment.choices import InvitationState
from takwin.employment.rules.rates import INDICATORS, LEAST
from takwin.employment.selectors import feedback, follow_up, leaving, rates, words
from takwin.offer.selectors import current_season
from takwin.ui.listing import FORMATS, Column, Filter, Listing, download
from takwin.ui.pages import open_file, or_404, page, show


@page("employment.see", moves="employment.run")
def cohorts(request: Any) -> HttpResponse:
    """Cohorts and their waves; freezing one; leavings of the visitor's centres."""
    runs = request.user.scope("employment.run")  # a cohort belongs to the nation
    form = forms.CohortForm(request.POST or None) if runs else None
    if form and request.method == "POST" and form.run(by=request.user):
        messages.success(request, _("The frame is frozen; its follow-ups are planned."))
        return redirect("employment:cohorts")
    leaving_counts = leaving.counts(request.scope, timezone.localdate())
    return show(
        request, "employment/cohorts.html", rows=follow_up.cohorts(), form=form, active="cohorts",
        leaving=[(kind, leaving_counts[kind]) for kind in leaving.TrainingStatus if leaving_counts[kind]],
        status=422 if form and form.errors else 200,
    )  # fmt: skip


SAMPLES = [
    Column("ref", gettext_lazy("Reference"), lambda row: row.ref),
    Column("name", gettext_lazy("Graduate"), lambda row: row.graduate.person.name, "graduate__person__family_name"),
    Column("programme", gettext_lazy("Programme"), lambda row: row.graduate.programme.label),
    Column("centre", gettext_lazy("Centre"), lambda row: row.graduate.centre.label),
    Column("tries", gettext_lazy("Tries"), lambda row: row.tries, "tries"),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
    Column("outcome", gettext_lazy("Outcome"), lambda row: row.get_outcome_display(), "outcome"),
]
STATE = Filter("state", gettext_lazy("State"), InvitationState.choices, lambda rows, state: rows.filter(state=state))


@page("employment.see", moves="employment.run", prove=("publish",))
def wave(request: Any, ref: str) -> HttpResponse:
    """A wave: who is to be reached, the response, the rates, publishing them."""
    row = or_404(follow_up.wave, ref)
    if request.method == "POST":
        if request.POST.get("do") == "reopen":
            forms.ReopenWaveForm(request.POST).insist(row, by=request.user)
        else:
            _do(request, row)
        return redirect("employment:wave", ref)
    listing = Listing(
        request, follow_up.samples(request.scope, row), SAMPLES, [STATE], search="graduate__person__search_text",
        name=row.ref, order="state", personal=True,
    )  # fmt: skip
    if answer := listing.export():
        return answer
    outcomes, frame = rates.outcomes(request.scope, row)
    context: dict[str, Any] = {
        "row": row, "listing": listing, "progress": follow_up.progress(request.scope, row), "outcomes": outcomes,
        "frame": frame,
        "rates": [(words.INDICATORS[indicator.code], rate) for indicator, rate in rates.whole(request.scope, row)],
        "published": rates.published(row)[:1], "runs": request.user.can("employment.run", row), "least": LEAST,
        "again": forms.ReopenWaveForm(),
    }  # fmt: skip
    return show(request, "employment/wave.html", active="cohorts", **context)


def _do(request: Any, row: Any) -> None:
    verb = request.POST.get("do")
    try:
        if verb == "open":
            services.open_wave(row, by=request.user)
        elif verb == "close":
            services.close_wave(row, by=request.user)
        elif verb == "publish":
            made = services.publish_rates(row, by=request.user)
            messages.success(
                request,
                ngettext("%(count)s rate is published.", "%(count)s rates are published.", made) % {"count": made},
            )
    except Refused as refusal:
        messages.error(request, str(refusal))


@page("employment.follow")
def sample(request: Any, ref: str) -> HttpResponse:
    """One graduate to reach: what was tried, what was answered; both are noted here."""
    row = or_404(follow_up.sample, request.scope, ref)
    open_file(request, row)
    kinds: dict[str, Any] = {"attempt": forms.AttemptForm, "answer": forms.EnteredForm}
    verb = request.POST.get("do", "")
    made = {name: kind(request.POST if name == verb else None) for name, kind in kinds.items()}
    if request.method == "POST" and verb in made and made[verb].run(row, by=request.user):
        return redirect("employment:sample", ref)
    wrong = any(form.errors for form in made.values())
    return show(
        request, "employment/sample.html", row=row, attempts=follow_up.attempts(row), answers=follow_up.answers(row),
        attempt=made["attempt"], answer=made["answer"], active="cohorts", status=422 if wrong else 200,
        entries=journal(row) if request.user.can("journal.read", row) else None, runs=row.wave.state == "open",
    )  # fmt: skip


def _share(rate: Any) -> float | None:
    return None if rate is None or rate.share is None else round(100 * rate.share, 1)


def _end(rate: Any, which: int) -> float | None:
    return None if rate is None or rate.interval is None else round(100 * rate.interval[which], 1)


FEEDBACK = [
    Column("programme", gettext_lazy("Programme"), lambda row: row.programme.label),
    Column("region", gettext_lazy("Region"), lambda row: row.region.label),
    Column("seats", gettext_lazy("Seats"), lambda row: row.seats),
    Column("requests", gettext_lazy("Requests"), lambda row: row.requests),
    Column("pressure", gettext_lazy("Requests a seat"), lambda row: row.pressure and round(row.pressure, 2)),
    Column("fill", gettext_lazy("Fill (%)"), lambda row: row.fill and round(100 * row.fill, 1)),
    Column("begun", gettext_lazy("Left training"), lambda row: row.begun),
    Column("completion", gettext_lazy("Completion (%)"), lambda row: _share(row.completion)),
    Column("completion_low", gettext_lazy("from"), lambda row: _end(row.completion, 0)),
    Column("completion_high", gettext_lazy("to"), lambda row: _end(row.completion, 1)),
    Column("answered", gettext_lazy("Answers"), lambda row: row.insertion and row.insertion.answered),
    Column("frame", gettext_lazy("Graduates"), lambda row: row.insertion and row.insertion.frame),
    Column("insertion", gettext_lazy("Insertion (%)"), lambda row: _share(row.insertion)),
    Column("insertion_low", gettext_lazy("from"), lambda row: _end(row.insertion, 0)),
    Column("insertion_high", gettext_lazy("to"), lambda row: _end(row.insertion, 1)),
]


@page("employment.see")
def offer(request: Any) -> HttpResponse:
    """Pressure, fill, completion and insertion, programme by programme: a chart of four quarters, and the table."""
    season, wave = current_season(), next(iter(follow_up.waves().filter(state__in=["open", "closed"])), None)
    cells = feedback.cells(request.scope, season, wave) if season else []
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download("offer-and-insertion", FEEDBACK, cells, wanted, in_words=True)
    chart = charts.quadrant(cells)
    return show(
        request, "employment/offer.html", cells=cells[:60], more=max(0, len(cells) - 60), chart=chart, season=season,
        wave=wave, active="feedback", least=LEAST, indicator=INDICATORS["insertion"],
    )  # fmt: skip
