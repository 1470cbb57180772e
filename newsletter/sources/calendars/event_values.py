"""The values of one event of a calendar: moments and zones, title, identifiers (RFC 5545)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import timezone as fixed_offset
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from icalendar.timezone import tzid_from_tzinfo
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from newsletter.formats.markup_text import one_line, paragraphs
from newsletter.model import Dated
from newsletter.sources.calendars.calendar_window import CalendarWindow


def normalize_zone(value: date, zone: ZoneInfo) -> date:
    """A day, or an instant in a zone that has a name, else at a fixed offset."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        return value.replace(tzinfo=zone)
    if name := zone_name(value):
        return value.replace(tzinfo=ZoneInfo(name))
    return value.replace(tzinfo=fixed_offset(value.utcoffset() or timedelta()))


def zone_name(value: date) -> str:
    """The IANA name of the zone of a time.

    Empty for UTC, for a day, and where the calendar's own zone is no other's.
    """
    if not isinstance(value, datetime) or value.tzinfo is None:
        return ""
    if isinstance(value.tzinfo, ZoneInfo):
        return "" if value.tzinfo.key == "UTC" else value.tzinfo.key
    name = WINDOWS_TO_OLSON.get(
        tzid_from_tzinfo(value.tzinfo) or "", ""
    )  # Outlook defines its zones in every calendar
    return (
        name
        if name and value.replace(tzinfo=ZoneInfo(name)).utcoffset() == value.utcoffset()
        else ""
    )


def event_end(starts: date, ends: date) -> date | None:
    """The end, where it says more than the start.

    Of whole days the last one (iCalendar gives the one after).
    """
    if not isinstance(ends, datetime):
        ends -= timedelta(days=1)
    return ends if ends > starts else None


def read_publication_date(occurrence: icalendar.Component, window: CalendarWindow) -> Dated | None:
    """The day the event was put into the calendar, else last changed.

    DTSTAMP is often the moment of the download.
    """
    for name in ("CREATED", "LAST-MODIFIED"):
        moment = getattr(occurrence.get(name), "dt", None)
        if isinstance(moment, datetime):
            at = window.aware(moment).astimezone(window.zone)
            if at.year >= 1990 and at < window.start + timedelta(
                days=2
            ):  # Google writes 1900 where it knows nothing
                return Dated(at.date())
    return None


def read_moment(event: icalendar.Component, name: str) -> Any:
    """The date or time of a property.

    KeyError when it is missing, AttributeError when it is broken or there twice.
    """
    value: Any = event[name]
    return value.dt


def event_title(event: icalendar.Component) -> str:
    """SUMMARY as one line of text, cut where nobody reads on."""
    return one_line(paragraphs(event_text(event, "SUMMARY")))[:500]


def event_text(component: icalendar.Component, name: str) -> str:
    """A property as text.

    The first one where it stands more than once, empty where it is missing or broken.
    """
    values = as_list(component.get(name))
    return str(values[0]).strip() if values and isinstance(values[0], str) else ""


def as_list(value: Any) -> list[Any]:
    """The values of a property, which icalendar gives bare when there is one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
