"""Addresses of entries."""

from __future__ import annotations

import pytest

from newsletter.sources.links import absolute_link, strip_tracking

BASE = "https://example.org/news/feed.xml"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://x.org/a?b=c#d", "https://x.org/a?b=c#d"),
        (" https://x.org/a \n", "https://x.org/a"),
        ("https://x.org/a b|c", "https://x.org/a%20b%7Cc"),
        ("https://x.org/long\n/path", "https://x.org/long/path"),
        ("item.html", "https://example.org/news/item.html"),
        ("/item", "https://example.org/item"),
        ("//other.org/x", "https://other.org/x"),
        ("www.other.org/x", "http://www.other.org/x"),
        ("feed://x.org/a", "http://x.org/a"),
        ("feed:https://x.org/a", "https://x.org/a"),
        ("", None),
        ("javascript:alert(1)", None),
        ("tag:x.org,2023:1", None),
        ("mailto:a@x.org", None),
        ("http://", None),
        ("http://[::1", None),
        ("http://a b/c", None),
        ("https://x.org/" + "y" * 5000, None),
    ],
)
def test_a_link_becomes_absolute_or_none(link, expected):
    assert absolute_link(link, BASE) == expected


def test_a_relative_link_without_base_is_none():
    assert absolute_link("/item") is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://X.org/A#b", "https://X.org/A#b"),
        ("https://x.org/?id=7#b", "https://x.org/?id=7#b"),
        ("https://x.org/a?utm_source=rss&id=7", "https://x.org/a?id=7"),
        (
            "https://pubmed.ncbi.nlm.nih.gov/34902460/?fc=2021&v=2.15.0",
            "https://pubmed.ncbi.nlm.nih.gov/34902460/",
        ),
    ],
)
def test_only_what_follows_readers_is_taken_off(link, expected):
    assert strip_tracking(link) == expected
