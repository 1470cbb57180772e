from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.database.engine import open_database
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.records import SourceRecord
from newsletter.entries.repository import EntryRepository
from newsletter.model import Dated, Entry
from newsletter.sources.staleness import StalenessCheck, median_pause

TODAY = date(2026, 11, 23)
SEEN_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> EntryRepository:
    return EntryRepository(open_database("sqlite:///n.db", tmp_path))


def gave(store: EntryRepository, *days: date | None) -> None:
    entries = [
        Entry(title=f"Post {n}", dated=Dated(day) if day else None) for n, day in enumerate(days)
    ]
    ingest_entries(store, "s", entries, SEEN_AT)


def told(store: EntryRepository, record: SourceRecord, *, is_stamped: bool = True) -> str | None:
    stamped = frozenset({"s"} if is_stamped else ())
    return StalenessCheck(store=store, today=TODAY, stamped=stamped).find_stale([record]).get("s")


def record(*, entries: int = 3, changed_at: datetime = SEEN_AT, error: str = "") -> SourceRecord:
    return SourceRecord(name="s", entries=entries, changed_at=changed_at, error=error)


def days(*ago: int) -> list[date | None]:
    return [TODAY - timedelta(days=each) for each in ago]


def test_nothing_new_for_three_times_the_usual_pause_is_quiet(store: EntryRepository) -> None:
    gave(store, *days(100, 110, 120, 130))
    assert (
        told(store, record())
        == "nothing new since 2026-08-15, 100 days ago, where the usual pause is 10 days"
    )


def test_a_quarterly_is_not_quiet_after_four_months(store: EntryRepository) -> None:
    gave(store, *days(120, 210, 300))
    assert told(store, record()) is None


def test_two_months_are_no_long_time_for_anybody(store: EntryRepository) -> None:
    gave(store, *days(59, 60, 61))
    assert told(store, record()) is None


def test_without_dates_it_counts_when_something_new_was_seen(store: EntryRepository) -> None:
    gave(store, None)
    assert told(store, record()) == "nothing new since 2026-01-05, 322 days ago"
    assert told(store, record(changed_at=datetime(2026, 11, 1, tzinfo=UTC))) is None


def test_an_old_date_in_a_register_or_on_a_page_says_nothing(store: EntryRepository) -> None:
    gave(store, *days(900, 1000, 1100))
    assert (
        told(store, record(changed_at=datetime(2026, 11, 1, tzinfo=UTC)), is_stamped=False) is None
    )


def test_what_is_dated_ahead_is_no_news_of_today(store: EntryRepository) -> None:
    gave(store, *days(-20, 200))
    assert told(store, record()) == "nothing new since 2026-05-07, 200 days ago"


def test_a_source_that_is_empty_now_is_quiet_at_once(store: EntryRepository) -> None:
    gave(store, *days(3))
    sentence = (
        "it gives no entries now, though it gave some before; the last news of it is of 2026-11-20"
    )
    assert told(store, record(entries=0)) == sentence


def test_a_source_that_is_broken_or_never_gave_anything_is_not_called_quiet(
    store: EntryRepository,
) -> None:
    assert told(store, record(entries=0)) is None
    gave(store, *days(300))
    assert told(store, record(error="HTTP 404")) is None


def test_the_usual_pause_is_not_said_of_two_days() -> None:
    assert median_pause([date(2026, 1, 1), date(2026, 1, 9)]) is None
    assert median_pause([date(2026, 1, 1), date(2026, 1, 9), date(2026, 1, 19)]) == timedelta(
        days=9
    )
