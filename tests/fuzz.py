"""Every address and every form of the house met with what no honest browser sends: it answers, never with 500.

Addresses come from the resolver; real references and the forms come from pages, read as a browser reads them.
"""

from __future__ import annotations

import io
import re
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern
from django.utils import timezone

POISONS = [
    "\x00", "A\x01B", "\ud800", "\u202e'\"><script>", "²", "9" * 5000, "-1", "9223372036854775808", "١٥٫٥", "NaN",
    "9999-12-31", "0001-01-01", "9999-12", "a b\r\nX-Y: z", "=1+1", "%00%ff", "../../etc", "[]", "é" * 40, "😀" * 300,
]  # fmt: skip
DOZEN = 12
TEXTS = [POISONS[n] for n in (1, 3, 13, 14, 18, 19)]  # a text field may take these, and its service then meets them
QUERY = [
    "q", "on", "month", "week", "page", "sort", "format", "ref", "line", "near", "km", "region", "centre", "of", "by",
    "at", "case", "application", "span", "who", "next", "company", "lines", "state", "answers", "group", "year",
]  # fmt: skip
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
NOT_CRAWLED = re.compile(r"/_ui/|\.pdf$|\.zip$")  # drawn by a compiler, seconds each: only strange references of them
NOT_TYPED = {"csrfmiddlewaretoken"}


@dataclass
class Form:
    """A form of a page: where it goes and what a browser would send when nothing is typed."""

    action: str
    method: str = "POST"
    given: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # {name: a value that its field may well take}
    files: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """What a visitor may send beside the token of the session."""
        return {*self.given, *self.typed, *self.files, *(name for name, _value in self.buttons)} - NOT_TYPED

    @property
    def key(self) -> tuple[object, ...]:
        """Two forms are one when they go to one view with the same names and deed."""
        path = urlsplit(self.action).path
        with suppress(Resolver404):
            path = resolve(path).view_name or path
        deed = self.given.get("do", "") or ",".join(sorted(f"{name}={value}" for name, value in self.buttons))
        return path, self.method, tuple(sorted(self.names)), deed


def lawful(kind: str, attributes: dict[str, str]) -> str:
    """A value that a field of this kind may well take."""
    now = timezone.localtime()
    values = {
        "date": str(now.date() + timedelta(days=3)), "time": "10:00", "number": attributes.get("min") or "1",
        "datetime-local": (now + timedelta(days=3)).strftime("%Y-%m-%dT10:00"), "email": "x@example.org",
        "tel": "0612345699", "month": now.strftime("%Y-%m"), "url": "https://example.org/",
    }  # fmt: skip
    return attributes.get("value") or values.get(kind, "نص")


class Reader(HTMLParser):
    """The links and the forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.links, self.forms = path, set[str](), list[Form]()
        self.form: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        if tag == "a" and attributes.get("href", "").startswith("/"):
            self.links.add(urlsplit(attributes["href"]).path)
        if tag == "form":
            action = attributes.get("action") or self.path
            self.form = Form(
                action if action.startswith("/") else self.path, (attributes.get("method") or "get").upper()
            )
            self.forms.append(self.form)
        name = attributes.get("name", "")
        if self.form is None:
            return
        if tag == "option" and self.select and (attributes.get("value") or "selected" in attributes):
            self.form.given.setdefault(self.select, attributes.get("value", ""))
        self.select = name if tag == "select" else self.select
        if name and tag in {"input", "textarea", "select", "button"}:
            self._take(self.form, tag, name, attributes)

    @staticmethod
    def _take(form: Form, tag: str, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text")
        if kind == "file":
            form.files.add(name)
        elif tag == "button" or kind == "submit":
            form.buttons.append((name, attributes.get("value", "")))
        elif kind in {"hidden", "radio", "checkbox"}:
            form.given.setdefault(name, attributes.get("value", "on"))
        elif tag == "select":
            form.given.setdefault(name, "")
            if not form.given[name]:
                del form.given[name]  # its first option with a value fills it
        else:
            form.typed.setdefault(name, lawful(kind, attributes))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = ""


class Visitor(Client):
    """A client that keeps no context of any template: a third of the time of a test client's request."""

    def __init__(self, account: Any) -> None:
        super().__init__()
        if account.is_authenticated:
            self.force_login(account)

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@dataclass
class Fuzz:
    """Counts what was sent and keeps what broke: (method, address, poison, exception)."""

    broken: list[tuple[str, str, str, str]] = field(default_factory=list)
    requests: int = 0
    addresses: dict[str, tuple[Visitor, str]] = field(default_factory=dict)
    forms: dict[tuple[object, ...], tuple[Visitor, Form]] = field(default_factory=dict)
    caught: list[str] = field(default_factory=list)
    sent: int = 0  # how many of the forms were sent

    def __enter__(self) -> Fuzz:
        got_request_exception.connect(self._note)
        return self

    def __exit__(self, *_told: object) -> None:
        got_request_exception.disconnect(self._note)

    @property
    def fields(self) -> int:
        return sum(len(form.names) for _visitor, form in self.forms.values())

    def _note(self, **_told: Any) -> None:
        lines = traceback.format_exc().strip().splitlines()
        ours = [line.strip() for line in lines if "takwin/" in line]
        self.caught.append(f"{lines[-1][:160]} {ours[-1] if ours else ''}")

    def send(self, visitor: Visitor, method: str, path: str, poison: str, *body_and_type: Any, **more: Any) -> Any:
        """One request, whose writes are undone."""
        self.requests += 1
        self.caught.clear()
        with transaction.atomic():
            ask = getattr(visitor, method.lower())
            answer = visitor.generic(method, path, *body_and_type, **more) if body_and_type else ask(path, **more)
            # What streams is read here: an export may break in its last row.
            body = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
            transaction.set_rollback(True)
        if answer.status_code >= 500 and answer.status_code != 503:
            self.broken.append((method, path[:90], repr(poison)[:60], "; ".join(self.caught)))
        answer.body = body
        return answer

    def crawl(self, visitor: Visitor, starts: list[str], again: str = "", most: int = 1) -> None:
        """Read the addresses that nobody met so far, and again those that begin with `again`: `most` of each view."""
        queue, met, seen = list(starts), set[str](), Counter[str]()
        while queue:
            path = queue.pop(0)
            try:
                name = resolve(urlsplit(path).path).view_name or path
            except Resolver404:
                continue
            own = bool(again and re.match(again, path))
            if path in met or seen[name] >= most or (name in self.addresses and not own) or NOT_CRAWLED.search(path):
                continue
            met.add(path)
            answer = self.send(visitor, "GET", path, "")
            if answer.status_code != 200:
                continue
            seen[name] += 1
            self.addresses.setdefault(name, (visitor, path))
            if "html" in answer.headers.get("Content-Type", ""):
                queue += self._read(visitor, path, answer.body)

    def _read(self, visitor: Visitor, path: str, body: bytes) -> list[str]:
        """Keep the forms of a page; its links."""
        reader = Reader(path)
        reader.feed(body.decode())
        for form in reader.forms:
            if form.names:
                self.forms.setdefault(form.key, (visitor, form))
        return sorted(reader.links)

    def addresses_with(self, visitor: Visitor, poisons: list[str]) -> None:
        """Each address of the resolver with each poison in each of its places, and in every name of a query."""
        for n, (name, route) in enumerate(routes()):
            who, path = self.addresses.get(name, (visitor, PARAMETER.sub("x", route)))
            if "<" in route:
                for poison in poisons:
                    quoted = quote(poison.encode("utf-8", "surrogatepass"), safe="")[:3000]
                    self.send(who, "GET", PARAMETER.sub(lambda _found, quoted=quoted: quoted, route), poison)
            if NOT_CRAWLED.search(route):
                continue
            for turn in range(2):
                query = {key: poisons[(n + at + 7 * turn) % len(poisons)] for at, key in enumerate(QUERY)}
                text = urlencode({key: value[:300].encode("utf-8", "surrogatepass") for key, value in query.items()})
                if turn:  # without what the first look refuses at once
                    text = text.replace("%00", "").replace("%ED%A0%80", "")
                self.send(who, "GET", f"{path.partition('?')[0]}?{text}", str(query))

    def forms_with(self, poisons: list[str], turns: int = 2) -> None:
        """Each form not yet sent: as a browser sends it, by each of its buttons; then with a poison in each field,
        other ones each turn, every other turn in what is chosen and hidden too; then with strange files."""
        forms = list(self.forms.values())[self.sent :]
        for n, (visitor, form) in enumerate(forms):
            honest = form.given | form.typed
            for name, value in form.buttons[:6] or [("", "")]:
                self._submit(visitor, form, honest | ({name: value} if name else {}), "honest")
            texts = dict.fromkeys(form.typed, TEXTS[n % len(TEXTS)])
            self._submit(visitor, form, honest | texts | dict(form.buttons[:1]), f"text {texts}")
            for turn in range(turns):
                names = [*form.typed, *(name for name in form.given if turn % 2 and name not in {"do", *NOT_TYPED})]
                typed = {name: poisons[(n + at + 5 * turn) % len(poisons)] for at, name in enumerate(names)}
                self._submit(visitor, form, honest | dict(form.buttons[:1]) | typed, str(typed))
            for at in range(len(FILES) if form.files else 0):
                self._submit(visitor, form, honest | dict(form.buttons[:1]), f"file {FILES[at][0]}", at)
        self.sent = len(self.forms)

    def _submit(self, visitor: Visitor, form: Form, data: dict[str, str], poison: str, file: int = -1) -> None:
        data = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}
        if form.method == "GET":
            self.send(visitor, "GET", f"{urlsplit(form.action).path}?{urlencode(data)[:4000]}", poison)
        elif form.files:
            name, content = FILES[file]
            files = {key: SimpleUploadedFile(name, content) for key in form.files} if file >= 0 else {}
            self.send(visitor, "POST", form.action, poison, data=data | files)
        else:
            self.send(visitor, "POST", form.action, poison, urlencode(data).encode(), FORM_TYPE)

    def json_with(self, visitor: Visitor, path: str) -> None:
        """Bodies of JSON as a broken phone or an enemy sends them."""
        for body in JSON_BODIES:
            self.send(visitor, "POST", path, body[:40], body.encode("utf-8", "surrogatepass"), "application/json")


def _book(sheet: str, kind: str = "worksheet") -> bytes:
    """A workbook of one sheet, written by hand."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    target = f'<Relationship Id="r1" Type="{link}/{kind}" Target="{kind}s/sheet1.xml"/>'
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets>'
        '<sheet name="t" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{target}</Relationships>',
        f"xl/{kind}s/sheet1.xml": sheet,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


_SHEET = _book("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>" + " " * 900)
FORM_TYPE = "application/x-www-form-urlencoded"
FILES = [
    ("empty.csv", b""), ("nul\x00.csv", b"centre,\x00programme\n\xff\xfe,x\n"), ("broken.xlsx", _book("<worksheet><")),
    ("chart.xlsx", _book("<chartsheet/>", "chartsheet")), ("cut.xlsx", _SHEET[: len(_SHEET) // 2]),
    ("deflate.xlsx", _SHEET[:60] + b"\xff\xff\xff\xff" + _SHEET[64:]), ("../../x.pdf", b"%PDF-1.7\n1 0 obj <<"),
    ("x" * 300 + ".png", b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff"),
]  # fmt: skip
_ITEM = '[{"key": %s, "trainee": %s, "on": %s, "hour": %s, "minutes": %s, "told_at": %s, "value": %s, "after": %s}]'
JSON_BODIES = [
    "", "[", "null", "1", "{}", "[null]", "[1]", '["a"]', "[[]]", "[" * 5000, '[{"a":' * 900, "[NaN]", "[1e999]",
    "9" * 5000, "\x00", '"\\u0000"', '["\\ud800"]', '{"a": "\ud800"}', "\ufeff[]",
    *(_ITEM % ((value,) * 8) for value in (
        "null", "1", "-1", "[]", "{}", '"\\u0000"', '"\\ud800"', '"²"', "1e400", "NaN", "9" * 4000, '"9999-12-31"',
        '"9999-12-31T23:59:59+14:00"', '"0001-01-01T00:00:00Z"', "true", '["\\u0000"]', '"' + "x" * 9000 + '"',
    )),
]  # fmt: skip


def routes() -> Iterator[tuple[str, str]]:
    """(name with its namespace, route) of each address written as a route, Arabic ones without prefix."""

    def below(patterns: Any, prefix: str, spaces: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + (pattern.pattern._route if isinstance(pattern.pattern, RoutePattern) else "")
            if isinstance(pattern, URLResolver):
                space = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from below(pattern.url_patterns, route, spaces + space)
            elif isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern):
                yield f"{spaces}{pattern.name}", "/" + route

    return below(get_resolver().url_patterns, "", "")
