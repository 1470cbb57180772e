"""Try an address before it becomes a source."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from newsletter.errors import SourceError, UsageError
from newsletter.model import Source, SourceResult
from newsletter.sources.kinds import find_source_type, is_address_of, list_source_types
from newsletter.workspace.context import AppContext


def build_source(name: str, kind: str, where: str, section: str) -> Source:
    """A source as a person describes it.

    An address or path, or for a register what to search for.
    """
    if not name.strip() or not where.strip():
        raise UsageError("a source needs a name, and an address or what to search for")
    try:
        found = find_source_type(kind)
    except SourceError as error:
        raise UsageError(str(error)) from error
    is_place = "://" in where or is_address_of(found, _normalize_path(where))
    asks = found.collect is not None and not is_place
    place: dict[str, Any] = {"query": where.strip()} if asks else {"url": where.strip()}
    return Source(name=name.strip(), kind=found.kind, section=section or None, **place)


def guess_kinds(where: str) -> tuple[str, ...]:
    """What an address, a path or words to search for may be, the likeliest first."""
    path = _normalize_path(where)
    types = list_source_types()
    if claimed := tuple(found.kind for found in types if is_address_of(found, path)):
        return claimed
    is_words = "://" not in path and not re.search(r"\.\w{2,5}$", path)
    wanted = "words" if is_words else "addresses"
    return tuple(found.kind for found in types if found.tried_for == wanted)


def _normalize_path(where: str) -> str:
    return where.strip().partition("?")[0].lower()


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
