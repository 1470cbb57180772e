"""Sources that answer well and yet bring nothing: for unusually long, or nothing at all any more.

A source that is broken says so itself. One that is quiet may have moved, or ended; only a person can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from newsletter.storage.entries import EntryStore, SourceRecord

LEAST_DAYS = 60  # summer, or a quarterly that is late
PAUSES = 3  # so many times its usual pause is unusually long


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Tells of sources whether they are quiet; asks the database once for all."""

    store: EntryStore
    today: date
    stamped: frozenset[str]  # sources whose dates tell when they spoke; of the others counts when we saw something new

    def among(self, records: Iterable[SourceRecord]) -> dict[str, str]:
        """Name → a sentence, of those that are quiet."""
        records = [each for each in records if not each.error]
        news = self.store.news_of((each.name for each in records), self.today)
        found: dict[str, str] = {}
        for record in records:
            gave = news.get(record.name)
            if gave is None:
                continue
            is_later = record.changed_at is not None and record.changed_at > gave.first_seen_at
            spoke_on = gave.newest_on if record.name in self.stamped else None
            days = (spoke_on, record.changed_at.date() if record.changed_at and is_later else None)
            last = max((day for day in days if day), default=gave.first_seen_at.date())
            if sentence := self._sentence(record, last):
                found[record.name] = sentence
        return found

    def _sentence(self, record: SourceRecord, last: date) -> str:
        if not record.entries:
            return f"it gives no entries now, though it gave some before; the last news of it is of {last}"
        silent = self.today - last
        if silent <= timedelta(days=LEAST_DAYS):
            return ""
        usual = usual_pause(self.store.days_of(record.name, self.today))
        if usual and silent <= PAUSES * usual:
            return ""
        rhythm = f", where the usual pause is {max(1, usual.days)} days" if usual else ""
        return f"nothing new since {last}, {silent.days} days ago{rhythm}"


def usual_pause(days: Sequence[date]) -> timedelta | None:
    """The median time between days that brought something, oldest first; None where there are too few to say."""
    pauses = [(later - earlier).days for earlier, later in pairwise(days)]
    return timedelta(days=median(pauses)) if len(pauses) > 1 else None
