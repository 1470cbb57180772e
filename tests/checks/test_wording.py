import dataclasses

import pytest
from support.specimen import ISSUE, PAPER, changed, context, message, where, with_entry

from newsletter.model import Entry


def letter(words, **changes):
    return context(dataclasses.replace(ISSUE, letter=words), **changes)


@pytest.mark.parametrize(
    "words",
    [
        "This drug will cure you.",
        "A miracle for all.",
        "This game-changing tablet helps.",
        "It is a breakthrough.",
        "She was cured in May.",
        "It is 100% effective.",
        "**Breakthrough** in Texas.",
        "Una cura milagrosa.",
    ],
)
def test_hype_is_found(words):
    assert where(letter(words), "hype") == ["letter"]


@pytest.mark.parametrize(
    "words",
    [
        "There is no cure yet.",
        "This is not a breakthrough.",
        "We hope to find a cure.",
        "It has breakthrough therapy designation.",
        "They had breakthrough pain.",
        "The cure rate was low.",
        "We met at the Race for the Cure in May.",
        "A secure and accurate way.",
        "Cure Magazine speaks with us. CURE® wrote of it.",
        "Surgery with curative intent.",
    ],
)
def test_sober_words_are_left_alone(words):
    assert where(letter(words), "hype") == []


def test_hype_in_a_subject_is_found_with_capitals():
    assert where(context(subject="A New Cure for All"), "hype") == ["subject"]


def test_a_headline_may_not_promise_a_miracle_but_a_paper_keeps_its_title():
    news = Entry(key="url:n", title="A miracle drug for all", links=("https://x.org/n",))
    assert where(with_entry(news), "hype") == ["url:n"]
    assert where(changed(PAPER, title="A breakthrough in uterine tumours"), "hype") == []
    assert (
        where(
            with_entry(dataclasses.replace(news, title="FDA grants breakthrough designation")),
            "hype",
        )
        == []
    )


def test_an_unexplained_acronym_is_told_once():
    assert (
        message(letter("The PFS was long. The PFS of all was longer."), "acronym-unexplained")
        == "“PFS” is not explained."
    )


@pytest.mark.parametrize(
    "words",
    [
        "The progression-free survival (PFS) was long; PFS is what counts.",
        "PFS (time without growth) was long.",
        "The PFS, or time without growth, was long.",
        "PFS stands for time without growth.",
        "The time without growth, called PFS, was long.",
        "Your MRI and CT are read in the USA by the FDA.",
        "We meet in Denver, CO, at 6 PM ET.",
        "Write to PFS@x.org or see https://x.org/PFS.",
        "Do NOT stop. Do not wait. DON'T worry.",
        "GOOD NEWS FOR ALL OF US",
        "The gene TP53 and the drug in phase II.",
        "The NLMSF and LMS groups met.",
    ],
)
def test_explained_and_well_known_ones_are_left_alone(words):
    settings = dataclasses.replace(context().settings)
    named = dataclasses.replace(
        settings,
        newsletter=dataclasses.replace(settings.newsletter, sender="NLMSF <news@example.org>"),
    )
    assert where(letter(words, settings=named), "acronym-unexplained") == []


def test_an_acronym_of_the_glossary_is_explained():
    assert where(letter("The ORR was high."), "acronym-unexplained") == ["letter"]
    assert (
        where(letter("The ORR was high.", glossary=frozenset({"ORR"})), "acronym-unexplained") == []
    )


def test_an_acronym_explained_by_a_paper_counts():
    given = changed(
        PAPER, note="The ORR was high.", summary="The objective response rate (ORR) was 40 %."
    )
    assert where(given, "acronym-unexplained") == []
