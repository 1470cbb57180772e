"""Plain text as a mail shows it: 72 columns.

No address is ever broken, and a word only where it is longer than a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from newsletter.formats.markup_text import one_line

COLUMNS = 72

_SENTENCE_END = re.compile(r"(?<=[.!?…。؟])[\"'”’)\]]*\s+")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|al|dr|mr|mrs|ms|prof|st|no|fig|approx|ca|inc)|\b[A-Z])\.$", re.IGNORECASE
)
"""What ends in a full stop and is no end of a sentence."""


def wrap_text(
    text: str, *, indent: str = "", first: str | None = None, columns: int = COLUMNS
) -> str:
    """`text` in lines of at most `columns`; line breaks in it stay.

    `first` indents the first line otherwise.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        start = indent if lines or first is None else first
        words = _words(line)
        whole = start + " ".join(words)
        lines += (
            [whole.rstrip(" ")]
            if len(whole) <= columns
            else _fill_lines(words, start, indent, columns)
        )
    return "\n".join(lines)


def _words(line: str) -> list[str]:
    return [
        word for word in line.replace("\t", " ").split(" ") if word
    ]  # a space that must not break stays in its word


def _fill_lines(words: list[str], start: str, indent: str, columns: int) -> list[str]:
    lines: list[str] = []
    line = start
    is_empty = True
    for word in _fitting(words, columns - max(len(start), len(indent))):
        if is_empty:
            line += word
        elif len(line) + 1 + len(word) <= columns:
            line += f" {word}"
        else:
            lines.append(line)
            line = indent + word
        is_empty = False
    return [*lines, line.rstrip(" ")]


def _fitting(words: list[str], room: int) -> Iterator[str]:
    """The words, those that no line can hold in pieces.

    An address stays whole, since in pieces it leads nowhere.
    """
    for word in words:
        rest = word
        while len(rest) > room and "://" not in word and "@" not in word:
            end = next((n for n in range(room, 1, -1) if _may_end(rest, n)), room)
            yield rest[:end]
            rest = rest[end:]
        yield rest


def _may_end(word: str, end: int) -> bool:
    """Whether a line may end in front of this character.

    It may not before a combining mark, nor within a joined emoji.
    """
    return (
        unicodedata.category(word[end]) not in {"Mn", "Me", "Mc", "Cf"}
        and word[end - 1] != "\u200d"
    )


def printable(text: str) -> str:
    """`text` without control characters and halves of characters.

    A NUL would end the page for some readers.
    """
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def tidy(text: str) -> str:
    """A finished text part.

    No space at the end of a line, at most two empty lines in a row, one line end at the end.
    """
    stripped = "\n".join(line.rstrip(" \t") for line in text.splitlines())
    return re.sub(r"\n{4,}", "\n\n\n", stripped).strip("\n") + "\n"


def sentences(text: str) -> list[str]:
    """The sentences of one paragraph; `e.g.`, `vs.` and initials end none."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if not _ABBREVIATED.search(text[start : end.start()].rstrip("\"'”’)]")):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found


def beginning(text: str, words: int) -> str:
    """The first sentences of `text`, up to about `words` words.

    A longer first sentence is cut behind a word, with `…`.

    Empty for no words.
    """
    if words <= 0:
        return ""
    whole = one_line(text)
    if len(whole.split()) <= words:
        return whole
    kept: list[str] = []
    for sentence in sentences(whole):
        if len(" ".join([*kept, sentence]).split()) > words:
            break
        kept.append(sentence)
    return " ".join(kept) or cut(whole, words)


def cut(text: str, words: int) -> str:
    """The first `words` words, and `…` where some are missing."""
    parts = text.split()
    return text if len(parts) <= words else " ".join(parts[:words]).rstrip(",;:–-") + " …"
