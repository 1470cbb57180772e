"""Tables of the staff as a kind of source; no content tells one, so the name of the file does."""

from __future__ import annotations

from newsletter.model import Document, ParsedDocument, Source, SourceKind
from newsletter.sources.kinds import ParsingContext, SourceType


def _read(document: Document, source: Source, context: ParsingContext) -> ParsedDocument:
    from newsletter.sources.staff_table import keep_known_sections, read_table

    return keep_known_sections(read_table(document, source, zone=context.zone), context.sections)


SOURCE_TYPE = SourceType(
    kind=SourceKind.TABLE,
    title="A table (CSV, Excel)",
    read=_read,
    rank=70,
    suffixes=(".csv", ".tsv", ".xlsx"),
)
