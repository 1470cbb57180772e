"""The fixed words of the public page in each language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from newsletter.public.translations.en import ENGLISH
from newsletter.public.translations.es import SPANISH

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH, "es": SPANISH}
NAMES: Final[Mapping[str, str]] = {"en": "English", "es": "Español"}


def chosen_language(asked: str, accepted: str, default: str) -> str:
    """The language of a page.

    The one asked for in its address, else the browser's, else the newsletter's.
    """
    browser = (each.partition(";")[0].strip() for each in accepted.split(",")[:10])
    wanted = (asked, *browser, default)
    return next((each[:2].lower() for each in wanted if each[:2].lower() in LANGUAGES), "en")
