"""Pages and pasted text as a kind of source: what any document is that no other kind claims."""

from __future__ import annotations

from newsletter.model import Document, ParsedDocument, Source, SourceKind
from newsletter.sources.kinds import ParsingContext, SourceType


def _read(document: Document, source: Source, context: ParsingContext) -> ParsedDocument:
    from newsletter.sources.pages.page import read_page

    del context
    return read_page(document, source)


SOURCE_TYPE = SourceType(
    kind=SourceKind.PAGE,
    title="A web page, or a text in a file",
    read=_read,
    rank=20,
    tried_for="addresses",
)
