"""The dates of one series as one item: four evenings of a support group are four days to choose from, not four events.

Only what a reader sees is drawn together; issue.toml keeps each date as an entry of its own, to be moved or taken out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from newsletter.identity import series_of
from newsletter.model import Entry


def drawn_together(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], ...]:
    """The entries in their order, each with the later dates of its series that say the same; a series by its days."""
    groups: dict[object, list[Entry]] = {}
    for place, entry in enumerate(entries):
        groups.setdefault(_said(entry) or place, []).append(entry)
    return tuple(tuple(sorted(group, key=_day)) for group in groups.values())


def _said(entry: Entry) -> object:
    """What all dates of an item have in common; None for what is no date of a series."""
    series, event = series_of(entry), entry.event
    if series is None or event is None or event.starts is None:
        return None
    title = " ".join(entry.title.casefold().split())
    return series, title, entry.note.strip(), entry.summary.strip(), entry.flags, event.place, event.zone


def _day(entry: Entry) -> str:
    """Sorts by day and hour; days of one item are in one zone."""
    starts = entry.event.starts if entry.event else None
    return starts.strftime("%Y%m%d%H%M") if isinstance(starts, date | datetime) else ""
