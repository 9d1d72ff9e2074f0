"""Did the pages change? Keeps the HTML of many pages, and compares two keepings.

    same_pages.py keep FOLDER [--most N]     crawl the pages of the database in TAKWIN_DATA_DIR (SQLite) into FOLDER
    same_pages.py compare FOLDER FOLDER      how many pages, how many differ, and how the first twenty differ

Fill the database first (`bin/demo --prepare`), keep the pages, change the code, keep them again from the same data.
`keep` works on a copy of the database with a stopped clock, and undoes what a page wrote before it opens the next, so
that two keepings by the same code are the same. It opens pages breadth first, as each of VISITORS and in three
languages, at most N addresses of each, and no more than ALIKE of one view.

A page is kept with one tag or run of text a line. White space that no reader sees is left out: beside blocks and
within them at their edges; a space between two inline elements stays, so `a</a> <a>` and `a</a><a>` differ. Hidden
tokens, keys and nonces are masked. Exit status 1 when something differs. Not run by `bin/test`.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, deque
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from bin._html import BOXES, SHAPES, VERBATIM, VOID, is_block, is_flex

NAMES = "candidate trainee graduate employer trainer director registrar scorer counsellor head region national auditor"
VISITORS = ("", *(f"{name}@takwin.example" for name in NAMES.split()))
LANGUAGES = ("", "/fr", "/en")
ALIKE = 3  # addresses of one view with the same names in their query
MOST = 60  # addresses of one visitor in one language
NOT_OPENED = re.compile(
    r"/(?:logout|_ui|static|media|admin|i18n)/|\.(?:pdf|zip|png|svg|ics|csv|xlsx|json|xml)$|format="
)
MASKED = {"csrfmiddlewaretoken", "form_key", "seen_values", "captcha"}
SPACE = "␣"
TOKEN = re.compile(r"[A-Za-z0-9_:.-]{24,}")  # what is signed or drawn by chance, in an address or in a value


class Reader(HTMLParser):
    """One page as a list of lines: tags, runs of text, and the spaces between them that are seen."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[
            tuple[str, str]
        ] = []  # what it is to white space (word, tight, free, through, space), its line
        # name, children in flex, edges free outside and inside, classes
        self.parents: list[tuple[str, bool, bool, bool, frozenset[str]]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: " ".join((value or "").split()) for name, value in attrs}
        classes = frozenset(given.get("class", "").split())
        name_of_field = given.get("name", "")
        if name_of_field in MASKED or given.get("type") == "hidden":
            given = {name: TOKEN.sub("…", value) if name == "value" else value for name, value in given.items()}
            if name_of_field in MASKED:
                given["value"] = "…"
        for name in ("nonce", "integrity"):
            if name in given:
                given[name] = "…"
        if given.get("href", "").startswith(("/", "?")) and tag == "a":
            self.links.append(given["href"])
        in_flex = bool(self.parents and self.parents[-1][1])
        in_svg = any(parent[0] == "svg" for parent in self.parents)
        block = is_block(tag, [parent[4] for parent in self.parents]) or (in_svg and tag in SHAPES) or in_flex
        flex = is_flex(tag, classes, self.parents[-1][4] if self.parents else frozenset())
        hidden = tag == "input" and given.get("type") == "hidden"
        line = "<" + " ".join([tag, *(f'{name}="{value}"' for name, value in given.items())]) + ">"
        self.items.append(("through" if hidden else "free" if block else "tight", line))
        if tag not in VOID:
            inside = block or flex or tag in BOXES
            self.parents.append((tag, flex, block, inside, classes))
            self.items.append(("free" if inside else "tight", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.parents) - 1, -1, -1):
            if self.parents[depth][0] == tag:
                _tag, _flex, outside, inside, _classes = self.parents[depth]
                del self.parents[depth:]
                self.items.append(("free" if inside else "tight", f"</{tag}>"))
                self.items.append(("free" if outside else "tight", ""))
                return

    def handle_data(self, data: str) -> None:
        if self.parents and self.parents[-1][0] in VERBATIM:
            self.items.append(("word", TOKEN.sub("…", data)))
            return
        for piece in re.findall(r"\s+|\S+(?:[ \t\n]+\S+)*", data):
            self.items.append(("space", SPACE) if piece.isspace() else ("word", " ".join(piece.split())))

    def seen_lines(self) -> list[str]:
        """The lines, without the spaces that meet a block, or another space, on one side. A space that stays is put
        before the hidden fields that it stands beside."""
        free_before: list[bool] = []
        free = True
        for kind, _line in self.items:
            free_before.append(free)
            free = free if kind == "through" else kind in ("free", "space")
        out: list[str] = []  # from the end to the beginning
        free = True
        for (kind, line), before in zip(reversed(self.items), reversed(free_before), strict=True):
            if kind != "space":
                out += [line] if line else []
                free = free if kind == "through" else kind == "free"
            elif not (free or before):
                out.append(line)
        return _spaces_first(out[::-1], {line for kind, line in self.items if kind == "through"})


def _spaces_first(lines: list[str], hidden: set[str]) -> list[str]:
    """The lines, each space moved before the hidden fields that precede it."""
    out: list[str] = []
    for line in lines:
        at = len(out)
        while line == SPACE and at and out[at - 1] in hidden:
            at -= 1
        out.insert(at, line)
    return out


def lines_of(page: str) -> tuple[list[str], list[str]]:
    """The lines of a page as a reader sees it, and its links."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.seen_lines(), reader.links


def stop_the_clock(moment: datetime) -> None:
    from django.utils import timezone

    timezone.now = lambda: moment
    time.time = moment.timestamp


class Keeper:
    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most, self.kept, self.answers = folder, most, 0, Counter[int]()

    def keep_pages(self, visitor: str, language: str) -> None:
        from django.test import Client

        from takwin.accounts.models import User

        client = Client(raise_request_exception=False)
        if visitor:
            client.force_login(User.objects.get(email=visitor))
        waiting = deque(f"{language}{path}" for path in ["/", "/desk/", "/nowhere/", *fixed_paths()])
        seen, alike, opened = set(waiting), Counter[tuple[str, ...]](), 0
        while waiting and opened < self.most:
            path = waiting.popleft()
            key = view_of(path)
            if not key or alike[key] >= ALIKE:
                continue
            alike[key] += 1
            page = self.open_page(client, path)
            if page is None:
                continue
            opened += page.startswith("<!-- 200")
            lines, links = lines_of(page)
            self.write(visitor, path, lines)
            for link in links:
                whole = urljoin(path, link).split("#")[0]
                here = next((code for code in LANGUAGES if code and whole.startswith(f"{code}/")), "")
                if here == language and whole not in seen and not NOT_OPENED.search(whole):
                    seen.add(whole)
                    waiting.append(whole)

    def open_page(self, client: object, path: str) -> str | None:
        """The HTML at an address, what the page wrote undone; None for what is no page or leads elsewhere."""
        from django.db import transaction

        with transaction.atomic():
            answer = client.get(path, HTTP_ACCEPT="text/html")  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        self.answers[answer.status_code] += 1
        if answer.status_code // 100 == 3 or answer.streaming or "text/html" not in answer.get("Content-Type", ""):
            return None
        return f"<!-- {answer.status_code} -->{answer.content.decode()}"

    def write(self, visitor: str, path: str, lines: list[str]) -> None:
        place = self.folder / (visitor.split("@")[0] or "nobody") / f"{quote(path, safe='')[:200]}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("\n".join([path, *lines]) + "\n", encoding="utf-8")
        self.kept += 1


def fixed_paths() -> list[str]:
    """Addresses without a reference in them."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def leaves(patterns: list[object], prefix: str) -> list[str]:
        out: list[str] = []
        for pattern in patterns:
            path = prefix + str(getattr(pattern, "pattern", ""))
            if isinstance(pattern, URLResolver):
                out += leaves(pattern.url_patterns, path)
            elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "capability", None):
                out.append(path)
        return out

    found = {re.sub(r"^(?:ar|fr|en)?/?", "/", path) for path in leaves(get_resolver().url_patterns, "")}
    return sorted(path for path in found if not re.search(r"[<\\^$(]", path) and not NOT_OPENED.search(path))


def view_of(path: str) -> tuple[str, ...]:
    """What makes two addresses alike: the view, and the names in the query."""
    from django.urls import Resolver404, resolve
    from django.utils.translation import override

    parts = urlsplit(path)
    code = next((code.strip("/") for code in LANGUAGES if code and parts.path.startswith(f"{code}/")), "ar")
    with override(code):
        try:
            match = resolve(parts.path)
        except Resolver404:
            return ("", parts.path)
    return (match.view_name or parts.path, *sorted({name for name, _value in parse_qsl(parts.query)}))


def keep(folder: Path, most: int, moment: datetime) -> int:
    data = Path(os.environ.get("TAKWIN_DATA_DIR", ROOT / "var"))
    with tempfile.TemporaryDirectory() as copied:
        for path in data.iterdir():  # the database, what SQLite keeps beside it, and keys
            if path.is_file():
                shutil.copy(path, copied)
        os.environ |= {"TAKWIN_DATA_DIR": copied, "TAKWIN_NO_RATE_LIMITS": "1"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
        import django

        django.setup()
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["*"]
        stop_the_clock(moment)
        shutil.rmtree(folder, ignore_errors=True)
        keeper = Keeper(folder, most)
        for visitor in VISITORS:
            for language in LANGUAGES:
                with contextlib.redirect_stderr(sys.stdout):
                    keeper.keep_pages(visitor, language)
            print(f"{visitor or 'nobody'}: {keeper.kept} pages so far", flush=True)
    print(f"{keeper.kept} pages kept; answers: {json.dumps(dict(sorted(keeper.answers.items())))}")
    return 0


def compare(before: Path, after: Path) -> int:
    pages = [{str(path.relative_to(folder)) for path in folder.rglob("*.txt")} for folder in (before, after)]
    both = sorted(pages[0] & pages[1])
    texts = {name: [(folder / name).read_text().splitlines() for folder in (before, after)] for name in both}
    differing = [name for name in both if texts[name][0] != texts[name][1]]
    for name in differing[:20]:
        print(f"\n=== {name}")
        print("\n".join(list(difflib.unified_diff(*texts[name], "before", "after", lineterm="", n=2))[:40]))
    only = [sorted(pages[0] - pages[1]), sorted(pages[1] - pages[0])]
    for label, names in zip(("before", "after"), only, strict=True):
        for name in names[:20]:
            print(f"only {label}: {name}")
    print(f"{len(both)} pages in both, {len(differing)} differ; only before {len(only[0])}, only after {len(only[1])}")
    return 1 if differing or only[0] or only[1] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    keeping = commands.add_parser("keep")
    keeping.add_argument("folder", type=Path)
    keeping.add_argument("--most", type=int, default=MOST)
    keeping.add_argument("--at", type=datetime.fromisoformat, default=None, help="the moment the clock is stopped at")
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    given = parser.parse_args()
    if given.command == "compare":
        return compare(given.before, given.after)
    moment = given.at or datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return keep(given.folder, given.most, moment.replace(tzinfo=moment.tzinfo or UTC))


if __name__ == "__main__":
    sys.exit(main())
