"""Days and moments as our own pages and sentences write them, in English.

`%-d` of strftime would do it on Linux and macOS alone.
"""

from __future__ import annotations

from datetime import date, datetime


def write_day(day: date) -> str:
    """A day, or the day of a moment where that moment's clocks are: `3 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def write_moment(at: datetime) -> str:
    """A moment on its own clocks: `Tuesday 3 November 2026 at 09:00`."""
    return f"{at:%A} {write_day(at)} at {at:%H:%M}"
