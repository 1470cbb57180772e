"""iCalendar.

Occurrences are those of recurring-ical-events, and a broken event takes nothing else with it.
"""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Dated, Document, Source, SourceKind
from newsletter.sources.calendars.ical import read_calendar

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
SOURCE = Source(name="events", kind=SourceKind.CALENDAR, url="events.ics")


def read(*events, head="", now=NOW, ahead_days=120, source=SOURCE, zone=NEW_YORK):
    """The calendar made of these VEVENTs, read."""
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return read_text(
        f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n", now, ahead_days, source, zone
    )


def read_text(text, now=NOW, ahead_days=120, source=SOURCE, zone=NEW_YORK):
    content = text.encode() if isinstance(text, str) else text
    return read_calendar(
        Document(content=content), source, now=now, ahead_days=ahead_days, zone=zone
    )


def only(reading):
    assert reading.skipped == ()
    (entry,) = reading.entries
    return entry


def starts(reading):
    return [entry.event.starts.isoformat() for entry in reading.entries]


WEBINAR = """
UID:webinar-1@example.org
DTSTAMP:20261101T000000Z
CREATED:20261015T120000Z
DTSTART;TZID=America/New_York:20261209T180000
DTEND;TZID=America/New_York:20261209T193000
SUMMARY:Ask the surgeon: uterine LMS
DESCRIPTION:An hour of questions.\\nJoin: https://us02web.zoom.us/j/123?pwd=abc.
URL:https://example.org/events/ask-the-surgeon
LOCATION:Zoom
"""


def test_a_webinar_is_an_entry_with_its_time_zone_and_joining_link():
    entry = only(read(WEBINAR))
    assert entry.title == "Ask the surgeon: uterine LMS"
    assert entry.ids.known() == {"uid": "webinar-1@example.org"}
    assert entry.links == (
        "https://example.org/events/ask-the-surgeon",
        "https://us02web.zoom.us/j/123?pwd=abc",
    )
    assert entry.dated == Dated(date(2026, 10, 15))
    assert entry.summary == "An hour of questions.\n\nJoin: https://us02web.zoom.us/j/123?pwd=abc."
    assert entry.section == "events"
    assert entry.event.starts == datetime(2026, 12, 9, 18, 0, tzinfo=NEW_YORK)
    assert entry.event.ends == datetime(2026, 12, 9, 19, 30, tzinfo=NEW_YORK)
    assert (entry.event.zone, entry.event.place) == ("America/New_York", "Online")
    assert entry.event.join == "https://us02web.zoom.us/j/123?pwd=abc"
    assert (entry.event.repeats, entry.event.cancelled) == ("", False)
    assert (entry.key, entry.sources, entry.first_seen_at) == ("", (), None)


def test_the_source_may_name_another_section():
    assert (
        only(
            read(WEBINAR, source=Source(name="a", kind=SourceKind.CALENDAR, section="meetings"))
        ).section
        == "meetings"
    )


def test_whole_days_end_on_their_last_day():
    entry = only(
        read("UID:a\nDTSTART;VALUE=DATE:20261204\nDTEND;VALUE=DATE:20261207\nSUMMARY:Retreat")
    )
    assert (entry.event.starts, entry.event.ends, entry.event.zone) == (
        date(2026, 12, 4),
        date(2026, 12, 6),
        "",
    )


def test_one_whole_day_has_no_end():
    assert only(read("UID:a\nDTSTART;VALUE=DATE:20261204\nSUMMARY:Deadline")).event.ends is None


def test_a_windows_zone_gets_its_iana_name():
    entry = only(read("UID:a\nDTSTART;TZID=W. Europe Standard Time:20261209T180000\nSUMMARY:A"))
    assert (entry.event.zone, entry.event.starts.isoformat()) == (
        "Europe/Berlin",
        "2026-12-09T18:00:00+01:00",
    )


def test_a_zone_defined_in_the_calendar_alone_is_an_offset():
    head = own_zone("Our office", "-0700")
    event = only(read("UID:a\nDTSTART;TZID=Our office:20261209T180000\nSUMMARY:A", head=head)).event
    assert (event.zone, event.starts.isoformat()) == ("", "2026-12-09T18:00:00-07:00")
    assert event.starts.tzinfo == timezone(timedelta(hours=-7))


def test_outlook_s_own_definition_of_a_windows_zone_gets_the_iana_name_where_it_agrees():
    lines = "UID:a\nDTSTART;TZID=W. Europe Standard Time:20261209T180000\nSUMMARY:A"
    agreeing = only(read(lines, head=own_zone("W. Europe Standard Time", "+0100"))).event
    other = only(read(lines, head=own_zone("W. Europe Standard Time", "+0300"))).event
    assert (agreeing.zone, agreeing.starts) == (
        "Europe/Berlin",
        datetime(2026, 12, 9, 18, tzinfo=ZoneInfo("Europe/Berlin")),
    )
    assert (other.zone, other.starts.isoformat()) == ("", "2026-12-09T18:00:00+03:00")


def test_a_calendar_s_own_zone_is_forgotten_before_the_next_calendar():
    read(
        "UID:a\nDTSTART;TZID=W. Europe Standard Time:20261209T180000",
        head=own_zone("W. Europe Standard Time", "+0300"),
    )
    assert starts(read("UID:a\nDTSTART;TZID=W. Europe Standard Time:20261209T180000")) == [
        "2026-12-09T18:00:00+01:00"
    ]


def own_zone(name, offset):
    return f"""BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:19701101T020000
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
END:STANDARD
END:VTIMEZONE
"""


def test_an_unknown_zone_is_told_because_the_hour_may_be_wrong():
    reading = read('UID:a\nDTSTART;TZID="Eastern (US & Canada)":20261209T180000\nSUMMARY:A')
    assert starts(reading) == ["2026-12-09T18:00:00-05:00"]
    assert reading.skipped == (
        "event “A”: its time zone “Eastern (US & Canada)” is not known; look at its time",
    )


def test_a_time_without_a_zone_is_of_the_newsletter_s_zone():
    event = only(read("UID:a\nDTSTART:20261209T180000\nSUMMARY:A")).event
    assert (event.zone, event.starts) == ("", datetime(2026, 12, 9, 18, 0, tzinfo=NEW_YORK))
    assert event.ends is None


def test_the_calendar_s_own_zone_goes_before_the_newsletter_s():
    head = "X-WR-TIMEZONE:America/Denver\n"
    reading = read(
        "UID:a\nDTSTART:20261209T180000\nSUMMARY:A",
        "UID:b\nDTSTART:20261210T180000Z\nSUMMARY:B",
        head=head,
    )
    assert starts(reading) == ["2026-12-09T18:00:00-07:00", "2026-12-10T11:00:00-07:00"]
    assert [entry.event.zone for entry in reading.entries] == ["America/Denver", "America/Denver"]


def test_a_time_in_utc_stays_there_and_has_no_zone_of_its_own():
    event = only(read("UID:a\nDTSTART:20261209T180000Z\nSUMMARY:A")).event
    assert (event.zone, event.starts.isoformat()) == ("", "2026-12-09T18:00:00+00:00")


GROUP = """
UID:group@example.org
DTSTART;TZID=America/New_York:20261006T190000
DURATION:PT1H
RRULE:FREQ=MONTHLY;BYDAY=1TU
EXDATE;TZID=America/New_York:20270105T190000
SUMMARY:Support group
"""
MOVED = """
UID:group@example.org
RECURRENCE-ID;TZID=America/New_York:20261201T190000
DTSTART;TZID=America/New_York:20261203T200000
DURATION:PT1H
SUMMARY:Support group (moved)
"""


def test_a_support_group_gives_an_entry_for_each_time_ahead():
    reading = read(GROUP)
    assert starts(reading) == [
        "2026-12-01T19:00:00-05:00",
        "2027-02-02T19:00:00-05:00",
        "2027-03-02T19:00:00-05:00",
    ]
    assert [entry.ids.uid for entry in reading.entries] == [
        "group@example.org/20261202T000000Z",
        "group@example.org/20270203T000000Z",
        "group@example.org/20270303T000000Z",
    ]
    assert {entry.event.repeats for entry in reading.entries} == {"FREQ=MONTHLY;BYDAY=1TU"}


def test_an_occurrence_that_was_moved_stays_the_same_one():
    reading = read(GROUP, MOVED)
    first = reading.entries[0]
    assert first.ids.uid == "group@example.org/20261202T000000Z"
    assert (first.title, first.event.starts) == (
        "Support group (moved)",
        datetime(2026, 12, 3, 20, 0, tzinfo=NEW_YORK),
    )
    assert first.event.repeats == "FREQ=MONTHLY;BYDAY=1TU"


def test_a_change_to_all_that_follow_leaves_each_its_own_name():
    change = MOVED.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;")
    reading = read(GROUP, change)
    assert starts(reading) == [
        "2026-12-03T20:00:00-05:00",
        "2027-02-04T20:00:00-05:00",
        "2027-03-04T20:00:00-05:00",
    ]
    assert [entry.ids.uid for entry in reading.entries] == [
        "group@example.org/20261202T000000Z",
        "group@example.org/20270203T000000Z",
        "group@example.org/20270303T000000Z",
    ]


def test_whole_days_and_floating_times_repeat_under_names_without_a_zone():
    reading = read(
        "UID:a\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=1\nSUMMARY:A",
        "UID:b\nDTSTART:20261202T090000\nRRULE:FREQ=DAILY;COUNT=1\nSUMMARY:B",
    )
    assert [entry.ids.uid for entry in reading.entries] == ["a/20261201", "b/20261202T090000"]


def test_an_event_without_a_uid_has_none():
    reading = read(
        "DTSTART:20261202T090000\nSUMMARY:A",
        "DTSTART:20261203T090000\nRRULE:FREQ=DAILY;COUNT=1\nSUMMARY:B",
    )
    assert [(entry.title, entry.ids.uid) for entry in reading.entries] == [("A", None), ("B", None)]


def test_a_single_event_without_a_uid_goes_by_its_address():
    lines = "DTSTART:20261209T180000Z\nSUMMARY:A\nURL:https://example.org/a?utm_source=x"
    assert only(read(lines)).ids.known() == {"url": "https://example.org/a"}
    assert only(read(lines + "\nRRULE:FREQ=DAILY;COUNT=1")).ids.known() == {}


def test_events_that_share_a_uid_are_told():
    other = WEBINAR.replace("20261209", "20261210")
    reading = read(WEBINAR, other)
    assert len(reading.entries) == 1  # so RFC 5545 has it: the UID names the event
    assert reading.skipped == (
        "event “Ask the surgeon: uterine LMS”: 2 events share its UID, and only one of them counts",
    )


def test_outlook_s_description_in_html_stands_in_for_a_missing_one():
    assert (
        only(
            read("DTSTART:20261209T180000Z\nSUMMARY:A\nX-ALT-DESC;FMTTYPE=text/html:<p>One</p>")
        ).summary
        == "One"
    )


def test_cancelled_events_say_so():
    reading = read(WEBINAR + "STATUS:CANCELLED")
    assert only(reading).event.cancelled
    assert only(read(WEBINAR, head="METHOD:CANCEL\n")).event.cancelled


@pytest.mark.parametrize("word", ["PRIVATE", "confidential"])
def test_private_events_are_left_out_and_not_named(word):
    reading = read(
        WEBINAR + f"CLASS:{word}", "UID:b\nDTSTART:20261209T180000Z\nSUMMARY:B\nCLASS:PUBLIC"
    )
    assert [entry.title for entry in reading.entries] == ["B"]
    assert reading.skipped == (
        "an event was left out: the calendar marks it as private; mark it public to announce it",
    )


def test_only_what_lies_in_the_window_is_offered():
    days = ("20261121T140000Z", "20261123T130000Z", "20261203T140000Z", "20261204T140000Z")
    reading = read(*(f"UID:{day}\nDTSTART:{day}\nSUMMARY:A" for day in days), ahead_days=10)
    assert starts(reading) == ["2026-11-23T13:00:00+00:00"]


@pytest.mark.parametrize(
    ("lines", "dated"),
    [
        ("LAST-MODIFIED:20261102T120000Z", Dated(date(2026, 11, 2))),
        ("CREATED:19000101T120000Z\nLAST-MODIFIED:20261102T120000Z", Dated(date(2026, 11, 2))),
        ("CREATED:20991102T120000Z", None),
        ("CREATED:nonsense", None),
        ("DTSTAMP:20261102T120000Z", None),
    ],
)
def test_the_date_of_an_event_is_when_it_was_put_in_or_changed(lines, dated):
    (entry,) = read(f"UID:a\nDTSTART:20261209T180000Z\nSUMMARY:A\n{lines}").entries
    assert entry.dated == dated


def test_markup_in_texts_becomes_plain_text():
    entry = only(
        read(
            "UID:a\nDTSTART:20261209T180000Z\nSUMMARY:Q&amp;A <b>live</b>\nDESCRIPTION:<p>One</p><p>Two &lt; 3</p>"
        )
    )
    assert (entry.title, entry.summary) == ("Q&A live", "One\n\nTwo < 3")


def test_an_event_without_a_title_is_still_an_event():
    assert only(read("UID:a\nDTSTART:20261209T180000Z")).title == "Event without a title"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("SUMMARY:A", "event “A” was left out: it has no start"),
        (
            "SUMMARY:A\nDTSTART:20261209\nDTSTART:20261210",
            "event “A” was left out: it has more than one DTSTART",
        ),
        (
            "UID:a\nDTSTART:next week",
            "event “a” was left out: its DTSTART cannot be read: Expected datetime, date, or time. Got: 'next week'",
        ),
        ("DTSTART;VALUE=TIME:180000\nSUMMARY:A", "event “A” was left out: its start is no date"),
        (
            "DTSTART:20261209\nRRULE:FREQ=NEVER\nSUMMARY:A",
            "event “A” was left out: its RRULE cannot be read: Expected frequency, got: NEVER",
        ),
        (
            "DTSTART:20261209T000000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:A",
            "event “A” was left out: it repeats too often",
        ),
        (
            "DTSTART:20261209T000000Z\nSUMMARY:A" + "\nRRULE:FREQ=DAILY" * 51,
            "event “A” was left out: it has too many rules",
        ),
    ],
)
def test_a_broken_event_is_left_out_alone(lines, sentence):
    reading = read(lines, WEBINAR)
    assert [entry.title for entry in reading.entries] == ["Ask the surgeon: uterine LMS"]
    assert reading.skipped == (sentence,)


def test_a_broken_end_leaves_the_event():
    reading = read("UID:a\nDTSTART:20261209T180000Z\nDTEND:None\nSUMMARY:A")
    assert starts(reading) == ["2026-12-09T18:00:00+00:00"]
    assert reading.skipped == ("event “A”: its DTEND cannot be read and was left aside",)


def test_of_events_long_past_nothing_is_told():
    reading = read("UID:a\nDTSTART:20161209T180000Z\nDTEND:None\nSUMMARY:A")
    assert (reading.entries, reading.skipped) == ((), ())


def test_a_line_that_breaks_the_calendar_costs_no_event():
    head = "X-WR-TIMEZONE:America/Denver\nthis is no line\n"
    reading = read("UID:a\nDTSTART:20261209T180000\nSUMMARY:A long\n  title", head=head)
    assert [(entry.title, entry.event.zone) for entry in reading.entries] == [
        ("A long title", "America/Denver")
    ]


def test_a_broken_zone_costs_the_zone_and_not_the_event():
    reading = read(
        "UID:a\nDTSTART;TZID=Moon:20261209T180000\nSUMMARY:A", head=own_zone("Moon", "+5744")
    )
    assert starts(reading) == ["2026-12-09T18:00:00-05:00"]


def test_an_event_that_cannot_be_read_alone_is_counted():
    reading = read(WEBINAR, "UID:b\nFREEBUSY:20261209T180000Z/20251209T180000Z")
    assert [entry.title for entry in reading.entries] == ["Ask the surgeon: uterine LMS"]
    assert reading.skipped == ("event 2 of the calendar was left out: it cannot be read",)


def test_a_broken_alarm_costs_no_event():
    alarm = "\nBEGIN:VALARM\nno line\nEND:VALARM\nSUMMARY:With an alarm"
    reading = read("UID:b\nDTSTART:20261209T180000Z" + alarm, head="no line\n")
    assert only(reading).title == "With an alarm"


def test_a_calendar_cut_short_gives_what_came():
    text = f"BEGIN:VCALENDAR\nBEGIN:VEVENT{WEBINAR}END:VEVENT\nBEGIN:VEVENT\nUID:b\nDTSTART:2026120"
    reading = read_text(text)
    assert [entry.title for entry in reading.entries] == ["Ask the surgeon: uterine LMS"]
    assert reading.skipped == ("the calendar is cut short or broken: 1 of its events have no end",)


def test_an_event_outside_any_calendar_is_read():
    assert len(read_text(f"BEGIN:VEVENT{WEBINAR}END:VEVENT\n").entries) == 1


def test_two_calendars_in_one_file_are_both_read():
    one = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{0}\nDTSTART:20261209T180000Z\nSUMMARY:{0}\nEND:VEVENT\nEND:VCALENDAR\n"
    assert [entry.title for entry in read_text(one.format("a") + one.format("b")).entries] == [
        "a",
        "b",
    ]


def test_all_repetitions_together_have_a_bound():
    hourly = (
        "UID:{0}\nDTSTART:20210601T180000Z\nRRULE:FREQ=HOURLY;UNTIL=20261123T150000Z\nSUMMARY:{0}"
    )
    reading = read(*map(hourly.format, "abc"))
    assert {entry.title for entry in reading.entries} == {"a", "b"}
    assert reading.skipped == (
        "event “c” was left out: the calendar repeats more than can be read",
    )


@pytest.mark.parametrize(
    "content", [b"", b"<!doctype html><html></html>", b"BEGIN:VCARD\nEND:VCARD\n", b"\x00\xff" * 50]
)
def test_what_is_no_calendar_is_refused_with_a_remedy(content):
    with pytest.raises(SourceError, match=r"no calendar: .* use the address that ends in \.ics"):
        read_text(content)


def test_a_calendar_in_another_scale_is_told():
    reading = read(WEBINAR, head="CALSCALE:CHINESE\n")
    assert len(reading.entries) == 1


def test_a_calendar_too_large_is_refused():
    with pytest.raises(SourceError, match="larger than 20 MB"):
        read_text(b"BEGIN:VCALENDAR\n" + b" " * 20_000_000)


def test_a_calendar_of_too_many_events_is_refused():
    with pytest.raises(
        SourceError, match="more than 10,000 events: ask its owner for one of this year"
    ):
        read_text("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 10_001)


def test_an_event_that_names_too_many_dates_is_left_out():
    dates = ",".join(
        f"20261201T{n // 3600:02d}{n // 60 % 60:02d}{n % 60:02d}Z" for n in range(3_001)
    )
    reading = read(f"UID:a\nDTSTART:20261130T180000Z\nSUMMARY:A\nRDATE:{dates}")
    assert reading.skipped == ("event “A” was left out: it names more than 3,000 dates",)


def test_an_event_of_every_quarter_of_an_hour_is_left_out():
    reading = read("UID:a\nDTSTART:20261130T180000Z\nSUMMARY:A\nRRULE:FREQ=MINUTELY;INTERVAL=15")
    assert reading.skipped == (
        "event “A” was left out: it takes place more than 3,000 times in the time ahead",
    )


def test_of_a_calendar_that_announces_too_much_the_rest_is_left_out():
    hourly = "UID:{0}\nDTSTART:20261123T000000Z\nSUMMARY:{0}\nRRULE:FREQ=HOURLY"
    reading = read(*(hourly.format(name) for name in "abc"), ahead_days=70)
    assert {entry.title for entry in reading.entries} == {"a", "b"}
    assert reading.skipped == (
        "event “c” was left out: the calendar announces more than 3,000 dates",
    )


def test_deep_nesting_and_endless_lines_end():
    assert read_text("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 10_000).skipped == (
        "the calendar is cut short or broken: 10000 of its events have no end",
    )
    entry = only(read(f"UID:a\nDTSTART:20261209T180000Z\nSUMMARY:{'x' * 100_000}"))
    assert len(entry.title) == 500


LINES = """
BEGIN:VCALENDAR END:VCALENDAR BEGIN:VEVENT END:VEVENT BEGIN:VTIMEZONE END:VTIMEZONE DTSTART:20261209T180000Z : ;
DTSTART;VALUE=DATE:20261209 DTSTART;TZID=Moon:20261209T180000 DTEND:20261208 DURATION:-P1W RRULE:FREQ=YEARLY UID:a
RRULE:FREQ=DAILY;UNTIL=20261224 RRULE:FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=2 EXDATE:20261210T180000Z RDATE:2026 UID:b
RECURRENCE-ID:20261209T180000Z SUMMARY:\u00e9\\n TZID:Moon X-WR-TIMEZONE:Moon DTSTART:00010101 CALSCALE:X SEQUENCE:x
DTSTART:99991231T235959Z CREATED:00010101T000000Z RRULE:FREQ=DAILY;INTERVAL=0 RRULE:FREQ=SECONDLY
"""
BODIES = st.lists(st.sampled_from(LINES.split()), max_size=25).map(
    lambda lines: "\n".join(lines).encode()
)


@given(st.one_of(st.binary(max_size=300), BODIES))
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_in_entries_or_a_sentence(content):
    with contextlib.suppress(SourceError):
        reading = read_text(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + content)
        assert all(entry.title and entry.event.starts for entry in reading.entries)


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "now", [datetime(2016, 6, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)]
)
def test_recorded_calendars_give_the_occurrences_of_recurring_ical_events(recorded, now):
    window = (
        now.astimezone(NEW_YORK) - timedelta(days=1),
        now.astimezone(NEW_YORK) + timedelta(days=400),
    )
    compared = 0
    for path in sorted((recorded / "ics").iterdir()):
        try:
            calendars = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
            queries = [recurring_ical_events.of(calendar) for calendar in calendars]
            expected = [
                event["DTSTART"].dt for query in queries for event in query.between(*window)
            ]
            reading = read_text(path.read_bytes(), now, 400)
        # the library refuses the file as a whole: the next test is for those
        except Exception:  # noqa: BLE001
            continue
        found = [entry.event.starts for entry in reading.entries]
        assert sorted(map(moment, found)) == sorted(map(moment, expected)), path.name
        compared += len(expected)
    assert compared > 100


def moment(value):
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=NEW_YORK).timestamp()
    return (value if value.tzinfo else value.replace(tzinfo=NEW_YORK)).timestamp()


@pytest.mark.shared
def test_every_recorded_calendar_is_read_or_refused_event_by_event(recorded):
    refused = []
    for path in sorted((recorded / "ics").iterdir()):
        try:
            reading = read_text(path.read_bytes(), datetime(2014, 1, 1, tzinfo=UTC), 400)
        except SourceError:
            refused.append(path)
        else:
            assert all(entry.title for entry in reading.entries), path.name
    assert not any(b"BEGIN:VEVENT" in path.read_bytes().upper() for path in refused)
