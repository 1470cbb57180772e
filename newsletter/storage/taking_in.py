"""From what a source gave to the entries known: found again under any of its names, merged, or new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from newsletter.identity import Index, aliases_of, key_of, merge
from newsletter.model import Entry
from newsletter.storage.entries import EntryStore


@dataclass
class _Intake:
    """What one source gave, on its way into the store."""

    index: Index
    by_hand: dict[str, str]  # alias → key, as a person merged
    source: str
    now: datetime
    changed: dict[str, Entry] = field(default_factory=dict)
    seen: dict[str, Entry] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    def take(self, entry: Entry) -> str:
        """The key under which the entry is known from now on."""
        found = self._known_as(entry)
        key = self._merged(found, entry) if found else self._added(entry)
        self.seen[key] = merge(self.seen[key], entry) if key in self.seen else entry
        return key

    def _known_as(self, entry: Entry) -> tuple[str, ...]:
        said = [self.by_hand[alias] for alias in (key_of(entry), *aliases_of(entry)) if alias in self.by_hand]
        return tuple(key for key in said[:1] if key in self.index) or self.index.find(entry)

    def _merged(self, found: tuple[str, ...], entry: Entry) -> str:
        key, *others = sorted(found, key=lambda each: (self.index[each].first_seen_at or self.now, found.index(each)))
        before = merged = self.index[key]
        for other in others:
            merged = merge(merged, self.index[other])
            self._fold(other, key)
        merged = merge(merged, replace(entry, sources=(self.source,)))
        if merged != before:
            self.index.add(merged)
            self.changed[key] = merged
        return key

    def _fold(self, old: str, key: str) -> None:
        self.index.remove(old)
        self.folded[old] = key
        self.changed.pop(old, None)
        if old in self.seen:
            self.seen[key] = self.seen.pop(old)

    def _added(self, entry: Entry) -> str:
        key = self.index.fresh_key(entry)
        self.changed[key] = replace(entry, key=key, sources=(self.source,), first_seen_at=self.now)
        self.index.add(self.changed[key])
        self.new.append(key)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of the entries of one source, in its order."""

    keys: tuple[str, ...]  # of each entry
    new: frozenset[str]  # those never seen before


def take_in(store: EntryStore, source: str, entries: Iterable[Entry], now: datetime) -> TakenIn:
    """Keep what `source` gave at `now`, in one transaction."""
    entries = tuple(entries)
    with store.together():
        by_hand = store.merged_by_hand()
        names = {name for entry in entries for name in (key_of(entry), *aliases_of(entry))}
        candidates = store.known_as(names) | names | {by_hand[name] for name in names & by_hand.keys()}
        intake = _Intake(Index(store.by_keys(candidates).values()), by_hand, source, now)
        keys = [intake.take(entry) for entry in entries]
        store.put(intake.changed, {key: aliases_of(entry) for key, entry in intake.changed.items()})
        stored = {old: key for old, key in intake.folded.items() if old not in intake.new}
        store.fold(stored)
        store.see(source, intake.seen, now)
    keys = [_final(key, intake.folded) for key in keys]
    return TakenIn(keys=tuple(keys), new=frozenset(keys) & frozenset(intake.new))


def _final(key: str, folded: dict[str, str]) -> str:
    while key in folded:
        key = folded[key]
    return key
