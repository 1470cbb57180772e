import dataclasses

import pytest
from support.specimen import ISSUE, PAPER, SETTINGS, changed, context, message, where

from newsletter.checks.readability import paragraphs, reading_grade

HARD = (
    "Investigators demonstrated statistically significant prolongation of progression-free survival in the intervention"
    " population, notwithstanding heterogeneous immunohistochemical characterization and considerable methodological"
    " limitations that necessitate confirmatory multicentric investigation."
)
PLAIN = (
    "The trial is now open in Denver. It is for people whose tumor came back after surgery. Doctors give a new"
    " tablet each day and look at how long it helps. Many people felt tired in the first weeks. Ask your care team"
    " whether it may be right for you."
)


def letter(words, **changes):
    return context(dataclasses.replace(ISSUE, letter=words), **changes)


def test_a_hard_paragraph_is_told_with_its_grade():
    said = message(letter(f"{PLAIN}\n\n{HARD}"), "hard-to-read")
    assert said == (
        "The paragraph “Investigators demonstrated statistically significant prolongation of…” reads at grade 39; aim for 8."
    )


def test_plain_words_are_left_alone():
    assert where(letter(PLAIN), "hard-to-read") == []


def test_notes_are_weighed_and_summaries_of_others_are_not():
    assert where(changed(PAPER, note=HARD), "hard-to-read") == [PAPER.key]
    assert where(changed(PAPER, summary=HARD), "hard-to-read") == []


def test_the_measure_is_for_english():
    spanish = dataclasses.replace(
        SETTINGS, newsletter=dataclasses.replace(SETTINGS.newsletter, language="es")
    )
    assert where(letter(HARD, settings=spanish), "hard-to-read") == []


def test_a_short_paragraph_must_be_very_hard():
    short = "Leiomyosarcoma investigators collaborate internationally every year in Denver, Colorado, together."
    assert reading_grade(short, easy=frozenset()) is not None
    assert (
        reading_grade("The investigators met with us in Denver again and talked.", easy=frozenset())
        is None
    )
    assert reading_grade("Incomprehensibilities notwithstanding.", easy=frozenset()) is None


def test_terms_of_the_glossary_weigh_little():
    words = "We talk of immunotherapy and immunotherapy and why immunotherapy may help some of us who had immunotherapy."
    assert reading_grade(words, easy=frozenset()) is not None
    assert reading_grade(words, easy=frozenset({"immunotherapy"})) is None


def test_names_weigh_little():
    names = "We met with Alexandria Constantinopoulos and Bartholomew Montgomery of Massachusetts for tea and for talk."
    assert reading_grade(names, easy=frozenset()) is None


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("# A heading\n\nText **bold** here", ["Text bold here."]),
        (
            "See [the paper](https://x.org/a) and ![alt](b.png) https://x.org",
            ["See the paper and."],
        ),
        ("- one\n- two", ["one.\ntwo."]),
        ("| a | b |\n\n```\ncode\n```", []),
        ("", ["."]),
    ],
)
def test_only_running_text_is_weighed(markdown, texts):
    assert [" ".join(each.split()) for each in paragraphs(markdown)] == [
        " ".join(each.split()) for each in texts
    ]
