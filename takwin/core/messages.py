"""Messages to the outside world: rows first, then any number of senders drain them.

A sender leases rows (`SELECT … FOR UPDATE SKIP LOCKED` on PostgreSQL, the one write lock of SQLite), lets threads
speak to the gateway, and writes what came of each. A row is tried again only after its lease ends, so a message is
sent twice only when a sender dies between the gateway's answer and the next write; `reference` lets the gateway drop
that twin.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from takwin.core.changes import journal
from takwin.core.choices import Channel, MessageState, Priority, Reasons
from takwin.core.errors import Refused
from takwin.core.models import Outbox

TRIES = 8  # half a minute, then twice as long each time: the last some two hours after the first
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
LEASE = timedelta(minutes=2)
BATCH = 200
DOWN = 20  # failures in a row: the gateway is down, the rest of the queue keeps its tries
CODE_LIFE = timedelta(minutes=15)
KEPT = timedelta(days=30)  # the words of a message that left are kept so long for its sender to look up
log = structlog.get_logger("takwin.messages")


class MessageReason(Reasons):
    ERASED = "erased", _("The words of this message are erased. Ask for a new one instead.")
    NOT_FAILED = "not_failed", _("This message has not failed, or is waiting again already.")


class SmsSender(Protocol):
    """What a gateway must do, in any thread. Raises `MessageRefused` when no later try can succeed, and anything else
    when one may. `reference` is the same at each try of a message. Returns the provider's reference, or ""."""

    def send(self, to: str, body: str, reference: str) -> str: ...


class MessageRefused(Exception):  # noqa: N818 - an answer of the gateway
    """The gateway will never take this message: a wrong number, a blocked receiver."""


class ConsoleSms:
    """Prints the message: for the demo and for development."""

    def send(self, to: str, body: str, reference: str) -> str:
        sys.stdout.write(f"\n--- SMS {to} ---\n{body}\n---\n")
        sys.stdout.flush()
        return ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a try: a failure, or the provider's reference. `held`: not tried, its lease was nearly over."""

    row: Outbox
    failure: Exception | None = None
    provider_ref: str = ""
    held: bool = False


@dataclass(slots=True)
class Drain:
    """A call's counts, and the failures since something was last sent."""

    sent: int = 0
    failed: int = 0
    in_a_row: int = 0
    claimed: int = field(default=0, repr=False)


def post(
    channel: str, to: str, body: str, *, subject: str = "", about: str = "", priority: int = Priority.NORMAL,
    secret: bool = False, lives: timedelta | None = None,
) -> Outbox:  # fmt: skip
    """Write a message; call it inside the transaction that decides it. `secret`: its body is erased once sent."""
    expires_at = Now() + lives if lives else None
    return Outbox.objects.create(
        channel=channel, to=to, body=body, subject=subject, about=about, priority=priority, secret=secret,
        expires_at=expires_at,
    )  # fmt: skip


def send_code(to: str, body: str, *, about: str, channel: str = Channel.SMS, subject: str = "") -> bool:
    """A code waited for at a screen: written, then sent at once by its own key. False: it will be tried again."""
    row = post(
        channel, to, body, subject=subject, about=about, priority=Priority.CODE, secret=True, lives=CODE_LIFE
    )  # fmt: skip
    return send_message(row.pk)


def language_of(account: Any) -> str:
    """What an account reads; the language of the house for who has none."""
    return getattr(account, "language", "") or settings.LANGUAGE_CODE


def language_column(account: str) -> Coalesce:
    """The same for a query; `account` is the path to it, such as "person__account"."""
    return Coalesce(F(f"{account}__language"), Value(settings.LANGUAGE_CODE))


@contextmanager
def in_language_of(account: Any, by: Any = None) -> Iterator[None]:
    """Speak to a person as they read: in the language of the page when they act themselves, else in the one of their
    account. A clerk's French page or the clock's last language is no reason to write to somebody in French."""
    own = by is not None and account is not None and account == by
    with override((get_language() or settings.LANGUAGE_CODE) if own else language_of(account)):
        yield


def in_each_language(words: Callable[[], str]) -> dict[str, str]:
    """{language: what `words` gives under it}: for messages written by the thousand."""
    written = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            written[code] = words()
    return written


def segments(body: str) -> int:
    """SMS segments: 160/153 signs in the GSM alphabet (ASCII here), 70/67 when any sign needs UCS-2."""
    single, joined = (160, 153) if body.isascii() else (70, 67)
    return 1 if len(body) <= single else -(-len(body) // joined)


def send_message(pk: int) -> bool:
    """Send one message now, whatever waits before it; never raises for a gateway's failure. Whether it was sent."""
    rows = _claim(1, pk=pk)
    if not rows:
        return False
    drain = Drain()
    _record([_deliver(rows[0], _sender(), time.monotonic() + LEASE.total_seconds())], drain)
    return bool(drain.sent)


def send_waiting(limit: int = 100_000, seconds: float = 40.0) -> dict[str, int]:
    """Send what is due, most urgent first, until nothing is, or `limit` messages, or about `seconds`. Any number of
    processes may do so at once. A gateway that fails twenty times in a row is left alone until the next call."""
    drain, sender, until = Drain(), _sender(), time.monotonic() + seconds
    _end_worn()
    with ThreadPoolExecutor(max(1, settings.SMS_THREADS), thread_name_prefix="send") as pool:
        while drain.claimed < limit and drain.in_a_row < DOWN and time.monotonic() < until:
            rows = _claim(min(BATCH, limit - drain.claimed))
            if not rows:
                break
            drain.claimed += len(rows)
            leased_until = time.monotonic() + LEASE.total_seconds() / 2
            going: set[Future[Delivery]] = {pool.submit(_deliver, row, sender, leased_until) for row in rows}
            while going:
                done, going = wait(going, return_when=FIRST_COMPLETED)
                _record([future.result() for future in done], drain)
    return {"sent": drain.sent, "failed": drain.failed}


def _sender() -> SmsSender:
    sender: SmsSender = import_string(settings.SMS_SENDER)()
    return sender


def _claim(limit: int, **only: Any) -> list[Outbox]:
    """Lease rows by the database's clock. A try is counted before it is made: a message that kills its sender must
    not be tried for ever."""
    lease = uuid4().hex
    with transaction.atomic():
        due = Outbox.objects.select_for_update(skip_locked=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=Now()),
            state=MessageState.WAITING, due_at__lte=Now(), tries__lt=TRIES, **only,
        )  # fmt: skip
        rows = list(due.order_by("priority", "id")[:limit])
        if rows:
            mine = Outbox.objects.filter(pk__in=[row.pk for row in rows])
            mine.update(lease=lease, due_at=Now() + LEASE, tries=F("tries") + 1)
    for row in rows:
        row.lease, row.tries = lease, row.tries + 1
    return rows


def _deliver(row: Outbox, sender: SmsSender, until: float) -> Delivery:
    """Speak to the gateway; touches no database, so that threads may. `until`: by the monotonic clock."""
    if time.monotonic() > until:
        return Delivery(row, held=True)
    try:
        if row.channel == Channel.SMS:
            return Delivery(row, provider_ref=(sender.send(row.to, row.body, row.ref) or "")[:80])
        send_mail(row.subject, row.body, None, [row.to])
    except Exception as failure:  # a gateway may raise anything; one row's failure is its own
        return Delivery(row, failure=failure)
    return Delivery(row)


def _record(done: list[Delivery], drain: Drain) -> None:
    """Write what came of some tries: the sent in one statement, each failure by itself."""
    sent = [each for each in done if not each.failure and not each.held]
    stamp = connection.ops.adapt_datetimefield_value(timezone.now())
    with transaction.atomic():
        with connection.cursor() as cursor:
            if sent:
                cursor.executemany(
                    f"UPDATE {Outbox._meta.db_table} SET state = 'sent', sent_at = %s, provider_ref = %s, lease = '',"
                    " error = '', body = CASE WHEN secret THEN '' ELSE body END WHERE id = %s AND state = 'waiting'",
                    [(stamp, each.provider_ref, each.row.pk) for each in sent],
                )
        for each in done:
            if each.failure or each.held:
                _put_off(each)
    drain.sent += len(sent)
    failed = sum(each.failure is not None for each in done)
    drain.failed += failed
    down = sum(each.failure is not None and not isinstance(each.failure, MessageRefused) for each in done)
    drain.in_a_row = 0 if sent else drain.in_a_row + down


def _put_off(each: Delivery) -> None:
    """Wait longer after each failure, then give up; what was held was not a try."""
    row = each.row
    mine = Outbox.objects.filter(pk=row.pk, lease=row.lease, state=MessageState.WAITING)
    if each.held:
        mine.update(lease="", due_at=Now(), tries=row.tries - 1)
        return
    ended = row.tries >= TRIES or isinstance(each.failure, MessageRefused)
    pause = min(FIRST_WAIT * 2 ** (row.tries - 1), LONGEST_WAIT)
    state = MessageState.FAILED if ended else MessageState.WAITING
    mine.update(lease="", due_at=Now() + pause, error=_words(each), state=state)
    log.warning("message", message=row.ref, channel=row.channel, tries=row.tries, failure=type(each.failure).__name__)


def _words(each: Delivery) -> str:
    """A failure in few words, without its receiver; of a secret only its kind, for a gateway may repeat the text."""
    kind = type(each.failure).__name__
    if each.row.secret:
        return kind
    return f"{kind}: {each.failure}".replace(each.row.to, "…").replace("\x00", "")[:200]


def _end_worn() -> None:
    """A message whose last try never ended (its sender died at it, each time) has failed."""
    worn = Outbox.objects.filter(state=MessageState.WAITING, tries__gte=TRIES, due_at__lte=Now())
    worn.update(state=MessageState.FAILED, lease="", error="worn out")


def erase_old() -> int:
    """Erase the words of secrets past their time, and of messages that left a month ago; how many were erased."""
    past = Outbox.objects.filter(secret=True, expires_at__lte=Now()).exclude(state=MessageState.SENT)
    past.filter(state=MessageState.WAITING).update(state=MessageState.FAILED, lease="", error="expired")
    erased = past.exclude(body="").update(body="")
    old = Outbox.objects.filter(state=MessageState.SENT, sent_at__lt=timezone.now() - KEPT).exclude(body="")
    return erased + old.update(body="")


def failed_messages() -> QuerySet[Outbox]:
    """What nobody will try again by itself: the dead-letter list."""
    return Outbox.objects.filter(state=MessageState.FAILED)


@dataclass(frozen=True, slots=True)
class Box:
    """All failed messages at once, in the journal."""

    ref: str = "MSG-all"


def retry_message(row: Outbox, *, by: Any) -> None:
    """Let a failed message wait again, with all its tries. Refused when it did not fail or its words are erased."""
    with transaction.atomic():
        if not failed_messages().filter(pk=row.pk).exists():
            raise Refused(MessageReason.NOT_FAILED)
        if not _retry(failed_messages().filter(pk=row.pk)):
            raise Refused(MessageReason.ERASED)
        journal(row, "retry_message", by=by, error=row.error)


def retry_all(*, up_to: int, by: Any) -> int:
    """Let every failed message that was shown (`up_to` the newest key) wait again, but those that are erased."""
    with transaction.atomic():
        count = _retry(failed_messages().filter(pk__lte=up_to))
        if not count:
            raise Refused(MessageReason.NOT_FAILED)
        journal(Box(), "retry_message", by=by, count=count, up_to=up_to)
    return count


def _retry(rows: QuerySet[Outbox]) -> int:
    return rows.exclude(body="").update(state=MessageState.WAITING, tries=0, lease="", due_at=Now())


def waiting_counts() -> dict[str, int]:
    """How many wait and how many failed."""
    counts: Iterable[str] = (MessageState.WAITING, MessageState.FAILED)
    return {str(state): Outbox.objects.filter(state=state).count() for state in counts}
