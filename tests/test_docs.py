"""A page that names its evidence must not rot: every test and file that the security pages name is there."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
PAGES = ("docs/security.md", "docs/asvs.md")
# `takwin/core/tests/test_keys.py::test_x`, and several of one file: `tests/test_keys.py::test_x, test_y`
TESTS = re.compile(r"`([\w/]+\.py)::(test_\w+(?:, test_\w+)*)`")
FILES = re.compile(r"`((?:takwin|tests|docs|bin|data)/[\w/.-]+\.\w+)(?:::\w+)?`")


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_test_it_names_exists(page):
    named = [(path, name) for path, names in TESTS.findall(text_of(page)) for name in names.split(", ")]
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file()
        or not re.search(rf"^\s*def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M)
    ]
    assert not missing, "\n".join(missing)
    assert len(named) > 30
    assert text_of(page).count("::test_") == len(TESTS.findall(text_of(page))), "a test is named in another form"


LEADING = (*PAGES, "docs/tour.md", "docs/testing.md", "docs/README.md", "README.md", "CONTRIBUTING.md")


@pytest.mark.parametrize("page", LEADING)
def test_every_file_it_names_exists(page):
    missing = [path for path in FILES.findall(text_of(page)) if not (ROOT / path).exists()]
    assert not missing, "\n".join(missing)


def test_every_function_of_the_tour_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", text_of("docs/tour.md"))
    assert len(named) >= 10
    missing = [
        f"{path}::{name}" for path, name in named
        if not re.search(rf"^\s*def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M)
    ]  # fmt: skip
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("page", LEADING)
def test_every_page_it_leads_to_exists(page):
    """Relative links, and the headings they name in this folder's pages."""
    folder = (ROOT / page).parent
    for target, anchor in re.findall(r"\]\(([\w./-]+\.md)?(?:#([\w-]+))?\)", text_of(page)):
        path = folder / target if target else ROOT / page
        assert path.is_file(), target
        headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
        slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in slugs, anchor


def test_the_checklist_has_each_requirement_once():
    """OWASP ASVS 5.0.0 has 70 requirements of level 1 and 184 of level 2; none is passed over, none is there twice."""
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text_of("docs/asvs.md"), re.M)
    assert len({key for key, _level, _state in rows}) == len(rows)
    levels = [level for _key, level, _state in rows]
    assert (levels.count("1"), levels.count("2")) == (70, 184)
    assert {state for _key, _level, state in rows} <= {"met", "partly", "not met", "does not apply"}


def test_decisions_are_numbered_once_and_without_gaps():
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        assert page.read_text(encoding="utf-8").startswith(f"# {int(page.name[:4])}. "), page.name
