import pytest
from support.specimen import PAPER, changed, context, findings, message, page, text, where

from newsletter.model import Severity


def with_text(extra):
    return context(text=text(extra=extra))


def test_the_text_part_says_something():
    assert where(context(text=" \n"), "text-empty") == ["text"]
    assert findings(context(text=""), "text-empty")[0].severity is Severity.ERROR
    assert where(context(), "text-empty") == []


def test_a_line_of_more_than_78_characters_is_found():
    given = with_text("word " * 16 + "\n" + "more " * 20)
    assert "has 79 characters, and 1 more:" in message(
        context(text="word " * 15 + "last" + "\n" + "more " * 20), "text-line-too-long"
    )
    assert where(given, "text-line-too-long") == ["text"]
    assert where(with_text("x " * 39), "text-line-too-long") == []


@pytest.mark.parametrize(
    "line", ["https://x.org/" + "a" * 1800, "  - https://x.org/" + "a" * 90, "  " + "ä" * 90]
)
def test_an_address_or_a_word_stays_whole(line):
    assert where(with_text(line), "text-line-too-long") == []


@pytest.mark.parametrize(
    "href",
    ["https://x.org/a?b=1&amp;c=2", "mailto:ask@example.org?subject=x", "tel:+1-303-555-0142"],
)
def test_a_link_of_the_page_is_in_the_text(href):
    html = page(extra=f'<a href="{href}">Programme</a><a href="{href}">Programme again</a>')
    assert where(context(html=html), "text-link-missing") == ["html"]
    said = "https://x.org/a?b=1&c=2\nask@example.org\n+1 (303) 555-0142"
    assert where(context(html=html, text=text(extra=said)), "text-link-missing") == []


def test_a_link_of_an_entry_is_told_at_the_entry():
    assert where(context(text=text().replace(PAPER.links[0], "")), "text-link-missing") == [
        PAPER.key
    ]


def test_a_place_in_the_page_is_no_link_for_the_text():
    assert where(context(html=page(extra='<a href="#x">Trials</a>')), "text-link-missing") == []


@pytest.mark.parametrize(
    "left", ["<b>bold</b>", "a<br>b", "Smith &amp; Sons", "one&nbsp;two", "\u034f\u2007\ufeff"]
)
def test_html_that_is_left_is_found(left):
    assert where(with_text(left), "text-markup-left") == ["text"]


def test_what_a_source_says_is_its_own():
    given = changed(PAPER, title="The tag <b> in p < 0.05 &lt; 1")
    assert where(given, "text-markup-left") == []
    assert where(with_text("1 < 2 and 3 > 2; AT&T"), "text-markup-left") == []
