"""What a person knows better than identifiers: two entries that are one, and a merge that was wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from newsletter import composition
from newsletter.entries.ingest import own_names_of, said_by
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.identity import WEAK, aliases_of, merge
from newsletter.issues import repository as issue_repository
from newsletter.issues.decisions import entry_named
from newsletter.issues.window import making
from newsletter.model import Entry
from newsletter.workspace.context import Desk


def unite(desk: Desk, written: Iterable[str]) -> Entry:
    """Make one entry of several, under the key of the first; whatever names the others comes to it from now on."""
    entries = tuple({entry.key: entry for entry in (entry_named(desk, each) for each in written)}.values())
    if len(entries) < 2:
        raise UsageError("name at least two different entries to merge")
    kept, *others = entries
    united = kept
    with entries_of(desk).together():
        for other in others:
            united = merge(united, other)
            names = [name for name in own_names_of(other) if not name.startswith(WEAK)]
            entries_of(desk).merge_by_hand(names, kept.key, desk.now)
        entries_of(desk).put({kept.key: united}, {kept.key: aliases_of(united)})
        entries_of(desk).fold({other.key: kept.key for other in others})
    _unite_in_issue(desk, [entry.key for entry in entries], united)
    return united


def _unite_in_issue(desk: Desk, keys: Iterable[str], united: Entry) -> None:
    """Print one entry where the first of them stood, in the words that the issue had for it."""
    keys = frozenset(keys)
    present = making(desk).present
    printed = next((entry for entry in present.entries() if entry.key in keys), None) if present else None
    if present and printed:
        one = replace(merge(printed, united), key=united.key)
        issue_repository.write(desk.workspace, composition.exchanged(present, keys, [one]))


def part(desk: Desk, written: str) -> tuple[Entry, ...]:
    """Make of one entry as many as sources gave it; from now on each source's goes its own way. The first keeps the key."""
    entry = entry_named(desk, written)
    sightings = entries_of(desk).sightings(entry.key)
    if len(sightings) < 2:
        raise UsageError(f"“{entry.title}” came from one source only, so there is nothing to split")
    with entries_of(desk).together():
        entries_of(desk).forget(entry.key)
        parts: dict[str, Entry] = {}
        for sighting in sightings:
            own = replace(sighting.entry, sources=(sighting.source,), first_seen_at=sighting.first_seen_at)
            key = entry.key if not parts else f"{own_names_of(replace(own, key=''))[0]}~{sighting.source}"
            parts[key] = replace(own, key=key)
            entries_of(desk).merge_by_hand(
                (said_by(sighting.source, name) for name in own_names_of(own)), key, desk.now
            )
        entries_of(desk).put(parts, {key: aliases_of(each) for key, each in parts.items()})
        entries_of(desk).see({(each.sources[0], key): each for key, each in parts.items()}, desk.now)
    if present := making(desk).present:
        issue_repository.write(desk.workspace, composition.exchanged(present, [entry.key], tuple(parts.values())))
    return tuple(parts.values())
