"""Words of the journal that belong to no single context."""

from django.utils.translation import gettext_lazy as _

# Readings: lines that change nothing. A record's own journal leaves openings out, or they would bury its changes.
READINGS = ("read_file", "read_document", "read_note", "export")

# Fields whose model gives them no words of their own, because no form shows them.
FIELDS = {
    "answer": _("Answer"),
    "capacity": _("Capacity"),
    "capacity_unit": _("Unit of capacity"),
    "counsellor": _("Counsellor"),
    "ended_at": _("End"),
    "ended_on": _("End"),
    "ends_at": _("End"),
    "kind": _("Kind"),
    "leaving": _("Reason"),
    "name": _("Name"),
    "number": _("Number"),
    "opened_on": _("Opening"),
    "published_at": _("Publication"),
    "sealed_at": _("Sealed on"),
    "simulated": _("Simulated"),
    "since_on": _("Since"),
    "slot": _("Hour"),
    "starts_at": _("Beginning"),
    "state": _("State"),
    "status": _("State"),
    "submitted_at": _("Submission"),
    "until_on": _("Until"),
    "value": _("Value"),
    "reason": _("Reason"),
    # As lines of the journal had them until the columns were renamed.
    "way": _("How"),
    "why": _("Reason"),
    "words": _("Words"),
    "year": _("Year"),
}
