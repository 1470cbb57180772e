from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import re
import signal
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from support.commands import Run
from support.loopback_smtp import Loopback

from newsletter.cli.send_progress import describe_pace
from newsletter.delivery.pause_stop import SendControl, set_send_control
from newsletter.delivery.send_status import SendStatus
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

COUNTS = {
    "accepted": 10,
    "deferred": 0,
    "refused": 0,
    "unknown": 0,
    "suppressed": 0,
    "remaining": 0,
    "total": 10,
}


def counts(document: dict[str, object]) -> dict[str, object]:
    return {name: document[name] for name in COUNTS}


def test_an_approved_issue_goes_to_every_active_person_once(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    result = run("send", "2026-11", "--yes", "--json")
    assert result.exit_code == 0
    assert counts(result.json) == COUNTS
    assert set(mail_server.recipients().values()) == {1}
    assert counts(run("send", "2026-11", "--yes", "--json").json) == COUNTS
    assert len(mail_server.messages) == 10


def test_what_left_stays_unwritten(approved: Path, run: Run, mail_server: Loopback) -> None:
    run("subscribers", "remove", "m.okafor@example.com")
    run("subscribers", "import", "subscribers.csv")
    assert run("send", "2026-11", "--yes", "--json").json["accepted"] == 9
    assert (
        not {"m.okafor@example.com", "d.whitfield@example.com", "h.sorensen@example.org"}
        & mail_server.recipients().keys()
    )


def test_a_sent_issue_is_out_and_the_next_one_begins_after_it(approved: Path, run: Run) -> None:
    run("send", "2026-11", "--yes")
    drafted = run("draft", "--json", now="2026-12-10T09:00-05:00").json
    assert drafted["issue"] == "2026-12"
    assert drafted["chosen"] == []


def test_a_second_send_goes_on_where_the_first_stopped(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    first = run("send", "2026-11", "--yes", "--limit", 4, "--json").json
    assert (first["accepted"], first["remaining"]) == (4, 6)
    assert counts(run("send", "2026-11", "--yes", "--json").json) == COUNTS
    assert set(mail_server.recipients().values()) == {1}


def test_readers_get_the_sections_and_language_they_chose(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    run("send", "2026-11", "--yes")
    bodies = {
        message.recipient: email.message_from_bytes(message.content, policy=email.policy.default)
        .get_body(("plain",))
        .get_content()
        for message in mail_server.messages
    }
    assert "EVENTS\r\n" in bodies["m.okafor@example.com"]
    assert "EVENTS\r\n" not in bodies["pat.lindqvist@example.org"]
    assert "EN ESTE NÚMERO" in bodies["rosa.delgado@example.org"].upper()


def test_nothing_goes_that_was_not_approved_or_changed_since(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    file = approved / "issues/2026-11/issue.toml"
    file.write_text(
        file.read_text("utf-8").replace("subject = ", "subject = 'Other' # ", 1), "utf-8"
    )
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 1
    assert "2026-11 was changed after it was approved on 2026-11-23 14:00 UTC" in result.err
    (approved / "issues/2026-11/record.toml").unlink()
    assert "2026-11 is not approved" in run("send", "2026-11", "--yes").err
    assert mail_server.messages == []


def test_a_person_is_asked_and_where_nobody_can_be_it_is_said_how_to_answer(
    approved: Path, run: Run
) -> None:
    result = run("send", "2026-11")
    assert result.exit_code == 2
    assert result.err == (
        "On Monday 23 November 2026 at 09:00 (New York) “Circle News: November 2026” goes to 10 people through "
        "127.0.0.1; 2 who left or are not active are not written to.\n"
        "newsletter: nobody can be asked here: say --yes if it is to be sent\n"
    )


def test_a_test_copy_is_marked_and_needs_no_approval(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    (approved / "issues/2026-11/record.toml").unlink()
    assert run("send", "2026-11", "--test", "office@example.org", "--json").exit_code == 0
    (message,) = mail_server.messages
    assert b"Subject: [Test] Circle News: November 2026" in message.content
    assert run("status", "2026-11", "--json").json["state"] == "not_started"


def test_a_dry_run_writes_the_messages_and_sends_none(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    result = run("send", "2026-11", "--dry-run", "--json").json
    files = sorted(Path(result["folder"]).glob("*.eml"))
    assert (result["messages"], len(files), mail_server.messages) == (10, 10, [])
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert run(
        "send", "2026-11", "--dry-run", "--into", approved / "out", "--limit", 2
    ).out.startswith("2 messages written to ")


def test_a_list_without_anybody_is_not_frozen(
    sample: Path, run: Run, mail_server: Loopback
) -> None:
    delivery = f'\n[delivery]\nhost = "127.0.0.1"\nport = {mail_server.port}\nsecurity = "none"\nper_minute = 0\n'
    file = sample / "newsletter.toml"
    file.write_text(file.read_text("utf-8") + delivery, "utf-8")
    run("collect")
    run("draft")
    run("approve", "2026-11")
    result = run("send", "2026-11", "--yes")
    assert (result.exit_code, "nobody is on the list" in result.err) == (2, True)
    run("subscribers", "import", "subscribers.csv")
    assert run("send", "2026-11", "--yes", "--json").json["accepted"] == 10


def test_a_server_that_is_not_named_is_wrong_usage(sample: Path, run: Run) -> None:
    run("collect")
    run("draft")
    run("approve", "2026-11")
    result = run("send", "2026-11", "--yes")
    assert (result.exit_code, "[delivery] host: name the mail server" in result.err) == (2, True)


class TestStatus:
    def test_it_tells_of_everybody(self, approved: Path, run: Run) -> None:
        run("send", "2026-11", "--yes")
        document = run("status", "2026-11", "--recipients", "--json").json
        assert (document["state"], document["why"]) == ("done", "")
        first = document["recipients"][0]
        assert {name: first[name] for name in ("address", "status", "attempts", "next_at")} == {
            "address": "rosa.delgado@example.org", "status": "accepted", "attempts": 1, "next_at": None,
        }  # fmt: skip
        assert "rosa" not in first["message_id"]
        assert "10 accepted by the server" in run("status").out

    def test_it_groups_what_the_server_said(
        self, approved: Path, run: Run, mail_server: Loopback
    ) -> None:
        replies = {2: "450 4.2.0 greylisted", 4: "450 4.2.0 greylisted", 5: "550 no"}
        mail_server.script = lambda command, number, connection: (
            replies.get(number) if command == "RCPT" else None
        )
        run("send", "2026-11", "--yes", "--once")
        lines = run("status", "2026-11").out.splitlines()
        assert "        2 to be tried again: 450 4.2.0 greylisted" in lines
        assert "        1 refused: 550 no" in lines

    def test_it_tells_the_rate_and_the_time_left(self) -> None:
        going = SendStatus(
            issue="2026-11",
            state="sending",
            accepted=290,
            refused=10,
            remaining=700,
            total=1000,
            seconds=150,
        )
        assert list(describe_pace(going)) == [
            "  120 a minute until now; 6 min for those not yet sent"
        ]
        assert list(describe_pace(replace(going, remaining=10))) == [
            "  120 a minute until now; less than a minute for those not yet sent"
        ]
        assert list(describe_pace(replace(going, remaining=9000))) == [
            "  120 a minute until now; 1 h 15 min for those not yet sent"
        ]
        assert list(describe_pace(replace(going, remaining=14400))) == [
            "  120 a minute until now; 2 h for those not yet sent"
        ]
        assert list(describe_pace(replace(going, state="done"))) == []
        assert list(describe_pace(replace(going, accepted=0, refused=0))) == []

    def test_without_an_issue_there_is_none_to_tell_of(self, folder: Path, run: Run) -> None:
        result = run("-C", folder, "status")
        assert (result.exit_code, "there is no issue yet" in result.err) == (2, True)


def test_the_ones_in_doubt_are_listed_and_settled_by_a_person(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    mail_server.script = lambda command, number, connection: (
        "drop" if command == "DOT" and number == 1 else None
    )
    sent = run("send", "2026-11", "--yes", "--json")
    assert (sent.exit_code, sent.json["unknown"], sent.json["accepted"]) == (1, 1, 9)
    assert "settle them with “newsletter resolve 2026-11" in run("status", "2026-11").out
    listed = run("resolve", "2026-11")
    assert listed.exit_code == 2
    assert re.fullmatch(r"  \S+@example\.\w+  the server closed the connection\n", listed.out)
    assert run("resolve", "2026-11", "--json").out == ""
    assert run("resolve", "2026-11", "--leave", "--json").json["state"] == "done"
    told = run("status", "2026-11", "--recipients", "--json").json["recipients"]
    (left,) = (each for each in told if each["status"] == "unknown")
    assert left["reply"] == "left as it is by a person; not sent again"


def test_a_database_elsewhere_or_a_lost_secret_is_told(approved: Path, run: Run) -> None:
    (approved / ".newsletter/secret").unlink()
    result = run("send", "2026-11", "--yes")
    assert (result.exit_code, "there is no key to sign links with" in result.err) == (2, True)


def test_it_can_wait_for_a_moment(approved: Path, run: Run) -> None:
    assert (
        run("send", "2026-11", "--yes", "--at", "2020-01-01T09:00", "--json").json["accepted"] == 10
    )
    result = run("send", "2026-11", "--yes", "--at", "soon")
    assert (result.exit_code, "--at soon: write a moment such as" in result.err) == (2, True)


def test_a_stop_while_it_waits_sends_nothing(approved: Path, mail_server: Loopback) -> None:
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "send",
        "2026-11",
        "--yes",
        "--at",
        "2099-01-01T09:00",
    ]
    with subprocess.Popen(
        command, cwd=approved, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        assert (
            process.stderr.readline()
            == "Waiting until 2099-01-01 09:00. Ctrl-C ends it, and nothing is sent.\n"
        )
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert "Stopping: what is in flight is finished" in err
    assert "not started" in out
    assert mail_server.messages == []


def test_what_is_planned_is_told_by_status(approved: Path, run: Run, mail_server: Loopback) -> None:
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "send",
        "2026-11",
        "--yes",
        "--at",
        "2099-01-01T09:00",
    ]
    with subprocess.Popen(
        command, cwd=approved, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        process.stderr.readline()
        told = run("status", "2026-11", "--json").json
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert (told["state"], told["why"]) == (
        "not_started",
        "planned for Thursday 1 January 2099 at 09:00 (New York)",
    )
    assert run("status", "2026-11", "--json").json["why"] == ""


def test_a_sending_that_a_person_stopped_goes_on_when_somebody_says_so(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    run("send", "2026-11", "--yes", "--limit", 4)
    context = AppContext(open_workspace(approved), datetime.now(UTC))
    set_send_control(context.engine, "2026-11", SendControl.STOP, now=context.now)
    told = run("status", "2026-11", "--json").json
    words = "stopped by a person: 4 of 10 have it; 6 get nothing until somebody lets it go on"
    assert (told["state"], told["why"]) == ("paused", words)
    refused = run("send", "2026-11", "--yes")
    assert (
        refused.exit_code,
        f"2026-11: {words}. To go on: newsletter send 2026-11 --go-on" in refused.err,
    ) == (1, True)
    assert len(mail_server.messages) == 4
    assert counts(run("send", "2026-11", "--yes", "--go-on", "--json").json) == COUNTS
    assert set(mail_server.recipients().values()) == {1}


def test_a_first_ctrl_c_finishes_what_is_in_flight_and_a_second_one_stops_at_once(
    approved: Path, run: Run, mail_server: Loopback
) -> None:
    held = threading.Event()

    async def never(writer: asyncio.StreamWriter) -> None:
        held.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    mail_server.script = lambda command, number, connection: (
        never if (command, number) == ("DOT", 3) else None
    )
    command = [sys.executable, "-m", "newsletter", "send", "2026-11", "--yes"]
    with subprocess.Popen(
        command, cwd=approved, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert held.wait(60)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        while "Press Ctrl-C again" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    mail_server.script = lambda *_: None
    assert process.returncode == 1
    stopped = run("status", "2026-11", "--json").json
    doubtful = stopped["unknown"]
    assert (stopped["state"], doubtful) in {
        ("paused", 1),
        ("paused", 2),
    }  # no more than there are connections
    went_on = run("send", "2026-11", "--yes", "--json").json
    assert (went_on["accepted"], went_on["unknown"]) == (10 - doubtful, doubtful)
    assert set(mail_server.recipients().values()) == {1}
