"""From when until when occurrences of a calendar are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.model import Entry


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """From when until when occurrences are wanted, and the zone of those who read."""

    start: datetime
    stop: datetime
    zone: ZoneInfo

    def instant(self, entry: Entry) -> datetime:
        assert entry.event is not None
        return self.aware(entry.event.starts or self.start)

    def aware(self, value: date) -> datetime:
        if not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=self.zone)
        return value if value.tzinfo else value.replace(tzinfo=self.zone)
