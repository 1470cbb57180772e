"""Strangers' markup and bytes as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats.markup_text import decode_document, one_line, paragraphs
from newsletter.model import Document


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br/>Three</p>", "One\n\nTwo\n\nThree"),
        (
            "<jats:title>Purpose</jats:title><jats:p>To <jats:italic>see</jats:italic></jats:p>",
            "Purpose\n\nTo see",
        ),
        ("<jats:unheard>of</jats:unheard>", "of"),
        ("p &lt; 0.05 &amp;amp; more", "p < 0.05 &amp; more"),
        (
            "p < 0.05 and q > 3, mail <office@example.org>",
            "p < 0.05 and q > 3, mail <office@example.org>",
        ),
        ("see <https://example.org/a>", "see <https://example.org/a>"),
        ("a<!-- no --> b<script>x()</script><STYLE>p{}</STYLE>c", "a bc"),
        ("a <!-- never closed", "a <!-- never closed"),
        ("one\r\n\r\ntwo\rthree", "one\n\ntwo three"),
        ("  one\n two\n \n\n three ", "one two\n\nthree"),
        ("H<sub>2</sub>O", "H2O"),
        ("", ""),
    ],
)
def test_markup_becomes_paragraphs(markup, text):
    assert paragraphs(markup) == text


def test_characters_that_nobody_sees_are_dropped():
    assert one_line("a\u200b\x00b\t\n c\ufeff") == "ab c"


@pytest.mark.parametrize(
    "bomb", ["<!--" * 50_000, "<script" * 30_000, "<a " * 60_000, "&" * 200_000, "<" * 200_000]
)
def test_markup_that_never_closes_costs_no_time(bomb):
    assert len(paragraphs(bomb)) <= 200_000


@given(st.text())
def test_any_text_becomes_clean_lines(text):
    assert all(line == line.strip() for line in paragraphs(text).split("\n\n"))


@pytest.mark.parametrize(
    ("content", "content_type", "text"),
    [
        ("é".encode(), "", "é"),
        (b"\xef\xbb\xbf" + "é".encode(), "", "é"),
        ("é".encode("utf-16"), "", "é"),
        ("é".encode("utf-16-be").join([b"\xfe\xff", b""]), "", "é"),
        ("é“".encode("cp1252"), "", "é“"),
        ("ł".encode("iso-8859-2"), "text/calendar; charset=ISO-8859-2", "ł"),
        ("é".encode("cp1252"), "text/plain; charset=klingon", "é"),
        (b"\x81", 'text/plain; charset="a\r\nb"', "\ufffd"),
    ],
)
def test_bytes_are_decoded_as_they_were_meant(content, content_type, text):
    assert decode_document(Document(content=content, content_type=content_type)) == text
