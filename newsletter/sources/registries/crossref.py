"""Works as Crossref's REST API gives them (https://api.crossref.org), and as CSL JSON has them.

CSL JSON is what reference managers write and what Crossref's form is made after; where they differ
(a title that is a list or a text, dates by many names) both are read. The date is that of the first
publication, online before print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from newsletter.errors import SourceError
from newsletter.formats.dates import parse
from newsletter.formats.markup_text import paragraphs
from newsletter.identity import clean_doi, clean_url, ids_in, is_preprint_doi
from newsletter.model import Dated, Document, Entry, Flag, Ids, ParsedDocument, Source
from newsletter.sources.author_names import form_of
from newsletter.sources.registries.api_client import (
    MAX_SUMMARY,
    HttpClient,
    ask,
    at,
    json_of,
    list_at,
    refuse_too_many,
    text_at,
    texts_at,
)
from newsletter.sources.titles import clean_title, text_of

API = "https://api.crossref.org"
ANSWER = "an answer of Crossref or CSL JSON"
MAX_AUTHORS = 1_000
BOOKS = frozenset(("book", "monograph", "edited-book", "reference-book"))
"""Types that an ISBN names; on a chapter it names the book around it."""

UPDATE_FLAGS = {
    "retraction": Flag.RETRACTED,
    "removal": Flag.RETRACTED,
    "withdrawal": Flag.RETRACTED,
    "partial_retraction": Flag.RETRACTED,
    "expression_of_concern": Flag.CONCERN,
    "correction": Flag.ERRATUM,
    "corrigendum": Flag.ERRATUM,
    "erratum": Flag.ERRATUM,
}
"""Crossref's types of updates."""

LINKED = (
    "has-preprint",
    "is-preprint-of",
    "is-version-of",
    "has-version",
    "is-same-as",
    "is-identical-to",
)
"""Relations between two forms of one work; reviews of it and data for it are other works."""


def read_works(document: Document, source: Source) -> ParsedDocument:
    """The works of an answer (one or a list), or of a CSL JSON file.

    Raises SourceError when it is something else.
    """
    entries: list[Entry] = []
    skipped: list[str] = []
    works = _works(json_of(document, ANSWER))
    refuse_too_many(works, ANSWER)
    for number, work in enumerate(works, 1):
        entry = _entry(work, source)
        if entry.title:
            entries.append(entry)
        else:
            skipped.append(f"work {entry.ids.doi or number} was left out: it has no title")
    return ParsedDocument(entries=tuple(entries), skipped=tuple(skipped))


def _works(answer: Any) -> list[Any]:
    message = at(answer, "message") if at(answer, "status") else answer
    if at(answer, "status") == "failed":
        reasons = [text_at(each, "message") for each in list_at(answer, "message")]
        raise SourceError(
            "Crossref answered:"
            f" {'; '.join(filter(None, reasons))[:200] or 'an error without words'}"
        )
    if isinstance(at(message, "items"), list):
        return list_at(message, "items")
    works = message if isinstance(message, list) else [message]
    if any(at(work, name) for work in works for name in ("DOI", "title")):
        return works
    raise SourceError(
        "this is neither an answer of Crossref nor CSL JSON: no work in it has a title or a DOI"
    )


def _entry(work: Any, source: Source) -> Entry:
    title = _title(work)
    ids = _ids(work)
    return Entry(
        ids=ids,
        title=title,
        authors=tuple(_authors(work))[:MAX_AUTHORS],
        links=tuple(dict.fromkeys(_links(work, ids))),
        dated=_choose_date(work),
        summary=_abstract(at(work, "abstract")),
        journal=_journal(work),
        section=source.section,
        flags=frozenset(_flags(work, ids, title)),
        related=tuple(dict.fromkeys(_find_related_ids(work))),
    )


def _title(work: Any) -> str:
    """Title and subtitle as one, the way PubMed prints them."""
    titles = [
        *map(clean_title, texts_at(work, "title")),
        *map(clean_title, texts_at(work, "original-title")),
        "",
    ]
    title = next((each for each in titles if each), "")
    subtitle = next(map(clean_title, texts_at(work, "subtitle")), "")
    known = subtitle.casefold() in title.casefold()
    return title if not title or known else f"{title.rstrip(':')}: {subtitle}"


def _ids(work: Any) -> Ids:
    isbn = next(iter(texts_at(work, "ISBN")), "") if text_at(work, "type") in BOOKS else ""
    pmid = text_at(work, "PMID")
    links = (
        clean_url(each)
        for each in [text_at(work, "URL"), text_at(work, "resource", "primary", "URL")]
        if each
    )
    return Ids(
        doi=clean_doi(text_at(work, "DOI")),
        pmid=pmid if pmid.isascii() and pmid.isdigit() else None,
        pmcid=ids_in(text_at(work, "PMCID")).pmcid,
        isbn=ids_in(f"ISBN {isbn}").isbn if isbn else None,
        url=next(filter(None, links), None),
    )


def _links(work: Any, ids: Ids) -> Iterator[str]:
    if ids.doi:
        yield f"https://doi.org/{ids.doi}"
    if ids.pmid:
        yield f"https://pubmed.ncbi.nlm.nih.gov/{ids.pmid}/"
    link = clean_url(text_at(work, "URL"))
    if link and not (ids.doi and clean_doi(link) == ids.doi):
        yield link


def _authors(work: Any) -> Iterator[str]:
    for author in list_at(work, "author"):
        family = " ".join(
            filter(None, (text_at(author, "non-dropping-particle"), text_at(author, "family")))
        )
        given, suffix = text_at(author, "given"), text_at(author, "suffix").rstrip(".")
        name = form_of(f"{family}, {given}") if family and given else family or given
        if (
            written := f"{name} {suffix}".strip()
            or text_at(author, "name")
            or text_at(author, "literal")
        ):
            yield written


def _choose_date(work: Any) -> Dated | None:
    """Online before print; print where it is years older, or tells the online year's month."""
    online, printed = _date(at(work, "published-online")), _date(at(work, "published-print"))
    if online and printed:
        refines = str(printed).startswith(str(online))
        return printed if refines or printed.day.year + 1 < online.day.year else online
    other = (_date(at(work, name)) for name in ("published", "posted", "issued", "published-other"))
    return online or printed or next(filter(None, other), None)


def _date(value: Any) -> Dated | None:
    """`{"date-parts": [[2023, 3]]}`; CSL's `raw` and `literal` are dates as people write them."""
    parts = list_at(value, "date-parts")
    numbers = [str(each) for each in parts[0]] if parts and isinstance(parts[0], list) else []
    if numbers and all(re.fullmatch(r"\d{1,4}", each) for each in numbers[:3]):
        return parse("-".join(each.zfill(2) for each in numbers[:3]))
    return parse(text_at(value, "raw") or text_at(value, "literal"))


def _abstract(markup: Any) -> str:
    """JATS as text: the heading of a part stands before it, “Abstract” as a heading goes."""
    if not isinstance(markup, str):
        return ""
    labelled = _HEADED.sub(r"<p>\1: ", markup[: 5 * MAX_SUMMARY])
    text = paragraphs(labelled)[:MAX_SUMMARY]
    return _HEADING.sub("", text)


_HEADED = re.compile(
    r"<(?:jats:)?title>([^<>]{1,80}?):?\s*</(?:jats:)?title>\s*<(?:jats:)?p(?:\s[^<>]*)?>"
)
_HEADING = re.compile(
    r"\A(?:abstract|summary|zusammenfassung|resumen)\s*(?::\s*|\n\n)", re.IGNORECASE
)


def _journal(work: Any) -> str:
    """The abbreviation where there is one, as PubMed prints it; of a preprint its server."""
    names = ("short-container-title", "container-title-short", "container-title")
    found = (text_of(text) for name in names for text in texts_at(work, name))
    servers = (text_at(each, "name") for each in list_at(work, "institution"))
    return next(filter(None, (*found, *servers)), "")


def _flags(work: Any, ids: Ids, title: str) -> Iterator[Flag]:
    """What the work itself is.

    A notice about another work is a correction, but is not retracted.
    """
    if text_at(work, "subtype") == "preprint" or (ids.doi and is_preprint_doi(ids.doi)):
        yield Flag.PREPRINT
    if re.match(r"\W*(?:retracted|withdrawn)\b(?:\s+article)?\s*[:\])]", title, re.IGNORECASE):
        yield Flag.RETRACTED
    for update in list_at(work, "updated-by"):
        if flag := UPDATE_FLAGS.get(text_at(update, "type")):
            yield flag
    for update in list_at(work, "update-to"):
        flag = UPDATE_FLAGS.get(text_at(update, "type"))
        if flag and flag is not Flag.RETRACTED:
            yield flag


def _find_related_ids(work: Any) -> Iterator[str]:
    others = [*list_at(work, "update-to"), *list_at(work, "updated-by")]
    dois = [text_at(other, "DOI") for other in others]
    dois += [text_at(other, "id") for name in LINKED for other in list_at(work, "relation", name)]
    for doi in filter(None, map(clean_doi, dois)):
        yield f"doi:{doi}"
    for trial in list_at(work, "clinical-trial-number"):
        if nct := ids_in(text_at(trial, "clinical-trial-number").upper()).nct:
            yield f"nct:{nct}"


async def fetch_work(
    getter: HttpClient, doi: str, source: Source, *, base: str = API
) -> ParsedDocument:
    """One work by its DOI; raises SourceError when Crossref does not answer or does not know it."""
    return read_works(await ask(getter, f"{base}/works/{quote(doi, safe='')}"), source)
