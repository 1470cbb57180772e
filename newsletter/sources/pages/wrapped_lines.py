"""Lines that were broken at a width, put together again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from newsletter.sources.pages import affiliations, journal_names, line_kinds
from newsletter.sources.pages.lines import PageLine
from newsletter.sources.pages.person_names import person_before_affiliation, split_names

_CONNECTOR = re.compile(
    r"(?:\b(?:of|in|for|and|the|with|to|from|by|a|an|on|or|vs\.?|versus|at|as|de|la|el|del|para|con|y|en|&)|[,/]|[^\W\d_]-)\Z",
    re.IGNORECASE,
)
_LINE_MARK = re.compile(
    r"https?://|www\.|\ue001|\bdoi\b|\b10\.\d{4,9}/|(?:19|20)\d\d\)?\W*\Z", re.IGNORECASE
)
_NEVER_JOINED = re.compile(
    r"(?:https?:|www\.|doi\b|pmid\b|pmcid\b|e?pub\b|published|by\s|para\s)", re.IGNORECASE
)


def unwrap(lines: Sequence[PageLine]) -> Iterator[PageLine]:
    """Lines with those joined that one wide line was broken into."""
    width = _wrap_width(lines)
    spread = (
        sum(line.gap for line in lines) * 20 > len(lines) * 19
    )  # an empty line behind every line: gaps tell nothing
    held: PageLine | None = None
    last = ""  # the last of the physical lines that `held` was made of
    joined = False
    for line in lines:
        apart = line.gap and not spread
        if held and not apart and _continues(held, last, line, width=width, joined=joined):
            held = replace(held, text=f"{held.text} {line.text}")
            last, joined = line.text, True
            continue
        if held:
            yield held
        held, last, joined = line, line.text, False
    if held:
        yield held


def _continues(held: PageLine, last: str, line: PageLine, *, width: int, joined: bool) -> bool:
    """Whether a line goes on with the line above."""
    if (
        line.item
        or line.role
        or held.role
        or len(held.text) > 3000
        or _LINE_MARK.search(last[-200:])
    ):
        return False
    if _NEVER_JOINED.match(line.text) or last.endswith((".", ":", "|", "?", "!")):
        return False
    first_word = line.text.split(maxsplit=1)[0]
    if _CONNECTOR.search(last) or (first_word.islower() and not affiliations.is_affiliation(last)):
        return True
    if line.gap:
        return False
    full = len(last) + 1 + len(first_word) > (width or len(last))
    return (
        full
        and (joined or bool(width))
        and len(line.text.split()) > 1
        and not _is_fact(line.text)
        and not _is_fact(last)
    )


def _is_fact(text: str) -> bool:
    return bool(
        split_names(text)
        or person_before_affiliation(text)
        or journal_names.is_journal(text)
        or affiliations.is_affiliation(text)
        or line_kinds.is_remark(text)
        or line_kinds.is_heading(text)
    )


def _wrap_width(lines: Sequence[PageLine]) -> int:
    """The width at which a page's lines were broken, or 0 when they were not.

    Then some are long.
    """
    words = [line for line in lines if "://" not in line.text]
    broken = sum(not line.gap and line.text[:1].islower() for line in words)
    widest = max((len(line.text) for line in words), default=0)
    return widest if broken >= 3 and 30 < widest <= 100 else 0
