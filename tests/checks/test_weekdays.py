import dataclasses
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.specimen import EVENT, ISSUE, PAPER, changed, context, message, where

from newsletter.checks.weekdays import mentions
from newsletter.model import Event


def letter(words):
    return context(dataclasses.replace(ISSUE, letter=words))


@pytest.mark.parametrize(
    "words",
    [
        "Tuesday 4 December 2026",
        "Tuesday, December 4",
        "Tue, Dec 4th, 2026",
        "Tuesday, the 4th of December",
        "martes, 4 de diciembre de 2026",
        "Tuesday 2026-12-04",
        "Monday 13/12/2026",
        "Monday, November 31",
    ],
)
def test_a_weekday_that_is_not_of_its_date_is_found(words):
    assert where(letter(f"We meet on {words}."), "weekday-wrong") == ["letter"]


@pytest.mark.parametrize(
    "words",
    [
        "Friday 4 December 2026",
        "Friday, December 4",
        "Fri. Dec. 4",
        "viernes 4 de diciembre",
        "Friday 12/4",
        "Monday 12/4/2027",
        "Friday 2026-12-04",
        "Monday in May",
        "Friday, January 1",
        "Sun and 4 march",
    ],
)
def test_a_weekday_of_its_date_is_left_alone(words):
    assert where(letter(f"We meet on {words}."), "weekday-wrong") == []


def test_the_finding_says_what_day_it_is():
    assert message(letter("Come on Tuesday, December 4!"), "weekday-wrong") == (
        "“Tuesday, December 4”: that day is a Friday 4 December 2026."
    )
    assert message(letter("Come on Monday, November 31!"), "weekday-wrong").endswith(
        "there is no such day."
    )


def test_titles_and_notes_are_read_and_told_once():
    words = "Meet us Tuesday, December 8, 2025 and Tuesday, December 8, 2025"
    assert where(changed(EVENT, note=words), "weekday-wrong") == [EVENT.key]
    assert where(changed(PAPER, title="A talk of Tuesday, 4 December 2026"), "weekday-wrong") == [
        PAPER.key
    ]
    assert where(changed(PAPER, summary="Held Tuesday, 4 December 2026"), "weekday-wrong") == []


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
@settings(max_examples=50)
def test_every_true_day_is_read_as_itself(day):
    for words in (
        f"{day:%A}, {day:%B} {day.day}, {day.year}",
        f"{day:%a} {day.day} {day:%b} {day.year}",
    ):
        (mention,) = mentions(words, date(2026, 12, 1))
        assert mention.days == (day,)
        assert mention.weekday == day.weekday()


@pytest.mark.parametrize(
    "title",
    [
        "Webinar, December 10",
        "12/10 - Webinar: insurance",
        "Webinar on 10 December 2026",
        "Webinar on Thursday, December 10",
        "Thursday support group",
    ],
)
def test_the_title_of_an_event_names_its_day(title):
    assert where(changed(EVENT, title=title), "event-day-disagrees") == [EVENT.key]


@pytest.mark.parametrize(
    "title",
    [
        "Webinar, December 9",
        "12/9 - Webinar: insurance",
        "9 December: webinar",
        "Wednesday support group",
        "Wednesday, December 9: webinar",
        "Register by December 2 for the webinar",
        "Webinar of a Tuesday or Thursday group",
        "Webinar for the 5/20 group",
    ],
)
def test_a_title_that_agrees_is_left_alone(title):
    assert where(changed(EVENT, title=title), "event-day-disagrees") == []


def test_a_note_names_its_day_too():
    assert where(
        changed(EVENT, note="We meet on Thursday, December 10."), "event-day-disagrees"
    ) == [EVENT.key]
    assert (
        where(changed(EVENT, note="Sign up until Friday, December 4."), "event-day-disagrees") == []
    )


def test_an_event_of_many_days_has_all_of_them():
    meeting = Event(starts=date(2026, 12, 9), ends=date(2026, 12, 12))
    assert (
        where(changed(EVENT, title="Meeting, December 9-12", event=meeting), "event-day-disagrees")
        == []
    )
    assert (
        where(changed(EVENT, title="Meeting, 10–11 December", event=meeting), "event-day-disagrees")
        == []
    )


def test_a_day_in_another_zone_is_the_same_event():
    late = Event(starts=datetime(2026, 12, 10, 1, tzinfo=UTC), zone="Europe/London")
    assert (
        where(changed(EVENT, title="Webinar, December 9", event=late), "event-day-disagrees") == []
    )
    east = Event(starts=datetime(2026, 12, 10, 1, tzinfo=ZoneInfo("Asia/Tokyo")), zone="Asia/Tokyo")
    assert (
        where(changed(EVENT, title="Webinar, December 10", event=east), "event-day-disagrees") == []
    )


def test_an_event_without_a_day_cannot_disagree():
    assert (
        where(changed(EVENT, title="Webinar, December 10", event=Event()), "event-day-disagrees")
        == []
    )


@pytest.mark.parametrize(
    "summary",
    [
        "Awards of up to $30,000.\n\nDeadline: November 17, 2026",
        "Letters are due by 6 November 2026.",
        "Apply before 2026-11-30.",
        "Fecha límite: 17 de noviembre de 2026",
    ],
)
def test_a_deadline_that_is_over_is_found_in_words(summary):
    assert where(changed(PAPER, summary=summary), "deadline-past-in-words") == [PAPER.key]


@pytest.mark.parametrize(
    "summary",
    [
        "Deadline: December 17, 2026",
        "The deadline was November 17, 2026; it is now January 4, 2027.",
        "The study began on November 17, 2020. Nothing was due.",
        "Deadline: November 17",
    ],
)
def test_other_dates_are_no_deadline_that_is_over(summary):
    assert where(changed(PAPER, summary=summary), "deadline-past-in-words") == []
