"""Words that a person who was told a diagnosis last week may never have heard."""

import pytest

from newsletter.checks.jargon import hard_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Neoadjuvant chemoembolization was studied in a cohort.",
            ["Neoadjuvant", "chemoembolization", "cohort"],
        ),
        ("The hazard ratio was 0.7; overall survival grew.", ["hazard ratio", "overall survival"]),
        ("Trabectedin, doxorubicin and pazopanib", ["Trabectedin", "doxorubicin", "pazopanib"]),
        ("A hysterectomy, then a biopsy; the biopsy hurt.", ["hysterectomy", "biopsy"]),
        ("PFS and metastatic illness", ["metastatic"]),
    ],
)
def test_words_made_of_the_parts_of_medicine_are_hard(text, words):
    assert list(hard_words(text, easy=())) == words


@pytest.mark.parametrize(
    "text",
    [
        "We send our sympathy, and win a trophy made of plastic.",
        "Read it at https://www.example.org/metastatic/cohort or write to cohort@example.org.",
        "[our page](https://www.example.org/neoadjuvant)",
        "The community has an opportunity for information at the university.",
        "It has metastasized (it has spread to another place).",
        "",
    ],
)
def test_what_everybody_knows_or_is_explained_at_once_is_not(text):
    assert list(hard_words(text, easy=())) == []


def test_words_that_are_explained_elsewhere_are_easy():
    assert list(hard_words("A metastatic lesion", easy={"metastatic"})) == ["lesion"]
