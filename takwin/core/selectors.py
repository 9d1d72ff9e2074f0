"""Reading the journal."""

from takwin.core.models import Entry
from takwin.core.verbs import VERBS


def journal(ref: str, limit: int = 50) -> list[Entry]:
    """The newest lines about a record, each with its verb in words."""
    rows = list(Entry.objects.filter(ref=ref).select_related("by").order_by("-at", "-pk")[:limit])
    for row in rows:
        row.verb_label = VERBS.get(row.verb, row.verb)  # type: ignore[attr-defined]
    return rows
