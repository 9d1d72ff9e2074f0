"""How often someone may ask: allauth's counter, the one of the sign-in. The only file that knows its inside, since its
public face neither counts GET nor says how long to wait."""

from __future__ import annotations

import math
import time
from typing import Any

from allauth.core.internal import ratelimit
from django.core.cache import cache

APP = "allauth.account"
LEAST, MOST = 1, 86_400  # seconds a page may ask someone to wait


class LimitError(Exception):
    """Asked too often; `seconds` until the next try counts."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def may(request: Any, action: str, key: str | None = None) -> bool:
    """Counts one more; False when the action's limit (`ACCOUNT_RATE_LIMITS`) is reached from this address, or for
    this key where the limit names one."""
    return count(request, action, key) is not None


def count(request: Any, action: str, key: str | None = None) -> Any:
    """As `may`, but gives the count, which `rollback()` takes back; None when the limit is reached."""
    return ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)


def require(request: Any, action: str, key: str | None = None) -> None:
    """Counts one more, or raises LimitError; the middleware answers it with the page of 429."""
    if count(request, action, key) is None:
        raise LimitError(seconds_left(request, action, key))


def seconds_left(request: Any, action: str, key: str | None = None) -> int:
    """Seconds until every reached limit of the action has room again."""
    now, wait = time.time(), float(LEAST)
    for rate in ratelimit.get_rates(app=APP, action=action):
        stamps = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])
        fresh = [stamp for stamp in stamps if stamp > now - rate.duration]
        if len(fresh) >= rate.amount:
            wait = max(wait, fresh[-1] + rate.duration - now)
    return min(math.ceil(wait), MOST)


def client_address(request: Any) -> str:
    """The client's address behind the trusted proxies, an IPv6 one by its network of 64 bits."""
    return ratelimit.get_ip(request)
