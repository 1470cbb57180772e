"""All dates of one series are one item, in HTML and in text."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from support.sample_issues import SETTINGS

from newsletter.model import Entry, Event, Ids, Issue, Section
from newsletter.rendering import event_file_name, render_mail, render_proof
from newsletter.rendering.environment import environment
from newsletter.rendering.event_views import group_series

FIRST = datetime(2026, 12, 9, 0, 0, tzinfo=UTC)  # seven in the evening in New York


def date_of(number: int, **changes: object) -> Entry:
    """One date of a support group, two weeks after the one before."""
    starts = FIRST + timedelta(days=14 * number)
    uid = f"group@example.org/{starts:%Y%m%dT%H%M%SZ}"
    event = Event(
        starts=starts,
        ends=starts + timedelta(minutes=90),
        zone="America/New_York",
        join="https://meet.example.org/group",
        **changes.pop("event", {}),  # type: ignore[arg-type] # tests give what fits
    )
    entry = Entry(
        key=f"uid:{uid}",
        ids=Ids(uid=uid),
        title="Support group for people with LMS",
        links=("https://www.example.org/group",),
        summary="We talk and we listen.",
        event=event,
    )
    return dataclasses.replace(entry, **changes)  # type: ignore[arg-type] # tests give what fits


def issue_of(*entries: Entry) -> Issue:
    return Issue(
        name="2026-12",
        subject="December",
        send_on=FIRST.date(),
        since_at=None,
        until_at=FIRST,
        sections=(Section(name="events", title="Events", entries=entries),),
    )


@pytest.fixture
def four() -> tuple[Entry, ...]:
    return tuple(map(date_of, (1, 0, 2, 3)))


def test_the_dates_of_a_series_are_drawn_together_by_day(four: tuple[Entry, ...]) -> None:
    (drawn,) = group_series(four)
    assert [entry.key for entry in drawn] == [date_of(n).key for n in range(4)]


@pytest.mark.parametrize(
    "other",
    [
        date_of(1, title="Support group: a guest speaks"),
        date_of(1, note="This time with **a guest**."),
        date_of(1, ids=Ids(uid="other@example.org/20261223T000000Z")),
        date_of(1, ids=Ids(uid="single@example.org")),
        date_of(1, event={"place": "Denver"}),
    ],
)
def test_what_says_something_else_stands_alone(other: Entry) -> None:
    assert group_series((date_of(0), other)) == ((date_of(0),), (other,))


def test_a_mail_shows_one_item_with_every_date_and_its_calendar_file(
    four: tuple[Entry, ...],
) -> None:
    made = render_mail(issue_of(*four), SETTINGS, environment())
    assert made.html.count(">Support group for people with LMS</a>") == 1
    assert "1 event<" in made.html
    days = [
        "Tuesday, December 8, 2026",
        "Tuesday, December 22, 2026",
        "Tuesday, January 5, 2027",
        "Tuesday, January 19, 2027",
    ]
    assert [made.html.index(day) for day in days] == sorted(made.html.index(day) for day in days)
    for entry in four:
        url = f"https://news.example.org/issues/2026-12/{event_file_name(entry)}"
        assert made.html.count(url) == made.text.count(url) == 1
    assert made.html.count("https://meet.example.org/group") == 1
    assert made.text.count("7:00\xa0PM to 8:30\xa0PM Eastern") == 1
    assert "Join or register (4 dates):\nhttps://meet.example.org/group" in made.text


def test_a_date_that_differs_says_so(four: tuple[Entry, ...]) -> None:
    off = date_of(1, event={"cancelled": True})
    later = date_of(2, links=("https://www.example.org/january",))
    moved = dataclasses.replace(
        date_of(3),
        event=Event(
            starts=FIRST + timedelta(days=43),
            zone="America/New_York",
            join="https://b.example.org/4",
        ),
    )
    made = render_mail(issue_of(date_of(0), off, later, moved), SETTINGS, environment())
    assert "- Tuesday, December 22, 2026, 7:00\xa0PM to 8:30\xa0PM Eastern [Cancelled]" in made.text
    assert event_file_name(off) not in made.text
    assert "About this date (Tue, Jan 5):\nhttps://www.example.org/january" in made.text
    assert made.text.count("https://meet.example.org/group") == 2
    assert made.text.count("https://b.example.org/4") == 1
    assert "(Wed, Jan 20)" in made.text


def test_the_proof_sheet_names_every_day(four: tuple[Entry, ...]) -> None:
    sheet = render_proof(issue_of(*four), SETTINGS, environment())
    assert "When: Tuesday, December 8, 2026 · Tuesday, December 22, 2026 · " in sheet
