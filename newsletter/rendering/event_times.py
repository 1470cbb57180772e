"""When an event is, in words.

The day with its weekday, the hour in its own zone and in the reader's likely ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.model import Event
from newsletter.rendering.i18n import Phrases

US_ZONES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
"""What readers in the United States look for, from east to west."""

_SHORT_OF_ZONE = {
    **{zone: short for short, zone in US_ZONES.items()},
    "America/Detroit": "ET",
    "America/Toronto": "ET",
    "America/Indiana/Indianapolis": "ET",
    "America/Boise": "MT",
    "US/Eastern": "ET",
    "US/Central": "CT",
    "US/Mountain": "MT",
    "US/Pacific": "PT",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """An event's time in words."""

    day: str  # "Wednesday, December 9, 2026", or a range
    hours: str = ""  # "6:00 PM to 7:00 PM Eastern"; "All day"; empty when unknown
    elsewhere: str = ""  # "That is 5:00 PM Central, 4:00 PM Mountain, and 3:00 PM Pacific."


def when(event: Event, home: str, words: Phrases) -> When:
    """The words for `event`.

    `home` is the IANA name of the newsletter's zone, whose readers' zones are added.
    """
    starts = event.starts
    if starts is None:
        return When(day=words("date_open"))
    if not isinstance(starts, datetime):
        return When(day=_days(starts, _last_day(starts, event.ends), words), hours=words("all_day"))
    start = _in_own_zone(starts, event.zone)
    end = _in_own_zone(event.ends, event.zone) if isinstance(event.ends, datetime) else None
    name = zone_name(event.zone, start, words)
    if end is not None and end.date() != start.date() and end - start > timedelta(hours=18):
        return When(
            day=_days(start.date(), end.date(), words), hours=_hours(start, None, name, words)
        )
    return When(
        day=words.weekday(start.date()),
        hours=_hours(start, end, name, words),
        elsewhere=_elsewhere(start, event.zone, home, words),
    )


def short_day(event: Event, words: Phrases, *, with_hour: bool = True) -> str:
    """`Wed, Dec 9, 6:00 PM`: tells one event from another in a label."""
    if event.starts is None:
        return words("date_open")
    if not isinstance(event.starts, datetime):
        return words.short_weekday(event.starts)
    start = _in_own_zone(event.starts, event.zone)
    day = words.short_weekday(start.date())
    return f"{day}, {words.time(start)}" if with_hour else day


def zone_name(zone: str, instant: datetime, words: Phrases) -> str:
    """`Eastern`, `London time`, or `UTC−05:00` when only the offset is known."""
    if short := _SHORT_OF_ZONE.get(zone):
        return words(f"zone {short}")
    if "/" in zone and not zone.startswith("Etc/"):
        return words("zone_city", city=zone.rpartition("/")[2].replace("_", " "))
    offset = instant.utcoffset()
    if not offset:
        return "UTC"
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _days(first: date, last: date, words: Phrases) -> str:
    if last <= first:
        return words.weekday(first)
    return words("days_range", first=words.weekday(first), last=words.weekday(last))


def _last_day(starts: date, ends: datetime | date | None) -> date:
    """A whole day ends at the next one in iCalendar (RFC 5545, 3.6.1)."""
    if ends is None or isinstance(ends, datetime):
        return starts
    return max(starts, ends - timedelta(days=1))


def _hours(start: datetime, end: datetime | None, zone: str, words: Phrases) -> str:
    times = words.time(start)
    if end is not None and end > start:
        times = words("hours_range", first=times, last=words.time(end))
    return words("in_zone", time=times, zone=zone)


def _elsewhere(start: datetime, own: str, home: str, words: Phrases) -> str:
    """The hours in the reader's likely zones, and the day too where it is another one there."""
    there = [
        (name, start.astimezone(ZoneInfo(zone)))
        for name, zone in _likely_zones(start, own, home, words)
    ]
    days = {instant.date() for _, instant in there}
    if not there:
        return ""
    if len(days) == 1 and days != {start.date()}:
        return words("other_zones_on", day=words.weekday(days.pop()), times=_times(there, words))
    if len(days) == 1:
        return words("other_zones", times=_times(there, words))
    return words("other_zones", times=_times(there, words, with_day=True))


def _times(there: list[tuple[str, datetime]], words: Phrases, *, with_day: bool = False) -> str:
    return words.enumeration(
        [
            words(
                "in_zone",
                time=(f"{words.short_weekday(at.date())}, " if with_day else "") + words.time(at),
                zone=name,
            )
            for name, at in there
        ]
    )


def _likely_zones(start: datetime, own: str, home: str, words: Phrases) -> list[tuple[str, str]]:
    if home in _SHORT_OF_ZONE:
        zones = [(words(f"zone {short}"), zone) for short, zone in US_ZONES.items()]
        return [
            (name, zone) for name, zone in zones if _SHORT_OF_ZONE.get(own) != _SHORT_OF_ZONE[zone]
        ]
    zones = [(zone_name(home, start, words), home), ("UTC", "UTC")]
    return [(name, zone) for name, zone in zones if name != zone_name(own, start, words)]


def _in_own_zone(instant: datetime, zone: str) -> datetime:
    try:
        return instant.astimezone(ZoneInfo(zone)) if zone else instant
    except (ZoneInfoNotFoundError, ValueError):
        return instant
