"""Messages to the outside world: rows first, then a worker sends them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language, override

from takwin.core.choices import Channel, MessageState
from takwin.core.models import Outbox

TRIES = 5


class SmsSender(Protocol):
    """What a gateway must do. Raises on failure; the row then waits for another try."""

    def send(self, to: str, body: str) -> None: ...


class ConsoleSms:
    """Prints the message: for the demo and for development."""

    def send(self, to: str, body: str) -> None:
        sys.stdout.write(f"\n--- SMS {to} ---\n{body}\n---\n")
        sys.stdout.flush()


@contextmanager
def in_language_of(account: Any, by: Any = None) -> Iterator[None]:
    """Speak to a person as they read: in the language of the page when they act themselves, else in Arabic. A clerk's
    French page or the clock's last language is no reason to write to somebody in French."""
    own = by is not None and account is not None and account == by
    with override((get_language() or settings.LANGUAGE_CODE) if own else settings.LANGUAGE_CODE):
        yield


def post(channel: str, to: str, body: str, *, subject: str = "", about: str = "") -> Outbox:
    """Write a message; call it inside the transaction that decides it."""
    return Outbox.objects.create(channel=channel, to=to, body=body, subject=subject, about=about)


def segments(body: str) -> int:
    """SMS segments: 160/153 signs in the GSM alphabet (ASCII here), 70/67 when any sign needs UCS-2."""
    single, joined = (160, 153) if body.isascii() else (70, 67)
    return 1 if len(body) <= single else -(-len(body) // joined)


def send_waiting(limit: int = 200) -> dict[str, int]:
    """Send what waits; a failure is counted and tried again up to five times."""
    sender: SmsSender = import_string(settings.SMS_SENDER)()
    counts = {"sent": 0, "failed": 0}
    for row in Outbox.objects.filter(state=MessageState.WAITING).order_by("id")[:limit]:
        try:
            if row.channel == Channel.SMS:
                sender.send(row.to, row.body)
            else:
                send_mail(row.subject, row.body, None, [row.to])
        except OSError:
            row.tries += 1
            row.state = MessageState.FAILED if row.tries >= TRIES else MessageState.WAITING
            counts["failed"] += 1
        else:
            row.state, row.sent_at = MessageState.SENT, timezone.now()
            counts["sent"] += 1
        row.save()
    return counts
