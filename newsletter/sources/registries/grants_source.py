"""Grants.gov as a kind of source: asked by a query, or read from a saved answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.model import Document, ParsedDocument, Source, SourceKind
from newsletter.sources.kinds import ParsingContext, SourceType

if TYPE_CHECKING:
    from newsletter.sources.registries.api_client import HttpClient

_BEGINNING = re.compile(rb'\{[\s\S]*?"oppHits"\s*:')


def _read(document: Document, source: Source, context: ParsingContext) -> ParsedDocument:
    from newsletter.sources.registries.grants_gov import read_grants

    del context
    return read_grants(document, source)


async def _collect(client: HttpClient, source: Source) -> ParsedDocument:
    from newsletter.sources.registries.grants_gov import API, collect_grants

    base = source.url.rstrip("/") if source.url else API
    return await collect_grants(client, source, base=base)


SOURCE_TYPE = SourceType(
    kind=SourceKind.GRANTS,
    title="A search in Grants.gov",
    read=_read,
    collect=_collect,
    rank=60,
    recognize=lambda start: bool(_BEGINNING.match(start)),
)
