"""Markup and bytes of strangers as plain text, in time that grows no faster than their size.

The rule: what comes out is text to be escaped again wherever it is shown, paragraphs divided by an
empty line. A tag is taken away only where its name is one of HTML or JATS, because
`<office@example.org>`, `<https://…>` and `p < 0.05` are words that people write.
"""

from __future__ import annotations

import html
import re
import unicodedata

from newsletter.formats.charsets import charset_of, decode
from newsletter.model import Document

MAX_TEXT = 200_000
"""Characters of one text that are looked at; an abstract has some 2,000."""

_BREAKS = """
    p div br hr li ul ol dl dt dd tr table section article blockquote pre h1 h2 h3 h4 h5 h6 sec
    title list list-item
"""
_INLINE = """
    a abbr abstract alternatives b bdi bdo big body center cite code col del dfn disp-formula em
    ext-link font head html i img inf inline-formula ins italic kbd label mark math meta mfrac mi
    mml mn mo monospace mrow ms msub msubsup msup mtext named-content o:p overline q roman s samp
    sans-serif sc small span strike strong styled-content sub sup tbody td tex-math th thead tt u
    underline uri var xref
"""
_TAGS = dict.fromkeys(_BREAKS.split(), "\n\n") | dict.fromkeys(_INLINE.split(), "")
"""What stands where a tag was; a tag that is not here is no tag."""

_TAG = re.compile(r"<(/?)((?:jats|mml):)?([A-Za-z][\w:-]*)(?:\s[^<>]*)?/?>")
_HIDDEN = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
)


def paragraphs(markup: str) -> str:
    """HTML or JATS as plain text; paragraphs divided by an empty line, entities undone once."""
    text = html.unescape(_TAG.sub(_space, _without_hidden(markup[:MAX_TEXT])))
    blocks = _EMPTY_LINE.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n\n".join(filter(None, (one_line(block) for block in blocks)))


_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")


def one_line(text: str) -> str:
    """The text without line breaks, double spaces and characters that cannot be seen."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if line.isprintable():
        return line
    return " ".join("".join(filter(_is_seen, line)).split())


def _is_seen(character: str) -> bool:
    """No controls, no private ones, no soft hyphen or turned direction.

    Joiners make letters and stay; so does what is newer than this Python, emoji mostly.
    """
    if character.isprintable() or character in "\u200c\u200d":
        return True
    code = ord(character)
    is_noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return unicodedata.category(character) == "Cn" and not is_noncharacter


def _space(tag: re.Match[str]) -> str:
    return _TAGS.get(tag[3].lower(), "" if tag[2] else tag[0])


def _without_hidden(markup: str) -> str:
    """Without comments, scripts and styles.

    One pass for each kind, so that unclosed ones cost nothing.
    """
    for opening, closing in _HIDDEN:
        parts: list[str] = []
        at = 0
        while (start := opening.search(markup, at)) and (
            end := closing.search(markup, start.end())
        ):
            parts.append(markup[at : start.start()])
            at = end.end()
        markup = "".join([*parts, markup[at:]])
    return markup


def decode_document(document: Document) -> str:
    """The document as text, by its bytes and the charset that its header declares."""
    return decode(document.content, charset_of(document.content_type))
