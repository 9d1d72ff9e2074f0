"""Reads the environment; what production must have and lacks stops the start."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parents[2]
TRUE = {"1", "true", "yes", "on"}


def env(name: str, default: str | None = None) -> str:
    """The variable `TAKWIN_<name>`; raises ImproperlyConfigured when it is absent and has no default."""
    value = os.environ.get(f"TAKWIN_{name}", default)
    if value is None:
        raise ImproperlyConfigured(f"Set TAKWIN_{name} in the environment (see README, Production).")
    return value


def flag(name: str, default: bool) -> bool:
    """A yes/no variable."""
    return env(name, "1" if default else "0").strip().lower() in TRUE


def words(name: str, default: str | None = None) -> list[str]:
    """A comma-separated variable."""
    return [word.strip() for word in env(name, default).split(",") if word.strip()]
