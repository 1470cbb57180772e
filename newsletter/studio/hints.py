"""What an editor is told while writing.

Paragraphs that are hard to read, words that nothing explains, and those that are.

Each hint names the words it is about, just as they stand in the text, so that the page can show the
place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from newsletter.checks.jargon import hard_words
from newsletter.checks.readability import GRADE, UNAVOIDABLE, paragraphs, reading_grade
from newsletter.checks.wording import acronyms, find_known_acronyms
from newsletter.composition import texts_of
from newsletter.config import Settings
from newsletter.model import Issue

MAX_WORDS = 8
"""More at once would be a wall; the next come when these are explained."""


class HintKind(StrEnum):
    """What a hint is about."""

    PARAGRAPH = "paragraph"
    WORD = "word"
    EXPLAINED = "explained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One hint."""

    kind: HintKind
    said: str
    find: str = ""  # what it is about, as it stands in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingAdviser:
    """Knows what an issue explains, and reads one text of it after the other."""

    glossary: Mapping[str, str]
    acronyms: frozenset[str]  # explained somewhere in the issue
    is_english: bool

    @classmethod
    def of(cls, issue: Issue, settings: Settings, glossary: Mapping[str, str]) -> WritingAdviser:
        """For all texts of an issue."""
        texts = [*texts_of(issue).values(), settings.theme.footer]
        explained = find_known_acronyms(issue, settings, texts, glossary)
        is_english = settings.newsletter.language.lower().startswith("en")
        return cls(glossary=glossary, acronyms=frozenset(explained), is_english=is_english)

    def hints(self, text: str) -> list[Hint]:
        """The hints on a text of the editor's own; none when it reads well."""
        if not text.strip():
            return []
        found = (
            [*self._paragraphs(text), *islice(self._words(text), MAX_WORDS)]
            if self.is_english
            else []
        )
        return [*found, *self._find_glossary_terms(text)]

    def _paragraphs(self, text: str) -> Iterator[Hint]:
        easy = UNAVOIDABLE | {word for term in self.glossary for word in term.lower().split()}
        for block in re.split(r"\n\s*\n", text):
            for paragraph in paragraphs(block):
                grade = reading_grade(paragraph, easy=easy)
                if grade is not None:
                    start = " ".join(paragraph.split()[:5])
                    said = (
                        f"“{start}…” reads at grade {grade}; aim for {GRADE}. Make two sentences of"
                        " one."
                    )
                    yield Hint(kind=HintKind.PARAGRAPH, said=said, find=block.strip())

    def _words(self, text: str) -> Iterator[Hint]:
        easy = UNAVOIDABLE | {term.casefold() for term in self.glossary}
        short = (each for each in dict.fromkeys(acronyms(text)) if each not in self.acronyms)
        for word in (*hard_words(text, easy=easy), *short):
            yield Hint(kind=HintKind.WORD, said=f"“{word}” is not explained.", find=word)

    def _find_glossary_terms(self, text: str) -> Iterator[Hint]:
        terms = [
            term
            for term in self.glossary
            if re.search(rf"\b{re.escape(term)}\b", text, re.IGNORECASE)
        ]
        if terms:
            said = f"Explained to readers from the glossary: {', '.join(sorted(terms))}."
            yield Hint(kind=HintKind.EXPLAINED, said=said)
