"""Roll call on a trainer's phone, and the office's view of statements."""

from __future__ import annotations

from datetime import timedelta
from operator import itemgetter
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from takwin.core.dates import parse_month
from takwin.core.errors import Refused
from takwin.core.numbers import parse_int
from takwin.training import calendars, forms, services
from takwin.training.choices import Presence
from takwin.training.selectors import attendance, weeks
from takwin.training.selectors.staff import trainer_of
from takwin.training.views.desk import place
from takwin.ui.documents import give_document
from takwin.ui.listing import FORMATS, Column, download
from takwin.ui.pages import or_404, page, show
from takwin.ui.typed import show_again

MONTH = ("name", "held", "missed", "excused", "late", "rate")


@page("training.teach")
def rolls(request: Any) -> HttpResponse:
    """Today's rolls and those of the last days, with everything needed to call them without a network."""
    trainer = trainer_of(request.user)
    first, today = attendance.back(timezone.localdate())
    found = weeks.sittings_of_trainer(trainer, first, today) if trainer else []
    sheets = sorted(attendance.sheets(found), key=lambda sheet: (-sheet.sitting.on.toordinal(), sheet.sitting.hour))
    context: dict[str, Any] = {
        "trainer": trainer, "sheets": sheets, "today": today, "number": uuid4(),
        "feed": calendars.feed_token(weeks.feed_of(request.user)),
        "values": [(value.value, value.label) for value in (Presence.PRESENT, Presence.LATE, Presence.ABSENT)],
    }  # fmt: skip
    return show(request, "training/rolls.html", active="rolls", **context)


@page("training.teach")
@require_POST
def sync(request: Any) -> HttpResponse:
    """A batch of statements, as JSON from a phone or as a plain form from one without scripts."""
    may = weeks.may_call(trainer_of(request.user), request.scope)
    if not request.content_type.startswith("application/json"):
        return _plain(request, may)
    try:
        batch, now = services.split_batch(request.body)
        each = services.sync_each(batch, by=request.user, may=may, now=now)
    except Refused as refusal:
        return JsonResponse({"why": str(refusal)}, status=422)
    # By key for who has one, and in the order they came for what has none that can be read.
    answers = {answer["key"]: answer["outcome"] for answer in each}
    return JsonResponse({"answers": answers, "each": [answer["outcome"] for answer in each]})


def _plain(request: Any, may: Any) -> HttpResponse:
    """One roll as a form: `value-REF`, `minutes-REF`, `seen-REF` for each trainee. All of it or nothing."""
    statements: list[dict[str, Any]] = []
    refs = {}
    for name in request.POST:
        if not name.startswith("value-"):
            continue
        ref, value = name.removeprefix("value-"), request.POST[name]
        seen = request.POST.get(f"seen-{ref}", "").split()
        minutes = request.POST.get(f"minutes-{ref}", "")
        if seen and value == request.POST.get(f"was-{ref}"):
            continue
        # Pressing twice sends the same keys: the sheet was given a number when it was shown.
        key = str(uuid5(NAMESPACE_URL, f"{request.POST.get('sheet', uuid4())} {ref} {value} {minutes}"))
        refs[key] = ref
        statements.append(
            {"key": key, "course": request.POST.get("course"), "on": request.POST.get("on"),
             "hour": _number(request.POST.get("hour")), "length": _number(request.POST.get("length")), "trainee": ref,
             "value": value, "minutes": _number(minutes or "0") if value == Presence.LATE else 0, "after": seen,
             "told_at": timezone.now().isoformat(), "device": "form"}
        )  # fmt: skip
    try:
        services.call_roll(statements, refs, by=request.user, may=may)
    except Refused as refusal:
        return show_again(request, refusal, rolls)
    messages.success(request, _("The roll is kept."))
    return redirect("training:rolls")


def _number(text: str | None) -> int | None:
    return parse_int(text, least=0, most=24 * 60)


@page("training.see")
def absences(request: Any, code: str) -> HttpResponse:
    """A month of a centre by group; what is contested, asked and set aside."""
    centre, today = place(request, code), timezone.localdate()
    first = parse_month(request.GET.get("month", "")) or today.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    rows = attendance.month(centre, first, after - timedelta(days=1))
    if (wanted := request.GET.get("format", "")) in FORMATS:
        columns = [Column(name, name, itemgetter(name)) for name in MONTH]
        return download(f"absences-{first:%Y-%m}", columns, rows, wanted, in_words=True)
    context: dict[str, Any] = {
        "centre": centre, "first": first, "before": (first - timedelta(days=1)).replace(day=1), "after": after,
        "rows": rows, "excuses": attendance.excuses(centre),
        "answered": attendance.answered_excuses(centre), "contested": attendance.contested(centre),
        "rejected_statements": attendance.rejected_statements(centre),
        "runs": request.user.can("training.run", centre),
    }  # fmt: skip
    return show(request, "training/absences.html", active="training", **context)


@page("training.run")
@require_POST
def excuse(request: Any, ref: str) -> HttpResponse:
    """Answer a request to be excused, or open an answered one again."""
    row = or_404(attendance.excuse, request.scope, ref)
    code = row.enrolment.centre.code
    try:
        kind = forms.ReopenExcuseForm if request.POST.get("do") == "reopen" else forms.AnswerForm
        kind(request.POST).insist(row, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, absences, code)
    return redirect("training:absences", code)


@page("training.run")
def proof(request: Any, ref: str) -> Any:
    """The proof of an excuse: secret, each reading is written in the journal."""
    row = or_404(attendance.excuse, request.scope, ref)
    if not row.proof:
        raise Http404(ref)
    services.read_proof(row, by=request.user)
    return give_document(row.proof, row.ref)


@page("training.see", moves="training.run")
def roll(request: Any, ref: str) -> HttpResponse:
    """All statements of one roll, and a correction by the office."""
    row = or_404(attendance.roll, request.scope, ref)
    if request.method == "POST":
        statement = or_404(attendance.statement, row, request.POST.get("key", ""))
        forms.CorrectForm(request.POST).insist(statement, by=request.user)
        return redirect("training:roll", ref)
    context: dict[str, Any] = {"row": row, "people": attendance.statements(row), "values": Presence.choices}
    runs = request.user.can("training.run", row)
    return show(request, "training/roll.html", runs=runs, active="training", **context)
