"""What the bytes of a document are, before a parser is trusted with them.

What is no feed is refused with a sentence.

Compressed bytes are unpacked here, and never into more than a document may have.
"""

from __future__ import annotations

import html
import re
import zlib
from urllib.parse import urljoin

from newsletter.errors import SourceError
from newsletter.formats import charsets
from newsletter.model import MAX_DOCUMENT_BYTES, Document

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MAGIC = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a sound",
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP or Office file",
    b"\xd0\xcf\x11\xe0": "an Office file",
    _ZSTD: "compressed with zstd",
    b"BZh": "compressed with bzip2",
    b"BEGIN:VCALENDAR": 'a calendar; set kind = "calendar"',
}
_HTML = re.compile(  # a DOCTYPE alone says nothing: some feeds carry that of HTML
    rb"""
        \s*+(?>(?:<\?xml[^>]*>|<!--.*?-->|<!doctype[^<>]*>)\s*+)*+<
        (?:html|head|body|title|meta|script)\b
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ALTERNATE = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(
    r"""type\s*=\s*["']?application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)""", re.IGNORECASE
)
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_OF_A_FEED = re.compile(
    rb"<(?:[A-Za-z_][\w.-]*:)?(?:rss|rdf|feed|channel|item|entry)\b", re.IGNORECASE
)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)[\s/>]")

_DECLARED = re.compile(rb"""encoding\s*=\s*["']""")


def unpack_document(document: Document) -> bytes:
    """The bytes of a document, out of gzip where they are in it.

    SourceError when they are too many or none.
    """
    content = document.content
    if content.startswith(_GZIP):
        content = _decompress_gzip(content)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise SourceError(
            f"{_what(document)} is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB:"
            " it was not read"
        )
    if not content.strip(b" \t\r\n\0"):
        raise SourceError(
            f"{_what(document)} is empty: nothing to read; look whether its address has changed"
        )
    return content


def _decompress_gzip(content: bytes) -> bytes:
    """At most one byte more than is allowed.

    What is broken off at the end is kept as far as it came.
    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(content, MAX_DOCUMENT_BYTES + 1)
    except zlib.error as error:
        raise SourceError(
            "the answer says it is compressed with gzip, but cannot be unpacked"
        ) from error


def in_sure_letters(content: bytes, content_type: str) -> bytes:
    """The feed as UTF-8 where nothing in it or around it says how it was written.

    Letters that are not Latin are guessed; the rest is read as Western Europe and America write.
    """
    if (
        "charset" in content_type.lower()
        or _DECLARED.search(content[:200])
        or charsets.detect_by_mark(content)
        or charsets.detect_wide(content)
        or b"<" not in content[:1000]  # EBCDIC, which feedparser knows by its declaration
    ):
        return content
    try:
        content.decode()
    except UnicodeDecodeError:
        encoding = charsets.guess_encoding(content) or charsets.WINDOWS
        return content.decode(encoding, "replace").encode()
    return content


def refuse_other_kinds(content: bytes, document: Document) -> None:
    """Raise SourceError for a web page, a picture and other things that are surely no feed."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise SourceError(f"{_gives(document)} {kind}, not a feed")
    if _HTML.match(content[:4_000].lstrip(b"\xef\xbb\xbf")):
        raise SourceError(_web_page(content, document))


def is_other_xml(content: bytes) -> bool:
    """Whether there are elements, and none is of a feed.

    Where none can be seen, in EBCDIC or UTF-16, feedparser looks.
    """
    return _ROOT.search(content[:20_000]) is not None and _OF_A_FEED.search(content) is None


def refuse_unknown(content: bytes, document: Document) -> SourceError:
    """The error for a document in which no feed could be found."""
    root = _ROOT.search(content[:20_000])
    kind = (
        root[1].decode("ascii", "replace")
        if root and content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        else ""
    )
    if kind.lower() in {"pubmedarticleset", "esearchresult"}:
        return SourceError(
            f'{_gives(document)} an answer of PubMed, not a feed: set kind = "pubmed"'
        )
    if kind:
        return SourceError(
            f"{_gives(document)} XML of another kind (<{kind}>), not a feed: look at its address"
            " again"
        )
    return SourceError(
        f"{_gives(document)} no feed (RSS, Atom or JSON Feed): look at its address again"
    )


def feeds_named_by(content: bytes, base: str) -> tuple[str, ...]:
    """The feeds that a page announces with `<link rel="alternate">`, absolute where `base` is."""
    found = []
    for tag in _ALTERNATE.findall(content[:500_000].decode("utf-8", "replace")):
        address = _HREF.search(tag)
        if "alternate" in tag.lower() and _FEED_TYPE.search(tag) and address:
            found.append(
                urljoin(base, html.unescape(address[1] or address[2] or address[3] or "").strip())
            )
    return tuple(dict.fromkeys(found))


def _web_page(content: bytes, document: Document) -> str:
    feeds = feeds_named_by(content, document.url if document.url.startswith("http") else "")
    if not feeds:
        return f'{_gives(document)} a web page, not a feed: look for its feed, or set kind = "page"'
    return f"{_gives(document)} a web page, not a feed; its feed may be at {feeds[0]}"


def _is_file(document: Document) -> bool:
    return document.url.startswith("file:") or not document.url


def _what(document: Document) -> str:
    return "the file" if _is_file(document) else "the answer"


def _gives(document: Document) -> str:
    return "the file is" if _is_file(document) else "the address gives"
