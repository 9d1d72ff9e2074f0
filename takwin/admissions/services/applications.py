"""Starting, describing, submitting, withdrawing an application."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from takwin.admissions.choices import AdmissionReason
from takwin.admissions.models import Application
from takwin.admissions.rules import APPLICATION, Candidate, check_open, eligibility
from takwin.centres.choices import CentreStatus
from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.dates import moment
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of, post
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season
from takwin.offer.selectors import access
from takwin.people.choices import ConsentKind, PeopleReason
from takwin.people.models import Person
from takwin.people.services import IDENTITY, consent, correct, freeze, register


def check_season(season: Season) -> None:
    """Refuse outside the dates of the season, to the second."""
    now = timezone.now()
    late = season.closes_at is not None and now >= season.closes_at
    limit = season.closes_at if late else season.opens_at
    limit_text = moment(limit, (get_language() or "ar")[:2]) if limit else ""
    check_open(now, season.opens_at, season.closes_at, limit_text)
    if season.state != SeasonState.OPEN:
        raise Refused(AdmissionReason.NO_SEASON)


def start(
    *,
    season: Season,
    person: Person | None = None,
    consented: bool = False,
    account: Any = None,
    by: Any,
    **identity: Any,
) -> Application:
    """Open the draft of a person; registers the person when new, and keeps what they changed of an identity that
    was never handed in. One that was is what it is: it changes only by a correction.

    When `by` is not the person's own account, the entry is assisted and the consent must be noted.
    """
    check_season(season)
    with transaction.atomic():
        if person is None:
            row = register(account=account, by=by, **identity)
        elif person.frozen_at is None and "given_name" in identity:
            row = correct(person, by=by, **{name: identity[name] for name in IDENTITY if name in identity})
        else:
            row = person
        assisted = row.account_id != getattr(by, "pk", None)
        if assisted and not consented:
            raise Refused(PeopleReason.CONSENT_MISSING, "consented")
        note = consent(row, ConsentKind.ASSISTED_ENTRY, by=by) if assisted else None
        application = Application(person=row, season=season, entered_by=by if assisted else None, consent=note)
        try:
            with transaction.atomic():
                return create(application, "start", by=by)
        except IntegrityError:
            raise Refused(AdmissionReason.ALREADY_APPLIED) from None


def describe(
    application: Application,
    *,
    schooling: str,
    average: int,
    diploma: str = "none",
    stream: str = "none",
    disability: str = "",
    situation: str = "",
    by: Any,
) -> Application:
    """Schooling, marks (hundredths out of 20) and declared situation of a draft."""
    with change(application, "describe", by=by) as row:
        check_draft(row)
        row.schooling, row.average, row.diploma, row.stream = schooling, average, diploma, stream
        row.disability, row.situation = disability or None, situation or None
    return row


def check_draft(row: Application) -> None:
    """Only a draft of an open season changes."""
    check_season(row.season)
    APPLICATION.target("submit", row.state)


def submit(application: Application, *, by: Any) -> Application:
    """Hand the application in: complete, every wish open and lawful."""
    with change(application, "submit", by=by, flow=APPLICATION) as row:
        check_season(row.season)
        if not row.schooling or row.average is None:
            raise Refused(AdmissionReason.SCHOOLING_MISSING)
        wishes = list(row.wishes.select_related("offering__programme", "offering__centre"))
        if not wishes:
            raise Refused(AdmissionReason.NO_WISH)
        rules = access([wish.offering.programme for wish in wishes], row.season)
        for wish in wishes:
            check_wish(row, wish.offering, wish.with_bed, rules.get(wish.offering.programme_id))
        row.submitted_at = timezone.now()
        freeze([row.person_id])
        _receipt_message(row, by)
    return row


def check_wish(row: Application, offering: Any, with_bed: bool, rule: Any) -> None:
    """Refuse a wish that cannot be: other season, closed offering, no house, not eligible."""
    if offering.season_id != row.season_id:
        raise Refused(AdmissionReason.OTHER_SEASON)
    if offering.state != "open" or offering.centre.status == CentreStatus.CLOSED:
        raise Refused(AdmissionReason.OFFERING_CLOSED)
    if with_bed and not offering.centre.beds:
        raise Refused(AdmissionReason.NO_BOARDING, "with_bed")
    if row.schooling:
        candidate = Candidate(row.person.born_on, row.schooling, row.diploma, row.stream)
        for refusal in eligibility(candidate, rule):
            raise refusal


def reopen(application: Application, *, by: Any) -> Application:
    """Back to draft, to correct it, while the season is open."""
    with change(application, "reopen", by=by, flow=APPLICATION) as row:
        check_season(row.season)
        row.submitted_at = None
    return row


def withdraw(application: Application, *, by: Any) -> Application:
    with change(application, "withdraw", by=by, flow=APPLICATION) as row:
        check_season(row.season)
        row.submitted_at = None
    return row


def _receipt_message(row: Application, by: Any) -> None:
    person, number = row.person, row.wishes.count()
    with in_language_of(person.account, by):
        text = ngettext(
            "takwin: application %(ref)s received, %(count)s wish.",
            "takwin: application %(ref)s received, %(count)s wishes.",
            number,
        ) % {"ref": row.ref, "count": number}
        if person.phone:
            post(Channel.SMS, person.phone, text, about=row.ref)
        elif person.email:
            post(Channel.MAIL, person.email, text, subject=_("Your application"), about=row.ref)
