"""Try an address before it becomes a source."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from newsletter.errors import UsageError
from newsletter.model import Source, SourceKind, SourceResult
from newsletter.workspace.context import AppContext


def build_source(name: str, kind: str, where: str, section: str) -> Source:
    """A source as a person describes it.

    An address or path, or for a register what to search for.
    """
    if not name.strip() or not where.strip():
        raise UsageError("a source needs a name, and an address or what to search for")
    try:
        known = SourceKind(kind)
    except ValueError as error:
        raise UsageError(f"“{kind}” is no kind of source") from error
    asks = known in {SourceKind.PUBMED, SourceKind.TRIALS, SourceKind.GRANTS} and "://" not in where
    place: dict[str, Any] = {"query": where.strip()} if asks else {"url": where.strip()}
    return Source(name=name.strip(), kind=known, section=section or None, **place)


def guess_kinds(where: str) -> tuple[SourceKind, ...]:
    """What an address, a path or words to search for may be, the likeliest first."""
    path = where.strip().partition("?")[0].lower()
    if path.startswith("webcal:") or path.endswith((".ics", ".ical")):
        return (SourceKind.CALENDAR,)
    if path.endswith((".csv", ".tsv", ".xlsx")):
        return (SourceKind.TABLE,)
    if "://" not in path and not re.search(r"\.\w{2,5}$", path):
        return (SourceKind.PUBMED,)  # words
    return (SourceKind.FEED, SourceKind.PAGE)


def find_source(context: AppContext, name: str, where: str, section: str) -> SourceResult:
    """Try an address as each kind that it may be.

    Gives the first that has something, else the last failure.

    Raises UsageError when name or address is missing.
    """
    found = [
        try_source(context, build_source(name, kind, where, section))
        for kind in guess_kinds(where)[:1]
    ]
    for kind in guess_kinds(where)[1:]:
        if found[-1].parsed.entries:
            break
        found.append(try_source(context, build_source(name, kind, where, section)))
    good = [each for each in found if each.parsed.entries] or [
        each for each in found if not each.error
    ]
    return (good or found)[0]


def try_source(context: AppContext, source: Source) -> SourceResult:
    """What a source gives at this moment; nothing is kept."""
    return asyncio.run(_visit_source(context, source))


def host_inside(tried: SourceResult) -> str:
    """The host in a source's address that was not asked because it is inside one's own network.

    Empty for any other failure.

    One that only a link or a redirect leads to is none that a person typed, and is never given.
    """
    from newsletter.sources.private_networks import plain_host

    host = plain_host(urlsplit(tried.source.url or "").hostname or "")
    return host if host == tried.inside_host else ""


async def _visit_source(context: AppContext, source: Source) -> SourceResult:
    from newsletter.sources.parser_pool import ParserPool, build_document_parser
    from newsletter.sources.source_client import SourceClient, build_fetcher

    with ParserPool(build_document_parser(context)) as room:
        async with build_fetcher(context) as fetcher:
            return (await SourceClient(context, fetcher, room).fetch_source(source, None)).collected
