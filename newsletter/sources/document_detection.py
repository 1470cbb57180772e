"""What a document is that a person hands over: told from its bytes, and only then from its name.

Staff save what reaches them: an attachment, a calendar file, a colleague's mail. Nobody should have
to know its kind.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace

from newsletter.model import Document, SourceKind
from newsletter.sources.kinds import is_document_of, is_file_name_of, list_source_types

_LOOK_AT = 4_000  # bytes; what a document is stands at its beginning
_MAX_HEADER_BYTES = 200_000  # bytes
_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_OF_A_MAIL = re.compile(
    rb"^(?:Message-ID|MIME-Version|Received|Return-Path)[ \t]*:", re.IGNORECASE | re.MULTILINE
)


def kind_of_document(document: Document, name: str = "") -> str | None:
    """The kind of source whose reader understands the document.

    None for JSON of works, which no source is.
    """
    types = list_source_types()
    start = document.content[:_LOOK_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    claimed = (
        *(found.kind for found in types if is_file_name_of(found, name)),
        *(found.kind for found in types if is_document_of(found, start)),
    )
    unclaimed = None if name.lower().endswith(".json") else SourceKind.PAGE
    return claimed[0] if claimed else unclaimed


def out_of_its_mail(document: Document) -> Document:
    """What a mail says (RFC 5322, MIME): its HTML part, else its text.

    The document itself where it is no mail.
    """
    header = _HEADER.match(document.content[:_MAX_HEADER_BYTES])
    if header is None or not _OF_A_MAIL.search(header[0]):
        return document
    mail = email.message_from_bytes(document.content, policy=email.policy.default)
    body = mail.get_body(("html", "plain"))
    content = body.get_payload(decode=True) if body is not None else None
    if body is None or not isinstance(content, bytes):
        return document
    charset = body.get_content_charset()
    content_type = body.get_content_type() + (f"; charset={charset}" if charset else "")
    return replace(document, content=content, content_type=content_type)
