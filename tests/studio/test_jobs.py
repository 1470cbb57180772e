from __future__ import annotations

import threading
import time

import pytest

from newsletter.errors import UsageError
from newsletter.studio.jobs import BackgroundJob
from newsletter.studio.state import STASH_SIZE, StudioState


def over(job: BackgroundJob) -> list[dict]:
    while job.is_running:
        time.sleep(0.01)
    return job.events


def test_a_job_runs_once_at_a_time_and_keeps_what_it_said() -> None:
    job, go_on = BackgroundJob(), threading.Event()

    def work(tell) -> None:
        tell({"began": True})
        go_on.wait(10)

    assert job.start(work)
    assert not job.start(work)
    go_on.set()
    assert over(job) == [{"began": True}]


def test_what_went_wrong_is_a_sentence() -> None:
    def work(tell) -> None:
        raise UsageError("the sources cannot be read")

    job = BackgroundJob()
    job.start(work)
    assert over(job) == [{"error": "the sources cannot be read"}]


def test_a_mistake_of_ours_is_told_and_goes_to_the_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def work(tell) -> None:
        raise ZeroDivisionError

    job = BackgroundJob()
    job.start(work)
    assert "nobody has thought of" in over(job)[0]["error"]
    assert "ZeroDivisionError" in caplog.text


def test_what_waits_for_a_second_request_is_taken_once_by_its_kind(tmp_path) -> None:
    room = StudioState(folder=tmp_path)
    assert room.pop(room.stash(1), int) == 1
    assert room.pop(room.stash(1), str) is None
    assert room.pop("nothing", int) is None
    first = room.stash(0)
    for number in range(STASH_SIZE):
        room.stash(number)
    assert room.pop(first, int) is None
    assert room.clock().tzinfo is not None
