"""JSON Feed 1 and 1.1."""

from __future__ import annotations

import json

import pytest

from newsletter.errors import SourceError
from newsletter.model import Document, Source, SourceKind
from newsletter.sources.feeds.feed import read_feed

SOURCE = Source(name="x", kind=SourceKind.FEED)


def reading(feed, **document):
    content = feed if isinstance(feed, bytes) else json.dumps(feed).encode()
    return read_feed(Document(content=content, **document), SOURCE)


def test_an_item_is_read():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://example.org/",
        "items": [
            {
                "id": "tag:example.org,2023:1",
                "url": "/posts/1",
                "external_url": "https://other.org/x",
                "title": "One <blink> & two",
                "content_html": "<p>All of it</p>",
                "summary": "In short, p < 0.05",
                "date_published": "2023-03-31T10:00:00Z",
                "date_modified": "2023-04-01T10:00:00Z",
                "authors": [{"name": "Jane Doe"}, {"url": "x"}, "no object"],
            }
        ],
    }
    (entry,) = reading(feed).entries
    assert entry.title == "One <blink> & two"
    assert entry.links == ("https://example.org/posts/1", "https://other.org/x")
    assert entry.summary == "In short, p < 0.05"
    assert str(entry.dated) == "2023-03-31"
    assert entry.authors == ("Jane Doe",)
    assert entry.ids.known() == {
        "url": "https://example.org/posts/1",
        "guid": "x/tag:example.org,2023:1",
    }


def test_version_1_has_one_author_and_a_number_may_be_an_id():
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"id": 7, "author": {"name": "Jo"}, "title": 3.5}],
    }
    (entry,) = reading(feed).entries
    assert (entry.title, entry.authors, entry.ids.guid) == ("3.5", ("Jo",), "x/7")


def test_values_of_the_wrong_type_are_as_good_as_none():
    feed = {
        "items": [
            {"title": ["x"], "url": True, "authors": 3, "content_html": {}, "id": "2"},
            "no item",
            {},
        ]
    }
    result = reading(feed)
    assert [entry.title for entry in result.entries] == ["2", "Untitled"]
    assert result.skipped == ("item 2 is no JSON object: left out",)


def test_text_stands_in_for_a_title():
    feed = {"items": [{"id": "1", "content_text": "First words of it.\n\nMore"}]}
    (entry,) = reading(feed).entries
    assert entry.title == "First words of it."
    assert entry.summary == "First words of it.\n\nMore"


def test_of_endless_items_only_the_first_are_looked_at():
    result = reading({"items": [{"id": str(n)} for n in range(5_001)]})
    assert len(result.entries) == 200
    assert result.skipped == (
        "the feed has more than 5,000 items: only the first ones were looked at",
    )


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        (b'{"items": [', "cannot be read (line 1)"),
        (b'{"items":' + b"[" * 100_000, "cannot be read"),
        (b'{"a": "\xff"}', "cannot be read"),
        ([1], "no JSON Feed: it has no list of items; look at its address again"),
        ({"items": {}}, "no JSON Feed"),
        ({"studies": []}, 'set kind = "trials"'),
        ({"data": {"oppHits": []}}, 'set kind = "grants"'),
    ],
)
def test_other_json_is_refused(feed, words):
    with pytest.raises(SourceError) as caught:
        reading(feed)
    assert words in str(caught.value)


def test_json_in_utf_16_is_read():
    assert (
        reading('{"items": [{"id": "1", "title": "Ä"}]}'.encode("utf-16")).entries[0].title == "Ä"
    )
