"""The repository tests itself: what the house promises and a machine can enforce."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from benchmarks.house import BANNED, bound_names
from takwin.accounts import roles
from takwin.core.choices import TONES, Reasons, States
from takwin.core.contexts import contexts, navigation, verbs
from takwin.ui.forms import ServiceForm

ROOT = settings.BASE_DIR
OURS = [app for app in apps.get_app_configs() if app.name.startswith("takwin.")]
PYTHON = [p for p in (ROOT / "takwin").rglob("*.py") if "migrations" not in p.parts]
SIDES = "ml|mr|pl|pr|left|right|text-left|text-right|float-left|float-right|border-l|border-r|rounded-l|rounded-r"
PHYSICAL = re.compile(rf"(?:[a-z-]+:)?-?(?:{SIDES})(?:-.+)?")
TEMPLATES = sorted((ROOT / "takwin").rglob("templates/**/*.html"))


def import_everything():
    for path in PYTHON:
        # wsgi.py starts a server, which reads the canary of its keys in the database.
        if "tests" not in path.parts and path.name != "wsgi.py":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def leaves(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


def test_every_address_declares_a_known_capability():
    known = roles.every_capability() | {"public", "signed-in"}
    ours = [(path, view) for path, view in leaves(get_resolver().url_patterns) if view.__module__.startswith("takwin")]
    assert len(ours) > 50
    for path, view in ours:
        assert getattr(view, "capability", None) in known, f"{path} declares no capability"


def test_a_page_that_asks_for_itself_again_and_again_says_so():
    """Else it keeps the session of a desk left alone open for ever."""
    views = [
        (path, view) for path, view in leaves(get_resolver().url_patterns) if view.__module__.startswith("takwin")
    ]
    polled, reloaded = set(), set()
    for template in TEMPLATES:
        text = template.read_text()
        polled |= set(re.findall(r"data-poll=\"{% url '([\w:]+)'", text))
        polled |= set(re.findall(r"{% url '([\w:]+)' [^%]*as poll %}", text))
        if (
            "data-refresh" in text
            or 'http-equiv="refresh"' in text
            or re.search(r'hx-trigger="[^"]*(every|load)', text)
        ):
            reloaded.add(f"{template.parent.name}/{template.name}")
    assert len(polled) >= 3
    assert reloaded
    names = {pattern.lookup_str: pattern for pattern in _patterns(get_resolver().url_patterns)}
    for name in polled:
        app, _colon, leaf = name.partition(":")
        found = [p.callback for p in names.values() if p.name == leaf and f"takwin.{app}." in p.lookup_str]
        assert found, name
        assert all(view.unattended for view in found), name
    for template in reloaded:
        shown_by = [view for _path, view in views if f'"{template}"' in inspect.getsource(inspect.unwrap(view))]
        assert shown_by, template
        assert all(view.unattended for view in shown_by), template


def _patterns(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


# What signs, publishes, closes for a nation, or gives keys and roles: called by a view, it wants a proof asked again.
BINDING = {
    ".accept_withdrawal", ".ask_withdrawal", ".close_answers", ".close_applications", ".publish_rates",
    ".publish_results", ".reopen_applications", ".revoke", ".rotate_key", ".sign", ".start_issue",
    ".start_publication",
}  # fmt: skip


def test_what_binds_others_asks_for_a_proof_again():
    pages = {id(inspect.unwrap(view)): view for _path, view in leaves(get_resolver().url_patterns)}
    asking = {path for path, view in leaves(get_resolver().url_patterns) if getattr(view, "prove", False)}
    for part in ("/sign/", "/publish/", "/juries/", "/diplomas/", "/keys/", "/roles/", "/draw", "/waves/"):
        assert any(part in f"/{path}" for path in asking), (part, sorted(asking))
    modules = {inspect.getmodule(inspect.unwrap(view)) for view in pages.values()}
    found, faults = 0, []
    for module in modules:
        if not module.__name__.startswith("takwin"):
            continue
        functions = {
            name: f for name, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__
        }
        calls = {name: _called(inspect.unwrap(f)) for name, f in functions.items()}
        for name, function in functions.items():
            if id(inspect.unwrap(function)) not in pages:
                continue
            reached = set(calls[name])
            for helper in calls[name] & set(calls):
                reached |= calls[helper]
            if reached & BINDING:
                found += 1
                if not getattr(pages[id(inspect.unwrap(function))], "prove", False):
                    faults.append((module.__name__, name, sorted(reached & BINDING)))
    assert faults == []
    assert found >= 7  # those of juries and of one diploma go through a table of moves


def _called(function):
    """Names that a function takes from its module, and those it takes from `services` and `tasks`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    owned = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    names = {f".{node.attr}" for node in owned if node.value.id in {"services", "tasks"}}
    return names | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_every_capability_is_used_by_a_page_or_a_button():
    text = "".join(p.read_text() for p in PYTHON if p.name != "context.py") + "".join(p.read_text() for p in TEMPLATES)
    assert [c for c in sorted(roles.every_capability()) if f'"{c}"' not in text] == []


NAVIGATION = {
    "web/templates/web/desk.html", "admissions/waiting.py", "offer/waiting.py", "accounts/models.py",
    "ui/templatetags/ui.py",
}  # fmt: skip


def test_a_capability_is_asked_with_its_row_but_in_menus():
    """`holds_anywhere` forgets where: a guard that used it would lend one grant the reach of another."""
    root, faults = ROOT / "takwin", []
    for path in [*PYTHON, *TEMPLATES]:
        name = str(path.relative_to(root))
        if "tests" in path.parts:
            continue
        text = path.read_text()
        if "holds_anywhere" in text and name not in NAVIGATION:
            faults.append((name, "holds_anywhere"))
        if "user|can:" in text:
            faults.append((name, "can without a row"))
        for node in ast.walk(ast.parse(text)) if path.suffix == ".py" else ():
            asked = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "can"
            if asked and len(node.args) != 2:
                faults.append((name, node.lineno))
    assert faults == []


def test_form_fields_are_arguments_of_their_service():
    import_everything()

    def below(form):
        for child in form.__subclasses__():
            yield child
            yield from below(child)

    forms = [form for form in below(ServiceForm) if hasattr(form, "service")]
    assert len(forms) >= 10
    for form in forms:
        parameters = inspect.signature(form.service).parameters
        if any(p.kind == p.VAR_KEYWORD for p in parameters.values()):
            # `start` hands identity on to `register`: its fields are that service's arguments.
            from takwin.people.services import register

            parameters = parameters | inspect.signature(register).parameters
        assert set(form.base_fields) <= set(parameters), form


def test_what_people_type_is_read_in_one_place():
    """Numbers and days by `core`, fields by `ui.fields`: `²` passes `isdigit()`, `int()` of 5,000 digits raises."""
    typed, found = {"views", "forms", "views.py", "forms.py", "api"}, []
    for path in PYTHON:
        short = path.relative_to(ROOT)
        if {"tests", "simulation", "engines"} & set(path.parts) or path.match("ui/fields.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            where = f"{short}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Attribute) and node.attr in {"isdigit", "isnumeric"}:
                found.append(f"{where} {node.attr}")
            names = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
            if names and (node.module == "django.forms" or (node.module == "django" and "forms" in names)):
                found.append(f"{where} takwin.ui.fields has Django's forms with our fields")
            if isinstance(node, ast.Call) and typed & set(short.parts):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                text = ast.unparse(node.args[0]) if node.args else ""
                read = name == "int" and ("request" in text or (text.isidentifier() and text != "pk"))
                if read or name in {"float", "Decimal", "fromisoformat", "strptime"}:
                    found.append(f"{where} {name}()")
    assert found == []


def test_each_state_has_a_label_and_a_colour():
    import_everything()
    assert len(States.__subclasses__()) >= 9
    for table in States.__subclasses__():
        for state in table:
            assert state.tone in TONES
            assert str(state.label).strip()


class FivesForAll(dict):
    """Facts of any name, each 5."""

    def __missing__(self, name: str) -> int:
        return 5


def test_each_reason_is_a_sentence():
    import_everything()
    for table in Reasons.__subclasses__():
        for reason in table:
            # A sentence with a count has no form before it is filled.
            assert re.search(r"[.%a-z)\d]$", str(reason.label) or str(reason.label % FivesForAll())), reason


def test_every_verb_of_the_journal_has_words():
    written = set()
    for path in PYTHON:
        written |= set(re.findall(r'(?:change|create|journal)\(\s*[\w.]+,\s*"(\w+)"', path.read_text()))
    assert len(written) > 15
    assert written <= set(verbs())


def test_a_verb_and_a_capability_have_one_owner():
    for kind in ("verbs", "capabilities"):
        names = [name for context in contexts() for name in getattr(context, kind)]
        assert sorted(names) == sorted(set(names)), kind


def test_each_line_of_the_desk_is_a_page_that_its_capability_opens():
    """A line that leads to a refusal, or to nothing, is worse than none."""
    assert len(navigation()) >= 10
    for _section, entries in navigation():
        for entry in entries:
            view = resolve(reverse(entry.url)).func
            carriers = roles.roles_with(entry.capability)
            assert carriers, entry
            assert carriers <= roles.roles_with(view.capability), entry


@pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
def test_a_context_says_what_it_is(app):
    text = (Path(app.path) / "__init__.py").read_text()
    assert "Words:" in text
    assert len(ast.get_docstring(ast.parse(text)).splitlines()) >= 3


def test_no_folder_is_empty():
    empty = [
        d for d in (ROOT / "takwin").rglob("*") if d.is_dir() and d.name != "__pycache__" and not any(d.rglob("*.*"))
    ]
    assert empty == []


# Single tags and attributes that cannot be broken: a string with a % is another string for `blocktranslate`, and
# djangofmt writes a list of types on one line.
LONG_LINES = (
    '{% translate "Law 12-00, article 3: at least 80 %',
    '{% translate "Across: requests a seat. Up: insertion, with its 95 %',
    'accept=".pdf, .json, .png,',
)


def test_no_name_is_a_riddle():
    """`told`, `one`, `way`…: whoever reads must ask what it holds. `tell` of Python's own file protocol may stay."""
    paths = [*PYTHON, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name in bound_names(ast.parse(path.read_text()))
        if name in BANNED and (path.name, name) != ("storage.py", "tell")
    ]
    assert found == []


def test_what_is_looked_up_is_named_with_its_selector():
    """`or_404(read, scope, ref)`: a lambda around it says the same twice, and loses its types."""
    assert [str(path) for path in PYTHON if "or_404(lambda" in path.read_text()] == []


class TestSizes:
    def test_files(self):
        fat = {}
        for path in [*PYTHON, *(ROOT / "tests").rglob("*.py")]:
            limit = 600 if "tests" in path.parts else 400
            lines = len(path.read_text().splitlines())
            if lines > limit:
                fat[str(path.relative_to(ROOT))] = lines
        assert fat == {}

    def test_functions(self):
        fat = {}
        for path in PYTHON:
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.FunctionDef):
                    continue
                # Code is counted, not the docstring: shapes, units and errors take as many lines as they need.
                words = node.body[0].end_lineno - node.body[0].lineno if ast.get_docstring(node) else 0
                if (lines := node.end_lineno - node.lineno + 1 - words) > 42:
                    fat[f"{path.relative_to(ROOT)}:{node.name}"] = lines
        assert fat == {}

    def test_templates(self):
        assert [p.name for p in TEMPLATES if len(p.read_text().splitlines()) > 250] == []

    def test_lines_of_templates_and_of_the_stylesheet(self):
        sheet = ROOT / "takwin/ui/css/app.css"
        long = {
            (p.name, line.strip())
            for p in [*TEMPLATES, sheet]
            for line in p.read_text().splitlines()
            if len(line) > 120
        }
        broken = {(name, line) for name, line in long if not any(line.startswith(start) for start in LONG_LINES)}
        assert broken == set()
        assert [start for start in LONG_LINES if not any(line.startswith(start) for _name, line in long)] == []

    def test_templates_are_laid_out(self):
        done = subprocess.run(
            [sys.executable, "bin/_templates.py", "--check"], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


OF_ALLAUTH = ("allauth/", "account/", "mfa/", "usersessions/")  # named by its code


class TestTemplates:
    def test_none_is_unused(self):
        text = "".join(p.read_text() for p in PYTHON) + "".join(p.read_text() for p in TEMPLATES)
        for path in TEMPLATES:
            name = str(path).split("/templates/")[1]
            if name.startswith("cotton/"):
                tag = f"<c-{path.stem.replace('_', '-')}"
                assert re.search(re.escape(tag) + r"[\s/>]", text), f"{name} is unused"
            elif not name.startswith(("allauth/", "account/", "mfa/", "usersessions/")) and not re.fullmatch(
                r"\d{3}\.html", name
            ):
                assert name in text, f"{name} is unused"

    def test_components_stay_few(self):
        assert len([p for p in TEMPLATES if "cotton" in p.parts]) <= 25

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p).split("/templates/")[1])
    def test_nothing_inline_and_nothing_physical(self, path):
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
        assert not re.search(r"\sstyle=|<style", text), "inline style"
        assert not re.search(r"\son[a-z]+=", text), "inline handler"
        for found in re.findall(r'class="([^"]*)"', text):
            physical = [
                word for word in re.split(r"\s+", found)
                if re.fullmatch(PHYSICAL, word)
            ]  # fmt: skip
            assert physical == [], f"{physical}: use ms-, me-, ps-, pe-, start, end"

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p).split("/templates/")[1])
    def test_a_number_is_typed_in_any_digits(self, path):
        # A browser refuses ١٥ in `type=number`; the server reads it.
        assert 'type="number"' not in path.read_text()

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p).split("/templates/")[1])
    def test_a_time_is_not_broken_within(self, path):
        # `break-all` is for digests: what holds a time must not have it.
        held = r"<(\w+)\b[^>]*break-all[^>]*>(?:(?!</\1>).)*\|(?:moment|day|weekday|date)\b"
        assert not re.search(held, path.read_text(), flags=re.S)

    def test_the_stylesheet_knows_no_left_and_no_right(self):
        text = (ROOT / "takwin/ui/css/app.css").read_text()
        rules = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        assert re.findall(r"(?:margin|padding|border|inset)?-?\b(?:left|right)\b\s*:", rules) == []
        assert re.findall(r"text-align:\s*(?:left|right)", rules) == []


class TestCatalogues:
    @pytest.fixture(scope="class")
    @staticmethod
    def extracted(tmp_path_factory):
        """The strings of the code as they are now, drawn in a copy of the tree."""
        copy = tmp_path_factory.mktemp("tree")
        shutil.copytree(ROOT / "takwin", copy / "takwin", ignore=shutil.ignore_patterns("__pycache__", "static"))
        shutil.copy(ROOT / "manage.py", copy)
        for code in ("ar", "fr"):
            (copy / "locale" / code / "LC_MESSAGES").mkdir(parents=True)
        command = [sys.executable, "manage.py", "makemessages", "-l", "ar", "-l", "fr", "--no-location", "--no-wrap"]
        subprocess.run(
            command,
            cwd=copy,
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(copy)},
        )
        return copy / "locale"

    @pytest.mark.parametrize("code", ["ar", "fr"])
    def test_every_string_is_translated(self, extracted, code):
        wanted = {m.id for m in read_po((extracted / code / "LC_MESSAGES/django.po").open("rb")) if m.id}
        have = {m.id: m for m in read_po((ROOT / f"locale/{code}/LC_MESSAGES/django.po").open("rb")) if m.id}
        assert len(wanted) > 500
        assert sorted(map(str, wanted - set(have))) == []
        assert sorted(map(str, set(have) - wanted)) == []
        for key, message in have.items():
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(forms), key
            assert not message.fuzzy, key
            assert len(forms) == (1 if isinstance(key, str) else {"ar": 6, "fr": 2}[code])

    @pytest.mark.parametrize("code", ["ar", "fr"])
    def test_placeholders_survive_translation(self, code):
        for message in read_po((ROOT / f"locale/{code}/LC_MESSAGES/django.po").open("rb")):
            if not message.id or not isinstance(message.id, str):
                continue
            find = re.compile(r"%\((\w+)\)s")
            assert set(find.findall(message.id)) == set(find.findall(message.string)), message.id

    def test_arabic_is_arabic(self):
        for message in read_po((ROOT / "locale/ar/LC_MESSAGES/django.po").open("rb")):
            for text in message.string if isinstance(message.string, tuple) else (message.string,):
                if message.id and len(str(message.id)) > 8 and not str(message.id).startswith(("%(", "m²")):
                    assert re.search("[\u0600-\u06ff]", text), message.id


def test_the_layers_hold():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.django_db
def test_no_migration_is_missing():
    from io import StringIO

    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_the_vendored_files_are_listed_with_their_digests():
    import hashlib
    import json

    listed = json.loads((ROOT / "vendor/vendor.json").read_text())
    named = {path: digest for entry in listed for path, digest in entry["files"].items()}
    assert all(entry["licence"] for entry in listed)
    for path, digest in named.items():
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, path
    # Nothing lies beside them that nobody has listed.
    static, ours = ROOT / "takwin/ui/static/ui", ("favicon.svg", "star.svg")
    others = [
        f for f in (ROOT / "vendor").rglob("*.*") if f.parent != ROOT / "vendor" and "__pycache__" not in f.parts
    ]
    others += [
        f for kind in ("*.woff2", "*.svg", "*.min.js", "*.prod.js") for f in static.rglob(kind) if f.name not in ours
    ]
    assert [str(f.relative_to(ROOT)) for f in others if str(f.relative_to(ROOT)) not in named] == []
