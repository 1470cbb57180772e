"""An issue that goes at its time.

Chosen in the page, kept on the disk, waited for by a process of its own.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from studio.conftest import ISSUE, Studio
from support.loopback_smtp import Loopback

from newsletter.delivery import scheduling
from newsletter.delivery import service as delivery
from newsletter.delivery.pause_stop import (
    SendControl,
    clear_send_control,
    set_send_control,
)
from newsletter.delivery.scheduling import ScheduleState
from newsletter.errors import NotApprovedError, SendPausedError, UsageError
from newsletter.formats.local_time import format_local_datetime
from newsletter.studio import send_process

BASE = f"/issues/{ISSUE}/send"


def said(studio: Studio, path: str, fields: dict | None = None) -> str:
    return studio.change(path, fields, script=True).json()["error"]


def standing(studio: Studio) -> send_process.SendView:
    return send_process.load_send_view(studio.room.context(), ISSUE)


def plan(studio: Studio, after: timedelta) -> None:
    context = studio.room.context()
    scheduling.schedule_send(context, ISSUE, context.now + after, people=10)


def wait(studio: Studio, stop: asyncio.Event | None = None) -> str:
    """As the waiting process does, in this one; how the sending stands after it."""
    sending = scheduling.send_at_its_time(
        studio.room.context(), ISSUE, stop=stop or asyncio.Event()
    )
    return asyncio.run(sending).state


class TestChoosing:
    def test_the_sentence_names_the_chosen_day_and_time_in_the_newsletters_zone(
        self, studio: Studio
    ) -> None:
        context = studio.room.context()
        at = scheduling.parse_local_time(context, "2026-12-01", "09:00")
        assert (
            at,
            format_local_datetime(at, context.workspace.settings.newsletter.zone, with_place=True),
        ) == (
            datetime(2026, 12, 1, 14, 0, tzinfo=UTC),
            "Tuesday 1 December 2026 at 09:00 (New York)",
        )

    @pytest.mark.parametrize(
        ("day", "time", "words"),
        [
            ("2026-11-23", "08:59", "that moment is over"),
            ("2027-03-14", "02:30", "left out on that day, when the clocks are put forward"),
            ("2028-03-14", "02:30", "more than a year away"),
            ("", "09:00", "choose a day and a time"),
            ("2026-12-01", "nine", "choose a day and a time"),
        ],
    )
    def test_a_time_that_cannot_be_is_a_sentence(
        self, studio: Studio, day: str, time: str, words: str
    ) -> None:
        with pytest.raises(UsageError, match=words):
            scheduling.parse_local_time(studio.room.context(), day, time)

    def test_the_page_shows_what_would_happen_before_the_number_is_typed(
        self, ready: Studio
    ) -> None:
        told = ready.client.get(
            f"{BASE}/sentence", params={"day": "2027-03-09", "time": "09:00"}
        ).json()
        expected = (
            "On Tuesday 9 March 2027 at 09:00 (New York) “Circle News: November 2026” goes to 10 people through 127.0.0.1; "
            "2 who left or are not active are not written to."
        )
        assert (told["sentence"], told["wrong_time"]) == (expected, "")
        page = ready.page(f"{BASE}?when=later&day=2027-03-09&time=09:00")  # without a script
        assert expected in page
        assert 'name="when" value="later"' in page
        assert "that moment is over" in ready.page(f"{BASE}?when=later&day=2020-03-09&time=09:00")


class TestWaiting:
    def test_it_is_planned_shown_everywhere_and_taken_back(
        self, ready: Studio, mail_server: Loopback
    ) -> None:
        later = {"number": "10", "when": "later", "day": "2027-03-09", "time": "09:00"}
        assert "that moment is over" in said(ready, BASE, later | {"day": "2020-03-09"})
        page = ready.change(BASE, later).text
        assert "Planned for Tuesday 9 March 2027 at 09:00 (New York)" in page
        assert "10 people when it was planned" in page
        assert "Planned for Tuesday 9 March 2027" in ready.page("/")
        assert "on its way already" in said(ready, BASE, later)
        assert "on its way already" in said(ready, f"{BASE}/go-on")
        ready.wait(lambda: delivery.open_schedule(ready.room.context()).is_waited_for(ISSUE))
        assert "nothing to wait for" in said(ready, f"{BASE}/wait")
        ready.file.write_text(
            ready.file.read_text("utf-8").replace("Circle News: November", "News: November"),
            "utf-8",
        )
        assert "before that time, or it does not go" in ready.page(BASE)
        assert "Undone: nothing was sent." in ready.change(f"{BASE}/undo").text
        assert standing(ready).planned is None
        ready.wait(lambda: not delivery.open_schedule(ready.room.context()).is_waited_for(ISSUE))
        assert mail_server.messages == []

    def test_what_is_approved_at_its_time_goes(self, ready: Studio, mail_server: Loopback) -> None:
        plan(ready, timedelta(seconds=0.3))
        assert wait(ready) == "done"
        assert set(mail_server.recipients().values()) == {1}
        assert delivery.open_schedule(ready.room.context()).find(ISSUE) is None
        assert standing(ready).tally.accepted == 10

    def test_what_was_changed_after_it_was_approved_does_not_go(
        self, ready: Studio, mail_server: Loopback
    ) -> None:
        plan(ready, timedelta())
        ready.file.write_text(
            ready.file.read_text("utf-8").replace("Circle News: November", "News: November"),
            "utf-8",
        )
        with pytest.raises(NotApprovedError):
            wait(ready)
        assert mail_server.messages == []
        page = ready.page(BASE)
        assert "It did not go on " in page
        assert "It was changed after it was approved, and so it did not go." in page

    def test_a_moment_that_was_slept_through_sends_nothing_and_asks(
        self, ready: Studio, mail_server: Loopback
    ) -> None:
        plan(ready, -scheduling.LATE)
        assert wait(ready) == "not_started"
        assert mail_server.messages == []
        page = ready.page(BASE)
        assert "The computer was off or asleep at that time" in page
        assert "Type the number of people to confirm" in page  # send it now, or at another time
        assert "did not go" in ready.page("/")
        assert send_process.recover_schedules(ready.room.context())[0].endswith(
            "did not go. Open Send to decide."
        )
        assert "Undone: nothing was sent." in ready.change(f"{BASE}/undo").text
        assert standing(ready).planned is None

    def test_one_that_was_broken_off_as_it_began_is_told_and_can_be_taken_back(
        self, ready: Studio
    ) -> None:
        plan(ready, timedelta())
        delivery.open_schedule(ready.room.context()).begin(ISSUE, now=ready.room.clock())
        assert "broken off as it began" in ready.page(BASE)
        assert wait(ready) == "not_started"  # nobody else begins it
        ready.change(f"{BASE}/undo")
        assert standing(ready).planned is None

    def test_a_person_who_stops_the_waiting_keeps_the_plan(self, ready: Studio) -> None:
        plan(ready, timedelta(hours=1))
        stop = asyncio.Event()
        stop.set()
        assert wait(ready, stop) == "not_started"
        found = standing(ready).planned
        assert found is not None
        assert found.waiting is ScheduleState.ALONE

    def test_a_database_that_is_gone_for_a_moment_ends_no_waiting(
        self, ready: Studio, mail_server: Loopback
    ) -> None:
        plan(ready, timedelta(seconds=0.2))
        context = ready.room.context()
        with taken_away(ready):
            assert asyncio.run(_a_while(context)) is True
        assert wait(ready) == "done"


async def _a_while(context) -> bool:
    """Whether somebody still waits after some looks at a database that is not there."""
    waiting = asyncio.ensure_future(
        scheduling.send_at_its_time(context, ISSUE, stop=asyncio.Event())
    )
    await asyncio.sleep(0.3)
    still = not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return still


@contextmanager
def taken_away(studio: Studio) -> Iterator[None]:
    folder = studio.room.folder / ".newsletter"
    file, aside = folder / "newsletter.db", folder / "aside.db"
    file.rename(aside)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        aside.rename(file)


class TestFindingAgain:
    def test_a_plan_whose_process_was_killed_is_waited_for_again(
        self, ready: Studio, mail_server: Loopback
    ) -> None:
        plan(ready, timedelta(hours=1))
        page = ready.page(BASE)
        assert "and nothing waits for it" in page
        (told,) = send_process.recover_schedules(ready.room.context())
        assert told.endswith("The program that waited for it was ended; another one waits now.")
        ready.wait(lambda: delivery.open_schedule(ready.room.context()).is_waited_for(ISSUE))
        assert send_process.recover_schedules(ready.room.context()) == ()
        ready.change(f"{BASE}/undo")

    def test_a_copy_of_the_workspace_sends_nothing_by_itself(self, ready: Studio) -> None:
        plan(ready, timedelta(hours=1))
        copy = ready.room.folder.parent / "a copy"
        shutil.copytree(ready.room.folder, copy)
        ready.room.folder = copy
        ready.room.entries._engines.clear()
        (told,) = send_process.recover_schedules(ready.room.context())
        assert told.endswith("and nothing waits for it. Open Send to decide.")
        assert "It is waited for again." in ready.change(f"{BASE}/wait").text
        ready.wait(lambda: delivery.open_schedule(ready.room.context()).is_waited_for(ISSUE))
        ready.change(f"{BASE}/undo")


class TestFromATerminal:
    @pytest.fixture
    def terminal(self, ready: Studio) -> Iterator[subprocess.Popen]:
        command = [
            sys.executable,
            "-m",
            "newsletter",
            "-C",
            str(ready.room.folder),
            "send",
            ISSUE,
            "--yes",
        ]
        with subprocess.Popen(
            [*command, "--at", "2099-01-01T09:00"],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr
            process.stderr.readline()
            yield process
            process.kill()

    def test_what_waits_in_a_terminal_is_shown_in_the_page_and_taken_back_there(
        self, ready: Studio, terminal: subprocess.Popen
    ) -> None:
        assert "Planned for Thursday 1 January 2099 at 09:00 (New York)" in ready.page(BASE)
        ready.change(f"{BASE}/undo")
        out, _ = terminal.communicate(timeout=60)
        assert "not started" in out

    def test_ctrl_c_takes_it_back_and_a_computer_that_is_switched_off_does_not(
        self, ready: Studio, terminal: subprocess.Popen
    ) -> None:
        terminal.send_signal(signal.SIGTERM)
        terminal.communicate(timeout=60)
        found = standing(ready).planned
        assert found is not None
        assert found.waiting is ScheduleState.ALONE

    def test_a_sending_of_a_terminal_is_paused_stopped_and_gone_on_with_in_the_page(
        self, ready: Studio, mail_server: Loopback
    ) -> None:
        file = ready.room.folder / "newsletter.toml"
        file.write_text(
            file.read_text("utf-8").replace("per_minute = 0", "per_minute = 60"), "utf-8"
        )
        command = [
            sys.executable,
            "-m",
            "newsletter",
            "-C",
            str(ready.room.folder),
            "send",
            ISSUE,
            "--yes",
        ]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            ready.wait(lambda: len(mail_server.messages) > 1)
            assert "Pausing" in ready.change(f"{BASE}/pause").text
            out, _ = process.communicate(timeout=60)
        assert "paused by a person" in out
        page = ready.page(BASE)
        assert re.search(
            r"Paused by a person: \d of 10 have it; \d wait until somebody lets it go on\.", page
        )
        assert "Paused: " in ready.page("/")
        ready.change(f"{BASE}/stop")
        assert re.search(r"Stopped by a person: \d of 10 have it; \d get nothing", ready.page(BASE))
        assert "there is nothing to stop" not in ready.page("/")
        context = ready.room.context()
        what, _ = delivery.build_send_job(context, ISSUE, approved=True)
        with pytest.raises(
            SendPausedError, match=r"stopped by a person: .* newsletter send 2026-11 --go-on"
        ):
            asyncio.run(delivery.send_job(context, what, stop=asyncio.Event()))
        file.write_text(
            file.read_text("utf-8").replace("per_minute = 60", "per_minute = 0"), "utf-8"
        )
        assert "It goes on." in ready.change(f"{BASE}/go-on").text
        ready.wait(lambda: standing(ready).tally.state == "done" and not standing(ready).is_at_work)
        assert set(mail_server.recipients().values()) == {1}
        assert len(mail_server.messages) == 10

    def test_what_was_stopped_before_it_began_does_not_begin(self, ready: Studio) -> None:
        context = ready.room.context()
        set_send_control(context.engine, ISSUE, SendControl.STOP, now=context.now)
        what, _ = delivery.build_send_job(context, ISSUE, approved=True)
        with pytest.raises(SendPausedError, match="2026-11: stop was asked for by a person"):
            asyncio.run(delivery.send_job(context, what, stop=asyncio.Event()))
        assert clear_send_control(context.engine, ISSUE)


def test_what_is_not_on_its_way_is_neither_paused_nor_stopped_nor_gone_on_with(
    ready: Studio,
) -> None:
    assert "not being sent" in said(ready, f"{BASE}/pause")
    assert "nothing to stop" in said(ready, f"{BASE}/stop")
    assert "not begun yet" in said(ready, f"{BASE}/go-on")
    assert "it began already" in said(ready, f"{BASE}/undo")
    assert "choose: send again, or leave it" in said(ready, f"{BASE}/resolve", {"how": "both"})
