"""iCalendar (RFC 5545): one entry for each occurrence that lies ahead.

A broken event is left out with a sentence, never the calendar. What occurs is what
recurring-ical-events says, asked for series by series; a rule that would not end is refused before
(see `recurrence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as fixed_offset
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.timezone import tzid_from_tzinfo, tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from newsletter.errors import SourceError
from newsletter.formats.markup_text import decode_document, one_line, paragraphs
from newsletter.identity import clean_url
from newsletter.model import (
    MAX_DOCUMENT_BYTES,
    Dated,
    Document,
    Entry,
    Event,
    Ids,
    ParsedDocument,
    Source,
)
from newsletter.sources.calendars import join_links
from newsletter.sources.calendars.recurrence import MAX_AHEAD, count_instances
from newsletter.sources.calendars.vevents import calendars_in

SECTION = "events"
MAX_RULES = 50  # of one series; nearly all have one
MAX_INSTANCES = 100_000
"""Of all series of one calendar together; each costs some microseconds."""


def read_calendar(
    document: Document, source: Source, *, now: datetime, ahead_days: int, zone: ZoneInfo
) -> ParsedDocument:
    """The occurrences from a day ago until `ahead_days` from now, in the order of their start.

    `zone` is what a time without a zone is read in, where the calendar names none itself
    (X-WR-TIMEZONE). Raises SourceError when the document is no calendar.
    """
    if len(document.content) > MAX_DOCUMENT_BYTES:
        raise SourceError(
            f"the calendar is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB: ask its owner for a"
            " shorter one"
        )
    window = _CalendarWindow(
        now.astimezone(zone) - timedelta(days=1),
        now.astimezone(zone) + timedelta(days=ahead_days),
        zone,
    )
    # forget how another calendar defined its zones: icalendar keeps them for the whole process
    tzp.use_default()
    skipped: list[str] = []
    found: list[tuple[datetime, Entry]] = []
    left = MAX_INSTANCES
    for series in _all_series(calendars_in(decode_document(document), skipped)):
        if series.is_private:  # its title is for nobody's eyes either
            skipped.append(
                "an event was left out: the calendar marks it as private; mark it public to"
                " announce it"
            )
            continue
        try:
            left = _spend(left, series.count_instances(window))
            if len(found) > MAX_AHEAD:
                # as below
                raise ValueError(f"the calendar announces more than {MAX_AHEAD:,} dates")  # noqa: TRY301
            entries, sentences = series.entries(window, source)
        # what a stranger writes makes the libraries raise nearly anything
        except Exception as error:  # noqa: BLE001
            skipped.append(f"event “{series.title}” was left out: {_reason(series, error)}")
        else:
            skipped += sentences
            found += [(window.instant(entry), entry) for entry in entries]
    return ParsedDocument(
        entries=tuple(entry for _, entry in sorted(found, key=lambda each: each[0])),
        skipped=tuple(skipped),
    )


def _spend(left: int, count: int) -> int:
    if count > left:
        raise ValueError("the calendar repeats more than can be read")
    return left - count


@dataclass(frozen=True, slots=True)
class _CalendarWindow:
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


@dataclass(frozen=True, slots=True)
class _Series:
    """The VEVENTs that share a UID.

    A single event, or a repeating one and its changed occurrences.
    """

    calendar: icalendar.Component
    events: tuple[icalendar.Component, ...]

    @property
    def title(self) -> str:
        return (
            next(filter(None, map(_title, self.events)), "")
            or _text(self.events[0], "UID")
            or "without a title"
        )

    @property
    def core(self) -> icalendar.Component:
        return next(
            (event for event in self.events if "RECURRENCE-ID" not in event), self.events[0]
        )

    @property
    def repeats(self) -> bool:
        return any(
            name in event for event in self.events for name in ("RRULE", "RDATE", "RECURRENCE-ID")
        )

    @property
    def is_private(self) -> bool:
        return any(
            _text(event, "CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"} for event in self.events
        )

    @property
    def is_withdrawn(self) -> bool:
        return _text(self.calendar, "METHOD").upper() == "CANCEL"

    def count_instances(self, window: _CalendarWindow) -> int:
        """How many instances have to be looked at; raises ValueError when that would not end."""
        count = 0
        if sum(len(_as_list(event.get("RRULE"))) for event in self.events) > MAX_RULES:
            raise ValueError("it has too many rules")
        for event in self.events:
            start = _moment(event, "DTSTART")  # a broken one raises here
            if not isinstance(start, date):
                # the calendar's mistake, not a caller's
                raise ValueError("its start is no date")  # noqa: TRY004
            moment = window.aware(start).replace(tzinfo=None)
            since, stop = (
                each.replace(tzinfo=None)
                for each in (window.start, window.stop + timedelta(days=2))
            )
            for rule in _as_list(event.get("RRULE")):
                count += count_instances(rule, moment, stop, since=since)
        if (
            sum(
                len(getattr(dates, "dts", ()))
                for event in self.events
                for dates in _as_list(event.get("RDATE"))
            )
            > MAX_AHEAD
        ):
            raise ValueError(f"it names more than {MAX_AHEAD:,} dates")
        return count

    def entries(self, window: _CalendarWindow, source: Source) -> tuple[list[Entry], list[str]]:
        """The occurrences in the window, and if any, a sentence for each part left aside."""
        alone = icalendar.Calendar()
        if zone := self.calendar.get("X-WR-TIMEZONE"):
            alone["X-WR-TIMEZONE"] = zone
        sentences = [sentence for event in self.events for sentence in _mend(event, self.title)]
        masters = {
            str(event.get("DTSTART")) for event in self.events if "RECURRENCE-ID" not in event
        }
        if len(masters) > 1:
            sentences.append(
                f"event “{self.title}”: {len(masters)} events share its UID, and only one of them"
                " counts"
            )
        for event in self.events:
            alone.add_component(event)
        occurrences = recurring_ical_events.of(alone).between(window.start, window.stop)
        entries = [self._entry(occurrence, window, source) for occurrence in occurrences]
        return entries, sentences if entries else []

    def _entry(
        self, occurrence: icalendar.Component, window: _CalendarWindow, source: Source
    ) -> Entry:
        event = _event(occurrence, self, window.zone)
        address = clean_url(join_links.web_address(_text(occurrence, "URL"))) or ""
        links = dict.fromkeys(filter(None, (address, event.join)))
        uid = _text(self.core, "UID")
        return Entry(
            ids=_ids(uid, address, occurrence, self),
            title=_title(occurrence) or "Event without a title",
            links=tuple(links),
            dated=_read_publication_date(occurrence, window),
            summary=paragraphs(
                _text(occurrence, "DESCRIPTION").replace("\n", "\n\n")
                or _text(occurrence, "X-ALT-DESC")
            ),
            section=source.section or SECTION,
            event=event,
        )


def _all_series(calendars: Iterable[icalendar.Component]) -> Iterator[_Series]:
    for calendar in calendars:
        groups: dict[object, list[icalendar.Component]] = {}
        for event in calendar.walk("VEVENT"):
            groups.setdefault(_text(event, "UID") or id(event), []).append(event)
        for events in groups.values():
            yield _Series(calendar, tuple(events))


_ESSENTIAL = ("DTSTART", "RRULE", "RECURRENCE-ID")
_TOLD = ("DTEND", "DURATION", "EXDATE", "RDATE")


def _mend(event: icalendar.Component, title: str) -> Iterator[str]:
    """Take away what cannot be read and is not the event itself.

    Yields a sentence where readers would miss it.
    """
    for name in {name for name, _ in event.errors if name} - set(_ESSENTIAL):
        event.pop(name, None)
        if name in _TOLD:
            yield f"event “{title}”: its {name} cannot be read and was left aside"
    for value in _as_list(event.get("DTSTART")):
        if value.params.get("TZID") and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            yield (
                f"event “{title}”: its time zone “{value.params['TZID']}” is not known; look at its"
                " time"
            )


def _event(occurrence: icalendar.Component, series: _Series, zone: ZoneInfo) -> Event:
    starts = _normalize_zone(_moment(occurrence, "DTSTART"), zone)
    ends = _normalize_zone(_moment(occurrence, "DTEND"), zone)  # the library always gives one
    place, join = join_links.place_and_link(occurrence)
    rule = _as_list(series.core.get("RRULE"))
    return Event(
        starts=starts,
        ends=_end(starts, ends),
        zone=_zone_name(_moment(occurrence, "DTSTART")),
        place=place,
        join=join,
        repeats=rule[0].to_ical().decode() if rule else "",
        cancelled=_text(occurrence, "STATUS").upper() == "CANCELLED" or series.is_withdrawn,
    )


def _normalize_zone(value: date, zone: ZoneInfo) -> date:
    """A day, or an instant in a zone that has a name, else at a fixed offset."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        return value.replace(tzinfo=zone)
    if name := _zone_name(value):
        return value.replace(tzinfo=ZoneInfo(name))
    return value.replace(tzinfo=fixed_offset(value.utcoffset() or timedelta()))


def _zone_name(value: date) -> str:
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


def _end(starts: date, ends: date) -> date | None:
    """The end, where it says more than the start.

    For whole days it is the last one; iCalendar gives the one after.
    """
    if not isinstance(ends, datetime):
        ends -= timedelta(days=1)
    return ends if ends > starts else None


def _ids(uid: str, address: str, occurrence: icalendar.Component, series: _Series) -> Ids:
    """By UID.

    Only a single event without one goes by its address, for many calendars put one into all of
    them.
    """
    if uid:
        return Ids(uid=_identity(uid, occurrence, series) if series.repeats else uid)
    return Ids(url=None if series.repeats else address or None)


def _identity(uid: str, occurrence: icalendar.Component, series: _Series) -> str:
    """UID and the start that the rule gave: an occurrence that was moved stays the same one."""
    original: Any = occurrence["RECURRENCE-ID"]
    moment: date = original.dt
    if (
        original.params.get("RANGE") == "THISANDFUTURE"
    ):  # then it is that of the first one changed, for all that follow
        change = next(event for event in series.events if event.get("RECURRENCE-ID") == original)
        moment = _moment(occurrence, "DTSTART") - (_moment(change, "DTSTART") - moment)
    if not isinstance(moment, datetime):
        return f"{uid}/{moment:%Y%m%d}"
    if moment.tzinfo is None:
        return f"{uid}/{moment:%Y%m%dT%H%M%S}"
    return f"{uid}/{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _read_publication_date(
    occurrence: icalendar.Component, window: _CalendarWindow
) -> Dated | None:
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


def _moment(event: icalendar.Component, name: str) -> Any:
    """The date or time of a property.

    KeyError when it is missing, AttributeError when it is broken or there twice.
    """
    value: Any = event[name]
    return value.dt


def _title(event: icalendar.Component) -> str:
    """SUMMARY as one line of text, cut where nobody reads on."""
    return one_line(paragraphs(_text(event, "SUMMARY")))[:500]


def _text(component: icalendar.Component, name: str) -> str:
    """A property as text.

    The first one where it stands more than once, empty where it is missing or broken.
    """
    values = _as_list(component.get(name))
    return str(values[0]).strip() if values and isinstance(values[0], str) else ""


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _reason(series: _Series, error: Exception) -> str:
    """Why a series cannot be read, in words that lead to the line in the file."""
    for event in series.events:
        broken = next(
            (
                f"its {name} cannot be read: {one_line(str(why))[:120]}"
                for name, why in event.errors
                if name
            ),
            "",
        )
        twice = next(
            (f"it has more than one {name}" for name in _ONCE if isinstance(event.get(name), list)),
            "",
        )
        if broken or twice:
            return broken or twice
    return (
        "it has no start"
        if isinstance(error, KeyError)
        else one_line(str(error))[:120] or type(error).__name__
    )


_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
