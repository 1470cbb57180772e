"""The configured sources that need a look from a person: broken, or quiet for unusually long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.entries.records import SourceRecord
from newsletter.entries.repository import entries_of
from newsletter.formats.written_dates import write_day
from newsletter.model import Source
from newsletter.sources.staleness import find_stale_sources, is_empty
from newsletter.workspace.context import AppContext


@dataclass(frozen=True, slots=True)
class SourceAlert:
    """A source that needs a look."""

    source: Source
    said: str


def list_alerts(context: AppContext) -> Iterator[SourceAlert]:
    """Every source that needs a look, in the order of newsletter.toml."""
    sources, records = context.workspace.settings.sources, entries_of(context).sources()
    known = [(each, records[each.name]) for each in sources if each.name in records]
    stale = find_stale_sources(context, [record for _, record in known])
    for source, record in known:
        if said := _describe_trouble(record, stale.get(record.name, "")):
            yield SourceAlert(source, said)


def _describe_trouble(record: SourceRecord, stale: str) -> str:
    if record.error:
        since = f" since {write_day(record.failing_since_at)}" if record.failing_since_at else ""
        return f"Broken{since}: {record.error}"
    if is_empty(record):
        stale = stale or "it answers, and has nothing in it"
    return f"Quiet: {stale}." if stale else ""
