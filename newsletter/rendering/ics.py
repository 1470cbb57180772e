"""One event as an iCalendar file (RFC 5545) that a reader adds to a calendar of their own."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from newsletter.model import Entry
from newsletter.rendering.links import sanitize_url

_NO_STAMP = datetime(2000, 1, 1, tzinfo=UTC)


def event_calendar(entry: Entry) -> bytes:
    """The calendar file of one event.

    Times are in UTC, so that no zone table is needed to read them.

    Raises ValueError for an entry without a day.
    """
    import icalendar  # a third of what this package takes to import, for the few issues with events

    event = entry.event
    if event is None or event.starts is None:
        raise ValueError(f"{entry.key} has no day: there is nothing to put into a calendar")
    made = icalendar.Event()
    made.add("uid", _uid(entry))
    made.add("dtstamp", entry.first_seen_at or _NO_STAMP)  # never the clock: same entry, same bytes
    made.add("dtstart", _in_utc(event.starts))
    made.add("dtend", _in_utc(_end(event.starts, event.ends)))
    made.add("summary", " ".join(entry.title.split()))
    url = sanitize_url(event.join) or next(filter(None, map(sanitize_url, entry.links)), "")
    made.add("location", event.place or url)
    if url:
        made.add("url", url)
        made.add("description", url)  # Outlook and Google show no URL property
    if event.cancelled:
        made.add("status", "CANCELLED")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//newsletter//event//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(made)
    return bytes(calendar.to_ical())


def event_file_name(entry: Entry) -> str:
    """`2026-12-09-living-well-with-lms-1a2b3c.ics`: readable, and another for every event."""
    day = str(entry.event.starts)[:10] if entry.event and entry.event.starts else "undated"
    plain = unicodedata.normalize("NFKD", entry.title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "event"
    return f"{day}-{slug}-{hashlib.sha256((entry.key or entry.title).encode()).hexdigest()[:6]}.ics"


def _uid(entry: Entry) -> str:
    digest = hashlib.sha256((entry.key or entry.title).encode()).hexdigest()
    return entry.ids.uid or f"{digest[:24]}@newsletter.invalid"


def _in_utc(instant: datetime | date) -> datetime | date:
    return instant.astimezone(UTC) if isinstance(instant, datetime) else instant


def _end(starts: datetime | date, ends: datetime | date | None) -> datetime | date:
    """The end, of the same kind as the start (RFC 5545, 3.8.2.2).

    An hour or a day when none is known.
    """
    if (
        ends is not None
        and isinstance(ends, datetime) is isinstance(starts, datetime)
        and ends > starts
    ):
        return ends
    return starts + (timedelta(hours=1) if isinstance(starts, datetime) else timedelta(days=1))
