"""How texts get shorter."""

from __future__ import annotations

import pytest

from newsletter.rendering.truncation import FULL, TextLimits, fit_note, fit_title

NOTE = "First **part** here.\n\nSecond [part](https://a.example/) with more words.\n\nThird."


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            None,
            "First part here.\n\nSecond part with more words.\npart:\nhttps://a.example/\n\nThird.",
        ),
        (
            100,
            "First part here.\n\nSecond part with more words.\npart:\nhttps://a.example/\n\nThird.",
        ),
        (8, "First part here.\n\nSecond part with more words.\npart:\nhttps://a.example/"),
        (3, "First part here."),
        (2, "First part …"),
        (0, ""),
    ],
)
def test_a_note_loses_its_last_paragraphs_first(words, text):
    assert (
        fit_note(NOTE, TextLimits(note_words=words), heading=4, image_hosts=(), marker=None).text
        == text
    )


@pytest.mark.parametrize(
    ("limit", "title"),
    [(None, "One two three"), (13, "One two three"), (10, "One two …"), (2, "On …")],
)
def test_a_title_is_cut_behind_a_word(limit, title):
    assert fit_title("One two three", TextLimits(title_characters=limit)) == title


def test_a_full_mail_shortens_no_note():
    assert FULL.note_words is None
