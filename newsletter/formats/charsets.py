"""Bytes of strangers as text: one order of asking for pages, feeds, tables, calendars and mail.

A byte order mark decides; then the zero bytes of UTF-16; then a declared charset of seven bits,
which would pass for ASCII; then whether all of it is UTF-8; then any other declared charset. What
is left is Windows-1252, as browsers take it. A charset is guessed only by `guess_encoding`.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import BinaryIO

CHUNK_BYTES = 1 << 16
MAX_GUESSED_BYTES = 50_000
WINDOWS, LATIN_1 = "cp1252", "latin-1"
NOT_WINDOWS = b"\x81\x8d\x8f\x90\x9d"
"""What Windows-1252 has no letter for."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark → the codec that knows it and takes it away; longer marks before their parts."""

_WESTERN = frozenset(
    ["iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252"]
)
"""Declared by programs that do not know what they write: tried last, as Windows-1252."""

_NO_CHARSETS = frozenset(["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"])
_SEVEN_BITS = ("iso-2022", "iso2022", "utf-7", "utf7", "hz")

_GUESSABLE = (
    *("cp1251", "koi8_u", "iso8859_5", "cp1253", "cp1255", "cp1256"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
)
"""Cyrillic, Greek, Hebrew, Arabic; Chinese, Japanese, Korean. Latin letters are never guessed."""

_DENSE = re.compile(rb"[\x80-\xff]{4}")
"""A word in letters that are not Latin: those hardly have two accents side by side."""

_TAG_END = re.compile(rb"[<>]")
_LEAST_BYTES_TO_GUESS = 600
"""A single title tells too little: repeated to this length, it is guessed as surely as a page."""


def decode(content: bytes, declared: Iterable[str] = ()) -> str:
    """The text of `content`; `declared` are the charsets that header and document name, in order.

    Never fails: a byte without a meaning becomes U+FFFD.
    """
    encoding = detect_encoding(io.BytesIO(content), declared)
    return content.decode(WINDOWS if encoding == LATIN_1 else encoding, "replace")


def detect_encoding(file: BinaryIO, declared: Iterable[str] = ()) -> str:
    """The codec of all bytes of a seekable file, read in chunks.

    `latin-1` says that Windows-1252 has no letter for some byte of it.
    """
    file.seek(0)
    head = file.read(CHUNK_BYTES)
    sure = detect_by_mark(head) or detect_wide(head)
    if sure:
        return sure
    for encoding in (*_order(declared), WINDOWS):
        if _can_decode(file, encoding):
            return encoding
    return LATIN_1


def detect_by_mark(content: bytes) -> str:
    """The codec that a byte order mark names; empty without one."""
    return next((codec for mark, codec in BOMS if content.startswith(mark)), "")


def detect_wide(content: bytes) -> str:
    """UTF-16 and UTF-32 without a mark, which show in their zero bytes; empty for all else.

    Works where the first character, or two thirds of all, are of western scripts.
    """
    head = content[:2000]
    if b"\0" not in head:
        return ""
    if head[1:4] == b"\0\0\0" and head[:1].decode("latin-1").isprintable():
        return "utf-32-le"
    if head[:3] == b"\0\0\0" and head[3:4].decode("latin-1").isprintable() and head[3:4]:
        return "utf-32-be"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 3 or (head[1:2] == b"\0" and not even and odd >= len(head) // 8):
        return "utf-16-le"
    if even > len(head) // 3 or (head[:1] == b"\0" and not odd and even >= len(head) // 8):
        return "utf-16-be"
    return ""


def charset_of(content_type: str) -> tuple[str, ...]:
    """The charset that a Content-Type header declares, if any, ready for `decode`."""
    header = Message()
    header["Content-Type"] = content_type.replace("\n", " ").replace("\r", " ")
    charset = header.get_content_charset()
    return (charset,) if charset else ()


def guess_encoding(content: bytes) -> str:
    """The likeliest codec of text in letters that are not Latin; empty for Latin ones, or unsure.

    Among Latin letters a guess from a few accents is no better than chance (“na\u010fve” for
    “na\u00efve”). Only the texts between tags are looked at, within the first 50,000 bytes.
    """
    beginning = content[:MAX_GUESSED_BYTES]
    if not _DENSE.search(beginning):
        return ""
    import charset_normalizer  # 30 ms that hardly any document needs

    texts = b" ".join(text for text in _TAG_END.split(beginning) if not text.isascii()) + b" "
    texts *= -(-_LEAST_BYTES_TO_GUESS // len(texts))
    best = charset_normalizer.from_bytes(texts, cp_isolation=list(_GUESSABLE)).best()
    return best.encoding if best else ""


def _order(declared: Iterable[str]) -> Iterator[str]:
    names = [name.strip().lower() for name in declared]
    known = [name for name in names if _is_charset(name)]
    yield from (name for name in known if name.startswith(_SEVEN_BITS))
    yield "utf-8"
    yield from (name for name in known if not name.startswith(_SEVEN_BITS))


def _is_charset(name: str) -> bool:
    """Whether Python knows a charset, and its declaration is worth something."""
    if name in _WESTERN or name in _NO_CHARSETS or name.startswith(("utf-16", "utf-32")):
        return False
    try:
        b" ".decode(name)  # no bytes at all would not look the name up
    except (LookupError, ValueError):  # ValueError: a zero byte in the name
        return False
    return True


def _can_decode(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except ValueError:  # what codecs raise, UnicodeDecodeError mostly
        return False
    return True
