"""Answers of registries.

Asked for over HTTP, and read as XML or JSON without trusting a byte of them.

XML is parsed without entities, network or huge trees; JSON is walked by paths that give an empty
value where the answer has another shape than its documentation says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence, Sized
from datetime import date
from typing import Any, Protocol

from lxml import etree

from newsletter.errors import SourceError
from newsletter.formats.markup_text import decode_document, one_line
from newsletter.model import MAX_DOCUMENT_BYTES, Document, Entry, ParsedDocument

MAX_RECORDS = 20_000  # of one answer; of true ones 20 MB hold a few thousand
MAX_SUMMARY = 20_000  # characters; the longest abstracts have about 6,000


class ApiResponse(Protocol):
    """What came of one request: a document, or an error as a sentence."""

    @property
    def document(self) -> Document | None: ...

    @property
    def error(self) -> str | None: ...

    @property
    def inside_host(self) -> str: ...


class HttpClient(Protocol):
    """What fetches: the program's own fetcher, or another in tests."""

    async def get(self, url: str) -> ApiResponse: ...

    async def post_json(self, url: str, data: Any) -> ApiResponse: ...


async def ask(getter: HttpClient, url: str, *, secret: str | None = None) -> Document:
    """The answer to a GET.

    Raises SourceError with the reason, in which `secret` (part of the address) is masked.
    """
    return _document(await getter.get(url), secret)


async def ask_with(getter: HttpClient, url: str, data: Any) -> Document:
    """The answer to a POST of JSON; raises SourceError with the reason."""
    return _document(await getter.post_json(url, data), None)


def _document(fetched: ApiResponse, secret: str | None) -> Document:
    if fetched.document is not None:
        return fetched.document
    reason = fetched.error or "the service gave no answer"
    raise SourceError(
        reason.replace(secret, "…") if secret else reason, inside_host=fetched.inside_host
    )


def xml_of(document: Document, what: str) -> tuple[etree._Element, str]:
    """The root of an XML answer; with a sentence when only its good part could be read.

    Raises SourceError when it is no XML at all; `what` names what was expected: “an efetch answer
    of PubMed”.
    """
    content = _check_content(document, what)
    try:
        return etree.fromstring(content, _parser(recover=False)), ""
    except etree.XMLSyntaxError as error:
        broken = f"line {error.lineno}: {error.msg}"
    try:
        root = etree.fromstring(content, _parser(recover=True))
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise SourceError(f"this is not {what}: it is no XML ({broken})")
    return root, f"the answer is broken at {broken}; what stands after that may be missing"


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def json_of(document: Document, what: str) -> Any:
    """A JSON answer; raises SourceError when it is none."""
    _check_content(document, what)
    try:
        return json.loads(decode_document(document))
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"this is not {what}: it is no JSON ({one_line(str(error))[:100]})"
        ) from error


def _check_content(document: Document, what: str) -> bytes:
    if len(document.content) > MAX_DOCUMENT_BYTES:
        raise SourceError(
            f"{what} may have {MAX_DOCUMENT_BYTES // 1_000_000} MB at most: ask for fewer records"
        )
    if not document.content.strip():
        raise SourceError(f"this is not {what}: it is empty")
    return document.content


def refuse_too_many(records: Sized, what: str) -> None:
    """Raise SourceError for more records than any of our questions is answered with."""
    if len(records) > MAX_RECORDS:
        raise SourceError(f"{what} may hold {MAX_RECORDS:,} records at most: ask for fewer")


def at(value: Any, *path: str) -> Any:
    """What a JSON object holds at a path of names; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """The text or number at a path, as one line; empty where there is none."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return one_line(str(found)[:MAX_SUMMARY])


def number_of(text: str) -> int | None:
    """A count as registers write it, of nine digits at most; None for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def list_at(value: Any, *path: str) -> list[Any]:
    """The list at a path; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def texts_at(value: Any, *path: str) -> list[str]:
    """The texts in the list at a path, or the one text that stands there; empty ones left out."""
    found = at(value, *path)
    texts = found if isinstance(found, list) else [found]
    return [
        line for each in texts if isinstance(each, str) and (line := one_line(each[:MAX_SUMMARY]))
    ]


def newest(entries: Sequence[Entry], skipped: Sequence[str], limit: int) -> ParsedDocument:
    """A reading of the newest entries.

    Those without a date count as new, and a sentence says how many were older.
    """
    if len(entries) <= limit:
        return ParsedDocument(entries=tuple(entries), skipped=tuple(skipped))
    by_age = sorted(range(len(entries)), key=lambda at: _day(entries[at]), reverse=True)
    kept = tuple(entries[at] for at in sorted(by_age[:limit]))
    sentence = f"{len(entries) - limit} older entries were left out: the source's limit is {limit}"
    return ParsedDocument(entries=kept, skipped=(*skipped, sentence))


def _day(entry: Entry) -> date:
    return entry.dated.day if entry.dated else date.max
