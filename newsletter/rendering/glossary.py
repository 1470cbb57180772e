"""Hard words explained once.

The first use in an issue is marked with a star, the box at the end explains it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryTerm:
    """A word and what it means in plain ones."""

    word: str
    meaning: str


class Glossary:
    """Watches over one page: marks the first use of each term and remembers it.

    False when it has no terms.
    """

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._meanings = {
            word.casefold(): GlossaryTerm(word=word, meaning=meaning)
            for word, meaning in terms.items()
        }
        self._used: dict[str, GlossaryTerm] = {}
        longest_first = sorted(terms, key=lambda word: (-len(word), word))
        self._pattern = re.compile(
            rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b(?!\*)", re.IGNORECASE
        )

    def __bool__(self) -> bool:
        return bool(self._meanings)

    def mark(self, text: str) -> str:
        """`text` with a star behind each term that was not yet used on the page."""
        return self._pattern.sub(self._mark_term, text)

    def list_marked_terms(self) -> tuple[GlossaryTerm, ...]:
        """The terms that were marked, in alphabetical order."""
        return tuple(sorted(self._used.values(), key=lambda term: term.word.casefold()))

    def _mark_term(self, found: re.Match[str]) -> str:
        word = found[0].casefold()
        if word in self._used or word not in self._meanings:
            return found[0]
        self._used[word] = self._meanings[word]
        return f"{found[0]}*"
