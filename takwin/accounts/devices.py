"""The name of a device in words, from what its browser says of itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

# Sign in the User-Agent -> name, in the order they are asked: Edge, Opera and Samsung's browser also say "Chrome",
# Chrome says "Safari", Android says "Linux", an iPhone says "Mac OS X".
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def _first(signs: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in signs if sign in text), "")


def device_name(user_agent: str) -> str:
    """«Chrome, Android» as the reader would say it; a sentence for a device that says nothing known."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A device that does not say its name")
