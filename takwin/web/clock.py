"""What the clock does, step by step: one that fails stops no other, and none takes anything away by a wrong time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from takwin.accounts.kept_forms import delete_expired_forms
from takwin.accounts.security import delete_old_events, raise_alarms
from takwin.admissions.choices import ApplicationState, RoundState
from takwin.admissions.models import Application, Round
from takwin.admissions.services import (
    SEASON_UNDO,
    close_rounds_due,
    count_demand,
    draws_due,
    remind_due,
    sweep_prepared,
)
from takwin.core import clock, clock_undo, files, form_keys, jobs, messages, pulse
from takwin.core.agreed import derive_instants
from takwin.core.changes import journal
from takwin.core.journal_chain import seal_journal
from takwin.core.models import Entry, Pulse
from takwin.employment.choices import InvitationState, WaveState
from takwin.employment.choices.work import VacancyState
from takwin.employment.models import SurveyInvitation, Vacancy
from takwin.employment.services import VACANCY_UNDO, WAVE_UNDO, expire_due, open_due
from takwin.guidance.services import (
    HOLIDAY_UNDO,
    close_days_off,
    derive_times,
    expire_holds,
    fill_slots,
    remind_appointments,
)
from takwin.offer.models import Season
from takwin.offer.selectors import open_seasons
from takwin.offer.services import close_due
from takwin.training.choices.companies import ContractState
from takwin.training.models import Contract
from takwin.training.rules.companies import REPLACE_WITHIN
from takwin.training.services import CONTRACT_UNDO, ensure_calendar, lapse_due

ANNOUNCED = timedelta(days=2)  # a closing is on the desk so long before
log = structlog.get_logger("takwin.clock")


@dataclass(frozen=True, slots=True)
class Step:
    """`takes`: it closes, ends, erases or reminds, by the time it is; held while the clock is in doubt. What it took
    is given back by its `undo`, or on a page of its own (`elsewhere`, the name of an address that takes the parts of
    `ClockBatch.about`), or never, and `lasting` says why."""

    name: str
    label: Any
    work: Callable[[], Any]
    takes: bool = False
    undo: clock_undo.Undo | None = None
    elsewhere: str = ""
    lasting: Any = ""


def _sweep_daily() -> int:
    """A walk through every document: once a day is enough."""
    day = clock.database_now() - timedelta(days=1)
    if Pulse.objects.filter(name="sweep", passed_at__gt=day).exists():
        return 0
    pulse.beat("sweep")
    return files.sweep_files()


def _derive_hourly() -> int:
    """Zones change with a package of the system, some days before they count: once an hour is enough."""
    hour = clock.database_now() - timedelta(hours=1)
    if Pulse.objects.filter(name="zones", passed_at__gt=hour).exists():
        return 0
    pulse.beat("zones")
    return derive_times() + derive_instants((Season, Round))


def _announce() -> int:
    return announce()


def _go_on() -> int:
    return clock_undo.go_on({row.name: row.undo for row in STEPS if row.undo})


def _count() -> dict[str, int]:
    return {season.code: count_demand(season) for season in open_seasons()}


SENT = _("A message that has left cannot be called back.")
ERASED = _("What is erased does not return: that is what erasing is for. A backup holds it for a time.")
STEPS: Sequence[Step] = (
    Step("jobs", _("Take over what dead workers left"), lambda: jobs.recover() + jobs.sweep_queue()),
    Step("seasons", _("Close the seasons that are due"), close_due, takes=True, undo=SEASON_UNDO),
    Step(
        "rounds", _("Close the answers that are due"), lambda: [row.ref for row in close_rounds_due()], takes=True,
        elsewhere="admissions:lapses",
    ),
    Step("draws", _("Follow the draws of the seasons"), draws_due),
    Step(
        "runs", _("Discard runs that no worker will finish"), sweep_prepared,
        lasting=_("A discarded calculation is started again by whoever began it."),
    ),
    Step("calendar", _("Load the public holidays of the year"), ensure_calendar),
    Step(
        "zones", _("Keep agreed hours when the clocks of the country change"), _derive_hourly, takes=True,
        lasting=_("The agreed hour is kept: the next run derives its instant again."),
    ),
    Step(
        "holidays", _("Withdraw times that fall on a public holiday"), close_days_off, takes=True, undo=HOLIDAY_UNDO
    ),
    Step("reminders", _("Remind those who have not answered"), remind_due, takes=True, lasting=SENT),
    Step("appointments", _("Remind those who have an appointment"), remind_appointments, takes=True, lasting=SENT),
    Step(
        "holds", _("Give back the places whose number was not confirmed"), expire_holds,
        lasting=_("A place kept for some minutes goes to the next in line; who was late books again."),
    ),
    Step("hours", _("Open the hours of the weeks to come"), fill_slots),
    Step("contracts", _("End broken contracts without a new employer"), lapse_due, takes=True, undo=CONTRACT_UNDO),
    Step("waves", _("Open and close follow-ups of graduates"), open_due, takes=True, undo=WAVE_UNDO),
    Step("vacancies", _("End vacancies whose last day is over"), expire_due, takes=True, undo=VACANCY_UNDO),
    Step("erase", _("Erase words of old messages"), messages.erase_old, takes=True, lasting=ERASED),
    Step("files", _("Sweep files that no record names"), _sweep_daily, takes=True, lasting=ERASED),
    Step("keys", _("Forget keys of forms that were sent"), form_keys.delete_old_keys, takes=True, lasting=ERASED),
    Step(
        "typed", _("Forget what was typed when a session had ended"), delete_expired_forms, takes=True, lasting=ERASED
    ),
    Step("workers", _("Forget workers of before"), pulse.delete_silent_workers),
    Step("demand", _("Count requests"), _count),
    Step("announce", _("Announce what closes soon"), _announce),
    Step("giving", _("Give back what two people decided"), _go_on),
    Step("journal", _("Seal the journal"), seal_journal),
    Step("alarms", _("Look for many failed sign-ins"), raise_alarms),
    Step("events", _("Forget old security events"), delete_old_events, takes=True, lasting=ERASED),
    Step("messages", _("Send messages"), messages.send_waiting),
)  # fmt: skip


BY_NAME = {step.name: step for step in STEPS}


def undo_of(name: str) -> clock_undo.Undo | None:
    """How what a step took is given back; None where it is not, on a page of its own, or when the step is gone."""
    return BY_NAME[name].undo if name in BY_NAME else None


def run_steps(every: timedelta = timedelta(minutes=1)) -> dict[str, Any]:
    """One run of the clock: what each step gave, "failed" or "held"."""
    reading = clock.look(every)
    given: dict[str, Any] = {}
    for step in STEPS:
        given[step.name] = "held" if reading.held and step.takes else _run(step, reading)
    pulse.beat("clock")
    return given


def _run(step: Step, reading: clock.Reading) -> Any:
    try:
        given = step.work()
        if step.takes and given:
            done = {"result": given} if isinstance(given, int) else {"result": len(given), "names": given[:50]}
            believed, database = reading.now.isoformat(), reading.database.isoformat()
            name = Name(f"clock:{step.name}")
            journal(name, "run_step", by=None, done=done, believed=believed, database=database)
        pulse.beat(f"step:{step.name}")
    except Exception as failure:  # whatever it is: the steps after it must run
        log.exception("step", step=step.name)
        if not connection.in_atomic_block:  # a connection that broke must not fail the next step
            connection.close()
        pulse.beat(f"step:{step.name}", error=f"{type(failure).__name__}: {failure}".replace("\x00", ""))
        return "failed"
    return given


@dataclass(frozen=True, slots=True)
class Name:
    """What has a line in the journal and no table."""

    ref: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Something that the clock will end: what, when, and how many people it takes something from."""

    ref: str
    kind: str
    label: str
    at: datetime
    people: int


def closings(within: timedelta = ANNOUNCED) -> list[Closing]:
    """What the clock will close within a time, soonest first."""
    until, drafts = timezone.now() + within, Application.objects.filter(state=ApplicationState.DRAFT)
    found = [
        Closing(season.code, "season", season.code, season.closes_at, drafts.filter(season=season).count())
        for season in open_seasons()
        if season.closes_at and season.closes_at <= until
    ]
    due_rounds = Round.objects.filter(state=RoundState.ANSWERING, answers_until__lte=until).select_related("season")
    for round_row in due_rounds:
        silent = Application.objects.filter(state=ApplicationState.ADMITTED, season=round_row.season).count()
        if round_row.answers_until:
            found.append(Closing(round_row.ref, "round", str(round_row), round_row.answers_until, silent))
    return sorted(found + _ends(within), key=lambda each: each.at)


def _ends(within: timedelta) -> list[Closing]:
    """What ends with a day, counted: vacancies, broken contracts, follow-ups by who has not answered."""
    today = timezone.localdate()
    until = today + within - timedelta(days=1)  # the last day that is over within the time
    vacancies = Vacancy.objects.filter(state__in=[VacancyState.OPEN, VacancyState.POSTED])
    samples = SurveyInvitation.objects.filter(state=InvitationState.WAITING, wave__state=WaveState.OPEN)
    contracts = Contract.objects.filter(state=ContractState.BROKEN)
    found = []
    for kind, rows, field, more in (
        ("vacancies", vacancies, "expires_on", timedelta()),
        ("follow-ups", samples, "wave__closes_on", timedelta()),
        ("contracts", contracts, "ended_on", REPLACE_WITHIN),
    ):
        days = rows.filter(**{f"{field}__range": (today - more, until - more)}).order_by(field).values_list(field)
        for day, count in days.annotate(count=Count("pk")):
            last = day + more
            found.append(Closing(f"{kind}:{last.isoformat()}", kind, "", _after(last), count))
    return found


def _after(day: date) -> datetime:
    """The first moment after a day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def announce() -> int:
    """Write each closing to come in the journal, once for each time it has; the desk shows it."""
    count = 0
    for each in closings():
        at = each.at.isoformat()
        if not Entry.objects.filter(ref=each.ref, verb="announce_closing", data__at=at).exists():
            journal(Name(each.ref), "announce_closing", by=None, at=at, people=each.people)
            count += 1
    return count
