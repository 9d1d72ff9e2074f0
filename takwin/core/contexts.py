"""What each context declares of itself: its lines in the desk's navigation, its words, its rights, its tasks.

A context is an app of takwin with a `context.py` that holds one `CONTEXT`. Whoever shows all of them (the desk, the
journal, the roles) loops over `contexts()`; so adding a context touches no file of another. The modules are imported
at the first question, after Django has loaded its apps: they may name selectors of their own context.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Words

    Label = str | Words

# Roles by the names that `accounts.roles.Role` gives them, which contexts below accounts cannot import.
READERS = ("national", "regional", "registrar", "director", "auditor")


@dataclass(frozen=True)
class Section:
    """A heading of the desk's navigation; sections of equal key are one. `order` counts in tens, to leave room."""

    key: str
    label: Label
    order: int


@dataclass(frozen=True)
class Entry:
    """A line of the desk's navigation, shown to whoever holds the capability anywhere.

    `url`: name of an address without arguments. `key`: what pages under it give as `active`.
    """

    section: Section
    url: str
    label: Label
    capability: str
    key: str


@dataclass(frozen=True)
class Task:
    """Something that waits for a decision of the visitor. `tone`: a colour of `core.choices.TONES`."""

    tone: str
    when: str
    text: str
    url: str


@dataclass(frozen=True)
class Context:
    """
    navigation: lines of the desk, in their order within a section.
    verbs: what its services write into the journal, in words; a verb has one owner.
    capabilities: which roles hold which right.
    nationwide: rights over rows without a centre, held by a grant everywhere or not at all.
    own: rights that every signed-in person has over their own records.
    waiting: tasks of a visitor, most urgent first.
    """

    navigation: tuple[Entry, ...] = ()
    verbs: Mapping[str, Label] = field(default_factory=dict)
    capabilities: Mapping[str, Collection[str]] = field(default_factory=dict)
    nationwide: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    waiting: Callable[[Any], Iterable[Task]] | None = None


@cache
def contexts() -> tuple[Context, ...]:
    """Every declaration, in the order of INSTALLED_APPS."""
    names = [f"{app.name}.context" for app in apps.get_app_configs() if app.name.startswith("takwin.")]
    return tuple(import_module(name).CONTEXT for name in names if find_spec(name))


@cache
def verbs() -> dict[str, Label]:
    """Verbs of the journal in words."""
    return {verb: words for context in contexts() for verb, words in context.verbs.items()}


@cache
def navigation() -> tuple[tuple[Section, tuple[Entry, ...]], ...]:
    """Sections in their order, each with the lines of all contexts."""
    entries = [entry for context in contexts() for entry in context.navigation]
    sections = {entry.section.key: entry.section for entry in entries}
    return tuple(
        (section, tuple(entry for entry in entries if entry.section.key == section.key))
        for section in sorted(sections.values(), key=lambda section: section.order)
    )
