"""Filters and tags of every template: numbers and dates by CLDR, icons, query strings."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from takwin.core import dates, numbers
from takwin.core.choices import States
from takwin.core.contexts import Entry, Section, navigation
from takwin.core.crowd import LEAST, public_count
from takwin.core.form_keys import text_of
from takwin.core.money import mdh as to_mdh
from takwin.core.numbers import parse_int
from takwin.ui.edits import SEEN, pack_values
from takwin.ui.forms import FORM_KEY, fresh_key
from takwin.ui.pages import near

register = template.Library()
ABSENT = (None, "")


def _language() -> str:
    return (get_language() or "ar")[:2]


@register.filter
def num(value: Any, digits: int | None = None) -> str | SafeString:
    """`{{ seats|num }}`: grouped, isolated from the text's direction. “–” for nothing, and for what templates make of
    a path through nothing (an empty string), here and in the filters below."""
    if value in ABSENT:
        return "–"
    return format_html('<span class="num">{}</span>', numbers.number(value, _language(), digits))


@register.filter
def crowd(count: Any) -> str | SafeString:
    """`{{ offering.demand.requests|crowd }}`: a count of people on a public page (`core/crowd.py`)."""
    if count in ABSENT:
        return "–"
    shown = public_count(count)
    return _("fewer than %(count)s") % {"count": LEAST} if shown is None else num(shown)


@register.simple_tag
def comma() -> str:
    """The comma of the reader's language."""
    return "،" if _language() == "ar" else ","


@register.filter
def line_count(lines: str) -> int:
    """How many lines "18", "70-72" or "18;57-59" are, for their plural; a range that cannot be read counts as two."""
    total = 0
    for part in str(lines).split(";"):
        first, _sign, last = part.strip().partition("-")
        total += (parse_int(last) or 2) - (parse_int(first) or 1) + 1 if last else 1
    return max(1, total)


@register.filter
def line_list(lines: str) -> str:
    """ "1;4;23-25" as a reader writes it: «1, 4, 23-25», with the comma of the language."""
    return f"{comma()} ".join(part.strip() for part in str(lines).split(";"))


@register.filter
def mark(hundredths: Any) -> str | SafeString:
    """A mark out of 20 kept in hundredths: 1512 -> 15,12."""
    return num(None if hundredths in ABSENT else hundredths / 100, 2)


@register.filter
def pct(share: Any, digits: int = 0) -> str | SafeString:
    if share in ABSENT:
        return "–"
    return format_html('<span class="num">{}</span>', numbers.percent(share, _language(), digits))


@register.filter
def mdh(centimes: Any) -> str | SafeString:
    """Million dirhams of an amount in centimes."""
    return num(None if centimes in ABSENT else to_mdh(centimes))


@register.filter
def day(value: date | str | None) -> str:
    return dates.day(value or None, _language())


@register.filter
def weekday(value: date | None) -> str:
    """A date with the day of the week: «الاثنين 23 نونبر 2026»."""
    return dates.day(value or None, _language(), "EEEE d MMMM y")


@register.filter
def moment(value: datetime | None) -> str:
    return dates.moment(value or None, _language())


@register.filter
def tone(state: Any) -> str:
    """The tone of a state, or `mute` for what has none."""
    return getattr(state, "tone", "mute")


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.simple_tag
def icon(name: str, extra: str = "", sheet: str = "icons") -> SafeString:
    """An icon of a sprite; decoration only, hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        extra,
        static(f"ui/{sheet}.svg"),
        name,
    )


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key of a creating form that is written by hand; `c-form` writes it by itself."""
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_KEY, fresh_key())


@register.simple_tag
def seen_values(**values: Any) -> SafeString:
    """The hidden field of what a hand-written form shows, for `check_seen`."""
    packed = pack_values({name: text_of(value) for name, value in values.items()})
    return format_html('<input type="hidden" name="{}" value="{}">', SEEN, packed)


@register.simple_tag
def seen_sheet(values: dict[str, str]) -> SafeString:
    """The same for the cells of a sheet."""
    return format_html('<input type="hidden" name="{}" value="{}">', SEEN, pack_values(values))


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The current query string with some keys changed; an empty value drops the key."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = value
    return "?" + params.urlencode() if params else request.path


@register.simple_tag
def meter(value: float | None, high: float = 1.0, plain: bool = False) -> SafeString:
    """A bar drawn without inline style: the width is an SVG attribute. `value` is a share of `high`.

    `plain`: one colour, for what is neither good nor bad.
    """
    share = min(max((value or 0) / (high or 1), 0), 1)
    shade = "" if plain else "hot" if share < 0.5 else "warm" if share < 0.8 else ""
    svg = (
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="6" rx="3"/>'
        f'<rect class="bar {shade}" width="{100 * share:.1f}" height="6" rx="3"/></svg>'
    )
    return mark_safe(svg)  # noqa: S308 - numbers only


@register.filter
def ld_json(value: dict[str, Any]) -> SafeString:
    """A schema.org block. Data, not code: the policy lets it stand; < > & are escaped as in `json_script`."""
    text = json.dumps(value, ensure_ascii=False).translate({ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"})
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


@register.filter
def holds_anywhere(user: Any, capability: str) -> bool:
    """Whether the visitor holds a capability somewhere: for menus alone; a button asks `can` about its row."""
    return bool(getattr(user, "is_authenticated", False) and user.holds_anywhere(capability))


@register.simple_tag(takes_context=True)
def desk_navigation(context: dict[str, Any]) -> list[tuple[Section, list[Entry]]]:
    """Sections of the desk with the lines that the visitor may open."""
    user = context["request"].user
    shown = [
        (section, [entry for entry in entries if holds_anywhere(user, entry.capability)])
        for section, entries in navigation()
    ]
    return [(section, entries) for section, entries in shown if entries]


@register.simple_tag(takes_context=True)
def can(context: dict[str, Any], capability: str, row: Any) -> bool:
    """`{% can "training.run" centre as runs %}`: whether a capability of the visitor reaches this very row."""
    user = getattr(context.get("request"), "user", None)
    return bool(user is not None and user.is_authenticated and user.can(capability, row))


@register.simple_tag(takes_context=True, name="near")
def near_tag(context: dict[str, Any], name: str, **kwargs: Any) -> str:
    """`{% near "admissions:wishes" %}`: an address about the same subject as this page."""
    return near(context["request"], name, **kwargs)


@lru_cache(maxsize=256)
def _states_of(words: frozenset[tuple[str, str]]) -> type[States] | None:
    """The table with these values and these labels: two life cycles may be “open” and “closed”, each in its words."""
    found = (states for states in States.__subclasses__() if words == {(v, str(w)) for v, w in states.choices})
    return next(found, None)


@register.simple_tag
def badge(row: Any, name: str = "state") -> SafeString:
    """The state of a row as a badge: label and tone come from its table of states."""
    value = getattr(row, name)
    field = row._meta.get_field(name)
    states = _states_of(frozenset((str(key), str(label)) for key, label in field.flatchoices))
    if states is None:
        raise ValueError(f"{row._meta.label}.{name} has no table of states")
    state = states(value)
    return format_html('<span class="badge is-{}">{}</span>', state.tone, state.label)


@register.simple_tag
def passkey_data(form: str, **ids: str) -> SafeString:
    """What allauth's script of passkeys reads of a page: the ids of the elements it works with. Data, never run."""
    data = json.dumps({"ids": ids}).replace("<", "\\u003c")
    name = f"allauth.webauthn.forms.{form}"
    return format_html(
        '<script data-allauth-onload="{}" type="application/json">{}</script>',
        name,
        SafeString(data),
    )
