"""Where someone may look: an explicit value, never thread-local magic."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True, slots=True)
class Scope:
    """A union of places. Areas are paths such as "03.141." whose final dot keeps 03.14 out of 03.141."""

    everywhere: bool = False
    areas: frozenset[str] = field(default_factory=frozenset)
    centres: frozenset[int] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.areas) or bool(self.centres)

    def reaches(self, row: Model) -> bool:
        """Whether a stored row lies here. A row whose table names no place belongs to the nation: only a scope
        of everywhere reaches it. One query, none for a scope of everywhere or of nowhere."""
        rows = type(row)._default_manager.all()
        if self.everywhere or not self or not isinstance(rows, ScopedQuerySet):
            return self.everywhere
        return rows.within(self).filter(pk=row.pk).exists()


NOWHERE = Scope()
EVERYWHERE = Scope(everywhere=True)


class ScopedQuerySet(QuerySet):
    """Each context says once how a row reaches its centre and its area."""

    centre_path: str | None = "centre_id"
    area_path: str | None = "centre__area__path"

    def within(self, scope: Scope) -> Self:
        """The rows a scope may see. An empty scope sees nothing."""
        if scope.everywhere:
            return self
        tests: list[Any] = []
        if scope.centres and self.centre_path:
            tests.append(Q(**{f"{self.centre_path}__in": scope.centres}))
        if self.area_path:
            tests += [Q(**{f"{self.area_path}__startswith": path}) for path in sorted(scope.areas)]
        return self.filter(reduce(or_, tests)) if tests else self.none()
