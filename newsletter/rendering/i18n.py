"""Fixed words, counts and dates in the reader's language.

Dates, lists and plural forms are Babel's (CLDR).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from newsletter.model import Dated, Precision
from newsletter.rendering.translations import CATALOGUES, Catalogue


class Phrases:
    """All fixed words of one language.

    A language without a catalogue gets English words and dates, so that no line mixes two, in a
    page of its direction.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        own = _locale(language)
        self.direction: str = own.text_direction  # ltr or rtl
        self.locale = own if own.language in CATALOGUES else Locale("en")
        self.catalogue: Catalogue = CATALOGUES[self.locale.language]

    def __call__(self, key: str, **blanks: object) -> str:
        """The words under `key` with its blanks filled.

        Raises KeyError for a key that no catalogue has.
        """
        words = self.catalogue[key]
        if not isinstance(words, str):
            raise KeyError(f"{key} counts something: use words.count")
        return words.format(**blanks)

    def count(self, key: str, n: int, **blanks: object) -> str:
        """`3 papers`, in the plural form that the language wants for `n`."""
        forms = self.catalogue[key]
        if isinstance(forms, str):
            raise KeyError(f"{key} counts nothing: call words itself")
        form = self.locale.plural_form(n)
        return forms.get(form, forms["other"]).format(n=_number(n, self.locale), **blanks)

    def enumeration(self, parts: Sequence[str]) -> str:
        """`a, b, and c`."""
        return format_list(list(parts), locale=self.locale)

    def day(self, day: date) -> str:
        """`December 9, 2026`."""
        return _format_day(day, "long", self.locale)

    def weekday(self, day: date) -> str:
        """`Wednesday, December 9, 2026`."""
        return _format_day(day, "full", self.locale)

    def short_weekday(self, day: date) -> str:
        """`Wed, Dec 9`."""
        return _with_pattern(day, "MMMEd", self.locale)

    def time(self, instant: datetime) -> str:
        """`6:05 PM`, with a space that does not break.

        The narrow one of CLDR is missing in many fonts.
        """
        return _clock(instant.time(), self.locale)

    def format_dated(self, dated: Dated) -> str:
        """A date as finely as its source told it: `March 31, 2023`, `March 2023` or `2023`."""
        match dated.precision:
            case Precision.DAY:
                return self.day(dated.day)
            case Precision.MONTH:
                return _with_pattern(dated.day, "yMMMM", self.locale)
            case Precision.YEAR:
                return f"{dated.day:%Y}"

    def country(self, code: str) -> str:
        """`United States` for `US`; anything that is no country code is returned as it is."""
        return self.locale.territories.get(code, code) if len(code) == 2 else code


@lru_cache(maxsize=1024)
def _number(n: int, locale: Locale) -> str:
    return format_decimal(n, locale=locale)


@lru_cache(maxsize=1024)
def _format_day(day: date, length: Literal["long", "full"], locale: Locale) -> str:
    return format_date(day, length, locale=locale)


@lru_cache(maxsize=1024)
def _with_pattern(day: date, skeleton: str, locale: Locale) -> str:
    return format_skeleton(skeleton, day, locale=locale)


@lru_cache(maxsize=1024)
def _clock(hour_and_minute: time, locale: Locale) -> str:
    return format_time(hour_and_minute, "short", locale=locale).replace("\u202f", "\u00a0")


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
