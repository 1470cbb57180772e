"""A title as it was cut out of a line.

What clings to it goes, and words that lost their space get it back.
"""

from __future__ import annotations

import re

_TITLE_EDGES = " \t,;:|–—-•·*"
_NCT_EDGE = re.compile(
    r"\ANCT\d{8}\s?[:–-]\s?|\s*[(\[]\s?NCT\s?\d{8}\s?[)\]]\s*\Z|[,;–-]\s?NCT\d{8}\Z"
)
_NEWNESS = re.compile(
    r"(?:new!+|\*?new\*|nuevo:|new article:|new publication:|new study:)\s*", re.IGNORECASE
)

_GLUED_SMALL = re.compile(r"\b(?P<one>a|an|the|of|in|for|and|with|is|to)(?P<two>[A-Z][a-z]{4,})\b")
GLUED_WORDS = re.compile(r"\b(?P<one>[A-Z]?[a-z]{3,})(?P<two>[A-Z][a-z]{3,})\b")
_GLUED_END = re.compile(
    r"\b(?P<one>[A-Za-z]{3,}(?:(?<!ect)ed|ing|tions?))(?P<two>in|of|for|with|and|from|the)\b(?=\s)"
)
_KEPT = re.compile(
    r"""
          Mc | Mac | Pub | Clinical(?=Trials) | You | Linked | Face | Bio | Immuno | Onco | Geno
        | Neo | Nano | Med | Web | Life | Boston | Car | Seq | Next | Flow | Gen | Path
        | Tumor(?=Next)
    """,
    re.VERBOSE,
)


def unglue(text: str) -> str:
    """Words that lost the space between them: “Soft TissueSarcomas”, “Is aTherapeutic”."""
    text = _GLUED_SMALL.sub(r"\g<one> \g<two>", text)
    text = GLUED_WORDS.sub(
        lambda word: word[0] if _KEPT.match(word[0]) else f"{word['one']} {word['two']}", text
    )
    return _GLUED_END.sub(r"\g<one> \g<two>", text)


def bare_title(text: str) -> str:
    """A title without what clings to it: brackets left open, colons, numbers of studies, “NEW!”."""
    text = (
        _NEWNESS.sub("", text.strip(_TITLE_EDGES), count=1)
        if _NEWNESS.match(text.strip(_TITLE_EDGES))
        else text
    )
    text = _NCT_EDGE.sub("", " ".join(text.split()))
    text = re.sub(r"\b(?:[A-Z] ){3,}[A-Z]\b", lambda spaced: spaced[0].replace(" ", ""), text)
    text = text.strip(_TITLE_EDGES + "\ufffd").lstrip(".)]?! ")
    while text and (
        text[-1] in "([{"
        or (
            text[-1] in ")]"
            and text.count("(") + text.count("[") < text.count(")") + text.count("]")
        )
    ):
        text = text[:-1].rstrip(_TITLE_EDGES)
    if (
        len(text) > 2
        and text[0] in "“\"'‘"
        and text[-1] in "”\"'’"
        and not any(mark in text[1:-1] for mark in '“”"')
    ):
        text = text[1:-1]
    return unglue(text).strip()
