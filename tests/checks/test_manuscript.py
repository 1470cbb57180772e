import dataclasses

import pytest
from support.specimen import ISSUE, PAPER, changed, context, findings, message, page, where

from newsletter.model import Severity


def letter(words):
    return context(dataclasses.replace(ISSUE, letter=words))


@pytest.mark.parametrize(
    "words", ["<script>x()</script>", '<iframe src="x">', "<FORM action=x>", "A <input/> here"]
)
def test_forbidden_html_in_a_text_is_found(words):
    assert where(letter(words), "text-has-forbidden-html") == ["letter"]
    assert findings(letter(words), "text-has-forbidden-html")[0].severity is Severity.ERROR
    assert where(letter(words), "text-has-html") == []


@pytest.mark.parametrize("words", ["<b>bold</b>", "one<br>two", '<a href="https://x.org">x</a>'])
def test_other_html_in_a_text_is_printed(words):
    assert where(letter(words), "text-has-html") == ["letter"]
    assert where(letter(words), "text-has-forbidden-html") == []


@pytest.mark.parametrize(
    "words",
    ["p < 0.05 and n > 3", "a<b and b>c", "<https://x.org>", "<ann@example.org>", "I <3 you"],
)
def test_what_only_looks_like_html_is_left_alone(words):
    assert where(letter(words), "text-has-html") == []


@pytest.mark.parametrize(
    "href", ["walk.html", "/walk", "//x.org/a", "javascript:alert(1)", "www.x.org", ""]
)
def test_a_link_that_leads_nowhere_is_found(href):
    assert where(letter(f"See [the walk]({href})."), "text-link-broken") == ["letter"]


@pytest.mark.parametrize(
    "href",
    ["https://x.org/a_(b)", "http://x.org", "mailto:a@x.org", "tel:1", '<https://x.org> "x"'],
)
def test_a_whole_address_is_left_alone(href):
    assert where(letter(f"See [the walk]({href})."), "text-link-broken") == []


def test_a_picture_says_what_it_shows():
    assert where(letter("![](https://www.example.org/a.png)"), "text-picture-mute") == ["letter"]
    assert where(letter("![A dog](https://www.example.org/a.png)"), "text-picture-mute") == []


def test_a_picture_that_is_marked_as_an_ornament_may_be_without_words():
    assert (
        where(letter('![](https://www.example.org/a.png "300 ornament")'), "text-picture-mute")
        == []
    )
    assert where(letter('![](https://www.example.org/a.png "300")'), "text-picture-mute") == [
        "letter"
    ]


def test_a_picture_beside_the_issue_must_be_there():
    words = "![Snow](pictures/ab12.jpg)"
    assert where(letter(words), "text-picture-missing") == []  # nobody looked
    assert where(
        dataclasses.replace(letter(words), pictures=frozenset()), "text-picture-missing"
    ) == ["letter"]
    there = dataclasses.replace(letter(words), pictures=frozenset({"pictures/ab12.jpg"}))
    assert where(there, "text-picture-missing") == []


def test_a_picture_beside_the_issue_is_shown_where_there_is_a_public_page():
    html = page(
        extra='<img src="https://news.example.org/issues/2026-12/pictures/ab12.jpg" alt="Snow" width="576">'
    )
    shown = dataclasses.replace(letter("![Snow](pictures/ab12.jpg)"), html=html)
    assert where(shown, "text-picture-left-out") == []
    left_out = findings(letter("![Snow](pictures/ab12.jpg)"), "text-picture-left-out")[0]
    assert left_out.message == "The picture pictures/ab12.jpg is left out: readers cannot fetch it."
    assert "public page" in left_out.remedy


def test_a_picture_that_is_not_on_the_page_is_left_out():
    said = message(changed(PAPER, note="![A dog](https://dogs.com/a.png)"), "text-picture-left-out")
    assert said == "The picture https://dogs.com/a.png is left out."
    html = page(extra='<img src="https://www.example.org/a.png" alt="A dog" width="400">')
    given = dataclasses.replace(letter('![A dog](http://www.example.org/a.png "400")'), html=html)
    assert where(given, "text-picture-left-out") == []


def test_a_generic_link_of_a_text_is_told_at_the_text():
    html = page(extra='<a href="https://x.org/a">click here</a>')
    given = dataclasses.replace(letter("To come [click here](http://x.org/a)."), html=html)
    assert where(given, "link-text-generic") == ["letter"]
