"""Strangers' HTML as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.sanitizer import MAX_CHARACTERS, links_in, plain_text

TEXTS = {
    "": "",
    "Plain &amp; simple, p < 0.05": "Plain & simple, p < 0.05",
    "line\r\nnext\n\nparagraph": "line\nnext\n\nparagraph",
    "<p>One <b>bold</b>\nword</p><p>Two</p>": "One bold word\n\nTwo",
    "a<br>b<br/><br/>c": "a\nb\n\nc",
    "<ul><li>x</li><li></li><li>y</li></ul>z": "• x\n• y\n\nz",
    "<table><tr><td>1</td><td>2</td></tr><tr><th>3</th></table>": "1 2\n3",
    "<pre>a\nb</pre>": "a\nb",
    "safe<script>alert(1)</script> <style>p {}</style><iframe src=x>y</iframe>text": "safe text",
    "<!-- hidden --><?php x ?>shown": "shown",
    "<title>t</title><p onclick='x'>body</p>": "body",
    "nul\x00 and \x0bold": "nul and old",
    "<!-- only a comment -->": "",
}


@pytest.mark.parametrize(("markup", "expected"), TEXTS.items())
def test_html_becomes_paragraphs_of_text(markup, expected):
    assert plain_text(markup) == expected


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 50_000 + "deep",
        "<div></b>" * 50_000 + "deep",
        "<b><p>" * 5_000 + "deep",
        "<ul><li>" * 120 + "deep",
    ],
    ids=["nested", "disguised", "formatting", "lists"],
)
def test_text_is_read_however_deep_its_elements_nest(markup):
    assert "<" not in plain_text(markup)


def test_a_tag_without_end_is_left_out():
    attributes = " ".join(f"a{n}=1" for n in range(20_000))
    assert plain_text(f"a<p {attributes}>b") == "a b"


def test_a_page_without_end_is_cut():
    assert len(plain_text("x" * 20_000_000)) == MAX_CHARACTERS


def test_links_come_in_order_as_written():
    assert links_in("<p><a href='/a'>x</a><a name=n>y</a><a href=' b '>z</a></p>") == ("/a", " b ")
    assert links_in("no markup") == ()
    assert links_in("<!-- nothing -->") == ()


@given(st.text(alphabet="<>/abpdivlscript =\"'&;!-\n\x00", max_size=200))
@settings(max_examples=150)
def test_any_markup_ends_in_text(markup):
    assert "\x00" not in plain_text(markup)
