"""Marking on a trainer's phone, results at the desk, the published rule, contests, transcripts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from takwin.core.errors import Refused
from takwin.training import examples, forms, pdf, services
from takwin.training.choices.assessment import Kind, MarkStatus
from takwin.training.rules.results import CONTEST_DAYS, CURRENT, RULES
from takwin.training.selectors import assessment as reads
from takwin.training.selectors import enrolments
from takwin.training.selectors.staff import trainer_of
from takwin.training.views.trainee import own_training
from takwin.ui.pages import PUBLIC, SIGNED_IN, open_file, or_404, page, show
from takwin.ui.typed import show_again


@page(PUBLIC)
def rule(request: Any) -> HttpResponse:
    """The rule of results in words, with its examples worked now."""
    return show(request, "training/rule.html", rule=RULES[CURRENT], examples=examples.examples(), days=CONTEST_DAYS)


@page("training.teach")
def mark_list(request: Any) -> HttpResponse:
    """What a trainer marks; planning an assessment of one's own courses."""
    trainer = trainer_of(request.user)
    courses = reads.courses_of(trainer, request.scope) if trainer else []
    seconds = reads.second_markers(courses[0]) if courses else []
    form = forms.AssessmentForm(request.POST or None, courses=courses, seconds=seconds)
    if request.method == "POST" and trainer and form.plan(request.user):
        return redirect("training:marks", form.result.ref)
    rows = reads.of_trainer(trainer, request.scope) if trainer else []
    return show(request, "training/mark_list.html", trainer=trainer, rows=rows, form=form, active="marks")


def _sheet(row: Any, place: str) -> list[dict[str, Any]]:
    """A line for each trainee to mark, with this marker's value. `far`: two marks that differ by more than the rule
    allows; only then a marker is shown the other's mark."""
    had = reads.marks(row)
    out = []
    for member in services.candidates(row):
        mark = had.get(member.enrolment_id)
        value = getattr(mark, place) if mark else None
        both = mark is not None and mark.first is not None and mark.second is not None
        far = both and row.second_id is not None and abs(mark.first - mark.second) > RULES[CURRENT].gap  # type: ignore[union-attr,operator]
        out.append({"enrolment": member.enrolment, "mark": mark, "value": value, "both": both, "far": far})
    return sorted(out, key=lambda line: (line["enrolment"].person.family_name, line["enrolment"].person.given_name))


@page("training.teach")
def marks(request: Any, ref: str) -> HttpResponse:
    """The sheet of one assessment: a mark or a word for each trainee."""
    trainer = trainer_of(request.user)
    if trainer is None:
        raise Http404(ref)
    row = or_404(reads.marked_by, trainer, request.scope, ref)
    place = services.marker(row, trainer)
    if request.method == "POST":
        parts = [(place, _typed_marks(request, "value"))]
        agreed = {ref: mark for ref, mark in _typed_marks(request, "agreed").items() if mark[1].strip()}
        if agreed and place == "first":
            parts.append(("agreed", agreed))
        # What is typed is kept first, whichever button is pressed: closing never forgets it.
        kept = services.keep_sheet(row, parts, by=request.user) if parts[0][1] else 0
        messages.success(request, ngettext("%(n)s mark is kept.", "%(n)s marks are kept.", kept) % {"n": kept})
        if "close" in request.POST:
            _close(request, row)
        return redirect("training:marks", ref)
    context: dict[str, Any] = {
        "row": row,
        "place": place,
        "people": _sheet(row, place),
        "statuses": MarkStatus.choices,
    }
    return show(request, "training/marks.html", active="marks", **context)


def _close(request: Any, row: Any) -> None:
    """Close the sheet. Its marks are stored already, so a refusal is shown as a message and undoes nothing."""
    try:
        services.close_marks(row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))


def _typed_marks(request: Any, field: str) -> dict[str, tuple[str, str, str]]:
    """{trainee: (status, value, words)} of a sheet's fields."""
    out = {}
    for name in request.POST:
        if name.startswith(f"{field}-"):
            ref = name.removeprefix(f"{field}-")
            status = request.POST.get(f"status-{ref}", MarkStatus.MARKED)
            out[ref] = (status, request.POST[name], request.POST.get(f"words-{ref}", ""))
    return out


@page("training.see", moves="training.run", prove=("publish_results",))
def results(request: Any, ref: str) -> HttpResponse:
    """A group's assessments and results: publish, contest, transcripts."""
    row = or_404(enrolments.group, request.scope, ref)
    if request.method == "POST":
        _do(request, row)
        return redirect("training:results", ref)
    context: dict[str, Any] = {
        "row": row, "assessments": reads.assessments_of(row), "modules": reads.modules_of(row),
        "people": reads.of_group(row), "contests": reads.contests(row), "practical": Kind.PRACTICAL,
        "runs": request.user.can("training.run", row),
    }  # fmt: skip
    return show(request, "training/results.html", active="training", **context)


def _do(request: Any, group: Any) -> None:
    if "publish_results" in request.POST:
        count = services.publish_results(group, by=request.user)
        messages.success(
            request,
            ngettext("%(count)s result is published.", "%(count)s results are published.", count) % {"count": count},
        )
    elif key := request.POST.get("contest"):
        row = or_404(reads.contest, request.scope, key)
        forms.AnswerContestForm(request.POST).insist(row, by=request.user)
    else:
        assessment = or_404(reads.assessment, request.scope, request.POST.get("assessment", ""))
        if "publish" in request.POST:
            services.publish_marks(assessment, by=request.user)
        elif "reopen" in request.POST:
            forms.ReopenForm(request.POST).insist(assessment, by=request.user)


def _transcript(row: Any) -> HttpResponse:
    response = HttpResponse(pdf.transcript_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.ref}.pdf"'
    return response


@page("training.see")
def transcript(request: Any, ref: str) -> HttpResponse:
    row = or_404(enrolments.enrolment, request.scope, ref)
    open_file(request, row)
    return _transcript(row)


@page(SIGNED_IN)
def own_transcript(request: Any) -> HttpResponse:
    """One's own transcript, once a result was published."""
    row = enrolments.own(request.user)
    if row is None or not reads.results(row):
        raise Http404
    return _transcript(row)


@page(SIGNED_IN)
@require_POST
def contest(request: Any, ref: str) -> HttpResponse:
    """Contest one's own published mark."""
    row = enrolments.own(request.user)
    if row is None:
        raise Http404(ref)
    mark = or_404(reads.own_mark, row, ref)
    try:
        forms.ContestForm(request.POST).insist(mark, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, own_training)
    messages.success(request, _("Your contest is sent. You find its answer here."))
    return redirect("training:mine")
