"""Rules of strangers end: what is counted, and what is refused before it is followed."""

from datetime import datetime

import pytest
from icalendar import vRecur

from newsletter.sources.calendars.recurrence import EndlessRuleError, count_instances


def at(text):
    return datetime.fromisoformat(text)


START = at("2026-01-06T18:00")  # a Tuesday


END = at("2027-01-01")


def count(rule, start=START, stop=END, since=END):
    return count_instances(vRecur.from_ical(rule), start, stop, since=since)


@pytest.mark.parametrize(
    ("rule", "instances"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", 52),
        ("FREQ=WEEKLY;COUNT=5", 5),
        ("FREQ=DAILY;UNTIL=20260110", 5),
        ("FREQ=DAILY;UNTIL=20260110T180000Z", 5),
        ("FREQ=MONTHLY;BYDAY=1TU", 12),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 0),
        ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", 6),
        ("FREQ=HOURLY;BYHOUR=3", 359),
    ],
)
def test_instances_are_counted_to_the_end_of_the_window(rule, instances):
    assert count(rule) == instances


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_never_strikes_is_refused(rule):
    with pytest.raises(EndlessRuleError, match="never comes"):
        count(rule)


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=SECONDLY;BYDAY=MO;BYHOUR=3;BYMINUTE=2;BYSECOND=1"]
)
def test_a_rule_of_too_many_steps_is_refused(rule):
    with pytest.raises(EndlessRuleError, match="too often"):
        count(rule)


def test_a_rule_of_too_many_instances_is_refused():
    with pytest.raises(EndlessRuleError, match="more than 50,000 times"):
        count("FREQ=HOURLY", start=at("2015-01-01"))


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=HOURLY;BYHOUR=3;INTERVAL=2;BYSECOND=99"]
)
def test_what_is_no_rule_is_refused(rule):
    with pytest.raises(ValueError, match=r"."):
        count(rule)


def test_a_rule_that_starts_after_the_window_strikes_never():
    assert count("FREQ=DAILY", start=at("2030-01-01")) == 0
