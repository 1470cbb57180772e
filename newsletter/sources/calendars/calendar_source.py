"""Calendars as a kind of source."""

from __future__ import annotations

import re

from newsletter.model import Document, ParsedDocument, Source, SourceKind
from newsletter.sources.kinds import ParsingContext, SourceType

_ADDRESS = re.compile(r"webcal:.*|.*\.(?:ics|ical)", re.DOTALL)
_BEGINNING = re.compile(rb"BEGIN:VCALENDAR\b", re.IGNORECASE)


def _read(document: Document, source: Source, context: ParsingContext) -> ParsedDocument:
    from newsletter.sources.calendars.ical import read_calendar

    return read_calendar(
        document, source, now=context.now, ahead_days=context.ahead_days, zone=context.zone
    )


SOURCE_TYPE = SourceType(
    kind=SourceKind.CALENDAR,
    title="A calendar (iCalendar)",
    read=_read,
    rank=50,
    is_calendar=True,
    is_address=lambda path: bool(_ADDRESS.fullmatch(path)),
    recognize=lambda start: bool(_BEGINNING.match(start)),
)
