"""What every template may read: languages of this page, and the menu the visitor may open."""

from typing import Any

from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language

NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}


def layout(request: Any) -> dict[str, Any]:
    """`other_languages`: (code, own name, address of this page in that language)."""
    active = get_language() or settings.LANGUAGE_CODE
    path = request.get_full_path()
    others = [(code, NAMES[code], translate_url(path, code)) for code, _name in settings.LANGUAGES if code != active]
    return {
        "language": active,
        "direction": "rtl" if active == "ar" else "ltr",
        "other_languages": others,
        "site_url": settings.SITE_URL,
    }
