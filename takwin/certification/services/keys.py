"""Making keys, retiring them, withdrawing one that leaked."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Max

from takwin.certification.choices import CertificationReason, KeyState
from takwin.certification.models import SigningKey
from takwin.certification.rules.lives import KEY
from takwin.certification.selectors.diplomas import last_list
from takwin.certification.services.diplomas import list_keys
from takwin.core.changes import change, create
from takwin.core.errors import Refused
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


def withdraw_key(key: SigningKey, *, reason: str, by: Any) -> SigningKey:
    """A key that leaked: nothing that it signed is believed any more, and must be issued again."""
    if key.state == KeyState.CURRENT:
        raise Refused(CertificationReason.LAST_KEY)
    with change(key, "withdraw_key", by=by, flow=KEY, reason=reason) as row:
        pass
    # A list that this key signed may still be kept; counters of others in the same cache are not ours to drop.
    cache.delete_many(list_keys(range(last_list() + 1)))
    return row
