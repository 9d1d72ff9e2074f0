"""What a reader sees is in their language: strings of the code are extracted, and pages hold one script."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from django.apps import apps

from takwin.accounts.tests.make import make_user
from takwin.core.models import Named
from tests.test_house import PYTHON, ROOT
from tests.test_pages import DESK, PUBLIC, address, world  # noqa: F401

EXTRACTED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "gettext_noop"}


def test_gettext_has_no_name_that_makemessages_does_not_know():
    """`from … import gettext as say` is translated at run time and never extracted: it stays English."""
    found = []
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                found += [f"{path.name}: {a.asname}" for a in node.names if a.asname and a.asname not in EXTRACTED]
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in EXTRACTED:
                found.append(f"{path.name}:{node.lineno} gives gettext another name")
    assert found == []


ARABIC, LATIN = re.compile("[\u0600-\u06ff]"), re.compile("[A-Za-zÀ-ÿ]{2,}")
# Written so everywhere: addresses, files, and the columns of a file one prepares.
CODES = re.compile(
    r"[\w.+-]+@[\w.-]+|\w+\.(?:py|json|csv)\b|\bو?(?:centre|programme|mode|capacity|first_year|seats)\b"
    r"|\b[A-Z]{3}-\w{8}-\w\b|\bsha256\b|\b[A-Z]{1,2}\d{4,6}\b|\([a-z]+(?:-[a-z]+)+\)"
)
ISO_DAY = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b")
# Proper names, units and formats that every language writes so.
ALIKE = {
    "takwin", "CSV", "XLSX", "JSON", "PDF", "API", "SMS", "QR", "iCalendar", "OpenAPI", "SHA", "Holland", "John",
    "ISCO", "NET", "ESCO", "CIN", "ICE", "OFPPT", "RIASEC", "HTTP", "Excel", "Apache", "BOM", "UTF", "km", "Ed25519",
    "ELM", "ELMO", "Open", "Badges", "XML", "FET", "RSS", "OK", "Parquet", "GET", "ETag",
    "drand", "quicknet", "CC", "BY", "OpenStreetMap", "ODbL",
}  # fmt: skip


class Words(HTMLParser):
    """The text of a page outside what is marked as data or as another language."""

    VOID = {"br", "img", "input", "meta", "link", "hr", "source", "wbr", "col", "area"}
    SKIPPED = {"script", "style", "code", "pre", "bdi", "svg", "time", "textarea", "title"}
    INLINE = {"a", "b", "strong", "em", "span", "small", "abbr"}

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.lines: list[str] = [""]  # what the eye reads in one go: a number in bold and its noun are one line

    def handle_starttag(self, tag, attrs):
        if tag not in self.INLINE:
            self.lines.append("")
        if tag in self.VOID:
            return
        marked = tag in self.SKIPPED or (tag != "html" and "lang" in dict(attrs))
        self.stack.append((tag, marked or (bool(self.stack) and self.stack[-1][1])))

    def handle_endtag(self, tag):
        if tag not in self.INLINE:
            self.lines.append("")
        while self.stack:
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data):
        if self.stack and not self.stack[-1][1]:
            self.lines[-1] += data
            if data.strip():
                self.found.append(" ".join(data.split()))


COUNTED = re.compile(r"%\((?:number|count|n|limit|all|missing|seats|hours|days)\)s (\w+)")
NUMBER = r"(?<![\d.,:/–-])(\d{1,3}(?:[ \u00a0\u202f]\d{3})*|\d+)[ \u00a0]"


def counted_nouns(language):
    """{noun: the form it is} of the nouns that follow a number in the catalogue and differ between forms.

    Forms: "many" in English and French (wrong after 1); "few" and "many" in Arabic (right after 3-10, and after the
    rest). A noun that is right after any number is left out.
    """
    few, many, singular = set(), set(), set()
    with (ROOT / f"locale/{'fr' if language == 'en' else language}/LC_MESSAGES/django.po").open("rb") as file:
        for entry in read_po(file):
            if isinstance(entry.id, tuple):
                forms = entry.id if language == "en" else entry.string
                many |= set(COUNTED.findall(" ".join(forms[4:] if language == "ar" else forms[1:])))
                if language == "ar":
                    few |= set(COUNTED.findall(forms[3]))
                else:
                    singular |= set(COUNTED.findall(forms[0]))
    if language == "ar":
        return dict.fromkeys(few - many, "few") | dict.fromkeys(many - few, "many")
    return dict.fromkeys(many - singular, "many")


def miscounted(line, language, nouns):
    """The first number of a line whose noun has the form of another number, with its noun; None when all agree."""
    for found in re.finditer(NUMBER + r"(\w+)", line):
        count, form = int(re.sub(r"\D", "", found[1])), nouns.get(found[2])
        if language == "ar":
            wrong = (form == "few" and not 3 <= count % 100 <= 10) or (form == "many" and 2 <= count % 100 <= 10)
        else:
            wrong = form == "many" and count == 1
        if wrong:
            return found[0]
    return None


def data_values():
    """What tables hold, longest first: names are shown as they were given, whatever the page's language."""
    values = set()
    for model in apps.get_models():
        if model._meta.app_label in {"contenttypes", "sessions", "auth"} or not model.__module__.startswith("takwin"):
            continue
        if model.__name__ == "Term" or model._default_manager.count() > 5_000:
            continue
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if field.get_internal_type() in {"CharField", "TextField", "EmailField", "SlugField"} and not field.choices
        ]
        if names and (issubclass(model, Named) or model._default_manager.count() < 700):
            for row in model._default_manager.values_list(*names):
                values |= {" ".join(cell.split()) for cell in row if cell and len(cell) > 1}
    return sorted(values, key=len, reverse=True)


def faults(text, language, data):
    """What is wrong with one text of a page, or None."""
    rest = CODES.sub(" ", text)
    if LATIN.search(rest) if language == "ar" else ARABIC.search(rest):
        for value in data:
            if value in rest:
                rest = rest.replace(value, " ")
    if "%(" in text or "{{" in text:
        return "a placeholder is left"
    if language == "ar" and [word for word in LATIN.findall(rest) if word not in ALIKE]:
        return "Latin words on an Arabic page"
    if language != "ar" and ARABIC.search(rest):
        return "Arabic letters outside Arabic data"
    if ISO_DAY.search(rest):
        return "an ISO date in a sentence"
    return None


def page_faults(html, language, data, nouns):
    """Each text of a page that a reader of the language would stumble over, with the reason."""
    reader = Words()
    reader.feed(html)
    wrong = [f"{fault}: {text[:90]}" for text in reader.found if (fault := faults(text, language, data))]
    lines = (" ".join(line.split(" ")) for line in reader.lines)
    return wrong + [
        f"a noun against its number: {bad}" for line in lines if (bad := miscounted(line, language, nouns))
    ]


@pytest.mark.parametrize(
    "language, html, reason",
    [
        ("ar", "<p>Your seat is kept</p>", "Latin words on an Arabic page"),
        ("ar", "<p>أرسل ثم Send</p>", "Latin words on an Arabic page"),
        ("fr", "<p>Fès، Meknès</p>", "Arabic letters outside Arabic data"),
        ("en", "<p>See المقاعد</p>", "Arabic letters outside Arabic data"),
        ("fr", "<p>Avant le 2026-12-31.</p>", "an ISO date in a sentence"),
        ("en", "<p>%(count)s seats</p>", "a placeholder is left"),
        ("en", "<p>Seats: {{ number }}</p>", "a placeholder is left"),
        ("fr", "<p><b>1</b> places</p>", "a noun against its number"),
        ("en", "<li><span>1</span> documents</li>", "a noun against its number"),
        ("ar", "<p>414 800 مقاعد</p>", "a noun against its number"),
        ("ar", "<p>2 أماكن</p>", "a noun against its number"),
        ("ar", "<p>5 مكانا</p>", "a noun against its number"),
    ],
)
def test_a_bad_page_is_found(language, html, reason):
    found = page_faults(html, language, [], counted_nouns(language))
    assert found
    assert found[0].startswith(reason)


@pytest.mark.parametrize(
    "language, html",
    [
        ("ar", "<p>5 أماكن، 12 مكانا، 100 مكان</p><p lang='fr'>Votre place</p>"),
        ("fr", "<p>1 place, 2 places</p><p>21</p><p>places</p>"),
        ("en", "<p>1 document, 21 documents</p><time>2026-12-31</time>"),
    ],
)
def test_a_good_page_is_left_in_peace(language, html):
    assert page_faults(html, language, [], counted_nouns(language)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_pages_speak_one_language(client, world, language):  # noqa: F811
    prefix, data, wrong = "" if language == "ar" else f"/{language}", data_values(), {}
    nouns = counted_nouns(language)
    pages = [(path, None, {}) for path, _sentence in PUBLIC if path not in {"/_ui/"}]
    for path, _capability, right, _wrong in DESK:
        if not path.endswith((".pdf", ".xlsx", "/proof/")):
            pages.append((address(path, world), right, {}))
    users = {}
    for path, role, _here in pages:
        if role:
            scope = {"area": "fes-meknes"} if role in {"counsellor", "head"} else {"centre": "ismss-meknes"}
            scope = {} if role in {"national", "auditor", "regional"} else scope
            if role not in users:
                users[role] = make_user(f"{role}@example.org", role, **scope)
            client.force_login(users[role])
        for fault in page_faults(client.get(f"{prefix}{path}").content.decode(), language, data, nouns):
            wrong.setdefault(fault, path)
    assert wrong == {}
