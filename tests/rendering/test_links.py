"""Links that may stand in an issue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.links import Link, LinkLabels, contacts, host, sanitize_url


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        (" http://a.example/x ", "https://a.example/x"),
        ("HTTP://A.example/", "https://A.example/"),
        ("http://a.example:80/x", "https://a.example/x"),
        ("http://a.example:8080/x", ""),
        ("https://a.example:8443/x", "https://a.example:8443/x"),
        ("mailto:a@b.example?subject=hi there", "mailto:a@b.example?subject=hi%20there"),
        ("tel:+13035550142", "tel:+13035550142"),
        ('https://a.example/ä "b"<c>|{d}', "https://a.example/%C3%A4%20%22b%22%3Cc%3E%7C%7Bd%7D"),
        ("https://a.example/100%/%20", "https://a.example/100%25/%20"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("//a.example/x", ""),
        ("/x", ""),
        ("https://", ""),
        ("mailto:", ""),
        ("https://a.example:port/", ""),
        ("https://[bad/", ""),
        ("https://" + "ü" * 80 + ".example/", ""),
        ("", ""),
    ],
)
def test_a_link_is_secure_or_no_link(url, safe):
    assert sanitize_url(url) == safe


@given(st.text(max_size=40))
def test_no_text_makes_an_unsafe_address(text):
    assert not set(sanitize_url(f"https://a.example/{text}")) & set(' "<>\\^`{|}\n\r\t')


def test_a_host_has_no_www():
    assert (host("https://www.nlmsf.org/news"), host("mailto:x")) == ("nlmsf.org", "")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("Study office", (Link(label="Study office"),)),
        (
            "Jane, 303-555-0142, jane@x.example.",
            (
                Link(label="Jane, "),
                Link(label="303-555-0142", url="tel:3035550142"),
                Link(label=", "),
                Link(label="jane@x.example", url="mailto:jane@x.example"),
                Link(label="."),
            ),
        ),
        ("+1 (303) 555 0142", (Link(label="+1 (303) 555 0142", url="tel:+13035550142"),)),
    ],
)
def test_contacts_can_be_tapped(text, pieces):
    assert contacts(text) == pieces


def test_two_places_never_share_a_label():
    labels = LinkLabels()
    assert labels.link("News", "https://a.example").label == "News"
    assert labels.link("news ", "https://b.example").label == "news  (2)"
    assert labels.link("NEWS", "https://c.example").label == "NEWS (3)"
    assert labels.link("News", "https://a.example").label == "News"


def test_a_label_that_says_nothing_names_the_host():
    assert (
        LinkLabels().link("Read more »", "https://www.a.example/x").label
        == "Read more » (a.example)"
    )


def test_a_label_without_a_place_is_words():
    assert LinkLabels().link("more", "") == Link(label="more")
