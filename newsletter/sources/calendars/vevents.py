"""The events of an iCalendar file, read as a whole or, where that fails, one by one.

icalendar gives nothing at all of a calendar with one bad line outside its events, of one that is
cut short, and of one with a zone that cannot be. No event is lost for what stands beside it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

import icalendar

from newsletter.errors import SourceError


def calendars_in(text: str, skipped: list[str]) -> list[icalendar.Component]:
    """The calendars of a text; `skipped` gets a sentence for each event that is lost.

    SourceError when it holds none.
    """
    if not re.search(r"^BEGIN:V(?:CALENDAR|EVENT)\s*$", text, re.IGNORECASE | re.MULTILINE):
        raise SourceError(
            "this is no calendar: it has no BEGIN:VCALENDAR; use the address that ends in .ics"
        )
    if len(_BEGIN.findall(text)) > MAX_EVENTS:
        raise SourceError(
            f"the calendar holds more than {MAX_EVENTS:,} events: ask its owner for one of this"
            " year"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # icalendar tells that way which zone it guesses
        try:
            calendars = list[icalendar.Component](icalendar.Calendar.from_ical(text, multiple=True))
            read = sum(len(calendar.walk("VEVENT")) for calendar in calendars)
            if read == len(_BEGIN.findall(text)):
                return calendars
        # one bad line, and icalendar gives nothing: then event by event
        except Exception:  # noqa: BLE001, S110
            pass
        return [_event_by_event(text, skipped)]


MAX_EVENTS = 10_000  # each takes a millisecond
_BEGIN = re.compile(r"^BEGIN:VEVENT[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_EDGE = re.compile(r"(BEGIN|END):(VEVENT|VTIMEZONE)[ \t]*", re.IGNORECASE)
_NAMED_ZONE = re.compile(r";TZID=\"?([^\":;,\n]+)", re.IGNORECASE)
_ZONE_NAME = re.compile(r"^TZID[^:\n]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_OF_ALL = {
    name: re.compile(rf"^{name}[^:\n]*:(.*)$", re.IGNORECASE | re.MULTILINE)
    for name in ("X-WR-TIMEZONE", "METHOD")
}
"""What a calendar says of all its events."""


def _event_by_event(text: str, skipped: list[str]) -> icalendar.Component:
    """A calendar made of those events of a broken one that can be read alone."""
    calendar = icalendar.Calendar()
    lines = re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    for property_name, pattern in _OF_ALL.items():
        if said := pattern.search(lines):
            calendar[property_name] = icalendar.vText(said[1].strip())
    blocks = list(_blocks(lines))
    zones = {
        name[1].strip(): body
        for kind, body in blocks
        if kind == "VTIMEZONE" and (name := _ZONE_NAME.search(body))
    }
    for number, body in enumerate((body for kind, body in blocks if kind == "VEVENT"), 1):
        named = dict.fromkeys(_NAMED_ZONE.findall(body))
        wanted = "".join(
            f"BEGIN:VTIMEZONE\n{zones[name]}END:VTIMEZONE\n" for name in named if name in zones
        )
        event = _one_event(body, wanted) or _one_event(body, "")
        if event is None:
            skipped.append(f"event {number} of the calendar was left out: it cannot be read")
        else:
            calendar.add_component(event)
    if lost := len(_BEGIN.findall(lines)) - sum(kind == "VEVENT" for kind, _ in blocks):
        skipped.append(f"the calendar is cut short or broken: {lost} of its events have no end")
    return calendar


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """The VEVENTs and VTIMEZONEs that have an end, with their lines.

    One that begins again before its end is lost.

    Alarms and other parts inside an event are passed over: a broken one would cost the event, and
    none is needed.
    """
    kind = inside = ""
    body: list[str] = []
    for line in text.split("\n"):
        edge = _EDGE.fullmatch(line)
        if edge and edge[1].upper() == "BEGIN":
            kind, inside, body = edge[2].upper(), "", []
        elif edge and edge[2].upper() == kind:
            yield kind, "".join(body)
            kind = ""
        elif kind == "VEVENT" and (part := _PART.fullmatch(line)):
            inside = "" if part[1].upper() == "END" else inside or part[2]
        elif kind and not inside:
            body.append(f"{line}\n")


_PART = re.compile(r"(BEGIN|END):([\w-]+)[ \t]*", re.IGNORECASE)


def _one_event(body: str, zones: str) -> icalendar.Component | None:
    try:
        read = icalendar.Calendar.from_ical(
            f"BEGIN:VCALENDAR\n{zones}BEGIN:VEVENT\n{body}END:VEVENT\nEND:VCALENDAR\n"
        )
        return read.walk("VEVENT")[0]
    except Exception:  # noqa: BLE001 - see above; the caller says so
        return None
