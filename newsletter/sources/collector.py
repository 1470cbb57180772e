"""Collect: from sources to the entries seen.

One source that fails is reported beside the entries of all others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.entries.ingest import IngestResult, ingest_sources
from newsletter.entries.repository import SourceRecord, entries_of
from newsletter.errors import UsageError
from newsletter.model import Source, SourceResult
from newsletter.sources.parser_pool import ParserPool, build_document_parser
from newsletter.sources.staleness import find_stale_sources
from newsletter.workspace.context import AppContext

if TYPE_CHECKING:
    from newsletter.sources.source_client import SourceFetch

KEEP_EVERY_S = 0.25
"""How much work a crash may lose; it would only be fetched again."""

OnProgress = Callable[["CollectionResult"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionResult:
    """How one source fared, and what it brought."""

    collected: SourceResult
    new: int = 0  # entries never seen before
    record: SourceRecord
    quiet: str = (
        ""  # a sentence, when the source answers well but brings nothing for unusually long
    )

    @property
    def name(self) -> str:
        """The source's name."""
        return self.collected.source.name

    @property
    def count(self) -> int:
        """How many entries the source gives, before any are merged."""
        return (
            self.record.entries if self.collected.unchanged else len(self.collected.parsed.entries)
        )


def chosen_sources(context: AppContext, names: Iterable[str]) -> tuple[Source, ...]:
    """The sources of these names, or all; raises UsageError for a name that is none."""
    sources = context.workspace.settings.sources
    names = tuple(names)
    known = sorted(source.name for source in sources)
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no source “{name}” in newsletter.toml; there are:"
                f" {', '.join(known) or 'none'}"
            )
    return tuple(source for source in sources if not names or source.name in names)


def collect(
    context: AppContext, sources: Sequence[Source], on_progress: OnProgress = lambda _: None
) -> tuple[CollectionResult, ...]:
    """Fetch and read these sources at once, and keep what they gave.

    `on_progress` hears of each as it is done.
    """
    return asyncio.run(collect_all(context, sources, on_progress))


async def collect_all(
    context: AppContext, sources: Sequence[Source], on_progress: OnProgress
) -> tuple[CollectionResult, ...]:
    """`collect`, inside a loop that runs already."""
    known = entries_of(context).sources()
    done: dict[str, CollectionResult] = {}
    order = {
        source.name: n for n, source in enumerate(sources)
    }  # the first source to give an entry names it
    never_read = sum(source.name not in known for source in sources)
    kinds = {source.kind for source in sources}
    with ParserPool(build_document_parser(context), expected=never_read, kinds=kinds) as room:
        from newsletter.sources.source_client import (
            SourceClient,
            build_fetcher,  # the web client loads while the room gets ready
        )

        async with build_fetcher(context) as fetcher:
            visitor = SourceClient(context, fetcher, room)
            pending = {
                asyncio.create_task(visitor.fetch_source(source, known.get(source.name)))
                for source in sources
            }
            try:
                while pending:
                    finished, pending = await asyncio.wait(pending, timeout=KEEP_EVERY_S)
                    visits = sorted(
                        (visit.result() for visit in finished),
                        key=lambda visit: order[visit.before.name],
                    )
                    for each in _keep(context, visits):
                        done[each.name] = each
                        on_progress(each)
            finally:
                for visit in pending:
                    visit.cancel()
    quiet = find_stale_sources(context, (each.record for each in done.values()))
    return tuple(replace(done[source.name], quiet=quiet.get(source.name, "")) for source in sources)


def _keep(context: AppContext, visits: Sequence[SourceFetch]) -> list[CollectionResult]:
    """Keep what these visits brought, with one write to the disk."""
    brought = {visit.collected.source.name: visit.collected.parsed.entries for visit in visits}
    with entries_of(context).together():
        taken = ingest_sources(entries_of(context), brought, context.now)
        gathered = [
            _summarize_visit(visit, taken[visit.collected.source.name], context.now)
            for visit in visits
        ]
        entries_of(context).note_sources(each.record for each in gathered)
    return gathered


def _summarize_visit(visit: SourceFetch, taken: IngestResult, now: datetime) -> CollectionResult:
    """How a source fared. One that failed, or gave nothing this time, takes nothing away."""
    collected, before, fetched = visit.collected, visit.before, visit.fetched
    if collected.error is not None:
        failing_since = before.failing_since_at or now
        record = replace(
            before, checked_at=now, failing_since_at=failing_since, error=collected.error
        )
        return CollectionResult(collected=collected, record=record)
    record = replace(
        before,
        etag=fetched.etag or before.etag,
        last_modified=fetched.last_modified or before.last_modified,
        content_digest=fetched.digest or before.content_digest,
        entries=before.entries if collected.unchanged else len(collected.parsed.entries),
        checked_at=now,
        succeeded_at=now,
        changed_at=now if taken.new else before.changed_at,
        failing_since_at=None,
        error="",
    )
    return CollectionResult(collected=collected, new=len(taken.new), record=record)
