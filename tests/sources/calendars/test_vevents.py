"""Events come out of an iCalendar file whatever stands beside them."""

import pytest

from newsletter.errors import SourceError
from newsletter.sources.calendars.vevents import calendars_in


def titles(text):
    skipped = []
    calendars = calendars_in(text, skipped)
    return [
        str(event.get("SUMMARY")) for calendar in calendars for event in calendar.walk("VEVENT")
    ], skipped


EVENT = "BEGIN:VEVENT\nSUMMARY:{0}\nEND:VEVENT\n"


def test_a_good_calendar_is_read_as_a_whole():
    assert titles(f"BEGIN:VCALENDAR\n{EVENT.format('A')}{EVENT.format('B')}END:VCALENDAR\n") == (
        ["A", "B"],
        [],
    )


def test_a_bad_line_outside_the_events_costs_none():
    assert titles(f"BEGIN:VCALENDAR\nno line\n{EVENT.format('A')}END:VCALENDAR\n") == (["A"], [])


def test_events_without_end_are_counted():
    text = f"BEGIN:VCALENDAR\n{EVENT.format('A')}BEGIN:VEVENT\nSUMMARY:B\nBEGIN:VEVENT\nSUMMARY:C\nEND:VEVENT\nBEGIN:VEVENT\n"
    assert titles(text) == (
        ["A", "C"],
        ["the calendar is cut short or broken: 2 of its events have no end"],
    )


def test_lines_ended_as_by_an_old_macintosh_are_read():
    assert titles(EVENT.format("A").replace("\n", "\r") + "\nBEGIN:VEVENT\n")[0] == ["A"]


def test_what_a_broken_calendar_says_of_all_its_events_is_kept():
    calendar = calendars_in(
        f"BEGIN:VCALENDAR\nno line\nMETHOD:CANCEL\nX-WR-TIMEZONE:UTC\n{EVENT.format('A')}", []
    )[0]
    assert (calendar["METHOD"], calendar["X-WR-TIMEZONE"]) == ("CANCEL", "UTC")


def test_what_holds_no_event_and_no_calendar_is_refused():
    with pytest.raises(SourceError, match=r"use the address that ends in \.ics"):
        calendars_in("BEGIN:VCARD\nEND:VCARD\n", [])
