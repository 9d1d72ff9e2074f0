"""Reading centres within a scope."""

from typing import Any

from takwin.centres.models import Centre, Kind
from takwin.core.scope import EVERYWHERE, Scope


def centres(scope: Scope = EVERYWHERE) -> Any:
    return Centre.objects.within(scope).with_places()


def centre(scope: Scope, code: str) -> Centre:
    """Raises Centre.DoesNotExist, also outside the scope."""
    return Centre.objects.within(scope).with_places().get(code=code)


def kinds() -> list[Kind]:
    return list(Kind.objects.all())
