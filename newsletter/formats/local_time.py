"""A moment as people say it, on the clocks of a time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.formats.written_dates import write_moment


def format_local_datetime(moment: datetime, zone: ZoneInfo, *, with_place: bool = False) -> str:
    """An aware moment in a zone: `Tuesday 3 November 2026 at 09:00`, `… (New York)` with place."""
    place = f" ({place_name(zone)})" if with_place else ""
    return write_moment(moment.astimezone(zone)) + place


def place_name(zone: ZoneInfo) -> str:
    """A time zone as people call it: `America/New_York` is New York."""
    return zone.key.rpartition("/")[2].replace("_", " ")
