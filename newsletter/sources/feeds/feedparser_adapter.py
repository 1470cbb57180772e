"""feedparser, kept within bounds: one call that ends in good time and memory on any bytes.

feedparser reads what no other library reads, but some of its steps take the square of what they are
given, and it has no limits of its own. So elements, attributes and items are counted first; what
has absurdly many is cut or refused. It is told neither to sanitise nor to resolve links: both are
done elsewhere, on the little that is kept.
"""

from __future__ import annotations

import io
import itertools
import re
from typing import Any
from xml.sax.saxutils import escape as xml_escape

import feedparser
import feedparser.api
import feedparser.encodings
from feedparser.mixin import _FeedParserMixin

from newsletter.errors import SourceError
from newsletter.formats import charsets

MAX_ITEMS = 5_000  # the first ones; no feed among 166 has more than 200
MAX_TAGS = 400_000  # 10 µs each
MAX_AMPERSANDS = 3_000_000
MAX_ATTRIBUTES = 200  # of one element; 50,000 of them take a minute
MAX_JOINED_BYTES = 50_000_000

_ITEM = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_ATTRIBUTE = rb"""(?>[\s/]*+[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'|[^\s"'<>]++))?+)"""
_MANY_ATTRIBUTES = re.compile(rb"<[A-Za-z][\w:.-]*+%s{%d}" % (_ATTRIBUTE, MAX_ATTRIBUTES))
_BASE = re.compile(rb"""\bbase(?=\s*=\s*["']([^"'<>]*))""")
_ROOT = re.compile(rb"<((?:[A-Za-z][\w.-]*:)?(?:rss|rdf|feed|channel))\b", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(x[0-9a-f]++|[0-9]++);?", re.IGNORECASE)
_CRASHES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
)
_NO_MAIL_ADDRESS = re.compile(r"[a-zA-Z0-9_.+-]{100}")

feedparser.api.PREFERRED_XML_PARSERS.insert(0, "newsletter.sources.feeds.sax_driver")
_sync_author_detail = _FeedParserMixin._sync_author_detail  # noqa: SLF001 - see below


def _sync_bounded_author_detail(parser: Any, key: str = "author") -> None:
    """Seek a mail address only in words of usual length: feedparser takes the square of it."""
    author = parser._get_context().get(key)  # noqa: SLF001 - there is no public way
    if not (isinstance(author, str) and _NO_MAIL_ADDRESS.search(author)):
        _sync_author_detail(parser, key)


def _keep_text(parser: Any, text: str, escape: int = 1) -> None:
    """Text of an element. feedparser asks a slow dictionary for each piece.

    A fifth of all its time.
    """
    if parser.elementstack:
        is_xhtml = escape and dict.get(parser.contentparams, "type") == "application/xhtml+xml"
        parser.elementstack[-1][2].append(xml_escape(text) if is_xhtml else text)


def _forget_tag(parser: Any, *_: object) -> None:
    """Categories are not used, and feedparser looks for each one in all before it."""
    parser._get_context().setdefault("tags", [])  # noqa: SLF001 - there is no public way


# there is no public way
_FeedParserMixin._sync_author_detail = _sync_bounded_author_detail  # noqa: SLF001
_FeedParserMixin.handle_data = _keep_text
_FeedParserMixin._add_tag = _forget_tag  # noqa: SLF001 - there is no public way
_FeedParserMixin.can_be_relative_uri -= {"id"}  # a name is no link

# What declares a wrong charset is guessed by our rules, whichever libraries are installed.
feedparser.encodings.lazy_chardet_encoding = charsets.guess_encoding


def parse(content: bytes, content_type: str = "", base: str = "") -> tuple[Any, tuple[str, ...]]:
    """What feedparser finds, and a sentence for what was left out.

    Raises SourceError for what cannot be read.

    In a feed with `xml:base` relative links are taken from `base`, in others they stay relative:
    feedparser joins addresses at every element, and without a base forgets to end an `xml:base`
    with its element.
    """
    narrow = _narrow(content)
    bounded, skipped = _limit_content(narrow or content)
    told = {
        "content-location": base if b"base=" in content else "",
        "content-type": "" if narrow else content_type,
    }
    headers = {name: value for name, value in told.items() if value}
    try:
        return _parse_feed(bounded, headers), skipped
    except _CRASHES:
        pass  # mostly at a reference to a character that does not exist
    try:
        return _parse_feed(_REFERENCE.sub(_existing, bounded), headers), skipped
    except _CRASHES as error:
        raise SourceError(
            "the feed is too damaged to be read: tell its publisher, or look at its address again"
        ) from error


def _parse_feed(content: bytes, headers: dict[str, str]) -> Any:
    return feedparser.parse(
        io.BytesIO(content),  # never a name: feedparser would open it
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _existing(found: re.Match[bytes]) -> bytes:
    """A reference to a character, or nothing where there is no such character (`&#xD800;`)."""
    digits, base = (found[1][1:], 16) if found[1][:1] in b"xX" else (found[1], 10)
    code = int(digits, base) if len(digits.lstrip(b"0")) < 8 else 0
    return found[0] if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else b""


def _narrow(content: bytes) -> bytes | None:
    """UTF-16 and UTF-32 as UTF-8; None for all else.

    feedparser knows them only where the XML declaration says so as well.
    """
    wide = charsets.detect_by_mark(content) or charsets.detect_wide(content)
    if not wide.startswith(("utf-16", "utf-32")):
        return None
    text = content.decode(wide, "replace")
    return re.sub(r"\A\ufeff?\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace")


def _limit_content(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The first items, closed as their feed would close.

    SourceError for what feedparser could not bear.
    """
    following = next(itertools.islice(_ITEM.finditer(content), MAX_ITEMS, None), None)
    skipped: tuple[str, ...] = ()
    if following:
        content = content[: following.start()] + _closing(content)
        skipped = (
            f"the feed has more than {MAX_ITEMS:,} items: only the first ones were looked at",
        )
    if (
        content.count(b"<") > MAX_TAGS
        or content.count(b"&") > MAX_AMPERSANDS
        or _MANY_ATTRIBUTES.search(content)
    ):
        raise SourceError(
            "the feed has absurdly many elements: it was not read; look at its address again"
        )
    return _without_endless_bases(content), skipped


def _without_endless_bases(content: bytes) -> bytes:
    """The content without relative bases within each other, where those grow without end.

    They make ever longer addresses, all kept: 20,000 of them fill a gigabyte.
    """
    values = _BASE.findall(content) if b"base" in content else []
    relative = sum(not value.lower().startswith(b"http") for value in values)
    return (
        _BASE.sub(b"former-base", content)
        if relative * sum(map(len, values)) > MAX_JOINED_BYTES
        else content
    )


def _closing(content: bytes) -> bytes:
    root = _ROOT.search(content[:20_000])
    if root is None:
        return b""
    return (b"</channel>" if root[1].lower() == b"rss" else b"") + b"</" + root[1] + b">"
