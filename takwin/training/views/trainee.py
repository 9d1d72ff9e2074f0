"""What a trainee sees on a phone: today, the week, what was missed, requests; and calendar feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from takwin.admissions.rules import FILE_LIMIT_MB
from takwin.core import ical
from takwin.core.dates import parse_day
from takwin.training import calendars, forms, services
from takwin.training.rules.weeks import monday
from takwin.training.selectors import assessment, attendance, calendar, enrolments, weeks
from takwin.training.selectors.staff import trainer_of
from takwin.ui.intake import takes_bytes
from takwin.ui.pages import PUBLIC, SIGNED_IN, or_404, page, show

AHEAD = timedelta(weeks=8)


@takes_bytes((FILE_LIMIT_MB + 1) * 1024 * 1024)
@page(SIGNED_IN)
def own_training(request: Any) -> HttpResponse:
    """The trainee's own week, absences and requests; a sentence for who is not enrolled."""
    row = enrolments.own(request.user)
    if row is None:
        return show(request, "training/mine.html", row=None, active="mine")
    form = forms.ExcuseForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.run(row, by=request.user):
        messages.success(request, _("Your request is sent. You find its answer here."))
        return redirect("training:mine")
    today = timezone.localdate()
    on = parse_day(request.GET.get("on", "")) or calendar.working_day(today, [])
    member = enrolments.membership(row)
    found = weeks.of_group(member.group, monday(on), monday(on) + timedelta(days=5)) if member else []
    term = calendar.term_now(row.season)
    context: dict[str, Any] = {
        "row": row, "member": member, "today": today, "on": on, "before": on - timedelta(days=7),
        "after": on + timedelta(days=7), "days": weeks.by_day(found, on), "form": form,
        "week": weeks.week_of(member.group, on) if member else {},
        "hours": attendance.of_trainee(row, term.starts_on, term.ends_on) if term else None,
        "missed": attendance.missed(row, 20), "excuses": attendance.own_excuses(row),
        "marks": assessment.published(row), "results": assessment.results(row),
        "alerts": attendance.alerts(row), "feed": calendars.feed_token(weeks.feed_of(request.user)),
        "off": calendar.days_off(monday(on), monday(on) + timedelta(days=5)),
    }  # fmt: skip
    return show(request, "training/mine.html", active="mine", status=422 if form.errors else 200, **context)


@page(SIGNED_IN)
@require_POST
def feed_renew(request: Any) -> HttpResponse:
    """A new secret address for one's calendar."""
    services.new_feed(request.user)
    return redirect("training:rolls" if trainer_of(request.user) else "training:mine")


@page(PUBLIC)
def feed(request: Any, token: str) -> HttpResponse:
    """Weeks to come for a calendar programme: modules and rooms, nobody's name."""
    row = or_404(weeks.feed, calendars.read_feed(token))
    if not row.user.is_active:
        raise Http404(token)
    today = timezone.localdate()
    first = today - timedelta(days=7)
    trainer = trainer_of(row.user)
    if trainer is not None:
        found = weeks.sittings_of_trainer(trainer, first, today + AHEAD)
    else:
        own = enrolments.own(row.user)
        member = enrolments.membership(own) if own else None
        if member is None and not row.served:
            raise Http404(token)
        # After someone left, the feed calls off the sessions it had; then it has no entries.
        rows = weeks.published(course__group=member.group_id) if member else []
        found = weeks.sittings(rows, first, today + AHEAD)
    return ical.answer(calendars.of_entries(services.follow_feed(row, found, first=first)), "takwin")
