"""What a person brings: a text, a file, a link or an identifier.

It can be looked at before anything is taken in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from newsletter.config import secret
from newsletter.entries.ingest import ingest_entries, list_aliases
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.identity import Index
from newsletter.model import Document, Entry, ParsedDocument, Source, SourceKind
from newsletter.sources.document_detection import kind_of_document, out_of_its_mail
from newsletter.sources.lookup import ReferenceKind, detect_kind
from newsletter.sources.parser_pool import build_document_parser
from newsletter.workspace.context import AppContext

PASTED = Source(name="pasted", kind=SourceKind.PAGE)
"""The source of what a person brings."""


def add(
    context: AppContext, what: str, *, stdin: Callable[[], bytes], section: str | None = None
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Take in what a person names: a file, `-` for standard input, an address or an identifier.

    Gives the entries as they are known from now on, and a sentence for each part that could not be
    read. Raises UsageError when there is no such file or section, and SourceError when nothing can
    be made of it.
    """
    sections = [style.name for style in context.workspace.settings.sections]
    if section is not None and section not in sections:
        raise UsageError(f"there is no section “{section}”; there are: {', '.join(sections)}")
    found = _read_argument(context, what, stdin)
    keys = take(context, found.entries, section=section)
    known = entries_of(context).by_keys(keys)
    return tuple(known[key] for key in keys), found.skipped


def understand(context: AppContext, pasted: str) -> ParsedDocument:
    """The entries of a pasted text, or of the one link, DOI, PMID or NCT number that it is.

    Nothing is kept.

    Raises SourceError when nothing can be made of it, UsageError when it is empty.
    """
    text = pasted.strip()
    if not text:
        raise UsageError("paste a text, a link, a DOI, a PMID or an NCT number first")
    if "\n" not in text and detect_kind(text) is not ReferenceKind.FILE:
        return asyncio.run(_look_up_reference(context, text))
    return _read(context, Document(content=text.encode(), content_type="text/plain; charset=utf-8"))


def known_as(context: AppContext, entry: Entry) -> str | None:
    """The key under which this was seen before, if it was."""
    near = entries_of(context).by_keys(entries_of(context).known_as(list_aliases(entry)))
    return next(iter(Index(near.values()).find(entry)), None)


def take(
    context: AppContext, entries: Iterable[Entry], *, section: str | None = None
) -> tuple[str, ...]:
    """Take in what was understood.

    Tells the keys under which it is known from now on, each once.
    """
    seen = tuple(replace(entry, section=section or entry.section) for entry in entries)
    return tuple(
        dict.fromkeys(ingest_entries(entries_of(context), PASTED.name, seen, context.now).keys)
    )


def _read_argument(context: AppContext, what: str, stdin: Callable[[], bytes]) -> ParsedDocument:
    if what == "-":
        return _read(context, Document(content=stdin()))
    if detect_kind(what) is not ReferenceKind.FILE:
        return asyncio.run(_look_up_reference(context, what))
    from newsletter.sources.fetcher import read_file

    fetched = read_file(Path(what))
    if fetched.document is None:
        raise UsageError(fetched.error or f"{what} cannot be read")
    return _read(context, fetched.document, what)


def _read(context: AppContext, handed: Document, name: str = "") -> ParsedDocument:
    """The entries of a document, whatever it is."""
    document = out_of_its_mail(handed)
    kind = kind_of_document(document, name)
    if kind is None:
        from newsletter.sources.registries.crossref import read_works

        return read_works(document, PASTED)
    return build_document_parser(context).parse(replace(PASTED, kind=kind), document)


async def _look_up_reference(context: AppContext, reference: str) -> ParsedDocument:
    from newsletter.sources.lookup import look_up_reference
    from newsletter.sources.registries.pubmed_source import PUBMED_KEY
    from newsletter.sources.source_client import (
        build_fetcher,  # the web client loads when something is asked
    )

    zone = context.workspace.settings.newsletter.zone
    async with build_fetcher(context) as fetcher:
        return await look_up_reference(
            reference, fetcher, source=PASTED, api_key=secret(PUBMED_KEY), zone=zone
        )
