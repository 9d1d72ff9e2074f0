"""A refused form is found again in its page and filled with what was typed, whatever stands around it."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from takwin.ui.typed import refill

PAGE = """<!doctype html><html><body>
<form method="get"><input name="q" value="here"></form>
<form method="post"><input type="hidden" name="ref" value="A-1"><input name="mark" value="1"><button>ok</button></form>
<details class="tile"><summary>more</summary>
<form method="post"><input type="hidden" name="ref" value="B-2">
<label>Mark <input name="mark" value="2" maxlength="6"></label>
<select name="state"><option value="x" selected>X<option value="y">Y</option></select>
<label><input type="radio" name="call" value="in" checked>in</label>
<label><input type="radio" name="call" value="out">out</label>
<input type="checkbox" name="done" checked>
<textarea name="words">old &amp; kept</textarea><input name="locked" value="z" disabled>
<input type="password" name="secret"><button name="do" value="keep">ok</button></form></details>
<form method="post" action="/other/"><input name="mark"></form></body></html>"""


def post(text: str) -> QueryDict:
    return QueryDict(text)


def test_the_form_that_was_sent_is_filled_opened_and_marked_and_no_other():
    typed = post("ref=B-2&mark=1x&state=y&call=out&words=%3Cb%3E+%22new%22&secret=p&do=keep")
    page, left = refill(PAGE, typed, "/here/", {"mark": "who: not a mark"})
    assert left == []
    assert '<input type="hidden" name="ref" value="A-1"><input name="mark" value="1">' in page
    assert 'name="mark" value="1x" maxlength="6" aria-invalid="true" aria-describedby="fault-1" autofocus=""' in page
    assert '</label><span class="errors" id="fault-1" role="alert">who: not a mark</span>' in page
    assert '<option value="x">X<option value="y" selected="">Y' in page
    assert 'value="in">in' in page
    assert 'value="out" checked="">out' in page
    assert 'name="done">' in page
    assert "&lt;b&gt; &quot;new&quot;</textarea>" in page
    assert '<details class="tile" open>' in page
    assert 'name="secret">' in page
    assert "&amp; kept" not in page


def test_everything_else_of_the_page_stays_as_it_was():
    page, _left = refill(PAGE, post("ref=B-2&mark=2&state=x&call=in&done=on&words=old+%26+kept"), "/here/", {})
    plain = page.replace(" open>", ">").replace("\nold", "old")
    assert plain == PAGE.replace("checked>", 'checked="">').replace(" selected>", ' selected="">').replace(
        ' checked="">in', " checked>in"
    ).replace('name="done" checked="">', 'name="done" checked>').replace(' selected="">X', " selected>X")


@pytest.mark.parametrize("path", ["/other/", "/elsewhere/"])
def test_the_address_decides_and_what_has_no_form_is_handed_back(path):
    page, left = refill(
        PAGE.replace('<form method="post">', '<form method="get">'), post("mark=17&csrfmiddlewaretoken=t"), path, {}
    )
    assert (left == []) == (path == "/other/")
    assert ('value="17"' in page) == (path == "/other/")
    if path != "/other/":
        assert left == ["17"]


def test_cells_of_one_name_get_their_own_values_in_order():
    page = '<form method="post"><input name="a" value=""><input name="a" value=""></form>'
    filled, _left = refill(page, post("a=1&a=2"), "/", {})
    assert filled.index('value="1"') < filled.index('value="2"')


@given(st.text(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_text(value):
    """Read by a parser again, the cell says what was typed and the page has no new element."""
    from html.parser import HTMLParser

    found, tags = [], []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append(tag)
            found.extend(text for name, text in attrs if name == "value")

    page = "é\u2028\r\n" + '<form method="post"><p>é\n<input name="a" value=""></p></form>'
    typed = QueryDict(mutable=True)
    typed["a"] = value
    filled, _left = refill(page, typed, "/", {})
    Reader(convert_charrefs=True).feed(filled)
    assert found == [value]
    assert tags == ["form", "p", "input"]
