"""The desk of a centre: its board, trainees, groups and curricula."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from takwin.core.changes import locked
from takwin.core.errors import Refused
from takwin.core.numbers import parse_int
from takwin.core.selectors import journal
from takwin.offer import selectors as offer
from takwin.training import forms, services
from takwin.training.choices import EnrolmentState
from takwin.training.rules.flows import ENROLMENT
from takwin.training.selectors import attendance, board, calendar, companies, enrolments, staff
from takwin.ui.edits import SEEN, check_seen
from takwin.ui.listing import Column, Filter, Listing
from takwin.ui.pages import open_file, or_404, page, show
from takwin.ui.typed import show_again

CAPACITY, MOST_IN_GROUP = 24, 60
PROGRAMME_NAME = "version__programme__name_ar"


def place(request: Any, code: str) -> Any:
    """The centre of a page, within the visitor's scope."""
    return or_404(board.centre, request.scope, code)


@page("training.see")
def centre_list(request: Any) -> HttpResponse:
    """The centres one may see; one centre alone is opened at once."""
    season = offer.current_season()
    rows = board.centres(request.scope, season)
    columns = [
        Column("centre", gettext_lazy("Centre"), lambda row: row.label, "name_ar"),
        Column("trainees", gettext_lazy("Trainees"), lambda row: row.trainees, "trainees"),
        Column("groups", gettext_lazy("Groups"), lambda row: row.sections, "sections"),
    ]
    listing = Listing(request, rows, columns, name="training", order="-trainees", personal=False)
    if answer := listing.export():
        return answer
    found = list(listing.page)
    if len(found) == 1 and not listing.narrowed and request.scope.centres:
        return redirect("training:board", found[0].code)
    return show(request, "training/centres.html", listing=listing, season=season, active="training")


@page("training.see")
def centre_board(request: Any, code: str) -> HttpResponse:
    centre = place(request, code)
    facts = board.board(centre, offer.current_season(), timezone.localdate())
    return show(request, "training/board.html", centre=centre, **facts, capacity=CAPACITY, active="training")


@page("training.run")
@require_POST
def enrol(request: Any, code: str) -> HttpResponse:
    """Enrol everyone who confirmed a seat here."""
    centre, season = place(request, code), offer.current_season()
    if season is not None:
        outcome = services.enrol_accepted(season, centre=centre, by=request.user)
        messages.success(
            request,
            ngettext("%(count)s trainee is enrolled.", "%(count)s trainees are enrolled.", outcome["made"])
            % {"count": outcome["made"]},
        )
        if outcome["without"]:
            facts = {"names": ", ".join(outcome["without"])}
            messages.warning(request, _("Without a curriculum in force, their people wait: %(names)s") % facts)
    return redirect("training:board", code)


@page("training.run")
@require_POST
def form_groups(request: Any, code: str) -> HttpResponse:
    """Groups for one line of those who wait."""
    centre, season = place(request, code), offer.current_season()
    lines = {row["key"]: row for row in enrolments.waiting_lines(centre, season)} if season else {}
    line = lines.get(request.POST.get("line", ""))
    typed = parse_int(request.POST.get("capacity", ""))
    capacity = CAPACITY if typed is None else min(MOST_IN_GROUP, max(1, typed))
    try:
        if line is None or season is None:
            return redirect("training:board", code)
        rows = services.form_groups(
            centre=centre, version=line["row"], mode=enrolments.mode(line["mode"]), season=season,
            year=line["year"], capacity=capacity, by=request.user,
        )  # fmt: skip
        messages.success(request, _("Groups are formed: %(names)s") % {"names": ", ".join(row.name for row in rows)})
    except Refused as refusal:
        return show_again(request, refusal, centre_board, code)
    return redirect("training:board", code)


@page("training.see")
def trainees(request: Any, code: str) -> HttpResponse:
    centre = place(request, code)
    columns = [
        Column("ref", gettext_lazy("Reference"), lambda row: row.ref, "ref"),
        Column("name", gettext_lazy("Name"), lambda row: row.person.name, "person__family_name"),
        Column(
            "programme",
            gettext_lazy("Programme"),
            lambda row: row.version.programme.label,
            "version__programme__name_ar",
        ),
        Column("group", gettext_lazy("Section"), lambda row: row.group_name or "", "group_name"),
        Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
    ]
    filters = [
        Filter("state", gettext_lazy("State"), EnrolmentState.choices, lambda rows, value: rows.filter(state=value)),
        Filter(
            "group", gettext_lazy("Section"), [("none", gettext_lazy("Without a group"))],
            lambda rows, _value: rows.filter(group_name__isnull=True, state="enrolled"),
        ),
    ]  # fmt: skip
    rows = enrolments.trainees(request.scope, centre)
    listing = Listing(
        request,
        rows,
        columns,
        filters,
        search="person__search_text",
        name="trainees",
        order="person__family_name",
        personal=True,
    )
    if answer := listing.export():
        return answer
    return show(request, "training/trainees.html", fragment="rows", centre=centre, listing=listing, active="training")


LEAVES = {"defer": services.defer, "interrupt": services.interrupt, "abandon": services.abandon}
PLAIN = {"return_": services.return_, "complete": services.complete}


def _move(request: Any, row: Any, verb: str, groups: list[Any]) -> Any:
    """One move of a trainee; the form with its errors, or None when it was made."""
    form: Any
    if verb in LEAVES:
        form = forms.LeaveForm(request.POST)
        made = form.is_valid() and _try(form, LEAVES[verb], row, by=request.user, **form.cleaned_data)
    elif verb in PLAIN:
        form = forms.LeaveForm()
        made = _plain(request, row, verb)
    elif verb == "guardian":
        form = forms.GuardianForm(request.POST, row=row)
        made = form.run(row, by=request.user)
    else:
        form = forms.GroupForm(request.POST, rows=groups)
        made = form.is_valid() and _place(form, row, request.user)
    return None if made else form


def _try(form: Any, service: Any, *args: Any, **kwargs: Any) -> bool:
    try:
        service(*args, **kwargs)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _plain(request: Any, row: Any, verb: str) -> bool:
    try:
        PLAIN[verb](row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return True


def _place(form: Any, row: Any, by: Any) -> bool:
    group = form.cleaned_data["group"]
    service = services.place if group.centre_id == row.centre_id else services.transfer
    return _try(form, service, row, group=group, on=form.cleaned_data["on"], by=by)


@page("training.see", moves="training.run")
def trainee(request: Any, ref: str) -> HttpResponse:
    """A trainee's file: where, since when, what was missed, and the moves one may make."""
    row = or_404(enrolments.enrolment, request.scope, ref)
    open_file(request, row)
    runs = request.user.scope("training.run")
    groups = enrolments.groups_for(row, runs) if runs.reaches(row) else []
    wrong, verb = None, request.POST.get("do", "")
    if request.method == "POST":
        wrong = _move(request, row, verb, groups)
        if wrong is None:
            return redirect("training:trainee", ref)
    leave_form = wrong if isinstance(wrong, forms.LeaveForm) else forms.LeaveForm()
    group_form = wrong if isinstance(wrong, forms.GroupForm) else forms.GroupForm(rows=groups)
    guardian = wrong if isinstance(wrong, forms.GuardianForm) else forms.GuardianForm(row=row)
    verbs = ENROLMENT.verbs(row.state)
    term = calendar.term_now(row.season)
    context: dict[str, Any] = {
        "row": row, "members": enrolments.memberships(row), "missed": attendance.missed(row),
        **companies.of_trainee(row),
        "alerts": attendance.alerts(row), "leave_form": leave_form, "group_form": group_form, "guardian": guardian,
        "leaves": [name for name in LEAVES if name in verbs], "plain": [name for name in PLAIN if name in verbs],
        "can_place": "transfer" in verbs and groups, "verb": verb,
        "hours": attendance.of_trainee(row, term.starts_on, term.ends_on) if term else None,
        "entries": journal(row) if request.user.can("journal.read", row) else None,
    }  # fmt: skip
    return show(request, "training/trainee.html", active="training", status=422 if wrong else 200, **context)


@page("training.see", moves="training.run")
def group(request: Any, ref: str) -> HttpResponse:
    """A group: who, which courses, who gives them, its last rolls."""
    row = or_404(enrolments.group, request.scope, ref)
    term = calendar.term_now(row.season)
    if request.method == "POST":
        if "close" in request.POST:
            services.close_group(row, by=request.user)
        elif "reopen" in request.POST:
            services.reopen_group(row, by=request.user)
        elif "open" in request.POST and term:
            services.open_courses(row, term=term.number, by=request.user)
        else:
            _assign(request, row)
        return redirect("training:group", ref)
    context: dict[str, Any] = {
        "row": row, "members": enrolments.members(row), "term": term, "courses": staff.courses(row, term),
        "trainers": staff.could_teach(row), "rolls": attendance.rolls(row),
    }  # fmt: skip
    return show(request, "training/group.html", active="training", **context)


def _assign(request: Any, row: Any) -> None:
    course = or_404(staff.course, row, request.POST.get("course", ""))
    able = {trainer.ref: trainer for trainer in staff.could_teach(row)}
    if (chosen := request.POST.get("trainer", "")) and chosen not in able:
        raise Http404(chosen)  # somebody of another centre, or who left since the page was opened
    names = {row.ref: row.name for row in able.values()}
    with locked(course) as fresh:
        now = {"trainer": fresh.trainer.ref if fresh.trainer else ""}
        check_seen(request.POST.get(SEEN, ""), now, {"trainer": chosen}, lambda _name, ref: names.get(ref, ref))
        services.assign(fresh, trainer=able.get(chosen), by=request.user)


@page("training.see", moves="training.write")
def curricula(request: Any) -> HttpResponse:
    columns = [
        Column("programme", gettext_lazy("Programme"), lambda row: row.programme.label, "programme__name_ar"),
        Column("number", gettext_lazy("Version"), lambda row: row.number),
        Column("modules", gettext_lazy("Modules"), lambda row: row.modules_count, "modules_count"),
        Column("groups", gettext_lazy("Groups"), lambda row: row.open_groups, "open_groups"),
        Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state"),
    ]
    listing = Listing(
        request, enrolments.versions(), columns, search="programme__search_text", name="curricula",
        order="programme__code", personal=False,
    )  # fmt: skip
    if answer := listing.export():
        return answer
    # A curriculum belongs to the nation: `training.write` is held everywhere or not at all.
    form = forms.DraftForm(request.POST or None) if request.user.scope("training.write") else None
    if form and request.method == "POST" and form.run(by=request.user):
        return redirect("training:curriculum", form.result.ref)
    return show(request, "training/curricula.html", listing=listing, form=form, active="curricula")


@page("training.see", moves="training.write")
def curriculum(request: Any, ref: str) -> HttpResponse:
    row = or_404(enrolments.version, ref)
    writes = request.user.can("training.write", row) and row.state == "draft"
    form = forms.ModuleForm(request.POST if "name_ar" in request.POST else None) if writes else None
    if request.method == "POST" and form:
        if "put_in_force" in request.POST:
            try:
                services.put_in_force(row, by=request.user)
            except Refused as refusal:
                messages.error(request, str(refusal))
            return redirect("training:curriculum", ref)
        if form.run(row, by=request.user):
            return redirect("training:curriculum", ref)
    return show(
        request, "training/curriculum.html", row=row, modules=enrolments.modules(row), form=form, active="curricula"
    )
