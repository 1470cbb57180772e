"""Lines of at most 72 columns, and sentences that end where they end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats.markup_text import one_line
from newsletter.rendering.text_layout import (
    beginning,
    cut,
    printable,
    sentences,
    tidy,
    wrap_text,
)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)
)
def test_wrapping_loses_nothing_and_breaks_no_word(text):
    lines = wrap_text(text).split("\n")
    printed = [word for line in lines for word in line.split(" ") if word]
    words = [word for word in text.split(" ") if word]
    assert "".join(printed) == "".join(words)
    if all(len(word) <= 72 for word in words):  # a longer one has to be broken somewhere
        assert printed == words
    assert all(len(line) <= 72 or " " not in line for line in lines)


def test_a_space_that_must_not_break_does_not_break():
    assert "6:00\u00a0PM" in wrap_text("x" * 66 + " 6:00\u00a0PM").split("\n")[1]


def test_indents_hang():
    assert wrap_text("aaa bbb ccc", indent="  ", first="- ", columns=6) == "- aaa\n  bbb\n  ccc"
    assert wrap_text("a\nb", indent=" ") == " a\n b"


def test_a_tidy_text_has_clean_ends():
    assert tidy("\n\na  \n\n\n\n\nb\t\n\n") == "a\n\n\nb\n"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("As e.g. in genes. Next.", ["As e.g. in genes.", "Next."]),
        ("By J. Smith et al. in May. Next.", ["By J. Smith et al. in May.", "Next."]),
        ('He said "yes." Then left.', ['He said "yes."', "Then left."]),
        ("A rate of 0.5 only.", ["A rate of 0.5 only."]),
        ("", []),
    ],
)
def test_sentences_end_where_they_end(text, parts):
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("words", "begun"),
    [
        (0, ""),
        (3, "One two three."),
        (4, "One two three."),
        (2, "One two …"),
        (6, "One two three. Four five six."),
        (9, "One two three. Four five six. Seven."),
    ],
)
def test_a_beginning_ends_with_a_sentence_where_it_can(words, begun):
    assert beginning("One two three. Four\n five six. Seven.", words) == begun


def test_a_cut_drops_a_comma_at_its_end():
    assert cut("one, two three", 1) == "one …"
    assert cut("one two", 2) == "one two"


def test_what_cannot_be_printed_is_left_out():
    assert printable("a\x00b\x1bc\ud800d\x85\ufffe") == "abcd"
    assert one_line(" a\x00\n\tb\u00a0 c ") == "a b c"


def test_a_word_longer_than_a_line_is_never_broken_before_a_combining_mark():
    accented = "e\u0301" * 60
    assert wrap_text(accented, columns=71).split("\n") == ["e\u0301" * 35, "e\u0301" * 25]
