"""Titles in the form of print."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.formats.markup_text import one_line
from newsletter.sources.titles import LONGEST, clean_title, shorten

TITLES = {
    "Effect of <i>TP53</i> &amp; H<sub>2</sub>O": "Effect of TP53 & H2O",
    "<p>One</p><p>Two</p>": "One Two",
    "Case 1<!-- hidden -->: <script>alert(1)</script>outcome": "Case 1: outcome",
    "&lt;b&gt;Bold&lt;/b&gt; &lt;i&gt;move&lt;/i&gt;": "Bold move",
    "History of the &lt;blink&gt; tag": "History of the <blink> tag",
    "&amp;amp; once": "&amp; once",
    "p <0.05 and >3": "p <0.05 and >3",
    "A\u00adb\u200b c\n d": "Ab c d",
    "[Uterine leiomyosarcoma: a case report].": "Uterine leiomyosarcoma: a case report",
    "[A [nested] title.]": "A [nested] title",
    "[Retracted] A study": "[Retracted] A study",
    "[]": "[]",
    "The end.": "The end",
    "The end...": "The end...",
    "Smith et al.": "Smith et al.",
    "Cyamus boopis, sp. nov.": "Cyamus boopis, sp. nov.",
    "Made in the U.S.": "Made in the U.S.",
    "EFFECT OF TRABECTEDIN ON UTERINE LEIOMYOSARCOMA (XLMA) IN PHASE II. A REVIEW OF XLMA": (
        "Effect of trabectedin on uterine leiomyosarcoma (XLMA) in phase II. A review of XLMA"
    ),
    "EVALUATION OF 5-FU, PD-L1 AND TP53 IN STAGE IV PATIENTS’ CARE": (
        "Evaluation of 5-FU, PD-L1 and TP53 in stage IV patients’ care"
    ),
    "CAR-T CELLS IN THE US FOR PATIENTS WHO JOIN US": "CAR-T cells in the US for patients who join us",
    "22ND EUROPEAN MEETING: DR. SMITH VS THE WORLD": "22nd European meeting: Dr. Smith vs the world",
    "WHAT SHOULD I KNOW ABOUT GMCSF": "What should I know about GMCSF",
    "DNA and RNA": "DNA and RNA",
    "BRCA1 TP53": "BRCA1 TP53",
    "LMS MRI COVID": "LMS MRI COVID",
    "": "",
    "<img src='x'>": "",
}


@pytest.mark.parametrize(("markup", "expected"), TITLES.items())
def test_a_title_is_cleaned(markup, expected):
    assert clean_title(markup) == expected


def test_an_endless_title_is_cut_between_words():
    title = clean_title("word " * 3_000_000)
    assert len(title) <= LONGEST
    assert title.endswith("word…")


def test_a_word_without_end_is_cut_anyway():
    assert shorten("x" * 50, 10) == "xxxxxxxxx…"


def test_letters_made_with_joiners_stay_whole():
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"


@given(st.text(alphabet="ab <>/&;\u200b[]().ABCDEF", max_size=80))
@settings(max_examples=150)
def test_any_markup_ends_in_one_line(markup):
    title = clean_title(markup)
    assert "\n" not in title
    assert title == title.strip()
