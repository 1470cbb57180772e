"""Documents that are no feed, refused with a sentence."""

from __future__ import annotations

import gzip

import pytest

from newsletter.errors import SourceError
from newsletter.model import Document, Source, SourceKind
from newsletter.sources.feed import read_feed

SOURCE = Source(name="x", kind=SourceKind.FEED)
PAGE = b"""<!DOCTYPE html><html><head><title>Home</title>
<link rel='alternate' type='text/html' href='/de'>
<link rel="alternate" type="application/rss+xml" title="News" href="/feed?a=1&amp;b=2"></head><body>Hi</body></html>"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the answer is empty: nothing to read"),
        (b" \n\0", "is empty"),
        (PAGE, "the address gives a web page, not a feed; its feed may be at https://example.org/feed?a=1&b=2"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><html/>", 'look for its feed, or set kind = "page"'),
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
    with pytest.raises(SourceError, match="the file is a web page, not a feed; its feed may be at /feed"):
        read_feed(Document(content=PAGE, url="file:///srv/pages/page.html"), SOURCE)
