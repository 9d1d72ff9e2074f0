"""Every address and every form of the house met with what no honest browser sends: it answers, never with 500.

Addresses come from the resolver; real references and the forms come from pages, read as a browser reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

POISONS = [
    "\x00", "A\x01B", "\ud800", "\u202e'\"><script>", "²", "9" * 5000, "-1", "9223372036854775808", "١٥٫٥", "NaN",
    "9999-12-31", "0001-01-01", "9999-12", "a b\r\nX-Y: z", "=1+1", "%00%ff", "../../etc", "[]", "é" * 40, "😀" * 300,
]  # fmt: skip
QUERY = [
    "q", "on", "month", "week", "page", "sort", "format", "ref", "line", "near", "km", "region", "centre", "of", "by",
    "at", "case", "application", "span", "who", "next", "company", "lines", "state", "answers", "group", "year",
]  # fmt: skip
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
LEFT_OUT = re.compile(r"/logout|/support/|/_ui/|\.pdf$")


@dataclass
class Form:
    """A form of a page: where it goes and what a browser would send when nothing is typed."""

    action: str
    given: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """The links and the POST forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.links, self.forms = path, set[str](), list[Form]()
        self.form: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "a" and told.get("href", "").startswith("/"):
            self.links.add(urlsplit(told["href"]).path)
        if tag == "form" and told.get("method", "").lower() == "post":
            self.form = Form(told.get("action") or self.path)
            self.forms.append(self.form)
        name = told.get("name", "")
        if self.form is None:
            return
        if tag == "option" and self.select and (told.get("value") or "selected" in told):
            self.form.given.setdefault(self.select, told.get("value", ""))
        self.select = name if tag == "select" else self.select
        if not name or tag not in {"input", "textarea", "select", "button"}:
            return
        kind = told.get("type", "text")
        if kind == "file":
            self.form.files.add(name)
        elif tag == "button" or kind in {"hidden", "radio", "checkbox", "submit"}:
            self.form.given.setdefault(name, told.get("value", "on"))
        else:
            self.form.typed.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None


@dataclass
class Fuzz:
    """Counts what was sent and keeps what broke: (method, address, poison, exception)."""

    broken: list[tuple[str, str, str, str]] = field(default_factory=list)
    requests: int = 0
    addresses: dict[str, tuple[Client, str]] = field(default_factory=dict)
    forms: dict[tuple[str, tuple[str, ...]], tuple[Client, Form]] = field(default_factory=dict)
    caught: list[str] = field(default_factory=list)

    def __enter__(self) -> Fuzz:
        got_request_exception.connect(self._note)
        return self

    def __exit__(self, *_told: object) -> None:
        got_request_exception.disconnect(self._note)

    def _note(self, **_told: Any) -> None:
        import traceback

        lines = traceback.format_exc().strip().splitlines()
        ours = [line.strip() for line in lines if "takwin/" in line]
        self.caught.append(f"{lines[-1][:160]} {ours[-1] if ours else ''}")

    def send(self, client: Client, method: str, path: str, poison: str, *told: Any, **more: Any) -> Any:
        """One request, whose writes are undone."""
        self.requests += 1
        self.caught.clear()
        client.raise_request_exception = False
        with transaction.atomic():
            answer = (
                client.generic(method, path, *told, **more) if told else getattr(client, method.lower())(path, **more)
            )
            # What streams is read here: an export may break in its last row.
            body = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
            transaction.set_rollback(True)
        if answer.status_code >= 500 and answer.status_code != 503:
            self.broken.append((method, path[:90], repr(poison)[:40], "; ".join(self.caught)))
        answer.body = body
        return answer

    def crawl(self, client: Client, starts: list[str]) -> None:
        """Meet each address once, as the first visitor who may; keep its forms."""
        queue, seen = list(starts), set[str]()
        while queue:
            path = queue.pop(0)
            try:
                name = resolve(path).view_name or path
            except Resolver404:
                continue
            if name in seen or name in self.addresses or LEFT_OUT.search(path):
                continue
            seen.add(name)
            answer = self.send(client, "GET", path, "")
            if answer.status_code != 200:
                continue
            self.addresses[name] = (client, path)
            if "html" not in answer.headers.get("Content-Type", ""):
                continue
            reader = Reader(path)
            reader.feed(answer.body.decode())
            queue += sorted(reader.links)
            for form in reader.forms:
                if not LEFT_OUT.search(form.action):
                    key = (resolve(urlsplit(form.action).path).view_name, tuple(sorted({*form.given, *form.typed})))
                    self.forms.setdefault(key, (client, form))

    def addresses_with(self, client: Client, poisons: list[str]) -> None:
        """Each address of the resolver with each poison in each of its places, and in every name of a query."""
        for n, (name, route) in enumerate(routes()):
            who, path = self.addresses.get(name, (client, PARAMETER.sub("x", route)))
            if "<" in route:
                for poison in poisons:
                    told = quote(poison.encode("utf-8", "surrogatepass"), safe="")[:3000]
                    self.send(who, "GET", PARAMETER.sub(lambda _found, told=told: told, route), poison)
            for turn in range(2):
                query = {key: poisons[(n + at + 7 * turn) % len(poisons)] for at, key in enumerate(QUERY)}
                text = urlencode({key: value[:300].encode("utf-8", "surrogatepass") for key, value in query.items()})
                if turn:  # without what the first look refuses at once
                    text = text.replace("%00", "").replace("%ED%A0%80", "")
                self.send(who, "GET", f"{path}?{text}", str(query))

    def forms_with(self, poisons: list[str]) -> None:
        """Each form with each poison typed in all its fields; every other time in what is chosen and hidden too."""
        for n, (client, form) in enumerate(self.forms.values()):
            for at, poison in enumerate(poisons):
                text = poison.encode("utf-8", "replace").decode()
                data = form.given | dict.fromkeys(form.typed, text)
                if (n + at) % 2:
                    data |= dict.fromkeys(
                        (key for key in data if key != "do"), poison.encode("utf-8", "replace").decode()
                    )
                self.send(client, "POST", form.action, poison, urlencode(data).encode(), FORM_TYPE)

    def json_with(self, client: Client, path: str) -> None:
        """Bodies of JSON as a broken phone or an enemy sends them."""
        for body in JSON_BODIES:
            self.send(client, "POST", path, body[:40], body.encode("utf-8", "surrogatepass"), "application/json")


FORM_TYPE = "application/x-www-form-urlencoded"
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
        for one in patterns:
            route = prefix + (one.pattern._route if isinstance(one.pattern, RoutePattern) else "")
            if isinstance(one, URLResolver):
                yield from below(one.url_patterns, route, spaces + (f"{one.namespace}:" if one.namespace else ""))
            elif isinstance(one, URLPattern) and isinstance(one.pattern, RoutePattern) and not LEFT_OUT.search(route):
                yield f"{spaces}{one.name}", "/" + route

    return below(get_resolver().url_patterns, "", "")
