from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from newsletter import frequency


@pytest.mark.parametrize(
    ("every", "taken", "expected"),
    [
        ("month", [], "2026-11"),
        ("month", ["2026-10"], "2026-11"),
        ("month", ["2026-11", "2026-12"], "2027-01"),
        ("week", [], "2026-11-23"),
        ("2 weeks", ["2026-11-23"], "2026-11-24"),
    ],
)
def test_the_next_issue_is_named_by_its_month_or_day(
    every: str, taken: list[str], expected: str
) -> None:
    assert frequency.next_name(every, today=date(2026, 11, 23), taken=frozenset(taken)) == expected


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("month", datetime(2026, 2, 28, 9, tzinfo=UTC)),
        ("week", datetime(2026, 3, 24, 9, tzinfo=UTC)),
        ("2 weeks", datetime(2026, 3, 17, 9, tzinfo=UTC)),
        ("10 days", datetime(2026, 3, 21, 9, tzinfo=UTC)),
        ("FREQ=MONTHLY;BYDAY=1TU", datetime(2026, 3, 3, tzinfo=UTC)),
        ("FREQ=YEARLY;UNTIL=20000101T000000Z", datetime(2026, 2, 28, 9, tzinfo=UTC)),
    ],
)
def test_the_first_window_begins_one_period_back(every: str, expected: datetime) -> None:
    assert frequency.before(every, datetime(2026, 3, 31, 9, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-12", date(2026, 12, 1)),
        ("2026-11-23", date(2026, 11, 23)),
        ("special", date.min),
        ("2026-13", date.min),
    ],
)
def test_an_issue_does_not_go_out_before_the_month_or_day_of_its_name(
    name: str, expected: date
) -> None:
    assert frequency.earliest_day(name) == expected
