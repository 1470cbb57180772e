import dataclasses
from datetime import UTC, date, datetime

from support.specimen import EVENT, GRANT, ISSUE, changed, context, findings, message, where

from newsletter.model import Event, Severity


def test_an_event_before_the_day_of_sending_is_past():
    past = changed(EVENT, event=Event(starts=date(2026, 11, 30)))
    assert message(past, "event-past") == (
        "“Living well: an evening for families” was on Monday 30 November 2026, before the day of sending"
        " (Tuesday 1 December 2026)."
    )
    assert findings(past, "event-past")[0].severity is Severity.ERROR
    assert where(changed(EVENT, event=Event(starts=date(2026, 12, 1))), "event-past") == []


def test_an_event_that_still_runs_is_not_past():
    running = Event(starts=date(2026, 11, 28), ends=date(2026, 12, 3))
    assert where(changed(EVENT, event=running), "event-past") == []


def test_the_coming_up_box_is_looked_at_too():
    old = dataclasses.replace(EVENT, key="uid:old", event=Event(starts=date(2026, 11, 2)))
    assert where(context(dataclasses.replace(ISSUE, coming_up=(old,))), "event-past") == ["uid:old"]


def test_a_deadline_before_the_day_of_sending_is_past():
    closed = changed(GRANT, grant=dataclasses.replace(GRANT.grant, deadline=date(2026, 11, 30)))
    assert where(closed, "deadline-past") == [GRANT.key]
    today = changed(GRANT, grant=dataclasses.replace(GRANT.grant, deadline=date(2026, 12, 1)))
    assert where(today, "deadline-past") == []
    assert (
        where(
            changed(GRANT, grant=dataclasses.replace(GRANT.grant, deadline=None)), "deadline-past"
        )
        == []
    )


def test_an_event_needs_a_day():
    assert where(changed(EVENT, event=Event()), "event-without-day") == [EVENT.key]
    assert where(context(), "event-without-day") == []


def test_an_hour_needs_a_zone():
    hour = Event(starts=datetime(2026, 12, 9, 18, tzinfo=UTC))
    assert where(changed(EVENT, event=hour), "event-without-zone") == [EVENT.key]
    assert where(changed(EVENT, event=Event(starts=date(2026, 12, 9))), "event-without-zone") == []


def test_an_end_that_was_forgotten_does_not_keep_an_event_alive():
    hour = datetime(2026, 10, 2, 18, tzinfo=UTC)
    forgotten = Event(starts=hour, ends=datetime(2026, 12, 9, 19, tzinfo=UTC), zone="UTC")
    assert where(changed(EVENT, event=forgotten), "event-past") == [EVENT.key]
    assert message(changed(EVENT, event=forgotten), "event-ends-wrong").endswith(
        "starts on Friday 2 October 2026 and ends on Wednesday 9 December 2026."
    )


def test_an_event_ends_after_it_starts():
    turned = Event(starts=date(2026, 12, 9), ends=date(2026, 12, 8))
    assert where(changed(EVENT, event=turned), "event-ends-wrong") == [EVENT.key]
    course = Event(starts=date(2026, 12, 9), ends=date(2027, 2, 8))
    assert where(changed(EVENT, event=course), "event-ends-wrong") == []
    assert where(changed(EVENT, event=Event(starts=date(2026, 12, 9))), "event-ends-wrong") == []
