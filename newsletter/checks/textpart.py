"""The plain-text part.

What screen readers, watches, old programs and spam filters read instead of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from newsletter.checks.links import short
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

LONGEST_LINE = 78  # RFC 5322, 2.1.1; the templates break at 72
LEAKED = re.compile(r"[\u034f\u2007\ufeff\u00ad]{2,}")
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
MARKUP = re.compile(
    r"""
          </?(?:p|br|a|div|span|b|i|em|strong|sup|sub|ul|li|td|tr|table|h[1-6])\b[^<>]*>
        | &(?:amp|nbsp|lt|gt|quot|\#\d+);
    """,
    re.VERBOSE,
)


@rule(
    "text-empty",
    Severity.ERROR,
    why=(
        "Many readers and every filter look at the plain text; a mail of HTML alone counts as spam."
    ),
    remedy="Render the issue again; look at issue.txt.jinja when it stays empty.",
)
def text_empty(proof: ParsedMail) -> Iterator[Violation]:
    """The text part says nothing."""
    if not proof.context.text.strip():
        yield Violation("text", "The text part is empty.")


@rule(
    "text-line-too-long",
    Severity.WARNING,
    why="Programs that do not wrap show such a line cut, or as wide as it is.",
    remedy="Break the line in the template; an address stays whole, on a line of its own.",
)
def text_line_too_long(proof: ParsedMail) -> Iterator[Violation]:
    """A line has more than 78 characters and could be broken."""
    lines = enumerate(proof.text_lines, 1)
    long = [
        (number, line)
        for number, line in lines
        if len(line) > LONGEST_LINE and _can_be_broken(line)
    ]
    if long:
        number, line = long[0]
        more = f", and {len(long) - 1} more" if len(long) > 1 else ""
        yield Violation(
            "text", f"Line {number} has {len(line)} characters{more}: “{line.strip()[:50]}…”."
        )


def _can_be_broken(line: str) -> bool:
    """Whether a line is more than one word or address with its bullet or indentation."""
    longest = max(map(len, line.split()), default=0)
    return len(line.rstrip()) - longest > 4


@rule(
    "text-link-missing",
    Severity.WARNING,
    why="Who reads the plain text must be able to go where the others can.",
    remedy="Print the address on a line of its own in the text template.",
)
def text_link_missing(proof: ParsedMail) -> Iterator[Violation]:
    """A link of the HTML part is not in the text part."""
    text = proof.context.text
    lines = frozenset(proof.text_lines)  # where nearly every address stands alone
    told: set[str] = set()
    for anchor in proof.anchors:
        if anchor.href not in told and anchor.href not in lines and not _is_in(anchor.href, text):
            told.add(anchor.href)
            yield Violation(anchor.where, f"The text part lacks the link {short(anchor.href)}.")


def _is_in(href: str, text: str) -> bool:
    scheme, _, rest = href.partition(":")
    match scheme.lower():
        case "mailto":
            return rest.partition("?")[0] in text
        case "tel":
            return _digits(rest) in _digits(text)
        case "http" | "https":
            return href in text
        case _:
            return True  # a place in the page itself, or nothing that link-scheme would let pass


@lru_cache(maxsize=2)
def _digits(text: str) -> str:
    return text.encode().translate(None, _NO_DIGITS).decode()


@rule(
    "text-markup-left",
    Severity.WARNING,
    why=(
        "Tags, entities and filling characters of the HTML part are noise in plain text, and are"
        " read aloud one by one."
    ),
    remedy="Let the text template print plain words, without the preheader's filling.",
)
def text_markup_left(proof: ParsedMail) -> Iterator[Violation]:
    """HTML, or the preheader's invisible filling, is left in the text part.

    What a source itself says is its own.
    """
    text = proof.context.text
    if LEAKED.search(text):
        yield Violation("text", "The text part holds the invisible filling of the preheader.")
    if "<" not in text and "&" not in text:
        return
    own = " ".join(f"{entry.title} {entry.summary} {entry.note}" for entry in proof.all_entries)
    left = next((found[0] for found in MARKUP.finditer(text) if found[0] not in own), None)
    if left:
        yield Violation("text", f"The text part holds “{left[:40]}”.")
