"""Whatever the day, the sample has something ahead, something past and an issue of last month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.admin.sample import moments

# hypothesis takes bounds without a zone
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=100, deadline=None)
@given(MOMENTS)
def test_events_and_deadlines_lie_where_their_stories_need_them(now):
    at = moments.around(now).named
    ahead = (
        "scans",
        "trials_evening",
        "family_day",
        "seed_deadline",
        "travel_deadline",
        "fellowship_deadline",
    )
    assert all(timedelta(days=7) < at[name] - now < timedelta(days=120) for name in ahead)
    assert at["eating"] < now
    assert at["closed_deadline"] < now
    assert at["last_issue"] < at["posted_early"] < at["posted"] < at["posted_late"] < now


@settings(max_examples=100, deadline=None)
@given(MOMENTS)
def test_the_support_group_began_on_a_second_tuesday(now):
    began = moments.around(now).named["support_group"]
    assert (began.weekday(), 8 <= began.day <= 14) == (1, True)


@settings(max_examples=100, deadline=None)
@given(MOMENTS)
@example(datetime(2025, 3, 1, 5, tzinfo=UTC))
def test_the_last_issue_bears_the_name_of_last_month(now):
    found = moments.around(now)
    local = now.astimezone(moments.ZONE)
    assert found.last_issue == f"{local.replace(day=1) - timedelta(days=1):%Y-%m}"
    # least on the first of March of most years: eight days and a half since the 20th of February
    assert timedelta(days=8) < now - found.named["last_issue"] < timedelta(days=43)


def test_a_mark_is_written_in_the_form_it_asks_for():
    found = moments.around(datetime(2026, 11, 23, 14, tzinfo=UTC))
    text = "{{scans:day}} {{scans:words}} {{scans:european}} {{scans:ics}} {{scans:ics_utc}} {{scans:iso}} {{scans:rss}}"
    assert found.fill(text) == (
        "2026-12-02 December 2, 2026 2 December 2026 20261202T180000 20261202T230000Z "
        "2026-12-02T18:00:00-05:00 Wed, 02 Dec 2026 18:00:00 -0500"
    )


@pytest.mark.parametrize("mark", ["{{nothing:day}}", "{{scans:runes}}", "{{scans}}"])
def test_a_mark_that_means_nothing_is_a_mistake_of_ours(mark):
    with pytest.raises(KeyError):
        moments.around(datetime(2026, 11, 23, tzinfo=UTC)).fill(mark)
