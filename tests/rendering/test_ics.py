"""One event as a calendar file."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import icalendar
import pytest
from support.sample_issues import EVENTS

from newsletter.model import Entry, Event
from newsletter.rendering import event_calendar, event_file_name


def the_event(entry: Entry):
    (event,) = icalendar.Calendar.from_ical(event_calendar(entry)).walk("VEVENT")
    return event


def test_times_are_in_utc_and_the_bytes_are_always_the_same():
    event = the_event(EVENTS[0])
    assert event.decoded("dtstart") == datetime(2026, 12, 9, 23, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2026, 12, 10, 0, tzinfo=UTC)
    assert event["uid"] == "webinar-1@example.org"
    assert event["url"] == "https://example.zoom.us/j/5550100"
    assert event_calendar(EVENTS[0]) == event_calendar(EVENTS[0])


def test_days_stay_days():
    event = the_event(EVENTS[1])
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        date(2027, 1, 16),
        date(2027, 1, 18),
    )


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (Event(starts=date(2026, 1, 1)), date(2026, 1, 2)),
        (Event(starts=datetime(2026, 1, 1, 9, tzinfo=UTC)), datetime(2026, 1, 1, 10, tzinfo=UTC)),
        (
            Event(starts=datetime(2026, 1, 1, 9, tzinfo=UTC), ends=date(2026, 1, 2)),
            datetime(2026, 1, 1, 10, tzinfo=UTC),
        ),
    ],
)
def test_an_end_that_is_missing_or_of_another_kind_is_the_usual_one(event, end):
    assert the_event(Entry(key="k", title="T", event=event)).decoded("dtend") == end


def test_a_cancelled_event_says_so():
    entry = Entry(key="k", title="T", event=Event(starts=date(2026, 1, 1), cancelled=True))
    assert the_event(entry)["status"] == "CANCELLED"
    assert "url" not in the_event(entry)


def test_an_event_without_a_day_has_no_file():
    with pytest.raises(ValueError, match="has no day"):
        event_calendar(Entry(key="k", title="T", event=Event()))


def test_file_names_are_readable_and_differ():
    name = event_file_name(EVENTS[0])
    assert name == "2026-12-09-webinar-overcoming-insurance-barriers-1616f5.ics"
    assert event_file_name(dataclasses.replace(EVENTS[0], key="other")) != name
    assert event_file_name(Entry(title="ביחד")).startswith("undated-event-")
