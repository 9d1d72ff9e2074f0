"""How often someone may ask: allauth's counter, the one of the sign-in. The only file that knows its inside, since its
public face neither counts GET nor says how long to wait."""

from __future__ import annotations

import math
import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import url_str_to_user_pk
from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.utils.translation import ngettext

APP = "allauth.account"
LEAST, MOST = 1, 86_400  # seconds a page may ask someone to wait
A_MINUTE = 60  # seconds


class LimitError(RateLimited):
    """Asked too often; `seconds` until the next try counts. allauth's own pages catch it as theirs."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def wait(self) -> str:
        """How long is left, as a sentence in the reader's language."""
        return wait_sentence(self.seconds)


def may(request: Any, action: str, key: str | None = None) -> bool:
    """Counts one more; False when the action's limit (`ACCOUNT_RATE_LIMITS`) is reached from this address, or for
    this key where the limit names one."""
    return count(request, action, key) is not None


def count(request: Any, action: str, key: str | None = None) -> Any:
    """As `may`, but gives the count, which `rollback()` takes back; None when the limit is reached."""
    return ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)


def require(request: Any, *asked: tuple[str, str | None] | str) -> None:
    """Counts one more of each limit (an action, or an action with its key), or raises LimitError, which the
    middleware answers with the page of 429. What is refused counts nowhere: who is stopped by one limit does not use
    up another, which others share."""
    counted: list[Any] = []
    for limit in asked:
        action, key = limit if isinstance(limit, tuple) else (limit, None)
        usage = count(request, action, key)
        if usage is None:
            for earlier in counted:
                earlier.rollback()
            request.limited_for = seconds_left(request, action, key)
            raise LimitError(request.limited_for)
        counted.append(usage)


def wait_of(request: Any, action: str, key: str | None = None) -> str | None:
    """Counts one more; the sentence that says how long to wait when the limit is reached, else None."""
    try:
        require(request, (action, key))
    except LimitError as limit:
        return limit.wait
    return None


def seconds_left(request: Any, action: str, key: str | None = None) -> int:
    """Seconds until every reached limit of the action has room again."""
    rates = ratelimit.get_rates(app=APP, action=action)
    return _until_room(
        [ratelimit.get_cache_key(request, app=APP, action=action, rate=r, key=key) for r in rates], rates
    )


def seconds_of_visitor(request: Any) -> int:
    """Seconds until the limit that refused this request has room: ours says which it was; for one of allauth, which
    does not, until none of this address or this account is reached. A minute when none is found."""
    known: int = getattr(request, "limited_for", 0)
    if known:
        return known
    kinds = {"ip", "user"} if request.user.is_authenticated else {"ip"}
    every = [(action, None) for action in ratelimit.import_string(f"{APP}.app_settings.RATE_LIMITS")]
    rates, names = [], []
    for action, key in every + _keys_of_visitor(request):
        for rate in ratelimit.get_rates(app=APP, action=action):
            if rate.per in kinds or (rate.per == "key" and key):
                rates.append(rate)
                names.append(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key))
    return _until_room(names, rates, least=0) or A_MINUTE


def _keys_of_visitor(request: Any) -> list[tuple[str, str | None]]:
    """What allauth counts by a key: the account whose second factor it is asked for."""
    waiting = (request.session.get("account_login") or {}).get("user_pk")  # in base 36, as allauth keeps it
    account = request.user.pk or (url_str_to_user_pk(waiting) if waiting else None)
    return [("login_failed", f"mfa-auth-user-{account}" if account else None)]


def _until_room(names: list[str], rates: list[Any], least: int = LEAST) -> int:
    """The longest wait of the limits that are reached, by their keys in the cache."""
    now, wait = time.time(), float(least)
    kept = cache.get_many(names)
    for name, rate in zip(names, rates, strict=True):
        fresh = [stamp for stamp in kept.get(name, []) if stamp > now - rate.duration]
        if len(fresh) >= rate.amount:
            wait = max(wait, fresh[-1] + rate.duration - now)
    return min(math.ceil(wait), MOST)


def wait_sentence(seconds: int) -> str:
    """“Try again in 5 minutes.” in the reader's language; rounded up, never a wait of nothing."""
    if seconds < A_MINUTE:
        return ngettext("Try again in %(count)s second.", "Try again in %(count)s seconds.", seconds) % {
            "count": seconds
        }
    minutes = -(-seconds // 60)
    if minutes < 60:
        return ngettext("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes) % {
            "count": minutes
        }
    hours = -(-minutes // 60)
    return ngettext("Try again in %(count)s hour.", "Try again in %(count)s hours.", hours) % {"count": hours}


def client_address(request: Any) -> str:
    """The client's address behind the trusted proxies: the one place that says whose a request is."""
    return str(get_adapter().get_client_ip(request))


def client_network(request: Any) -> str:
    """The client as limits count it: its address, an IPv6 one by its network of 64 bits, which one line has whole."""
    return str(ratelimit.truncate_ip(client_address(request)))
