"""Whether a line is an institution or a place."""

from __future__ import annotations

import re

from newsletter.sources.pages import vocabulary
from newsletter.sources.pages.line_kinds import _TOPIC, _VERB

_AFFILIATION = re.compile(
    r"""
        \b(?:
            university | universit[äéà]t? | universidad | cent(?:er|re|ro) | institut[eo]?
          | hospital | college | school\ of | department | division\ of | clinic | sylvester
          | mayo | memorial\ sloan | md\ anderson | dana[- ]farber
          | cancer\ (?:center|institute) | faculty\ of | klinik\w* | laborator(?:y|ies) | inc\.
          | llc | gmbh
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF_A_TITLE = re.compile(
    r"""
        \b(?:
            phase | trials? | study | studies | treatment | therapy | patients | outcomes?
          | analysis | reviews? | versus | with | using | multi-?cent\w*
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PLACE = re.compile(
    r"""
        (?:[A-ZÀ-Þ][\w.’'-]+(?:\ [A-ZÀ-Þ][\w.’'-]+){0,2},\ ?){1,3}
        (?:[A-ZÀ-Þ][\w.’'-]+(?:\ [A-ZÀ-Þ][\w.’'-]+){0,2}|[A-Z]{2}(?:\ \d{5})?)?,?\Z
    """,
    re.VERBOSE,
)


def is_affiliation(text: str) -> bool:
    """Whether a line is an institution or place: “McGill University”, “Bonn, Germany”."""
    words = text.split()
    if len(words) > 25 or _VERB.search(text):
        return False
    institution = _AFFILIATION.search(text) and not _OF_A_TITLE.search(text)
    capitals = sum(
        word[:1].isupper() or word.casefold() in vocabulary.FUNCTION or word == "&"
        for word in words
    )
    return (bool(institution) and capitals == len(words) and not re.search(r"[:?]", text)) or (
        len(words) <= 6 and bool(_PLACE.match(text)) and not _TOPIC.search(text)
    )
