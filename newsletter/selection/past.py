"""What became of an entry before, asked for one entry after the other."""

from __future__ import annotations

from dataclasses import replace

from newsletter.identity import Index, is_preprint
from newsletter.model import (
    Decision,
    Entry,
)
from newsletter.selection.criteria import SelectionHistory


class Past:
    """The memory, made ready to be asked about one entry after the other."""

    def __init__(self, memory: SelectionHistory) -> None:
        self._carried, self._dropped = Index(), Index()
        self._issues: dict[str, str] = {}
        self._drops: dict[str, tuple[str, str]] = {}
        self._decisions: dict[str, Decision] = {}
        for issue, entry in memory.carried:
            known = _with_key(entry, self._carried)
            self._carried.add(known)
            self._issues[known.key] = issue
        for issue, entry, why in memory.dropped:
            known = _with_key(entry, self._dropped)
            self._dropped.add(known)
            self._drops[known.key] = (issue, why)
        for decision in sorted(memory.decisions, key=lambda each: each.decided_at):
            self._decisions[decision.key] = decision

    def decision_on(self, entry: Entry) -> Decision | None:
        """The latest decision on this very key."""
        return self._decisions.get(entry.key)

    def find_appearance(self, entry: Entry) -> tuple[str, Entry] | None:
        """The last issue that carried the entry, and how it was printed there."""
        key = _find_key(entry, self._carried)
        return (self._issues[key], self._carried[key]) if key else None

    def find_drop(self, entry: Entry) -> tuple[str, str] | None:
        """The issue for which an editor dropped the entry, and why."""
        key = _find_key(entry, self._dropped)
        return self._drops[key] if key else None

    def versions(self, entry: Entry) -> list[str]:
        """“the preprint of it was carried in 2026-08”.

        What readers saw of a paper in its other form.
        """
        return [
            f"its {'preprint' if is_preprint(self._carried[key]) else 'article'} was carried in"
            f" {self._issues[key]}"
            for key in self._carried.versions_of(entry)
        ]


def _with_key(entry: Entry, index: Index) -> Entry:
    return entry if entry.key else replace(entry, key=index.fresh_key(entry))


def _find_key(entry: Entry, index: Index) -> str | None:
    """The key under which the index knows the entry: the very same one, else the best match."""
    if entry.key in index:
        return entry.key
    return next(iter(index.find(entry)), None) if index else None
