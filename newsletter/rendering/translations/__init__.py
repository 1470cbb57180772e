"""The fixed words of an issue, one module a language.

Every language has the same keys with the same blanks.

A value is a sentence with `{blanks}`, or one sentence for each plural form that the language has
(CLDR).
"""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.rendering.translations.en import ENGLISH
from newsletter.rendering.translations.es import SPANISH

Catalogue = Mapping[str, str | Mapping[str, str]]

CATALOGUES: Mapping[str, Catalogue] = {"en": ENGLISH, "es": SPANISH}
"""Language → its words."""

FALLBACK_NAMES: Mapping[str, str] = {
    "en": "reader",  # “Dear friend” costs 2.7 points in SpamAssassin
    "es": "lectora o lector",
    "de": "Leserin, lieber Leser",
    "fr": "lecteur",
}
"""Language → what stands for the name of a reader who gave none.

It stands in a sentence that the editors wrote in their own language, so that there are more of them
than catalogues.
"""
