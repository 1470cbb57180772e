"""How hard the editor's own words are to read.

The measure is a U.S. school grade for each paragraph, after Flesch and Kincaid (1975).

Syllables come from syllabreak, which needs no download; docs/notes/checks.md has the comparison.
The measure is for English alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

GRADE = 8
FEWEST_WORDS = 20  # in a shorter paragraph one long word decides
SHORT_PARAGRAPH = range(10, FEWEST_WORDS)
SHORT_GRADE = 13  # which a short paragraph must pass, so that one long word alone never does

UNAVOIDABLE = frozenset(
    [
        "leiomyosarcoma",
        "leiomyosarcomas",
        "sarcoma",
        "sarcomas",
        "newsletter",
        "webinar",
        "webinars",
        "medicine",
        "medicines",
    ]
)
"""Words for which readers of this newsletter have no easier one."""

_VOWEL = re.compile(r"[aeiouy]")
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_SENTENCE_END = re.compile(
    r"""
        (?<!\bDr)(?<!\bvs)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bal)
        (?<!\b[A-Z])[.!?:;…]+[\"”’)]*(?=\s|$)
    """,
    re.VERBOSE,
)


@rule(
    "hard-to-read",
    Severity.WARNING,
    why=(
        "Half of all readers, and most who are tired or ill, give up on text above the eighth"
        " grade."
    ),
    remedy="Make two sentences of one, and take the short word instead of the long one.",
)
def hard_to_read(proof: ParsedMail) -> Iterator[Violation]:
    """A paragraph of the editor's own words is beyond the eighth grade."""
    if not proof.settings.newsletter.language.lower().startswith("en"):
        return
    easy = UNAVOIDABLE | {word for term in proof.context.glossary for word in term.lower().split()}
    for passage in proof.own_words:
        for start, grade in _hard(passage.text, frozenset(easy)):
            yield Violation(
                passage.where, f"The paragraph “{start}…” reads at grade {grade}; aim for {GRADE}."
            )


@lru_cache(maxsize=1024)
def _hard(markdown: str, easy: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """Beginning and grade of each hard paragraph of a text.

    A preview weighs only the text that was changed.
    """
    graded = ((each, reading_grade(each, easy=easy)) for each in paragraphs(markdown))
    return tuple((" ".join(each.split()[:6]), grade) for each, grade in graded if grade is not None)


def paragraphs(markdown: str) -> Iterator[str]:
    """The running text of Markdown, without headings, tables, code and addresses.

    Each item of a list ends a sentence.
    """
    for block in re.split(r"\n\s*\n", markdown):
        if re.match(r"\s*(?:#|\||```|~~~|    )", block):
            continue
        text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", block)
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
        text = re.sub(r"<[^>]*>|https?://\S+|\S+@\S+", " ", text)
        text = re.sub(r"\n\s*(?:[-*+]|\d+[.)])\s", ".\n", "\n" + text)
        yield re.sub(r"[*_`>#]+", "", text).strip(" .\n") + "."


def reading_grade(paragraph: str, *, easy: frozenset[str]) -> int | None:
    """The grade of a paragraph that is too hard.

    None when it is easy enough, or too short to tell.
    """
    sentences = [_WORD.findall(each) for each in _SENTENCE_END.split(paragraph)]
    sentences = [words for words in sentences if words]
    count = sum(map(len, sentences))
    if count < SHORT_PARAGRAPH.start:
        return None
    syllables = sum(_weight(word, n, easy) for words in sentences for n, word in enumerate(words))
    grade = round(0.39 * count / len(sentences) + 11.8 * syllables / count - 15.59)
    return grade if grade > (SHORT_GRADE if count in SHORT_PARAGRAPH else GRADE) else None


def _weight(word: str, position: int, easy: frozenset[str]) -> int:
    """Syllables of a word. Numbers and names, which nobody can make easier, weigh little."""
    if not word.isalpha() or word.isupper():
        return 1
    is_name = position > 0 and word[0].isupper()
    return (
        min(_syllables(word.lower()), 2)
        if is_name or word.lower() in easy
        else _syllables(word.lower())
    )


@lru_cache(maxsize=20_000)
def _syllables(word: str) -> int:
    if word.isascii() and len(_VOWEL.findall(word)) < 2:
        return 1  # which the splitter would say too, in a hundred times the time
    divided: str = _splitter().syllabify(word, lang="eng")
    return divided.count("-") + 1


@lru_cache(maxsize=1)
def _splitter() -> Any:
    from syllabreak import Syllabreak  # a sixth of a second: only when there are words to weigh

    return Syllabreak(soft_hyphen="-")
