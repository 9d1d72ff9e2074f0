"""Warning a trainee, the guardian of a minor, and the registrar when a threshold of absence is reached. Once each."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from takwin.accounts.selectors import holders
from takwin.core.choices import Channel
from takwin.core.messages import in_language_of, post
from takwin.people.rules import age_on
from takwin.training.choices import AlertLevel, EnrolmentState, Presence
from takwin.training.models import Alert, Enrolment, Statement, Term
from takwin.training.rules.attendance import THRESHOLDS, level

ADULT = 18


def warn(enrolments: Collection[int]) -> int:
    """Send an alert for every threshold newly reached by these enrolments; how many. Called in the transaction that
    stores their statements. A roll sent late warns nobody of a trainee who has left or is away by agreement: who comes
    back is warned with the next absence."""
    missing = (
        Statement.objects.filter(enrolment__in=enrolments, is_current=True, value=Presence.ABSENT)
        .filter(enrolment__state=EnrolmentState.ENROLLED)
        .values("enrolment", "enrolment__season")
        .annotate(hours=Sum("roll__length"))
        .filter(hours__gte=THRESHOLDS[0][0])
    )
    sent = 0
    for row in list(missing):
        sent += _warn_trainee(row["enrolment"], row["enrolment__season"])
    return sent


def _warn_trainee(enrolment: int, season: int) -> int:
    sent = 0
    for term in Term.objects.filter(season=season):
        hours = hours_missed(enrolment, term)
        reached = level(hours)
        if reached is None:
            continue
        below = [name for limit, name in THRESHOLDS if hours >= limit]
        had = set(Alert.objects.filter(enrolment=enrolment, term=term).values_list("level", flat=True))
        fresh = [name for name in below if name not in had]
        if not fresh:
            continue
        row = Enrolment.objects.select_related("person__account", "centre").get(pk=enrolment)
        # Several thresholds passed at once are one message, of the highest.
        Alert.objects.bulk_create(
            [Alert(enrolment=row, term=term, level=name, hours=int(hours)) for name in fresh], ignore_conflicts=True
        )
        _send_alert(row, fresh[-1], hours)
        sent += 1
    return sent


def hours_missed(enrolment: int, term: Term) -> int:
    """Hours without excuse in a term; being late counts for nothing here."""
    rows = Statement.objects.filter(
        enrolment=enrolment, is_current=True, value=Presence.ABSENT, on__range=(term.starts_on, term.ends_on)
    )
    return rows.aggregate(sum=Sum("roll__length"))["sum"] or 0


def _send_alert(row: Enrolment, reached: AlertLevel, hours: int) -> None:
    """Each in their own language: the trainee, the guardian (known by a number alone) and the registrars."""
    person, account = row.person, row.person.account
    with in_language_of(account):
        mine = _to_trainee(row, reached, hours)
        if phone := person.phone or (account.phone if account and account.phone_verified else ""):
            post(Channel.SMS, phone, mine, about=row.ref)
        elif email := person.email or (account.email if account else ""):
            post(Channel.MAIL, email, mine, subject=_("Absences"), about=row.ref)
    if row.guardian_phone and age_on(person.born_on, timezone.localdate()) < ADULT:
        with in_language_of(None):
            post(Channel.SMS, row.guardian_phone, _about_trainee(row, reached, hours), about=row.ref)
    for user in holders("training.run", row.centre):
        if user.email:
            with in_language_of(user):
                words = _about_trainee(row, reached, hours)
                post(Channel.MAIL, user.email, words, subject=_("Absences"), about=row.ref)


def _to_trainee(row: Enrolment, reached: AlertLevel, hours: int) -> str:
    return ngettext(
        "%(level)s: you have missed %(hours)s hour without excuse. Speak with the registrar of %(centre)s.",
        "%(level)s: you have missed %(hours)s hours without excuse. Speak with the registrar of %(centre)s.",
        hours,
    ) % {"hours": hours, "level": AlertLevel(reached).label, "centre": row.centre.label}


def _about_trainee(row: Enrolment, reached: AlertLevel, hours: int) -> str:
    return ngettext(
        "%(level)s: %(name)s has missed %(hours)s hour without excuse at %(centre)s.",
        "%(level)s: %(name)s has missed %(hours)s hours without excuse at %(centre)s.",
        hours,
    ) % {"name": row.person.name, "hours": hours, "level": AlertLevel(reached).label, "centre": row.centre.label}
