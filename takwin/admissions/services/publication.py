"""From a signed run to everyone's answer: states, seats, messages, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from takwin.admissions.choices import ApplicationState as S
from takwin.admissions.choices import AutoAnswer, Outcome
from takwin.admissions.models import Application, Run, Wish, WishResult
from takwin.admissions.rules import ROUND
from takwin.admissions.tokens import token
from takwin.core.bulk import load
from takwin.core.changes import change
from takwin.core.choices import Channel, Priority
from takwin.core.messages import in_each_language, language_column
from takwin.core.models import Outbox
from takwin.offer.choices import SeasonState
from takwin.offer.models import Season
from takwin.offer.services import mark_allocated


def answer(run: Run, season: Season, *, by: Any, progress: Callable[[int, str], None]) -> None:
    """Seats and states of a round; call inside the transaction of the publication."""
    with change(run.round, "publish", by=by, flow=ROUND, run=run.ref):
        pass
    progress(15, "seats")
    affected = _affected_applications(season, run)
    _states(season, run)
    progress(60, "messages")
    load(Outbox, _COLUMNS, _messages(season, affected))
    progress(85, "season")
    if season.state == SeasonState.CLOSED:
        mark_allocated(season, by=by)


def _affected_applications(season: Season, run: Run) -> set[int]:
    """Keys of the applications that get a message: all in the first round, later those whose seat changes."""
    won = WishResult.objects.filter(run=run, outcome=Outcome.ADMITTED)
    won = won.filter(Q(wish__application__seat__isnull=True) | ~Q(wish__application__seat=F("wish")))
    fresh = Application.objects.filter(season=season, state=S.SUBMITTED)
    return set(won.values_list("wish__application", flat=True)) | set(fresh.values_list("pk", flat=True))


def _states(season: Season, run: Run) -> None:
    """One statement gives every admitted candidate their seat; the states follow from it: someone who keeps a seat and
    waits moves up without being asked again, and is settled at the first wish.

    The statement is UPDATE … FROM, which both databases have: row by row it took minutes.
    """
    quote = connection.ops.quote_name
    names = {name: quote(table._meta.db_table) for name, table in _TABLES.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE {application} SET seat_id = won.wish_id, state = CASE
                 WHEN {application}.state = %(confirmed)s THEN {application}.state
                 WHEN {application}.state = %(held)s OR {application}.auto_answer = %(keep)s
                   THEN CASE WHEN won.rank = 1 THEN %(confirmed)s ELSE %(held)s END
                 ELSE %(admitted)s END
               FROM (SELECT r.wish_id, w.application_id, w.rank FROM {result} r JOIN {wish} w ON w.id = r.wish_id
                     WHERE r.run_id = %(run)s AND r.outcome = %(won)s) AS won
               WHERE won.application_id = {application}.id""".format(**names),
            {
                "confirmed": S.CONFIRMED, "held": S.HELD, "admitted": S.ADMITTED, "keep": AutoAnswer.KEEP,
                "run": run.pk, "won": Outcome.ADMITTED,
            },
        )  # fmt: skip
    Application.objects.filter(season=season, state=S.SUBMITTED).update(state=S.UNPLACED)


_COLUMNS = ("channel", "to", "subject", "body", "state", "about", "tries", "priority", "secret")
_TABLES = {"application": Application, "wish": Wish, "result": WishResult}


def _messages(season: Season, affected: set[int]) -> Iterator[tuple[Any, ...]]:
    """A short message with a signed address, in the reader's language; the result itself stays behind it."""
    rows = Application.objects.filter(season=season).filter(~Q(person__phone="") | ~Q(person__email=""))
    bodies = in_each_language(lambda: _("takwin: your result %(link)s"))
    subjects = in_each_language(lambda: _("Your result"))
    base, mark = settings.SITE_URL.rstrip("/"), "0"
    addresses = in_each_language(lambda: base + reverse("admissions:short", args=[mark]).removesuffix(f"{mark}/"))
    columns = ("pk", "ref", "person__phone", "person__email", language_column("person__account"))
    for pk, ref, phone, email, code in rows.values_list(*columns).iterator(5000):
        if pk in affected:
            channel, to = (Channel.SMS, phone) if phone else (Channel.MAIL, email)
            body = bodies[code] % {"link": f"{addresses[code]}{token(ref)}/"}
            yield channel, to, subjects[code], body, "waiting", ref, 0, Priority.BULK, True
