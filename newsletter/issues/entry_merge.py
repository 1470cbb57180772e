"""What a person knows better than identifiers.

That two entries are one, and that a merge was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from newsletter import composition
from newsletter.entries.ingest import list_own_aliases, qualify_name
from newsletter.entries.records import Sighting
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.identity import WEAK, aliases_of, merge
from newsletter.issues.decisions import find_entry
from newsletter.issues.store import issues_of
from newsletter.issues.window import load_window
from newsletter.model import Entry
from newsletter.workspace.context import AppContext


def merge_entries(context: AppContext, written: Iterable[str]) -> Entry:
    """Make one entry of several, under the key of the first.

    Whatever names the others comes to it from now on.
    """
    entries = tuple(
        {entry.key: entry for entry in (find_entry(context, each) for each in written)}.values()
    )
    if len(entries) < 2:
        raise UsageError("name at least two different entries to merge")
    kept, *others = entries
    united = kept
    with entries_of(context).together():
        for other in others:
            united = merge(united, other)
            names = [name for name in list_own_aliases(other) if not name.startswith(WEAK)]
            entries_of(context).merge_by_hand(names, kept.key, context.now)
        entries_of(context).save({kept.key: united}, {kept.key: aliases_of(united)})
        entries_of(context).merge_keys({other.key: kept.key for other in others})
    _merge_in_issue(context, [entry.key for entry in entries], united)
    return united


def _merge_in_issue(context: AppContext, keys: Iterable[str], united: Entry) -> None:
    """Print one entry where the first of them stood, in the words that the issue had for it."""
    keys = frozenset(keys)
    present = load_window(context).present
    printed = (
        next((entry for entry in present.entries() if entry.key in keys), None) if present else None
    )
    if present and printed:
        one = replace(merge(printed, united), key=united.key)
        issues_of(context).write(composition.replace_entries(present, keys, [one]))


def _own_entry(sighting: Sighting, *, key: str) -> Entry:
    """What one source gave, as an entry; without a key under a new one of its own."""
    source = sighting.source
    own = replace(sighting.entry, sources=(source,), first_seen_at=sighting.first_seen_at)
    return replace(own, key=key or f"{list_own_aliases(replace(own, key=''))[0]}~{source}")


def split_entry(context: AppContext, written: str) -> tuple[Entry, ...]:
    """Make of one entry as many as sources gave it; from now on each source's goes its own way.

    The first keeps the key.
    """
    entry = find_entry(context, written)
    sightings = entries_of(context).sightings(entry.key)
    if len(sightings) < 2:
        raise UsageError(f"“{entry.title}” came from one source only, so there is nothing to split")
    with entries_of(context).together():
        entries_of(context).delete(entry.key)
        parts: dict[str, Entry] = {}
        for sighting in sightings:
            own = _own_entry(sighting, key="" if parts else entry.key)
            parts[own.key] = own
            aliases = list_own_aliases(sighting.entry)
            names = (qualify_name(sighting.source, name) for name in aliases)
            entries_of(context).merge_by_hand(names, own.key, context.now)
        entries_of(context).save(parts, {key: aliases_of(each) for key, each in parts.items()})
        entries_of(context).note_sightings(
            {(each.sources[0], key): each for key, each in parts.items()}, context.now
        )
    if present := load_window(context).present:
        issues_of(context).write(
            composition.replace_entries(present, [entry.key], tuple(parts.values())),
        )
    return tuple(parts.values())
