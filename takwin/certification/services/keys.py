"""Making keys, retiring them, withdrawing one that leaked."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Max

from takwin.certification.choices import CertificationReason, KeyState
from takwin.certification.models import KeyWithdrawal, SigningKey
from takwin.certification.rules.flows import KEY, KEY_WITHDRAWAL
from takwin.certification.selectors.diplomas import last_list
from takwin.certification.services.diplomas import list_keys
from takwin.core.changes import change, create
from takwin.core.errors import Refused
from takwin.core.second_person import SecondPersonReason
from takwin.engines.credentials import KeyPair


def current_key() -> SigningKey:
    """The key that signs now; the first one is made when it is asked for."""
    row = SigningKey.objects.filter(state=KeyState.CURRENT).first()
    if row is None:
        try:
            with transaction.atomic():
                row = _make(by=None)
        except IntegrityError:  # another process made it in between
            row = SigningKey.objects.get(state=KeyState.CURRENT)
    return row


def lock_current_key() -> SigningKey:
    """The key that signs now, held until the transaction ends: one that is suspended meanwhile waits for what it is
    signing and signs nothing afterwards."""
    while True:
        row = SigningKey.objects.select_for_update().filter(pk=current_key().pk, state=KeyState.CURRENT).first()
        if row is not None:
            return row


def _make(*, by: Any) -> SigningKey:
    pair = KeyPair.new()
    number = (SigningKey.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    return create(SigningKey(number=number, secret=pair.secret, multikey=pair.multikey), "make_key", by=by)


def rotate_key(*, by: Any) -> SigningKey:
    """A new key signs from now on; what the old one signed stays valid and its public half stays published."""
    with transaction.atomic():
        for row in SigningKey.objects.select_for_update().filter(state=KeyState.CURRENT):
            with change(row, "retire", by=by, flow=KEY):
                pass
        return _make(by=by)


def ask_withdrawal(key: SigningKey, *, reason: str, by: Any) -> KeyWithdrawal:
    """A first person reports that a key leaked: it signs nothing from now on. What it signed is believed until a
    second person accepts: one person alone neither goes on signing with a stolen key nor undoes every diploma."""
    with transaction.atomic():
        locked = SigningKey.objects.select_for_update().get(pk=key.pk)
        if locked.state == KeyState.WITHDRAWN:
            raise Refused(CertificationReason.KEY_WITHDRAWN)
        if locked.state == KeyState.CURRENT:
            rotate_key(by=by)
        _forget_lists()
        row = KeyWithdrawal(key=locked, reason=reason, asked_by=by)
        try:
            with transaction.atomic():
                return create(row, "ask_withdrawal", by=by, key=locked.ref, reason=reason)
        except IntegrityError:
            raise Refused(CertificationReason.WITHDRAWAL_ASKED) from None


def accept_withdrawal(row: KeyWithdrawal, *, by: Any) -> SigningKey:
    """The second person: nothing that the key signed is believed any more, and must be issued again."""
    with change(row, "accept_withdrawal", by=by, flow=KEY_WITHDRAWAL) as fresh:
        if not fresh.asked_by.scope("certification.keys"):
            raise Refused(SecondPersonReason.ASKED_LOST_RIGHT)
        fresh.decide(by)
        with change(fresh.key, "withdraw_key", by=by, flow=KEY, reason=fresh.reason) as key:
            pass
    # A list that this key signed may still be kept; counters of others in the same cache are not ours to drop.
    _forget_lists()
    return key


def refuse_withdrawal(row: KeyWithdrawal, *, by: Any) -> KeyWithdrawal:
    """The second person: the key signs no more, what it signed stays believed."""
    with change(row, "refuse_withdrawal", by=by, flow=KEY_WITHDRAWAL) as fresh:
        fresh.decide(by)
    return fresh


def recall_withdrawal(row: KeyWithdrawal, *, by: Any) -> KeyWithdrawal:
    """Whoever asked takes it back."""
    with change(row, "recall_withdrawal", by=by, flow=KEY_WITHDRAWAL) as fresh:
        if fresh.asked_by_id != by.pk:
            raise Refused(SecondPersonReason.NOT_YOURS)
    return fresh


def _forget_lists() -> None:
    cache.delete_many(list_keys(range(last_list() + 1)))
