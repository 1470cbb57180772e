"""A plan is on the disk, and is taken back or begun, never both."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.database.engine import open_database
from newsletter.delivery.schedule_repository import ScheduleRepository
from newsletter.errors import SenderAtWorkError

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
AT = NOW + timedelta(days=1)
ISSUE = "2026-11"


def plans(folder: Path) -> ScheduleRepository:
    return ScheduleRepository(open_database("sqlite:///newsletter.db", folder), folder)


def test_what_is_planned_is_found_again_by_another_program(tmp_path: Path) -> None:
    made = plans(tmp_path).schedule(ISSUE, AT, people=2143, now=NOW)
    plans(tmp_path).schedule("2026-12", NOW, people=1, now=NOW)
    again = plans(tmp_path)
    assert again.find(ISSUE) == made
    assert (made.at, made.people, made.planned_at, made.begun_at) == (AT, 2143, NOW, None)
    assert [each.issue for each in again.all()] == ["2026-12", ISSUE]
    assert again.find("2027-01") is None


def test_another_time_takes_the_place_of_the_first(tmp_path: Path) -> None:
    kept = plans(tmp_path)
    kept.schedule(ISSUE, AT, people=1, now=NOW)
    kept.schedule(ISSUE, AT + timedelta(hours=1), people=2, now=NOW)
    assert [(each.at, each.people) for each in kept.all()] == [(AT + timedelta(hours=1), 2)]


def test_one_that_was_taken_back_does_not_begin(tmp_path: Path) -> None:
    kept = plans(tmp_path)
    kept.schedule(ISSUE, AT, people=1, now=NOW)
    assert kept.cancel(ISSUE)
    assert not kept.cancel(ISSUE)
    assert not kept.begin(ISSUE, now=AT)


def test_one_that_began_is_not_taken_back_and_begins_once(tmp_path: Path) -> None:
    kept = plans(tmp_path)
    kept.schedule(ISSUE, AT, people=1, now=NOW)
    assert kept.begin(ISSUE, now=AT)
    assert not kept.begin(ISSUE, now=AT)
    assert not kept.cancel(ISSUE)
    found = kept.find(ISSUE)
    assert found is not None
    assert found.begun_at == AT
    kept.delete(ISSUE)
    assert kept.find(ISSUE) is None


def test_one_process_waits_and_everybody_can_see_that_it_does(tmp_path: Path) -> None:
    first, second = plans(tmp_path), plans(tmp_path)
    assert not second.is_waited_for(ISSUE)
    with first.waiting(ISSUE):
        assert second.is_waited_for(ISSUE)
        assert not second.is_waited_for("2026-12")
        with pytest.raises(SenderAtWorkError), second.waiting(ISSUE):
            pass
    assert not second.is_waited_for(ISSUE)


def test_a_copied_database_keeps_no_plan_of_its_own(tmp_path: Path) -> None:
    kept = plans(tmp_path)
    plan = kept.schedule(ISSUE, AT, people=1, now=NOW)
    assert kept.is_at_home(plan)
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "newsletter.db", tmp_path / "copy/newsletter.db")
    copied = plans(tmp_path / "copy")
    assert not copied.is_at_home(plan)
    assert ScheduleRepository(open_database("sqlite://", tmp_path), tmp_path).place == ""
