"""Collect: from sources to the entries seen. One source that fails is reported beside the entries of all others."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import Path

from newsletter.errors import SourceError, UsageError
from newsletter.model import Collected, Document, Entry, Reading, Source, SourceKind
from newsletter.pipeline.desk import Desk
from newsletter.sources.fetching import Fetched, Fetcher, read_file
from newsletter.storage.entries import SourceRecord
from newsletter.storage.taking_in import take_in

PASTED = "pasted"
"""The source of what `add` brings."""

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
    known = {source.name for source in sources}
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no source “{name}” in newsletter.toml; there are: {', '.join(sorted(known)) or 'none'}"
            )
    return tuple(source for source in sources if not names or source.name in names)


def collect(desk: Desk, sources: Sequence[Source], on_progress: OnProgress = lambda _: None) -> tuple[Gathered, ...]:
    """Fetch and read these sources at once, and keep what they gave; `on_progress` hears of each as it is done."""
    return asyncio.run(_collect(desk, sources, on_progress))


async def _collect(desk: Desk, sources: Sequence[Source], on_progress: OnProgress) -> tuple[Gathered, ...]:
    known = desk.store.sources()
    settings = desk.workspace.settings.newsletter
    contact = settings.url or parseaddr(settings.reply_to or settings.sender)[1]
    async with Fetcher(contact=contact, allow_hosts=settings.fetch_from) as fetcher:
        running = [asyncio.create_task(_visit(desk, fetcher, source, known.get(source.name))) for source in sources]
        done: dict[str, Gathered] = {}
        try:
            for finished in asyncio.as_completed(running):
                visit = await finished
                gathered = _keep(desk, visit)
                done[gathered.name] = gathered
                on_progress(gathered)
        finally:
            for task in running:
                task.cancel()
    return tuple(done[source.name] for source in sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """What a visit to a source brought, before anything is kept."""

    collected: Collected
    before: SourceRecord
    etag: str = ""
    last_modified: str = ""
    content_digest: str = ""


async def _visit(desk: Desk, fetcher: Fetcher, source: Source, before: SourceRecord | None) -> _Visit:
    before = before if before and before.url == source.url else SourceRecord(name=source.name, url=source.url)
    fetched = await _fetch(desk, fetcher, source, before)
    if fetched.error is not None or fetched.document is None:
        unchanged = fetched.error is None and fetched.not_modified
        return _Visit(collected=Collected(source=source, error=fetched.error, unchanged=unchanged), before=before)
    digest = hashlib.sha256(fetched.document.content).hexdigest()
    if digest == before.content_digest and source.kind is not SourceKind.CALENDAR:  # a calendar moves with the day
        collected = Collected(source=source, unchanged=True)
    else:
        collected = await asyncio.to_thread(read, desk, source, fetched.document)
    if collected.error is not None:
        return _Visit(collected=collected, before=before)
    return _Visit(
        collected=collected,
        before=before,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        content_digest=digest,
    )


async def _fetch(desk: Desk, fetcher: Fetcher, source: Source, before: SourceRecord) -> Fetched:
    if source.url and "://" not in source.url:
        return await asyncio.to_thread(read_file, desk.workspace.path(source.url))
    if source.kind is SourceKind.CALENDAR:
        return await fetcher.get(source.url)
    return await fetcher.get(source.url, etag=before.etag, last_modified=before.last_modified)


def read(desk: Desk, source: Source, document: Document) -> Collected:
    """The entries of one document, or the sentence that says why there are none."""
    try:
        return Collected(source=source, reading=_reading(desk, source, document))
    except SourceError as error:
        return Collected(source=source, error=str(error))


def _reading(desk: Desk, source: Source, document: Document) -> Reading:
    settings = desk.workspace.settings.newsletter
    match source.kind:
        case SourceKind.FEED:
            from newsletter.sources.feed import read_feed

            return read_feed(document, source)
        case SourceKind.PAGE:
            from newsletter.sources.page import read_page

            return read_page(document, source)
        case SourceKind.CALENDAR:
            from newsletter.sources.icalendars import read_calendar

            return read_calendar(document, source, now=desk.now, ahead_days=settings.ahead_days, zone=settings.zone)
        case _:
            raise SourceError(f"sources of the kind “{source.kind}” are not read yet")


def _keep(desk: Desk, visit: _Visit) -> Gathered:
    """Keep what a visit brought. A source that failed, or gave nothing this time, takes nothing away."""
    collected, before = visit.collected, visit.before
    if collected.error is not None:
        failing_since = before.failing_since_at or desk.now
        record = replace(before, checked_at=desk.now, failing_since_at=failing_since, error=collected.error)
        desk.store.note_source(record)
        return Gathered(collected=collected, record=record)
    entries = collected.reading.entries
    with desk.store.together():
        taken = take_in(desk.store, collected.source.name, entries, desk.now)
        record = replace(
            before,
            etag=visit.etag or before.etag,
            last_modified=visit.last_modified or before.last_modified,
            content_digest=visit.content_digest or before.content_digest,
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
    reading = _reading(desk, source, _document(what, stdin))
    seen = tuple(replace(entry, section=section or entry.section) for entry in reading.entries)
    taken = take_in(desk.store, PASTED, seen, desk.now)
    known = desk.store.by_keys(taken.keys)
    return tuple(known[key] for key in dict.fromkeys(taken.keys)), reading.skipped


def _document(what: str, stdin: Callable[[], bytes]) -> Document:
    if what == "-":
        return Document(content=stdin())
    fetched = read_file(Path(what))
    if fetched.document is None:
        raise UsageError(fetched.error or f"{what} cannot be read")
    return fetched.document
