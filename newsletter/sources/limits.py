"""How many entries of one answer are kept: the newest, in the order in which they stood, and never silently fewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from newsletter.model import Entry, Reading


def newest(entries: Sequence[Entry], skipped: Sequence[str], limit: int) -> Reading:
    """A reading of the newest entries; those without a date count as new, and a sentence says how many were older."""
    if len(entries) <= limit:
        return Reading(entries=tuple(entries), skipped=tuple(skipped))
    by_age = sorted(range(len(entries)), key=lambda at: _day(entries[at]), reverse=True)
    kept = tuple(entries[at] for at in sorted(by_age[:limit]))
    sentence = f"{len(entries) - limit} older entries were left out: the source's limit is {limit}"
    return Reading(entries=kept, skipped=(*skipped, sentence))


def _day(entry: Entry) -> date:
    return entry.dated.day if entry.dated else date.max
