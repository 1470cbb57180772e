"""When an event is, in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from newsletter.model import Event
from newsletter.rendering.event_times import short_day, when
from newsletter.rendering.i18n import Phrases

EN = Phrases("en")
HOME = "America/New_York"


def at(zone: str, *moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone))


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_an_event_without_a_day_says_so():
    assert when(Event(), HOME, EN).day == "Date to be announced"
    assert short_day(Event(), EN) == "Date to be announced"


def test_a_day_comes_with_its_weekday():
    told = when(Event(starts=date(2026, 12, 9)), HOME, EN)
    assert (told.day, told.hours) == ("Wednesday, December 9, 2026", "All day")
    assert short_day(Event(starts=date(2026, 12, 9)), EN) == "Wed, Dec 9"


@pytest.mark.parametrize(
    "ends", [None, date(2026, 12, 9), date(2026, 12, 10), at(HOME, 2026, 12, 9, 18)]
)
def test_a_whole_day_ends_where_the_next_begins(ends):
    assert (
        when(Event(starts=date(2026, 12, 9), ends=ends), HOME, EN).day
        == "Wednesday, December 9, 2026"
    )


def test_several_days_are_told_from_first_to_last():
    told = when(Event(starts=date(2026, 12, 9), ends=date(2026, 12, 12)), HOME, EN)
    assert told.day == "Wednesday, December 9, 2026 to Friday, December 11, 2026"


def test_hours_come_with_their_zone_and_the_readers_other_ones():
    start = at(HOME, 2026, 12, 9, 18)
    told = when(Event(starts=start, ends=start + timedelta(hours=1), zone=HOME), HOME, EN)
    assert plain(told.hours) == "6:00 PM to 7:00 PM Eastern"
    assert (
        plain(told.elsewhere) == "That is 5:00 PM Central, 4:00 PM Mountain, and 3:00 PM Pacific."
    )


def test_an_event_far_away_says_which_day_it_is_here():
    told = when(Event(starts=at("Asia/Tokyo", 2026, 12, 10, 8, 30), zone="Asia/Tokyo"), HOME, EN)
    assert plain(told.hours) == "8:30 AM Tokyo time"
    assert plain(told.elsewhere) == (
        "That is on Wednesday, December 9, 2026: 6:30 PM Eastern, 5:30 PM Central, 4:30 PM Mountain, and 3:30 PM Pacific."
    )


def test_an_event_that_is_on_two_days_says_both():
    told = when(Event(starts=at("Europe/London", 2026, 12, 9, 6), zone="Europe/London"), HOME, EN)
    assert plain(told.elsewhere) == (
        "That is Wed, Dec 9, 1:00 AM Eastern, Wed, Dec 9, 12:00 AM Central, Tue, Dec 8, 11:00 PM Mountain, "
        "and Tue, Dec 8, 10:00 PM Pacific."
    )


def test_readers_elsewhere_get_their_own_zone_and_utc():
    told = when(
        Event(starts=at("Europe/London", 2026, 12, 9, 18), zone="Europe/London"),
        "Europe/Berlin",
        EN,
    )
    assert plain(told.elsewhere) == "That is 7:00 PM Berlin time and 6:00 PM UTC."


def test_a_reader_at_home_is_not_told_twice():
    told = when(
        Event(starts=at("Europe/Berlin", 2026, 12, 9, 18), zone="Europe/Berlin"),
        "Europe/Berlin",
        EN,
    )
    assert plain(told.elsewhere) == "That is 5:00 PM UTC."
    told = when(Event(starts=at("UTC", 2026, 12, 9, 18), zone="UTC"), "UTC", EN)
    assert told.elsewhere == ""


@pytest.mark.parametrize(
    ("zone", "offset", "name"),
    [
        ("", timedelta(hours=-5), "UTC−05:00"),
        ("", timedelta(hours=5, minutes=30), "UTC+05:30"),
        ("", timedelta(0), "UTC"),
        ("Nowhere/Such_Town", timedelta(hours=1), "Such Town time"),
        ("US/Pacific", timedelta(hours=-8), "Pacific"),
    ],
)
def test_a_zone_is_named_as_well_as_it_is_known(zone, offset, name):
    start = datetime(2026, 12, 9, 12, tzinfo=timezone(offset))
    assert plain(when(Event(starts=start, zone=zone), HOME, EN).hours) == f"12:00 PM {name}"


def test_an_event_over_days_has_no_end_by_the_clock():
    told = when(
        Event(
            starts=at(HOME, 2026, 12, 9, 9),
            ends=at(HOME, 2026, 12, 11, 17),
            zone=HOME,
            place="Denver",
        ),
        HOME,
        EN,
    )
    assert plain(told.hours) == "9:00 AM Eastern"
    assert told.day == "Wednesday, December 9, 2026 to Friday, December 11, 2026"


def test_an_end_before_the_start_is_not_told():
    told = when(
        Event(
            starts=datetime(2026, 12, 9, 9, tzinfo=UTC), ends=datetime(2026, 12, 9, 8, tzinfo=UTC)
        ),
        HOME,
        EN,
    )
    assert plain(told.hours) == "9:00 AM UTC"
