"""Hard words explained once."""

from __future__ import annotations

from newsletter.rendering.glossary import Glossary, GlossaryTerm


def test_the_first_use_alone_is_marked():
    glossary = Glossary({"median": "the middle", "LMS": "leiomyosarcoma"})
    assert glossary.mark("Median and median") == "Median* and median"
    assert glossary.mark("the median of LMS") == "the median of LMS*"
    assert glossary.list_marked_terms() == (
        GlossaryTerm(word="LMS", meaning="leiomyosarcoma"),
        GlossaryTerm(word="median", meaning="the middle"),
    )


def test_the_longest_term_wins_and_parts_of_words_do_not_count():
    glossary = Glossary({"phase": "a step", "phase 2": "a small trial"})
    assert (
        glossary.mark("phases of a phase 2 trial, a phase")
        == "phases of a phase 2* trial, a phase*"
    )


def test_nothing_is_used_of_a_glossary_that_nothing_names():
    assert Glossary({"median": "the middle"}).list_marked_terms() == ()
    assert not Glossary({})


def test_letters_that_fold_oddly_do_no_harm():
    assert Glossary({"kİ": "x"}).mark("KI kİ Ki\u0307 ki") is not None
