"""What a person brings: a text, a file, a link or an identifier. It can be looked at before anything is taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from newsletter.config import secret
from newsletter.entries.ingest import names_of, take_in
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.identity import Index
from newsletter.model import Document, Entry, Reading, Source, SourceKind
from newsletter.sources.document_detection import kind_of_document, out_of_its_mail
from newsletter.sources.lookup import Kind, kind_of
from newsletter.sources.parser_pool import reader_for
from newsletter.workspace.context import Desk

PASTED = Source(name="pasted", kind=SourceKind.PAGE)
"""The source of what a person brings."""


def add(
    desk: Desk, what: str, *, stdin: Callable[[], bytes], section: str | None = None
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Take in what a person names: a file, `-` for standard input, an address or an identifier.

    Gives the entries as they are known from now on, and a sentence for each part that could not be read. Raises
    UsageError when there is no such file or section, and SourceError when nothing can be made of it.
    """
    sections = [style.name for style in desk.workspace.settings.sections]
    if section is not None and section not in sections:
        raise UsageError(f"there is no section “{section}”; there are: {', '.join(sections)}")
    found = _named(desk, what, stdin)
    keys = take(desk, found.entries, section=section)
    known = entries_of(desk).by_keys(keys)
    return tuple(known[key] for key in keys), found.skipped


def understand(desk: Desk, pasted: str) -> Reading:
    """The entries of a pasted text, or of the one link, DOI, PMID or NCT number that it is; nothing is kept.

    Raises SourceError when nothing can be made of it, UsageError when it is empty.
    """
    text = pasted.strip()
    if not text:
        raise UsageError("paste a text, a link, a DOI, a PMID or an NCT number first")
    if "\n" not in text and kind_of(text) is not Kind.FILE:
        return asyncio.run(_looked_up(desk, text))
    return _read(desk, Document(content=text.encode(), content_type="text/plain; charset=utf-8"))


def known_as(desk: Desk, entry: Entry) -> str | None:
    """The key under which this was seen before, if it was."""
    near = entries_of(desk).by_keys(entries_of(desk).known_as(names_of(entry)))
    return next(iter(Index(near.values()).find(entry)), None)


def take(desk: Desk, entries: Iterable[Entry], *, section: str | None = None) -> tuple[str, ...]:
    """Take in what was understood; tells the keys under which it is known from now on, each once."""
    seen = tuple(replace(entry, section=section or entry.section) for entry in entries)
    return tuple(dict.fromkeys(take_in(entries_of(desk), PASTED.name, seen, desk.now).keys))


def _named(desk: Desk, what: str, stdin: Callable[[], bytes]) -> Reading:
    if what == "-":
        return _read(desk, Document(content=stdin()))
    if kind_of(what) is not Kind.FILE:
        return asyncio.run(_looked_up(desk, what))
    from newsletter.sources.fetcher import read_file

    fetched = read_file(Path(what))
    if fetched.document is None:
        raise UsageError(fetched.error or f"{what} cannot be read")
    return _read(desk, fetched.document, what)


def _read(desk: Desk, handed: Document, name: str = "") -> Reading:
    """The entries of a document, whatever it is."""
    document = out_of_its_mail(handed)
    kind = kind_of_document(document, name)
    if kind is None:
        from newsletter.sources.registries.crossref import read_works

        return read_works(document, PASTED)
    return reader_for(desk).reading(replace(PASTED, kind=kind), document)


async def _looked_up(desk: Desk, reference: str) -> Reading:
    from newsletter.sources.lookup import look_up
    from newsletter.sources.source_client import (
        PUBMED_KEY,
        fetcher_for,  # the web client loads when something is asked
    )

    zone = desk.workspace.settings.newsletter.zone
    async with fetcher_for(desk) as fetcher:
        return await look_up(reference, fetcher, source=PASTED, api_key=secret(PUBMED_KEY), zone=zone)
