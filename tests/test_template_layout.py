"""The layout of templates (`bin/_templates.py`): it may move what nobody sees, and nothing else."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from django.template import Context, Engine

from benchmarks.same_pages import lines_of
from bin._templates import format_templates, open_template, read_tokens, shorten_translations

ENGINE = Engine(builtins=["django.templatetags.i18n"], autoescape=True)
INLINE, BLOCK = ("a", "b", "span", "bdi", "strong", "em"), ("div", "section", "li", "td", "h2")


def lay_out(source: str) -> str:
    return format_templates({Path("page"): source})[Path("page")]


def shown(source: str, **context: object) -> list[str]:
    return lines_of(ENGINE.from_string(source).render(Context(context)))[0]


class Maker:
    """Templates drawn by chance: nested tags, blocks and inline elements, with a space here and none there."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def space(self) -> str:
        return self.random.choice(["", "", "", " ", "\n  "])

    def word(self) -> str:
        return self.random.choice(["one", "of two", "{{ x }}", "{{ empty }}", "·", "<br>", "{# note #}", "(", "é،"])

    def draw(self, depth: int) -> str:
        kind = self.random.choice(["word", "word", "inline", "block", "if", "else", "elif", "for", "empty", "hidden"])
        if depth == 0 or kind == "word":
            return self.word()
        if kind == "hidden":
            return '<input type="hidden" name="n" value="v">'
        if kind in ("inline", "block"):
            name = self.random.choice(INLINE if kind == "inline" else BLOCK)
            more = self.random.choice(
                ["", ' class="flex"', ' class="is-good{% if p %} x{% endif %}"', ' title="a > b"']
            )
            return f"<{name}{more}>{self.several(depth)}</{name}>"
        condition = self.random.choice("pq")
        if kind in ("for", "empty"):
            otherwise = "{% empty %}" + self.several(depth) if kind == "empty" else ""
            return "{% for x in rows_" + condition + " %}" + self.several(depth) + otherwise + "{% endfor %}"
        other = "p" if condition == "q" else "q"
        middle = "{% elif " + other + " %}" + self.several(depth) if kind == "elif" else ""
        end = "{% else %}" + self.several(depth) if kind != "if" else ""
        return "{% if " + condition + " %}" + self.several(depth) + middle + end + "{% endif %}"

    def several(self, depth: int) -> str:
        count = self.random.randint(1, 4)
        return self.space() + "".join(self.draw(depth - 1) + self.space() for _ in range(count))


class TestWhatIsShown:
    @pytest.fixture(scope="class")
    @staticmethod
    def drawn():
        sources = {Path(str(seed)): f"<main>{Maker(seed).several(4)}</main>" for seed in range(400)}
        return sources, format_templates(sources)

    def test_it_is_the_same_on_every_path_through_400_drawn_templates(self, drawn):
        sources, laid = drawn
        changed = 0
        for path, source in sources.items():
            for p, q in product([True, False], repeat=2):
                context = {
                    "p": p,
                    "q": q,
                    "x": "X",
                    "empty": "",
                    "rows_p": "ab" if p else "",
                    "rows_q": "a" if q else "",
                }
                assert shown(source, **context) == shown(laid[path], **context), f"{source}\n---\n{laid[path]}"
            changed += source != laid[path]
        assert changed > 300

    def test_what_was_laid_out_stays_as_it_is(self, drawn):
        _sources, laid = drawn
        assert format_templates(laid) == laid

    def test_opening_alone_moves_nothing_that_is_seen(self, drawn):
        sources, _laid = drawn
        for source in sources.values():
            for p, q in product([True, False], repeat=2):
                context = {
                    "p": p,
                    "q": q,
                    "x": "X",
                    "empty": "",
                    "rows_p": "ab" if p else "",
                    "rows_q": "a" if q else "",
                }
                assert shown(source, **context) == shown(open_template(source), **context), source


class TestOpening:
    def test_a_row_in_a_loop_stands_on_lines_of_its_own(self):
        source = "<table><tbody>{% for x in rows %}<tr><td>{{ x }}</td></tr>{% endfor %}</tbody></table>"
        assert lay_out(source).splitlines() == [
            "<table>", "  <tbody>", "    {% for x in rows %}", "      <tr>", "        <td>{{ x }}</td>", "      </tr>",
            "    {% endfor %}", "  </tbody>", "</table>",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "source",
        [
            "<p>{{ a }}{% if b %}<b>{{ b }}</b>{% endif %}{{ c }}</p>",
            '<p>a<a href="x">{% if b %}' + "c" * 120 + "{% endif %}</a>b</p>",
            "<p>({% for x in rows %}<i>{{ x }}</i>{% endfor %})</p>",
        ],
    )
    def test_no_space_comes_between_inline_elements(self, source):
        assert open_template(source) == source

    def test_a_space_that_follows_on_one_path_only_is_not_enough(self):
        # Without `q`, a newline before the first `endif` would part "a" from "b".
        source = "<p>{% if p %}<b>" + "a" * 100 + "</b>{% endif %}{% if q %} c{% endif %}b</p>"
        assert "</b>{% endif %}{% if q %}" in open_template(source)

    @pytest.mark.parametrize("tag", ["pre", "textarea", "script", "style"])
    def test_what_keeps_its_white_space_is_kept(self, tag):
        body = f"<{tag}>\n a\n\n   <b>{{{{ x }}}}</b>  {{% if q %}}z{{% endif %}}\n</{tag}>"
        source = f"<div>{{% if p %}}{body}{{% endif %}}</div>"
        assert body in open_template(source)
        if tag in ("pre", "textarea"):
            assert shown(source, p=1, x="X", q=1) == shown(lay_out(source), p=1, x="X", q=1)

    def test_text_shown_with_its_newlines_gets_none(self):
        source = '<ul><li class="whitespace-pre-line">{% if p %}' + "x" * 120 + "{% endif %}</li></ul>"
        assert '<li class="whitespace-pre-line">{% if p %}x' in open_template(source)

    def test_a_sign_in_quotes_ends_no_element(self):
        source = '<a title="a > b" data-x="{% if a > 2 %}>{% endif %}">x</a>'
        tokens = read_tokens(source)
        assert [token.kind for token in tokens] == ["open", "text", "close"]
        assert "".join(token.text for token in tokens) == source

    @pytest.mark.parametrize("source", ["<p", '<a href="x>y</a>', "<pre>x", "{% blocktranslate %}x"])
    def test_what_is_never_closed_is_named(self, source):
        with pytest.raises(ValueError, match="never closed|is missing"):
            open_template(source)


class TestTranslations:
    LONG = (
        "Where everything you can do stands in one sentence, and this sentence is longer than a line of a file may be."
    )

    def test_a_long_string_is_put_on_a_line_of_its_own(self):
        found = lay_out('<p class="muted">{% translate "' + self.LONG + '" %}</p>')
        assert "{% blocktranslate trimmed %}" in found
        assert max(len(line) for line in found.splitlines()) <= 120
        assert shown(found) == shown('<p class="muted">' + self.LONG + "</p>")

    @pytest.mark.parametrize(
        "words", ["95 % of " + LONG, LONG.replace("sentence,", "sentence,  "), LONG + " {{ x }}", "Short."]
    )
    def test_a_string_that_would_be_another_stays(self, words):
        source = f'<p class="muted">{{% translate "{words}" %}}</p>'
        assert shorten_translations(source) == source

    def test_the_catalogue_is_asked_for_the_same_strings(self):
        source = (
            "<p>{% blocktranslate trimmed count n=rows with number=rows %}" + self.LONG + " {{ number }}{% plural %}"
            "Two: " + self.LONG + " {{ number }}{% endblocktranslate %}</p>"
        )
        for rows in (1, 2):
            assert shown(source, rows=rows) == shown(lay_out(source), rows=rows)

    def test_without_trimmed_not_a_sign_is_moved(self):
        source = "<p>{% blocktranslate %}" + self.LONG + "\n   and  more {{ x }} {% endblocktranslate %}</p>"
        assert source[3:-4] in lay_out(source)


class TestComparing:
    @pytest.mark.parametrize(
        ("page", "other"),
        [
            ("<p><a>a</a> <a>b</a></p>", "<p><a>a</a><a>b</a></p>"),
            ("<p>a<b> b</b></p>", "<p>a<b>b</b></p>"),
            ("<pre>a\n b</pre>", "<pre>a\nb</pre>"),
            ('<p title="a b">x</p>', '<p title="ab">x</p>'),
            ("<p>a</p>", "<p>a</p><p></p>"),
        ],
    )
    def test_what_a_reader_sees_differs(self, page, other):
        assert lines_of(page)[0] != lines_of(other)[0]

    @pytest.mark.parametrize(
        ("page", "other"),
        [
            ("<div><p>a  b</p> <p>c</p></div>", "<div>\n<p>\na\nb</p><p>c\n</p>\n</div>"),
            ('<div class="flex"><a>a</a> <b>b</b></div>', '<div class="flex"><a>a</a><b>b</b></div>'),
            ('<p>a <input type="hidden"> b</p>', '<p>a<input type="hidden"> b</p>'),
            ('<input type="hidden" name="form_key" value="a">', '<input type="hidden" name="form_key" value="b">'),
        ],
    )
    def test_what_no_reader_sees_is_the_same(self, page, other):
        assert lines_of(page)[0] == lines_of(other)[0]
