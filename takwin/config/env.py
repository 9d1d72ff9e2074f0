"""Reads the environment; what production must have and lacks stops the start."""

import os
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

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


def is_public(address: str) -> bool:
    """Whether an address of the site leads there from anywhere: http(s), and a host that is not this machine, not a
    private network's and not a name without a dot."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal", ".localdomain", ".invalid"))


def refuse_demo(site: str, sms: str, mail: str) -> None:
    """Production does not start with what only suits a demo: links to this machine in every message, or messages
    printed where nobody reads them. Raises ImproperlyConfigured."""
    if not is_public(site):
        raise ImproperlyConfigured(f"TAKWIN_SITE_URL={site!r} is not an address people can open from outside.")
    for name, path in (("SMS_SENDER", sms), ("EMAIL_BACKEND", mail)):
        if any(word in path.lower() for word in ("console", "dummy", "locmem", "filebased")):
            raise ImproperlyConfigured(
                f"TAKWIN_{name}={path} reaches nobody: name a gateway (see README, Production)."
            )


def refuse_lost_addresses(addresses: list[str], hosts: list[str]) -> None:
    """Production does not start when an address that diplomas name would be answered 400: `addresses` are those of now
    and of before, `hosts` what `TAKWIN_HOSTS` names. Raises ImproperlyConfigured."""
    for address in addresses:
        host = (urlsplit(address).hostname or "").lower()
        host = f"[{host}]" if ":" in host else host  # as Django compares an address of IPv6
        if not validate_host(host, hosts):
            raise ImproperlyConfigured(
                f"TAKWIN_HOSTS does not name {host!r}: diplomas issued under {address} could be verified by nobody"
                " (see docs/operations.md, The site moves)."
            )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: what is sent there crosses no network."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") in {"localhost", "localhost.localdomain"}


def refuse_plain_mail(host: str, backend: str) -> None:
    """Production does not send codes and results to another machine in clear, unless `TAKWIN_EMAIL_PLAIN=1` says so.
    Raises ImproperlyConfigured."""
    if "smtp" in backend.lower() and not is_loopback(host):
        raise ImproperlyConfigured(
            f"Mail would go to TAKWIN_EMAIL_HOST={host} in clear: set TAKWIN_EMAIL_TLS=1 (STARTTLS) or "
            "TAKWIN_EMAIL_SSL=1 (port 465), or say TAKWIN_EMAIL_PLAIN=1."
        )


def refuse_weak_keys(secret: str, field_keys: list[str]) -> None:
    """Production does not start with a secret that can be guessed: it signs sessions and addresses, and the keys of
    encrypted columns come from it. The bounds are those of Django's check W009. Raises ImproperlyConfigured."""
    if len(secret) < 50 or len(set(secret)) < 5:
        raise ImproperlyConfigured("TAKWIN_SECRET_KEY is too short or too plain: 50 random signs at least.")
    if not field_keys:
        raise ImproperlyConfigured("TAKWIN_FIELD_KEYS is empty: encrypted columns would hang on the secret key alone.")
