"""A page as lines of plain text, whatever bytes it came in.

A line keeps what its place tells: whether an empty line stands before it, whether it begins a list
item or a table row, whether it was marked up as a heading. A link of a page in HTML stands in the
text as `OPEN words MIDDLE number CLOSE`; the number points into `Lines.hrefs`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from newsletter.errors import SourceError
from newsletter.formats import charsets
from newsletter.model import MAX_DOCUMENT_BYTES

MAX_CHARS = 1_000_000  # of all lines of one page; a foundation's page has some ten thousand
MAX_LINES = 10_000  # each takes some 0.2 ms
MAX_LINE_CHARS = 5_000  # a line of a page is far shorter; what lies behind is no title
OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"

_FORMATS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "an RTF file"),
    (b"\x1f\x8b", "a compressed file"),
)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb\ue000-\ue00f]"
)
_BREAKS = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_WIDE_GAP = re.compile(r"[^\S\n]{2,}|\t")
_BULLET = re.compile(r"(?:[•·▪◦‣●○■□►▶➢➤✓✔*–—-]|\uf0b7|o(?=\s{2,}))\s+(?=\S)|[•▪●■►➢➤✓✔]")
_NUMBER = re.compile(r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}[.)])\s+(?=[^\W\d])")
_OPEN_URL = re.compile(r"https?://\S*[/=_-]$")
_URL_REST = re.compile(r"(?=\S*\d)[\w./%&=?~-]{4,200}$")
_MOJIBAKE = re.compile("[ÂÃ][\u0080-\u00bf]|â€|â\u0080")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLine:
    """One line of a page, without spaces at its ends.

    A wide gap inside it is kept as two spaces.
    """

    text: str
    gap: bool = False  # an empty line, or the border of a block, stands before it
    item: bool = False  # it begins a list item or a table row
    heading: bool = False  # marked up as a heading
    role: str = ""  # what its column says it is: title, authors, journal, date, link


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """All lines of a page, and the targets of its marked-up links."""

    lines: tuple[PageLine, ...]
    hrefs: tuple[str, ...] = ()
    cut: bool = False  # there was more than MAX_CHARS


def decode(content: bytes, content_type: str = "") -> str:
    """The text of a page; raises SourceError when it is too large, or is no text at all."""
    if len(content) > MAX_DOCUMENT_BYTES:
        raise SourceError(
            f"The page has {len(content) >> 20} MB, more than the 20 MB we read: paste the part you"
            " need."
        )
    for magic, name in _FORMATS:
        if content.startswith(magic):
            raise SourceError(
                f"This is {name}, not a page of text: open it, copy its text and paste that."
            )
    text = charsets.decode(content, _find_charsets(content, content_type))
    controls = len(_CONTROLS.findall(text[:100_000]))
    if controls > 8 + len(text[:100_000]) // 100:
        raise SourceError(
            "This is no text that can be read: open the page, copy its text and paste that."
        )
    return text


def _find_charsets(content: bytes, content_type: str) -> tuple[str, ...]:
    """The charset of the header, then of the page."""
    found = (
        _CHARSET.search(content_type.encode("ascii", "replace")),
        _CHARSET.search(content[:4096]),
    )
    return tuple(match[1].decode("ascii", "replace") for match in found if match)


def clean(text: str) -> str:
    """Text in one normal form.

    No invisible or private marks, composed letters, double decoding undone.
    """
    text = _INVISIBLE.sub("", _CONTROLS.sub(" ", text))
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    return _undo_mojibake(text) if _MOJIBAKE.search(text) else text


def _undo_mojibake(text: str) -> str:
    """UTF-8 that was once read as Windows-1252, line by line."""
    lines = []
    for line in text.split("\n"):
        try:
            lines.append(line.encode("cp1252").decode() if _MOJIBAKE.search(line) else line)
        except UnicodeError:
            lines.append(line)
    return "\n".join(lines)


def squeeze(text: str) -> str:
    """One line with single spaces, but a wide gap as two.

    It often stands between title and authors.
    """
    text = _WIDE_GAP.sub("  ", text.strip())
    return (
        " ".join(text.split(" "))
        if "\xa0" not in text
        else _WIDE_GAP.sub("  ", text.replace("\xa0", " "))
    )


def split_pasted_text(text: str) -> PageLines:
    """The lines of pasted plain text."""
    lines: list[PageLine] = []
    gap, room = True, MAX_CHARS
    for raw in _BREAKS.sub("\n", clean(text)).split("\n"):
        stripped = squeeze(raw[:MAX_LINE_CHARS])
        room -= len(stripped) + 1
        if room < 0:
            return PageLines(lines=tuple(lines), cut=True)
        if not stripped:
            gap = True
        elif (
            lines
            and not gap
            and _OPEN_URL.search(lines[-1].text[-400:])
            and _URL_REST.match(stripped)
            and len(lines[-1].text) < MAX_LINE_CHARS
        ):
            lines[-1] = PageLine(
                text=lines[-1].text + stripped, gap=lines[-1].gap, item=lines[-1].item
            )
        else:
            lines.append(line_of(stripped, gap=gap))
            gap = False
    return PageLines(lines=tuple(lines))


def line_of(
    text: str, *, gap: bool, item: bool = False, heading: bool = False, role: str = ""
) -> PageLine:
    """A line without its bullet or number, which make it an item."""
    mark = _BULLET.match(text) or _NUMBER.match(text)
    rest = text[mark.end() :].lstrip() if mark else text
    return PageLine(text=rest, gap=gap, item=item or bool(mark), heading=heading, role=role)
