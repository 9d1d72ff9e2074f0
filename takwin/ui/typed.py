"""A refused form is shown again with everything that was typed, each bad cell marked; nothing of it was saved.

One behaviour for every page: a view that gets a POST lets `Refused` leave it, and `page` shows the page of the form
again with status 422. The page is read as the browser reads it: the form that was sent is found by its address, its
hidden fields and its button, and its cells get what was typed. What has no cell any more is told in words instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape
from django.utils.translation import gettext as _

from takwin.core.errors import Refused, RefusedCells
from takwin.ui.forms import FORM_KEY, RefusedForm

UNTYPED = {"hidden", "file", "submit", "button", "image", "reset", "password"}
UNSAID = {"csrfmiddlewaretoken", FORM_KEY, "seen_values"}  # keys of the page: nobody typed them
MOST_SENTENCES = 8  # errors shown above the page; each is shown beside its cell too
MOST_WORDS = 4_000  # characters of what has no cell any more


def faults_of(refusal: Refused) -> dict[str, str]:
    """The sentence of each bad cell by the name of its field; empty where the refusal is of no cell."""
    if isinstance(refusal, RefusedCells | RefusedForm):
        return refusal.sentences()
    return {refusal.field: str(refusal)} if refusal.field else {}


def show_again(request: Any, refusal: Refused, view: Callable[..., HttpResponse], *args: Any, **kwargs: Any) -> Any:
    """The page `view` shows, with what the refused POST had typed. Status 422; whatever the view raises."""
    faults = faults_of(refusal)
    again = copy(request)
    again.method = "GET"
    again._post, again._files = QueryDict(), MultiValueDict()
    for sentence in list(dict.fromkeys(faults.values() or [str(refusal)]))[:MOST_SENTENCES]:
        messages.error(request, sentence)
    messages.warning(
        request, _("Nothing was saved. What you typed is still on the page: correct it and send it again.")
    )
    response = view(again, *args, **kwargs)
    if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
        _say_words(request, typed_words(request.POST))
        return response
    page = response.content.decode()
    filled, left = refill(page, request.POST, request.path, faults)
    if left:
        # The form is not on the page any more, or is closed: its words are shown so that they can be copied.
        _say_words(request, left)
        response = view(again, *args, **kwargs)
        filled, _left = refill(response.content.decode(), request.POST, request.path, faults)
    response.content = filled.encode()
    response.status_code = 422
    return response


def typed_words(post: QueryDict) -> list[str]:
    """What a person typed, without keys and codes of the page."""
    return [value for name in post for value in post.getlist(name) if name not in UNSAID and value.strip()]


def _say_words(request: Any, words: list[str]) -> None:
    text = " · ".join(words)[:MOST_WORDS]
    if text:
        messages.warning(request, _("You had typed: %(words)s") % {"words": text})


@dataclass
class Cell:
    """A control of a form: where its start tag is in the page, and what follows it."""

    tag: str
    attrs: dict[str, str]
    start: int
    end: int
    closed: int = 0  # after the end tag of a select or a text area
    label_end: int = 0  # after the label that holds it, 0 without one
    details: list[Details] = field(default_factory=list)
    options: list[Cell] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attrs.get("name", "")

    @property
    def kind(self) -> str:
        return self.attrs.get("type", "text").lower() if self.tag == "input" else self.tag


@dataclass
class Details:
    """A part of the page that can be folded."""

    start: int
    end: int
    open: bool


@dataclass
class SentForm:
    """A form of the page with its cells."""

    action: str
    ident: str
    cells: list[Cell] = field(default_factory=list)
    details: list[Details] = field(default_factory=list)

    def likeness(self, post: QueryDict, path: str) -> tuple[int, int] | None:
        """How much this form is the one that was sent; None when it cannot be."""
        if self.action.partition("?")[0] not in {"", path}:
            return None
        names = {cell.name for cell in self.cells if cell.name}
        sent = set(post) - {"csrfmiddlewaretoken"}
        hidden = [c for c in self.cells if c.kind == "hidden" and c.name in sent]
        same = sum(cell.attrs.get("value", "") in post.getlist(cell.name) for cell in hidden)
        buttons = sum(
            cell.kind in {"button", "submit"} and cell.attrs.get("value", "") in post.getlist(cell.name)
            for cell in self.cells
            if cell.name in sent
        )
        return (2 * (same + buttons) - len(sent - names), len(sent & names))


class _Reader(HTMLParser):
    """Forms of a page and where their cells are."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[SentForm] = []
        self._lines = [0]
        for line in page.split("\n"):  # as the parser counts lines: by this sign alone
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._form: SentForm | None = None
        self._cell: Cell | None = None
        self._in_label: list[Cell] | None = None
        self._details: list[Details] = []
        self._outside: list[tuple[str, Cell]] = []
        self.feed(page)
        self.close()
        for ident, cell in self._outside:
            for form in self.forms:
                if form.ident == ident:
                    form.cells.append(cell)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        end = start + len(self.get_starttag_text() or "")
        attributes = {name: value or "" for name, value in attrs}
        if tag == "details":
            self._details.append(Details(start, end, "open" in attributes))
        elif tag == "form":
            self._form = SentForm(attributes.get("action", ""), attributes.get("id", ""), details=list(self._details))
            if attributes.get("method", "").lower() == "post":
                self.forms.append(self._form)
        elif tag == "label":
            self._in_label = []
        elif tag == "option" and self._cell is not None:
            self._cell.options.append(Cell(tag, attributes, start, end))
        elif tag in {"input", "select", "textarea", "button"}:
            self._add(Cell(tag, attributes, start, end, closed=end, details=list(self._details)))

    def _add(self, cell: Cell) -> None:
        if "form" in cell.attrs:
            self._outside.append((cell.attrs["form"], cell))
        elif self._form is not None:
            self._form.cells.append(cell)
        if self._in_label is not None:
            self._in_label.append(cell)
        if cell.tag in {"select", "textarea"}:
            self._cell = cell

    def handle_endtag(self, tag: str) -> None:
        start = self._at()
        end = start + len(tag) + 3
        if tag == "details" and self._details:
            self._details.pop()
        elif tag == "form":
            self._form = None
        elif tag == "label":
            for cell in self._in_label or []:
                cell.label_end = end
            self._in_label = None
        elif tag in {"select", "textarea"} and self._cell is not None:
            self._cell.closed = start if tag == "textarea" else end
            self._cell = None


def refill(
    page: str, post: QueryDict, path: str, faults: dict[str, str], hidden: Collection[str] = ()
) -> tuple[str, list[str]]:
    """The page with what was typed in the cells of the form that was sent, and faults by their cells. `hidden`: the
    hidden cells that get their sent value back too, such as the values an edit form was read with.

    The second value holds what was typed and has no open cell: all of it when no form of the page was the one sent.
    """
    best: tuple[tuple[int, int], SentForm] | None = None
    for form in _Reader(page).forms:
        likeness = form.likeness(post, path)
        if likeness is not None and likeness[1] and (best is None or likeness > best[0]):
            best = (likeness, form)
    if best is None:
        return page, typed_words(post)
    edits = _Edits(post, faults, hidden).of(best[1])
    out, at = [], 0
    for start, end, text in sorted(edits):
        out.append(page[at:start])
        out.append(text)
        at = max(at, end)
    return "".join([*out, page[at:]]), _shut_out(best[1], post)


def _shut_out(form: SentForm, post: QueryDict) -> list[str]:
    """What was typed in cells that have since been closed. What was picked is no word to copy."""
    written = [cell for cell in form.cells if cell.kind not in UNTYPED | {"select", "checkbox", "radio"}]
    still_open = {cell.name for cell in form.cells if "disabled" not in cell.attrs}
    names = dict.fromkeys(cell.name for cell in written if cell.name and cell.name not in still_open)
    return [value for name in names for value in post.getlist(name) if value.strip()]


class _Edits:
    """What must change in a page: (from, to, text) each."""

    def __init__(self, post: QueryDict, faults: dict[str, str], hidden: Collection[str] = ()) -> None:
        self.post, self.faults, self.hidden = post, faults, hidden
        self.filled: dict[str, int] = {}
        self.marked: dict[str, int] = {}
        self.edits: list[tuple[int, int, str]] = []
        self.opened: dict[int, Details] = {}

    def of(self, form: SentForm) -> list[tuple[int, int, str]]:
        self._open(form.details)
        for cell in form.cells:
            if cell.name and (cell.kind not in UNTYPED or cell.name in self.hidden):
                self._fill(cell)
        self.edits += [(details.end - 1, details.end - 1, " open") for details in self.opened.values()]
        return self.edits

    def _open(self, details: list[Details]) -> None:
        self.opened |= {row.start: row for row in details if not row.open}

    def _fill(self, cell: Cell) -> None:
        attrs, typed = dict(cell.attrs), self.post.getlist(cell.name)
        if cell.kind in {"checkbox", "radio"}:
            attrs.pop("checked", None)
            if attrs.get("value", "on") in typed:
                attrs["checked"] = ""
        elif typed and "disabled" not in attrs:
            place = self.filled.get(cell.name, 0)
            self.filled[cell.name] = place + 1
            self._put(cell, attrs, typed, typed[min(place, len(typed) - 1)])
        self._mark(cell, attrs)
        if attrs != cell.attrs:
            self.edits.append((cell.start, cell.end, _start_tag(cell.tag, attrs)))

    def _put(self, cell: Cell, attrs: dict[str, str], typed: list[str], value: str) -> None:
        if cell.tag == "input":
            attrs["value"] = value
        elif cell.tag == "textarea":
            self.edits.append((cell.end, cell.closed, "\n" + escape(value)))
        elif cell.tag == "select":
            for option in cell.options:
                attributes = {name: content for name, content in option.attrs.items() if name != "selected"}
                if option.attrs.get("value", "") in typed:
                    attributes["selected"] = ""
                if attributes != option.attrs:
                    self.edits.append((option.start, option.end, _start_tag("option", attributes)))

    def _mark(self, cell: Cell, attrs: dict[str, str]) -> None:
        """Say the fault by the cell; the first bad cell of the page gets the focus."""
        if cell.name not in self.faults:
            return
        first = cell.name not in self.marked
        number = self.marked.setdefault(cell.name, len(self.marked) + 1)
        attrs["aria-invalid"] = "true"
        attrs["aria-describedby"] = f"{attrs.get('aria-describedby', '')} fault-{number}".strip()
        if not first:
            return
        if number == 1:
            attrs["autofocus"] = ""
        self._open(cell.details)
        after = cell.label_end or (cell.closed + len("</textarea>") * (cell.tag == "textarea"))
        sentence = escape(self.faults[cell.name])
        self.edits.append((after, after, f'<span class="errors" id="fault-{number}" role="alert">{sentence}</span>'))


def _start_tag(tag: str, attrs: dict[str, str]) -> str:
    return "<" + " ".join([tag, *(f'{name}="{escape(value)}"' for name, value in attrs.items())]) + ">"
