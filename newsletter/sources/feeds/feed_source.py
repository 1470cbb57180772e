"""Feeds as a kind of source."""

from __future__ import annotations

import re

from newsletter.model import Document, ParsedDocument, Source, SourceKind
from newsletter.sources.kinds import ParsingContext, SourceType

_BEGINNING = re.compile(
    rb"(?:<[?!][^>]*>\s*)*<(?:rss|feed|rdf:RDF|atom:feed)\b"
    rb'|\{[^{\[]*"version"\s*:\s*"https?:(?:\\?/){2}jsonfeed\.org(?:\\?/)version'
)


def _read(document: Document, source: Source, context: ParsingContext) -> ParsedDocument:
    from newsletter.sources.feeds.feed import read_feed

    del context
    return read_feed(document, source)


SOURCE_TYPE = SourceType(
    kind=SourceKind.FEED,
    title="A feed (RSS, Atom, JSON)",
    read=_read,
    rank=10,
    dated_by_publication=True,
    tried_for="addresses",
    recognize=lambda start: bool(_BEGINNING.match(start)),
    preloaded=("newsletter.sources.feeds.feed", "newsletter.sources.feeds.feedparser_adapter"),
)
