"""Documents that are no feed, refused with a sentence."""

from __future__ import annotations

import gzip

import pytest

from newsletter.errors import SourceError
from newsletter.model import Document, Source, SourceKind
from newsletter.sources.feeds.feed import read_feed

SOURCE = Source(name="x", kind=SourceKind.FEED)
PAGE = b"""<!DOCTYPE html><html><head><title>Home</title>
<link rel='alternate' type='text/html' href='/de'>
<link rel="alternate" type="application/rss+xml" title="News" href="/feed?a=1&amp;b=2"></head><body>Hi</body></html>"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the answer is empty: nothing to read"),
        (b" \n\0", "is empty"),
        (
            PAGE,
            "the address gives a web page, not a feed; its feed may be at https://example.org/feed?a=1&b=2",
        ),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><html/>",
            'look for its feed, or set kind = "page"',
        ),
        (b"\x89PNG\r\n\x1a\n", "the address gives a picture, not a feed"),
        (b"%PDF-1.7", "gives a PDF, not a feed"),
        (b"BEGIN:VCALENDAR\r\n", 'set kind = "calendar"'),
        (b"<catalog><book/></catalog>", "gives XML of another kind (<catalog>), not a feed"),
        (b"<PubmedArticleSet></PubmedArticleSet>", 'set kind = "pubmed"'),
        (b"just some words", "gives no feed (RSS, Atom or JSON Feed)"),
        (bytes(range(1, 256)) * 20, "gives no feed"),
        (b"\x1f\x8bbroken", "cannot be unpacked"),
        (gzip.compress(bytes(30_000_000)), "is larger than 20 MB: it was not read"),
        (b"x" * 20_000_001, "is larger than 20 MB"),
        (b"<" * 2_000_000, "has absurdly many elements"),
    ],
)
def test_what_is_no_feed_is_refused(content, words):
    with pytest.raises(SourceError) as caught:
        read_feed(Document(content=content, url="https://example.org/"), SOURCE)
    assert words in str(caught.value)


def test_many_comments_before_nothing_are_no_trouble():
    with pytest.raises(SourceError, match="no feed"):
        read_feed(Document(content=b"<!---->" * 500 + b"x"), SOURCE)


def test_a_file_is_called_a_file():
    with pytest.raises(
        SourceError, match="the file is a web page, not a feed; its feed may be at /feed"
    ):
        read_feed(Document(content=PAGE, url="file:///srv/pages/page.html"), SOURCE)


FRENCH = "<rss version='2.0'><channel><item><title>na\u00efve r\u00e9sum\u00e9</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (FRENCH.encode(), ""),
        (FRENCH.encode("windows-1252"), ""),
        (FRENCH.encode("iso-8859-15"), "text/xml; charset=iso-8859-15"),
        (f"<?xml version='1.0' encoding='iso-8859-1'?>{FRENCH}".encode("iso-8859-1"), ""),
        (FRENCH.encode("utf-16"), ""),
    ],
)
def test_letters_are_read_as_they_were_written(content, content_type):
    (entry,) = read_feed(Document(content=content, content_type=content_type), SOURCE).entries
    assert entry.title == "na\u00efve r\u00e9sum\u00e9"


def test_letters_that_can_be_guessed_surely_are_guessed():
    russian = "\u041f\u0430\u0446\u0438\u0435\u043d\u0442\u0430\u043c \u0438 \u0441\u0435\u043c\u044c\u044f\u043c \u043e \u043b\u0435\u0447\u0435\u043d\u0438\u0438 \u0441\u0430\u0440\u043a\u043e\u043c\u044b"
    content = (
        f"<rss version='2.0'><channel><item><title>{russian}</title></item></channel></rss>".encode(
            "koi8-r"
        )
    )
    (entry,) = read_feed(Document(content=content), SOURCE).entries
    assert entry.title == russian
