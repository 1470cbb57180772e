"""From what a source gave to the entries known.

Found again under any of its names, merged, or new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.entries.repository import EntryRepository
from newsletter.identity import Index, aliases_of, key_of, merge, merge_entries
from newsletter.model import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What became of the entries of one source."""

    keys: tuple[str, ...]  # under which each of them is known now, in the source's order
    new: frozenset[str]  # keys never seen before


def ingest_entries(
    store: EntryRepository, source: str, entries: Iterable[Entry], now: datetime
) -> IngestResult:
    """Keep what `source` gave at `now`: all of it or, when the disk refuses, nothing."""
    return ingest_sources(store, {source: tuple(entries)}, now)[source]


def ingest_sources(
    store: EntryRepository, brought: Mapping[str, Sequence[Entry]], now: datetime
) -> dict[str, IngestResult]:
    """Keep what several sources (by name) gave at `now`, in one go.

    The database is asked as often as for one of them.
    """
    seen = [
        replace(each, sources=(name,), first_seen_at=now)
        for name, some in brought.items()
        for each in some
    ]
    keys, new = _ingest_entries(store, seen, now) if seen else ((), frozenset())
    taken: dict[str, IngestResult] = {}
    begin = 0
    for source, entries in brought.items():
        own = keys[begin : begin + len(entries)]
        taken[source] = IngestResult(keys=own, new=new.intersection(own))
        new, begin = new.difference(own), begin + len(entries)
    return taken


def _ingest_entries(
    store: EntryRepository, seen: Sequence[Entry], now: datetime
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Keep these entries: the key of each, and the keys never seen before."""
    with store.together():
        by_hand = store.list_manual_merges()
        said = [_find_manual_merge(entry, by_hand) for entry in seen]
        every_name = {name for entry in seen for name in list_aliases(entry)}
        keys = store.known_as(every_name) | every_name | {key for key in said if key}
        index = Index(store.by_keys(keys).values())
        by_person = _merge_as_said(index, seen, said)
        merged = merge_entries(
            index, [entry for entry, key in zip(seen, said, strict=True) if key not in by_person]
        )
        changed = {
            key: index[key] for key in {*merged.new, *merged.changed, *by_person} if key in index
        }
        store.save(changed, {key: aliases_of(entry) for key, entry in changed.items()})
        store.merge_keys(dict(merged.folded))
        found = iter(merged.key_of_seen)
        final = tuple(key if key in by_person else next(found) for key in said)
        store.note_sightings(_by_source_and_key(final, seen), now)
    return tuple(key or "" for key in final), merged.new


def list_own_aliases(entry: Entry) -> tuple[str, ...]:
    """Everything that an entry itself may be known by, its key first."""
    return tuple(dict.fromkeys((entry.key or key_of(entry), key_of(entry), *aliases_of(entry))))


def list_aliases(entry: Entry) -> tuple[str, ...]:
    """The names of an entry, and of its preprint or article."""
    return tuple(dict.fromkeys((*list_own_aliases(entry), *entry.related)))


def qualify_name(source: str, name: str) -> str:
    """A name as one source alone uses it: what a person split is told apart by who gave it."""
    return f"{source}|{name}"


def _find_manual_merge(entry: Entry, by_hand: Mapping[str, str]) -> str | None:
    """The entry that a person said this is, if one did."""
    if not by_hand:
        return None
    asked = [
        asked
        for name in list_own_aliases(entry)
        for asked in (qualify_name(entry.sources[0], name), name)
    ]
    return next((by_hand[name] for name in asked if name in by_hand), None)


def _merge_as_said(
    index: Index, seen: Sequence[Entry], said: Sequence[str | None]
) -> frozenset[str]:
    """Merge what a person said is one thing, whatever the identifiers say.

    Gives the keys that took something in.
    """
    taken: set[str] = set()
    for entry, key in zip(seen, said, strict=True):
        if key and key in index:
            index.add(merge(index[key], entry))
            taken.add(key)
    return frozenset(taken)


def _by_source_and_key(
    keys: Iterable[str | None], seen: Iterable[Entry]
) -> dict[tuple[str, str], Entry]:
    """What each source said of each entry; where it said it twice, both in one."""
    found: dict[tuple[str, str], Entry] = {}
    for key, entry in zip(keys, seen, strict=True):
        if key:
            of = (entry.sources[0], key)
            found[of] = merge(found[of], entry) if of in found else entry
    return found
