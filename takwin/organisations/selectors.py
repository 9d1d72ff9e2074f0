"""Reading bodies."""

from takwin.organisations.models import Organisation


def operator_codes() -> dict[str, int]:
    """Organisation ids by code."""
    return dict(Organisation.objects.values_list("code", "id"))
