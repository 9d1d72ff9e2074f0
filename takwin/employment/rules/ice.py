"""Company numbers (identifiant commun de l'entreprise)."""

from __future__ import annotations

from stdnum.exceptions import ValidationError
from stdnum.ma import ice

from takwin.core.errors import Refused
from takwin.employment.choices.work import WorkReason


def normalize_ice(text: str) -> str:
    """15 digits without spaces. Refused when the last two do not check the others."""
    try:
        return str(ice.validate(text))
    except ValidationError:
        raise Refused(WorkReason.BAD_ICE, "ice", value=text) from None
