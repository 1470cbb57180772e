"""iCalendar (RFC 5545): one entry for each occurrence that lies ahead.

A broken event is left out with a sentence, never the calendar. What occurs is what
recurring-ical-events says, asked for series by series; a rule that would not end is refused before
(see `recurrence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.timezone import tzp

from newsletter.errors import SourceError
from newsletter.formats.markup_text import decode_document, one_line, paragraphs
from newsletter.identity import clean_url
from newsletter.model import MAX_DOCUMENT_BYTES, Document, Entry, Event, Ids, ParsedDocument, Source
from newsletter.sources.calendars import join_links
from newsletter.sources.calendars.calendar_window import CalendarWindow
from newsletter.sources.calendars.event_values import (
    as_list,
    event_end,
    event_text,
    event_title,
    normalize_zone,
    read_moment,
    read_publication_date,
    zone_name,
)
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
    window = CalendarWindow(
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
class _Series:
    """The VEVENTs that share a UID.

    A single event, or a repeating one and its changed occurrences.
    """

    calendar: icalendar.Component
    events: tuple[icalendar.Component, ...]

    @property
    def title(self) -> str:
        return (
            next(filter(None, map(event_title, self.events)), "")
            or event_text(self.events[0], "UID")
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
            event_text(event, "CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"}
            for event in self.events
        )

    @property
    def is_withdrawn(self) -> bool:
        return event_text(self.calendar, "METHOD").upper() == "CANCEL"

    def count_instances(self, window: CalendarWindow) -> int:
        """How many instances have to be looked at; raises ValueError when that would not end."""
        count = 0
        if sum(len(as_list(event.get("RRULE"))) for event in self.events) > MAX_RULES:
            raise ValueError("it has too many rules")
        for event in self.events:
            start = read_moment(event, "DTSTART")  # a broken one raises here
            if not isinstance(start, date):
                # the calendar's mistake, not a caller's
                raise ValueError("its start is no date")  # noqa: TRY004
            moment = window.aware(start).replace(tzinfo=None)
            since, stop = (
                each.replace(tzinfo=None)
                for each in (window.start, window.stop + timedelta(days=2))
            )
            for rule in as_list(event.get("RRULE")):
                count += count_instances(rule, moment, stop, since=since)
        if (
            sum(
                len(getattr(dates, "dts", ()))
                for event in self.events
                for dates in as_list(event.get("RDATE"))
            )
            > MAX_AHEAD
        ):
            raise ValueError(f"it names more than {MAX_AHEAD:,} dates")
        return count

    def entries(self, window: CalendarWindow, source: Source) -> tuple[list[Entry], list[str]]:
        """The occurrences in the window, and where there are any a sentence for each part that was left aside."""
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
        self, occurrence: icalendar.Component, window: CalendarWindow, source: Source
    ) -> Entry:
        event = _event(occurrence, self, window.zone)
        address = clean_url(join_links.web_address(event_text(occurrence, "URL"))) or ""
        links = dict.fromkeys(filter(None, (address, event.join)))
        uid = event_text(self.core, "UID")
        return Entry(
            ids=_event_ids(uid, address, occurrence, self),
            title=event_title(occurrence) or "Event without a title",
            links=tuple(links),
            dated=read_publication_date(occurrence, window),
            summary=paragraphs(
                event_text(occurrence, "DESCRIPTION").replace("\n", "\n\n")
                or event_text(occurrence, "X-ALT-DESC")
            ),
            section=source.section or SECTION,
            event=event,
        )


def _all_series(calendars: Iterable[icalendar.Component]) -> Iterator[_Series]:
    for calendar in calendars:
        groups: dict[object, list[icalendar.Component]] = {}
        for event in calendar.walk("VEVENT"):
            groups.setdefault(event_text(event, "UID") or id(event), []).append(event)
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
    for value in as_list(event.get("DTSTART")):
        if value.params.get("TZID") and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            yield (
                f"event “{title}”: its time zone “{value.params['TZID']}” is not known; look at its"
                " time"
            )


def _event(occurrence: icalendar.Component, series: _Series, zone: ZoneInfo) -> Event:
    starts = normalize_zone(read_moment(occurrence, "DTSTART"), zone)
    ends = normalize_zone(read_moment(occurrence, "DTEND"), zone)  # the library always gives one
    place, join = join_links.place_and_link(occurrence)
    rule = as_list(series.core.get("RRULE"))
    return Event(
        starts=starts,
        ends=event_end(starts, ends),
        zone=zone_name(read_moment(occurrence, "DTSTART")),
        place=place,
        join=join,
        repeats=rule[0].to_ical().decode() if rule else "",
        cancelled=event_text(occurrence, "STATUS").upper() == "CANCELLED" or series.is_withdrawn,
    )


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


def _event_ids(uid: str, address: str, occurrence: icalendar.Component, series: _Series) -> Ids:
    """By UID.

    Only a single event without one goes by its address, for many calendars put one into all of
    them.
    """
    if uid:
        return Ids(uid=_event_identity(uid, occurrence, series) if series.repeats else uid)
    return Ids(url=None if series.repeats else address or None)


def _event_identity(uid: str, occurrence: icalendar.Component, series: _Series) -> str:
    """UID and the start that the rule gave: an occurrence that was moved stays the same one."""
    original: Any = occurrence["RECURRENCE-ID"]
    moment: date = original.dt
    if (
        original.params.get("RANGE") == "THISANDFUTURE"
    ):  # then it is that of the first one changed, for all that follow
        change = next(event for event in series.events if event.get("RECURRENCE-ID") == original)
        moment = read_moment(occurrence, "DTSTART") - (read_moment(change, "DTSTART") - moment)
    if not isinstance(moment, datetime):
        return f"{uid}/{moment:%Y%m%d}"
    if moment.tzinfo is None:
        return f"{uid}/{moment:%Y%m%dT%H%M%S}"
    return f"{uid}/{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
