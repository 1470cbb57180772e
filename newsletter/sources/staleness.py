"""Sources that answer well and yet bring nothing: for unusually long, or nothing at all any more.

A source that is broken says so itself. One that is quiet may have moved, or ended; only a person
can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from newsletter.entries.repository import (
    EntryRepository,
    SourceActivity,
    SourceRecord,
    entries_of,
)
from newsletter.sources.kinds import select_source_names
from newsletter.workspace.context import AppContext

LEAST_DAYS = 60  # summer, or a quarterly that is late
PAUSES = 3  # so many times its usual pause is unusually long


def find_stale_sources(context: AppContext, records: Iterable[SourceRecord]) -> dict[str, str]:
    """Name → a sentence, of those sources of the newsletter that are quiet.

    Whoever tells people of quiet sources asks here, so that no two places tell differently.
    """
    sources = {source.name: source for source in context.workspace.settings.sources}
    stamped = select_source_names(sources.values(), lambda found: found.dated_by_publication)
    check = StalenessCheck(store=entries_of(context), today=context.now.date(), stamped=stamped)
    return check.find_stale(record for record in records if record.name in sources)


def is_empty(record: SourceRecord) -> bool:
    """Whether the source answered, and had nothing in it."""
    return record.succeeded_at is not None and not record.entries


@dataclass(frozen=True, slots=True, kw_only=True)
class StalenessCheck:
    """Tells of sources whether they are quiet; asks the database for all at once."""

    store: EntryRepository
    today: date
    stamped: frozenset[
        str
    ]  # sources whose dates tell when they spoke; of the others counts when we saw something new

    def find_stale(self, records: Iterable[SourceRecord]) -> dict[str, str]:
        """Name → a sentence, of those that are quiet."""
        answering = {each.name: each for each in records if not each.error}
        last = {
            name: self._last(answering[name], gave)
            for name, gave in self.store.news_of(answering, self.today).items()
        }
        silent = [
            name for name, day in last.items() if self.today - day > timedelta(days=LEAST_DAYS)
        ]
        days = self.store.days_of(silent, self.today)
        told = {
            name: self._sentence(answering[name], day, days.get(name, ()))
            for name, day in last.items()
        }
        return {name: sentence for name, sentence in told.items() if sentence}

    def _last(self, record: SourceRecord, gave: SourceActivity) -> date:
        """The last day on which the source brought something."""
        is_later = record.changed_at is not None and record.changed_at > gave.first_seen_at
        spoke_on = gave.newest_on if record.name in self.stamped else None
        days = (spoke_on, record.changed_at.date() if record.changed_at and is_later else None)
        return max((day for day in days if day), default=gave.first_seen_at.date())

    def _sentence(self, record: SourceRecord, last: date, days: Sequence[date]) -> str:
        if not record.entries:
            return (
                "it gives no entries now, though it gave some before; the last news of it is of"
                f" {last}"
            )
        silent = self.today - last
        usual = median_pause(days)
        if silent <= max(timedelta(days=LEAST_DAYS), PAUSES * (usual or timedelta())):
            return ""
        rhythm = f", where the usual pause is {max(1, usual.days)} days" if usual else ""
        return f"nothing new since {last}, {silent.days} days ago{rhythm}"


def median_pause(days: Sequence[date]) -> timedelta | None:
    """The median time between days that brought something, oldest first.

    None where there are too few to say.
    """
    pauses = sorted((later - earlier).days for earlier, later in pairwise(days))
    middle = pauses[(len(pauses) - 1) // 2 : len(pauses) // 2 + 1]  # one, or the two around it
    return timedelta(days=sum(middle) / len(middle)) if len(pauses) > 1 else None
