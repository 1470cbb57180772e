"""Collect: from sources to the entries seen. One source that fails is reported beside the entries of all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.config import secret
from newsletter.errors import UsageError
from newsletter.model import Collected, Document, Entry, Reading, Source, SourceKind
from newsletter.pipeline.desk import Desk
from newsletter.pipeline.visiting import PUBMED_KEY, Visit, Visitor, fetcher_for, reading
from newsletter.sources.fetching import read_file
from newsletter.storage.entries import SourceRecord
from newsletter.storage.taking_in import TakenIn, take_in

PASTED = "pasted"
"""The source of what `add` brings."""

NOTHING = TakenIn(keys=(), new=frozenset())
KEEP_EVERY_S = 0.25
"""How much work a crash may lose; it would only be fetched again."""

OnProgress = Callable[["Gathered"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """How one source fared, and what it brought."""

    collected: Collected
    new: int = 0  # entries never seen before
    record: SourceRecord

    @property
    def name(self) -> str:
        """The source's name."""
        return self.collected.source.name

    @property
    def count(self) -> int:
        """How many entries the source gives, before any are merged."""
        return self.record.entries if self.collected.unchanged else len(self.collected.reading.entries)


def chosen_sources(desk: Desk, names: Iterable[str]) -> tuple[Source, ...]:
    """The sources of these names, or all; raises UsageError for a name that is none."""
    sources = desk.workspace.settings.sources
    names = tuple(names)
    known = sorted(source.name for source in sources)
    for name in names:
        if name not in known:
            raise UsageError(f"there is no source “{name}” in newsletter.toml; there are: {', '.join(known) or 'none'}")
    return tuple(source for source in sources if not names or source.name in names)


def collect(desk: Desk, sources: Sequence[Source], on_progress: OnProgress = lambda _: None) -> tuple[Gathered, ...]:
    """Fetch and read these sources at once, and keep what they gave; `on_progress` hears of each as it is done."""
    return asyncio.run(collect_all(desk, sources, on_progress))


async def collect_all(desk: Desk, sources: Sequence[Source], on_progress: OnProgress) -> tuple[Gathered, ...]:
    """`collect`, inside a loop that runs already."""
    known = desk.store.sources()
    done: dict[str, Gathered] = {}
    async with fetcher_for(desk) as fetcher:
        visitor = Visitor(desk, fetcher)
        pending = {asyncio.create_task(visitor.visit(source, known.get(source.name))) for source in sources}
        try:
            while pending:
                finished, pending = await asyncio.wait(pending, timeout=KEEP_EVERY_S)
                if not finished:
                    continue
                with desk.store.together():  # one write to the disk for all that came in meanwhile
                    gathered = [_keep(desk, visit.result()) for visit in finished]
                for each in gathered:
                    done[each.name] = each
                    on_progress(each)
        finally:
            for visit in pending:
                visit.cancel()
    return tuple(done[source.name] for source in sources)


def _keep(desk: Desk, visit: Visit) -> Gathered:
    """Keep what a visit brought. A source that failed, or gave nothing this time, takes nothing away."""
    collected, before, fetched = visit.collected, visit.before, visit.fetched
    if collected.error is not None:
        failing_since = before.failing_since_at or desk.now
        record = replace(before, checked_at=desk.now, failing_since_at=failing_since, error=collected.error)
        desk.store.note_source(record)
        return Gathered(collected=collected, record=record)
    entries = collected.reading.entries
    with desk.store.together():
        taken = take_in(desk.store, collected.source.name, entries, desk.now) if entries else NOTHING
        record = replace(
            before,
            etag=fetched.etag or before.etag,
            last_modified=fetched.last_modified or before.last_modified,
            content_digest=fetched.digest or before.content_digest,
            entries=before.entries if collected.unchanged else len(entries),
            checked_at=desk.now,
            succeeded_at=desk.now,
            changed_at=desk.now if taken.new else before.changed_at,
            failing_since_at=None,
            error="",
        )
        desk.store.note_source(record)
    return Gathered(collected=collected, new=len(taken.new), record=record)


def add(
    desk: Desk, what: str, *, stdin: Callable[[], bytes], section: str | None = None
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Take in what a person names: a file, `-` for standard input, an address or an identifier.

    Gives the entries as they are known from now on, and a sentence for each part that could not be read. Raises
    UsageError when there is no such file or section, and SourceError when nothing can be made of it.
    """
    sections = [style.name for style in desk.workspace.settings.sections]
    if section is not None and section not in sections:
        raise UsageError(f"there is no section “{section}”; there are: {', '.join(sections)}")
    source = Source(name=PASTED, kind=SourceKind.PAGE, section=section)
    found = _found(desk, source, what, stdin)
    seen = tuple(replace(entry, section=section or entry.section) for entry in found.entries)
    taken = take_in(desk.store, PASTED, seen, desk.now)
    known = desk.store.by_keys(taken.keys)
    return tuple(known[key] for key in dict.fromkeys(taken.keys)), found.skipped


def _found(desk: Desk, source: Source, what: str, stdin: Callable[[], bytes]) -> Reading:
    from newsletter.sources.crossref import read_works
    from newsletter.sources.lookup import Kind, kind_of

    if what == "-":
        return reading(desk, source, Document(content=stdin()))
    if kind_of(what) is not Kind.FILE:
        return asyncio.run(_looked_up(desk, source, what))
    fetched = read_file(Path(what))
    if fetched.document is None:
        raise UsageError(fetched.error or f"{what} cannot be read")
    if what.lower().endswith(".json"):
        return read_works(fetched.document, source)
    kind = SourceKind.TABLE if what.lower().endswith((".csv", ".tsv", ".xlsx")) else SourceKind.PAGE
    return reading(desk, replace(source, kind=kind), fetched.document)


async def _looked_up(desk: Desk, source: Source, what: str) -> Reading:
    from newsletter.sources.lookup import look_up

    zone = desk.workspace.settings.newsletter.zone
    async with fetcher_for(desk) as fetcher:
        return await look_up(what, fetcher, source=source, api_key=secret(PUBMED_KEY), zone=zone)
