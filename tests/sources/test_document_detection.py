from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model import Document, SourceKind
from newsletter.sources.document_detection import kind_of_document, out_of_its_mail

MAIL = (
    b"Return-Path: <office@example.org>\r\nFrom: Office <office@example.org>\r\nSubject: A talk\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nA talk\r\n"
    b"--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<p>A talk in Z=FCrich</p>\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "invitation.txt", SourceKind.CALENDAR),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<rss version="2.0">', "news.xml", SourceKind.FEED),
        (b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">', "", SourceKind.FEED),
        (
            b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
            "feed.json",
            SourceKind.FEED,
        ),
        (
            b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet PUBLIC "-" "x"><PubmedArticleSet>',
            "",
            SourceKind.PUBMED,
        ),
        (b'{"studies": [{"protocolSection": {}}]}', "studies.json", SourceKind.TRIALS),
        (b'{"errorcode": 0, "data": {"oppHits": []}}', "calls.json", SourceKind.GRANTS),
        (b'{"status": "ok", "message": {"DOI": "10.1/x"}}', "work.json", None),
        (b"Title,Link\nA,https://example.org\n", "list.CSV", SourceKind.TABLE),
        (b"A talk on rest\nhttps://example.org/talk\n", "notes.txt", SourceKind.PAGE),
        (b"<!doctype html><title>News</title>", "", SourceKind.PAGE),
    ],
)
def test_a_document_is_told_from_its_beginning(
    content: bytes, name: str, kind: SourceKind | None
) -> None:
    assert kind_of_document(Document(content=content), name) is kind


def test_of_a_mail_the_html_part_is_read() -> None:
    found = out_of_its_mail(Document(content=MAIL))
    assert found.content.strip() == "<p>A talk in Zürich</p>".encode("latin-1")
    assert found.content_type == "text/html; charset=iso-8859-1"


def test_a_mail_of_plain_text_is_read_as_text() -> None:
    found = out_of_its_mail(Document(content=b"Message-ID: <a@b>\nSubject: x\n\nA talk\n"))
    assert (found.content, found.content_type) == (b"A talk\n", "text/plain")


@pytest.mark.parametrize(
    "content",
    [
        b"Title: A talk\nDate: tomorrow\n\nhttps://example.org",
        b"A talk\n\nMessage-ID: is a header",
        b"",
        b"MIME-Version: 1.0\nContent-Type: application/pdf\n\n%PDF",
    ],
)
def test_what_is_no_mail_with_words_stays_as_it_is(content: bytes) -> None:
    document = Document(content=content)
    assert out_of_its_mail(document) is document


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"",
            b"MIME-Version: 1.0\n",
            b"Received: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\n",
            b"MIME-Version: 1\nContent-Type: multipart/related; boundary=a\n\n--a\nContent-Type: ",
        ]
    ),
)
def test_any_bytes_are_some_document(content: bytes, before: bytes) -> None:
    document = out_of_its_mail(Document(content=before + content))
    kind_of_document(document, "x.json")
