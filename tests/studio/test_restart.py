"""The studio is killed in the middle of each step, and started again.

Nothing is lost, nobody gets anything twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path

import httpx2
import pytest
from support.checkout import NOW
from support.loopback_smtp import Loopback
from support.running_studio import Running, running, until

from newsletter.admin.sample import build
from newsletter.delivery import service as delivery
from newsletter.entries.repository import entries_of
from newsletter.issues import approval, drafting, standing
from newsletter.issues.editor import compute_version
from newsletter.issues.store import issues_of
from newsletter.model import EntryState
from newsletter.sources import collector
from newsletter.studio.crash_marker import COLLECTING, ENDED, CrashMarker, broken_off
from newsletter.subscribers import service as subscribers
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

ISSUE = "2026-11"
BASE = f"/issues/{ISSUE}"


def context(folder: Path) -> AppContext:
    return AppContext(open_workspace(folder), NOW)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "our news"
    build(folder, now=NOW, secret="5" * 64)
    return folder


@pytest.fixture
def drafted(sample: Path) -> Path:
    there = context(sample)
    collector.collect(there, collector.chosen_sources(there, []))
    drafting.draft_issue(there)
    return sample


@pytest.fixture
def approved(drafted: Path, mail_server: Loopback) -> Path:
    """An approved issue, its readers, and a server that takes ten mails a second on one connection."""
    with (drafted / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'\n[delivery]\nhost = "127.0.0.1"\nport = {mail_server.port}\nsecurity = "none"\n'
        )
        file.write("per_minute = 600\nconnections = 1\n")
    with (drafted / "subscribers.csv").open("rb") as opened:
        subscribers.import_list(context(drafted), opened, name="subscribers.csv")
    approval.approve_issue(context(drafted), ISSUE, by="Ana")
    return drafted


def status(folder: Path) -> dict:
    """As another program sees it."""
    found = delivery.open_ledger(context(folder)).read_status(ISSUE)
    return {
        "state": found.state,
        "accepted": found.accepted,
        "remaining": found.remaining,
        "unknown": found.unknown,
    }


def letter(studio: Running, text: str, seen: str) -> httpx2.Response:
    return studio.change(
        f"{BASE}/save",
        {"place": "letter", "text": text, "seen": compute_version(seen)},
        script=True,
    )


def test_while_collecting(sample: Path) -> None:
    with running(sample) as studio:
        assert studio.change("/collect", script=True).json()["began"]
        studio.kill()
    assert [path.name for path in (sample / ".newsletter").glob("studio-*.running")] != []
    with running(sample) as studio:
        assert ENDED in studio.first_page
        studio.change("/collect", script=True)
        with studio.client.stream("GET", "/collect/news") as news:
            told = [json.loads(line[6:]) for line in news.iter_lines() if line.startswith("data: ")]
        assert told[-1] == {"over": True}
        assert not any("error" in each for each in told)
    entries = entries_of(context(sample)).all()
    whole = build_whole(sample.parent / "never killed")
    assert sorted(entry.key for entry in entries) == whole  # all of them, and none twice
    with running(sample) as studio:
        assert ENDED not in studio.first_page


def build_whole(folder: Path) -> list[str]:
    """The keys that a studio collects which nobody kills."""
    build(folder, now=NOW, secret="5" * 64)
    there = context(folder)
    collector.collect(there, collector.chosen_sources(there, []))
    return sorted(entry.key for entry in entries_of(there).all())


def test_while_choosing_writing_and_approving(drafted: Path) -> None:
    chosen = issues_of(context(drafted)).read(ISSUE).entries()[0].key
    with running(drafted) as studio:
        studio.change("/choose/decide", {"key": chosen, "verdict": "drop", "why": "not for us"})
        studio.kill()
    assert chosen in {
        each.entry.key
        for each in standing.list_entry_statuses(context(drafted))
        if each.state is EntryState.DROPPED
    }
    last = typed_until_killed(drafted)
    found = issues_of(context(drafted)).read(ISSUE).letter  # whole, whenever it was killed
    assert found in {
        f"Dear all, {last}",
        f"Dear all, {last + 1}",
    }  # nothing that was answered as saved is lost
    with running(drafted) as studio:
        assert ENDED in studio.first_page
        assert found in studio.page(f"{BASE}/write")
        assert chosen not in {
            entry.key for entry in issues_of(context(drafted)).read(ISSUE).entries()
        }
        digest = re.search(r'name="digest" value="(\w+)"', studio.page(f"{BASE}/approve"))[1]
        studio.change(f"{BASE}/approve", {"digest": digest, "by": "Ana"})
        studio.kill()
    with running(drafted) as studio:
        assert "<strong>Approved</strong> by Ana" in studio.page(f"{BASE}/approve")
        assert "Noted: two people" in studio.change(f"{BASE}/approve/second", {"by": "Ben"}).text
        letter(studio, "Another one", found)
        assert "was changed since" in studio.page(f"{BASE}/approve")


def typed_until_killed(folder: Path) -> int:
    """Type and save as quickly as it goes, and kill the studio meanwhile.

    The last word that was surely saved.
    """
    saved = [-1]
    with running(folder) as studio:
        threading.Timer(0.7, studio.process.kill).start()
        before = issues_of(context(folder)).read(ISSUE).letter
        with contextlib.suppress(httpx2.HTTPError):
            for number in range(10_000):
                assert letter(studio, f"Dear all, {number}", before).json()["conflict"] is False
                before = f"Dear all, {number}"
                saved.append(number)
    return saved[-1]


def changed_until_killed(folder: Path, change: Callable[[Running, int], httpx2.Response]) -> int:
    """Change something again and again, and kill the studio meanwhile.

    The number of the last that surely was changed.
    """
    done = [-1]
    with running(folder) as studio:
        threading.Timer(0.7, studio.process.kill).start()
        with contextlib.suppress(httpx2.HTTPError):
            for number in range(10_000):
                assert change(studio, number).status_code < 400
                done.append(number)
    return done[-1]


def test_while_settings_are_saved_the_file_stays_whole(sample: Path) -> None:
    before = (sample / "newsletter.toml").read_text("utf-8")
    last = changed_until_killed(
        sample,
        lambda studio, n: studio.change("/setup/theme", {"footer": f"Bye, {n}."}, script=True),
    )
    found = open_workspace(sample).settings.theme.footer
    assert found == f"Bye, {last}." or found == f"Bye, {last + 1}." or last < 0
    assert before.count("#") == (sample / "newsletter.toml").read_text("utf-8").count(
        "#"
    )  # its comments are all there
    with running(sample) as studio:
        assert ENDED in studio.first_page
        assert f'value="{found}"' in studio.page("/setup")


def test_while_a_list_is_imported_it_can_be_taken_in_again(sample: Path) -> None:
    lines = [f"p{number}@example.org,Reader {number}" for number in range(8_000)]
    content = "\n".join(["Email,Name", *lines]).encode()
    with running(sample) as studio:
        studio.change(
            "/people/import", {"upload": looked_at(studio, content)}
        )  # the second time nothing is new
        people = subscribers.open_subscribers(context(sample))
        assert people.count() == 8_000
    renamed = content.replace(b"Reader", b"Friend")
    with running(sample) as studio:
        upload = looked_at(studio, renamed)
        until_half = threading.Thread(
            target=kill_when, args=(studio, lambda: named(sample, "Friend") > 0)
        )
        until_half.start()
        with contextlib.suppress(httpx2.HTTPError):
            studio.change("/people/import", {"upload": upload})
        until_half.join()
    assert (
        named(sample, "Friend") + named(sample, "Reader") == 8_000
    )  # each person is one of both, whole
    with running(sample) as studio:
        assert ENDED in studio.first_page
        page = studio.change("/people/import", {"upload": looked_at(studio, renamed)}).text
        assert "0 added, " in page
    assert (named(sample, "Friend"), subscribers.open_subscribers(context(sample)).count()) == (
        8_000,
        8_000,
    )


def named(folder: Path, word: str) -> int:
    """How many people on the list are called so."""
    found = sqlite3.connect(f"file:{folder}/.newsletter/newsletter.db?mode=ro", uri=True)
    with contextlib.closing(found):
        return found.execute(
            "SELECT count(*) FROM subscribers WHERE name LIKE ?", (f"{word}%",)
        ).fetchone()[0]


def kill_when(studio: Running, happened: Callable[[], bool]) -> None:
    until(happened)
    studio.process.kill()


def looked_at(studio: Running, content: bytes) -> str:
    headers = {
        "origin": studio.address,
        "x-csrf-token": studio.csrf,
        "accept": "application/json",
        "x-file-name": "l.csv",
    }
    html = studio.client.post("/people/look", content=content, headers=headers).json()["html"]
    return re.search(r'name="upload" value="([^"]+)"', html)[1]


def test_while_the_issue_is_made_it_is_whole_or_not_there(sample: Path) -> None:
    there = context(sample)
    collector.collect(there, collector.chosen_sources(there, []))
    with running(sample) as studio:
        file = sample / f"issues/{ISSUE}/issue.toml"
        killing = threading.Thread(target=kill_when, args=(studio, file.exists))
        killing.start()
        with contextlib.suppress(httpx2.HTTPError):
            studio.change("/choose/issue")
        killing.join()
    waiting = {
        each.entry.key
        for each in standing.list_entry_statuses(context(sample))
        if each.state is EntryState.WAITING
    }
    assert {entry.key for entry in issues_of(context(sample)).read(ISSUE).entries()} == waiting
    with running(sample) as studio:
        assert ENDED in studio.first_page
        assert f"there are {len(waiting)} entries in it now" in studio.change("/choose/issue").text
        assert studio.client.get(f"{BASE}/check").status_code == 200


def test_while_findings_are_mended(drafted: Path) -> None:
    file = drafted / f"issues/{ISSUE}/issue.toml"
    letter = "Read [this paper](https://example.org/a?utm_source=mail)."
    file.write_text(
        file.read_text("utf-8").replace('letter = """\n"""', f"letter = '{letter}'"), "utf-8"
    )
    with running(drafted) as studio:
        page = studio.page(f"{BASE}/check")
        fields = {
            name: unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])
            for name in ("rule", "where", "message")
        }
        assert "Remove the tracking" in studio.change(f"{BASE}/mend", fields).text
        studio.kill()
    assert "(https://example.org/a)" in file.read_text("utf-8")
    with running(drafted) as studio:
        assert ENDED in studio.first_page
        assert (
            "not so any more" in studio.change(f"{BASE}/mend", fields, script=True).json()["error"]
        )
        assert "Remove the tracking" not in studio.page(f"{BASE}/check")


def test_while_a_test_copy_is_sent_nobody_else_gets_anything(
    approved: Path, mail_server: Loopback
) -> None:
    never = threading.Event()

    async def no_answer(writer: object) -> None:
        await asyncio.to_thread(never.wait, 60)

    mail_server.script = lambda command, number, connection: no_answer if command == "DOT" else None
    before = status(approved)
    with running(approved) as studio:
        killing = threading.Thread(
            target=kill_when, args=(studio, lambda: mail_server.commands["DOT"] == 1)
        )
        killing.start()
        with contextlib.suppress(httpx2.HTTPError):
            studio.change(f"{BASE}/send/test", {"address": "ana@example.com"})
        killing.join()
    never.set()
    mail_server.script = lambda command, number, connection: None
    assert status(approved) == before
    with running(approved) as studio:
        assert ENDED in studio.first_page
        assert "Type the number of people" in studio.page(f"{BASE}/send")
        page = studio.change(f"{BASE}/send/test", {"address": "ana@example.com"}).text
        assert "The test copy is on its way." in page
    assert [*mail_server.recipients()] == ["ana@example.com"]


def test_in_the_time_to_undo_it_goes_on(approved: Path, mail_server: Loopback) -> None:
    with running(approved, "--undo", "3") as studio:
        assert "Nothing has gone yet" in studio.change(f"{BASE}/send", {"number": "10"}).text
        studio.kill()
    assert mail_server.messages == []
    with running(approved) as studio:  # another start finds it, and could undo it
        assert "2026-11" in studio.first_page
        until(lambda: status(approved)["state"] == "done")
        assert "10 accepted by the server" in studio.page(f"{BASE}/send")
    assert set(mail_server.recipients().values()) == {1}


def test_what_a_killed_studio_planned_is_undone_by_the_next_one(
    approved: Path, mail_server: Loopback
) -> None:
    with running(approved, "--undo", "60") as studio:
        studio.change(f"{BASE}/send", {"number": "10"})
        studio.kill()
    with running(approved) as studio:
        assert "Nothing has gone yet" in studio.page(f"{BASE}/send")
        assert "Undone: nothing was sent." in studio.change(f"{BASE}/send/undo").text
        assert "Type the number of people" in studio.page(f"{BASE}/send")
    assert mail_server.messages == []


def test_while_it_is_sent(approved: Path, mail_server: Loopback) -> None:
    seen = threading.Event()

    async def when_seen(writer: object) -> None:
        await asyncio.to_thread(seen.wait, 60)
        writer.write(b"250 2.0.0 ok\r\n")

    mail_server.script = lambda command, number, connection: (
        when_seen if (command, number) == ("DOT", 3) else None
    )
    with running(approved, "--undo", "0") as studio:
        studio.change(f"{BASE}/send", {"number": "10"})
        until(lambda: mail_server.commands["DOT"] == 3)
        studio.kill()
    with running(approved) as studio:
        assert "On its way: 2 of 10 have it." in studio.first_page
        seen.set()
        until(lambda: status(approved)["state"] == "done")
        assert "10 accepted by the server" in studio.page(f"{BASE}/send")
    # the third one's answer was given by hand: the server has counted it, and kept no copy
    assert set(mail_server.recipients().values()) == {1}
    assert mail_server.commands["DOT"] == 10


def test_when_the_sending_itself_is_killed_a_person_decides_on_the_one_in_doubt(
    approved: Path, mail_server: Loopback
) -> None:
    never = threading.Event()

    async def no_answer(writer: object) -> None:
        await asyncio.to_thread(never.wait, 60)

    mail_server.script = lambda command, number, connection: (
        no_answer if (command, number) == ("DOT", 3) else None
    )
    command = [sys.executable, "-m", "newsletter", "-C", str(approved), "send", ISSUE, "--yes"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sender:
        until(lambda: mail_server.commands["DOT"] == 3)
        os.kill(sender.pid, signal.SIGKILL)
    never.set()
    mail_server.script = lambda command, number, connection: None
    assert status(approved) == {"state": "paused", "accepted": 2, "remaining": 7, "unknown": 1}
    with running(approved, "--undo", "0") as studio:
        assert "Paused: 2 of 10 have it." in studio.first_page
        page = studio.page(f"{BASE}/send")
        assert "1 in doubt" in page
        person = re.search(r'name="person" value="(\d+)"', page)[1]
        studio.change(f"{BASE}/send/resolve", {"person": person, "how": "leave"})
        assert "1 is left in doubt, as you decided" in studio.page(f"{BASE}/send")
        studio.change(f"{BASE}/send/go-on")
        until(lambda: status(approved)["state"] == "done")
    assert status(approved) == {"state": "done", "accepted": 9, "remaining": 0, "unknown": 1}
    assert set(mail_server.recipients().values()) == {1}


class TestLogbook:
    def test_a_studio_that_runs_or_was_closed_is_not_told_of(self, tmp_path: Path) -> None:
        book = CrashMarker(tmp_path / "private")
        assert broken_off(tmp_path / "private") == ()
        book.close()
        assert broken_off(tmp_path / "private") == ()
        assert list((tmp_path / "private").iterdir()) == []

    def test_one_that_died_is_told_of_once_with_what_it_did(self, tmp_path: Path) -> None:
        book = CrashMarker(tmp_path)
        with book.mark_activity(COLLECTING):
            assert broken_off(tmp_path) == ()
            (tmp_path / "studio-1.running").write_text(COLLECTING, "utf-8")
        (told,) = broken_off(tmp_path)
        assert (
            told
            == f"{ENDED} It was collecting: what the sources had answered is kept. Press Collect to ask the others."
        )
        assert broken_off(tmp_path) == ()
        (tmp_path / "studio-2.running").mkdir()
        assert broken_off(tmp_path) == ()
        book.close()
        assert [path.name for path in tmp_path.glob("studio-*")] == ["studio-2.running"]

    def test_what_it_noted_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        book = CrashMarker(tmp_path)
        files = list(tmp_path.iterdir())
        assert len(files) == 2
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        with book.mark_activity(COLLECTING):
            book.close()
        assert list(tmp_path.iterdir()) == []
        book.close()
