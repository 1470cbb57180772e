"""PubMed as a kind of source: asked by a query, or read from an answer that was saved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.config import secret
from newsletter.model import Document, ParsedDocument, Source, SourceKind
from newsletter.sources.kinds import ParsingContext, SourceType

if TYPE_CHECKING:
    from newsletter.sources.registries.api_client import HttpClient

PUBMED_KEY = "NEWSLETTER_PUBMED_API_KEY"
"""The secret with which PubMed may be asked more often."""
_BEGINNING = re.compile(rb"(?:<[?!][^>]*>\s*)*<(?:PubmedArticleSet|PubmedBookArticleSet)\b")


def _read(document: Document, source: Source, context: ParsingContext) -> ParsedDocument:
    from newsletter.sources.registries.pubmed import read_pubmed

    del context
    return read_pubmed(document, source)


async def _collect(client: HttpClient, source: Source) -> ParsedDocument:
    from newsletter.sources.registries.entrez import EUTILS, collect_pubmed

    base = source.url.rstrip("/") if source.url else EUTILS
    return await collect_pubmed(client, source, api_key=secret(PUBMED_KEY), base=base)


SOURCE_TYPE = SourceType(
    kind=SourceKind.PUBMED,
    title="A search in PubMed",
    read=_read,
    collect=_collect,
    rank=30,
    dated_by_publication=True,
    tried_for="words",
    recognize=lambda start: bool(_BEGINNING.match(start)),
)
