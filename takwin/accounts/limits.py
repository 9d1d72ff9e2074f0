"""How often someone may ask: allauth's counter, the one of the sign-in. The only file that knows its inside, since its
public face does not count GET."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit


def may(request: Any, action: str) -> bool:
    """Counts one more; False when the action's limit (`ACCOUNT_RATE_LIMITS`) is reached from this address."""
    return ratelimit.consume(request, app="allauth.account", action=action, limit_get=True) is not None
