"""Fixed words, counts and dates in the reader's language."""

from __future__ import annotations

import re
from datetime import date

import pytest

from newsletter.model import Dated
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.translations import CATALOGUES


def blanks(words):
    forms = [words] if isinstance(words, str) else words.values()
    return {frozenset(re.findall(r"\{(\w+)\}", form)) for form in forms}


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_every_language_has_the_same_words_with_the_same_blanks(language):
    english, other = CATALOGUES["en"], CATALOGUES[language]
    assert list(other) == list(english)
    assert {key: blanks(words) for key, words in other.items()} == {
        key: blanks(words) for key, words in english.items()
    }


@pytest.mark.parametrize("language", sorted(CATALOGUES))
@pytest.mark.parametrize("n", [0, 1, 2, 5, 21, 1_000_000])
def test_every_number_has_its_plural_form(language, n):
    words = Phrases(language)
    for key, forms in CATALOGUES[language].items():
        if not isinstance(forms, str):
            assert words.count(key, n, names="A, B")


def test_a_region_takes_the_words_of_its_language():
    assert Phrases("es-US")("unsubscribe") == "Darse de baja (unsubscribe)"


def test_a_language_without_a_catalogue_gets_english_words_and_dates():
    words = Phrases("fr")
    assert words("unsubscribe") == "Unsubscribe"
    assert words.day(date(2026, 12, 9)) == "December 9, 2026"
    assert words.enumeration(["a", "b", "c"]) == "a, b, and c"


def test_a_language_that_nobody_knows_is_english():
    assert Phrases("zzz").direction == "ltr"
    assert Phrases("zzz").day(date(2026, 12, 9)) == "December 9, 2026"


def test_the_direction_is_the_languages_own():
    assert (Phrases("ar").direction, Phrases("es").direction) == ("rtl", "ltr")


def test_dates_are_written_as_the_language_writes_them():
    words = Phrases("es")
    assert words.weekday(date(2026, 12, 9)) == "miércoles, 9 de diciembre de 2026"
    assert words.format_dated(Dated.parse("2026-12")) == "diciembre de 2026"


def test_counting_words_and_others_cannot_be_mixed_up():
    with pytest.raises(KeyError, match="papers counts something"):
        Phrases("en")("papers")
    with pytest.raises(KeyError, match="status counts nothing"):
        Phrases("en").count("status", 2)
