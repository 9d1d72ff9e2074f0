"""Suspending, restoring, revoking; shares of a diploma."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from typing import Any

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from takwin.certification import tokens
from takwin.certification.choices import CertificationReason as R
from takwin.certification.choices import DiplomaState, ShareState, StatusReason
from takwin.certification.diploma_facts import PURPOSES
from takwin.certification.models import Diploma, Share
from takwin.certification.rules.flows import DIPLOMA, SHARE
from takwin.certification.selectors import keys
from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of, post
from takwin.engines.credentials import LIST_BITS

LONGEST_SHARE = timedelta(days=366)


def list_key(purpose: str, number: int, address: str) -> str:
    """The cache key of a status list published under an address."""
    return f"status:{purpose}:{number}:{address}"


def list_keys(numbers: Iterable[int]) -> list[str]:
    """Cache keys of these lists, for every purpose and every present and former address."""
    return [list_key(*parts) for parts in product(PURPOSES, numbers, keys.addresses())]


def forget_lists(row: Diploma) -> None:
    """Drop the cached status lists, so that the next reader sees the change."""
    cache.delete_many(list_keys([row.pk // LIST_BITS]))


def _taker(verb: str) -> Any:
    def take(diploma: Diploma, *, reason: str, words: str = "", by: Any) -> Diploma:
        if reason not in StatusReason.values or not reason:
            raise Refused(R.WHY_MISSING, "reason")
        with change(diploma, verb, by=by, flow=DIPLOMA, reason=words) as row:
            row.reason, row.since_on = reason, timezone.localdate()
            phone = row.enrolment.person.phone
            if phone:
                with in_language_of(row.enrolment.person.account):
                    label = DiplomaState(DIPLOMA.target(verb, row.state)).label
                    words_sent = gettext("Your diploma %(ref)s: %(state)s. Ask your centre.") % {
                        "ref": row.ref, "state": label,
                    }  # fmt: skip
                post(Channel.SMS, phone, words_sent, about=row.ref)
        forget_lists(row)
        return row

    return take


suspend_diploma = _taker("suspend_diploma")
revoke_diploma = _taker("revoke_diploma")


def restore(diploma: Diploma, *, by: Any) -> Diploma:
    """End a suspension."""
    with change(diploma, "restore", by=by, flow=DIPLOMA) as row:
        row.reason, row.since_on = StatusReason.NONE, timezone.localdate()
    forget_lists(row)
    return row


def share_diploma(diploma: Diploma, *, until_on: date, words: str = "", by: Any) -> Share:
    """Make an address that shows the diploma until a day."""
    today = timezone.localdate()
    if diploma.state != DiplomaState.LIVE:
        raise Refused(R.NOT_LIVE)
    if not today < until_on <= today + LONGEST_SHARE:
        raise Refused(R.PAST, "until_on")
    return create(Share(diploma=diploma, until_on=until_on, words=words.strip()), "share_diploma", by=by)


def withdraw_share(share: Share, *, by: Any) -> Share:
    with change(share, "withdraw_share", by=by, flow=SHARE) as row:
        pass
    return row


def count_opening(share: Share) -> None:
    """Count one opening of a share, for its holder to see."""
    Share.objects.filter(pk=share.pk, state=ShareState.OPEN).update(seen=F("seen") + 1)


def address(share: Share) -> str:
    return tokens.share(share.ref)
