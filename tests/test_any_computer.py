"""The whole month on a computer that has nothing of POSIX, as far as Linux can play one.

`other_computer/sitecustomize.py` says what is played. It cannot play the locks, access lists and
consoles of Windows: those are the libraries'.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from support.loopback_smtp import Loopback

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-11-23T09:00-05:00"
HERE, THERE = "linux", "other"  # of one length, as they stand in wrapped lines
PATIENCE_S = 60


def environment(computer: str) -> dict[str, str]:
    """Both without UTF-8 by default: text that names no encoding is ASCII, as cp1252 is no UTF-8."""
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    if computer == HERE:
        return {**os.environ, **plain, "PYTHONPATH": str(ROOT)}
    path = f"{ROOT / 'tests' / 'other_computer'}{os.pathsep}{ROOT}"
    return {**os.environ, **plain, "PYTHONPATH": path, "PYTHONWARNDEFAULTENCODING": "1"}


class Computer:
    """Runs commands in a workspace of its own."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind

    def command(self, *arguments: object, now: str = NOW) -> list[str]:
        return [
            *(sys.executable, "-m", "newsletter", "-C", str(self.folder), "--now", now),
            *map(str, arguments),
        ]

    def run(self, *arguments: object, now: str = NOW, ends_with: tuple[int, ...] = (0,)) -> str:
        ran = subprocess.run(
            self.command(*arguments, now=now),
            capture_output=True,
            encoding="utf-8",
            env=environment(self.kind),
            check=False,
            timeout=PATIENCE_S,
        )
        assert ran.returncode in ends_with, (arguments, ran.stdout, ran.stderr)
        return ran.stdout

    def start(self, *arguments: object) -> subprocess.Popen:
        return subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**environment(self.kind), "PYTHONUNBUFFERED": "1"},
        )


def begun(folder: Path, kind: str) -> Computer:
    folder.mkdir()
    computer = Computer(folder, kind)
    computer.run("init", folder / "news", "--sample")
    computer.folder = folder / "news"
    return computer


def made(computer: Computer, *, port: int) -> Computer:
    """Everything up to the approval."""
    file = computer.folder / "newsletter.toml"
    where = f'\n[delivery]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nper_minute = 0\n'
    file.write_bytes(file.read_bytes() + where.encode())
    computer.run("subscribers", "import", computer.folder / "subscribers.csv")
    sources = tomllib.loads(file.read_text("utf-8"))["source"]
    for source in sources:  # in turn: which title a merged entry keeps hangs on who answers first
        computer.run("collect", source["name"])
    computer.run("draft")
    computer.run("render")
    computer.run("check", ends_with=(0, 1))
    computer.run("approve", "2026-11")
    return computer


@pytest.fixture
def elsewhere(tmp_path: Path) -> Computer:
    return begun(tmp_path / "elsewhere", THERE)


def test_what_is_played_is_another_computer(tmp_path):
    """Else this whole file would prove nothing."""
    script = (
        "import sys; from pathlib import Path; exec(compile(sys.argv[2], 'x', 'exec'), "
        "{'__name__': 'newsletter.pretended', 'folder': Path(sys.argv[1])})"
    )
    for code in (
        "import fcntl",
        "import os; os.fork",
        "import os; os.O_CLOEXEC",
        "import os; os.getuid",
        "import signal; signal.SIGKILL",
        "import socket; socket.AF_UNIX",
        "import uvloop",
        "(folder / 'a').write_text('a')",
        "(folder / 'a:b').write_text('a', 'utf-8')",
        "(folder / 'nul.txt').write_text('a', 'utf-8')",
        "file = (folder / 'c').open('w', encoding='utf-8'); (folder / 'c').unlink()",
        "file = (folder / 'd').open('w', encoding='utf-8'); (folder / 'd').replace(folder / 'e')",
        "(folder / 'f').touch(); (folder / 'g').touch(); (folder / 'f').rename(folder / 'g')",
    ):
        ran = subprocess.run(
            [sys.executable, "-c", script, tmp_path, code],
            env=environment(THERE),
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 1, code


async def test_an_issue_is_made_and_sent_and_is_the_same_to_a_byte(tmp_path):
    async with Loopback().running() as server:
        folders = []
        for kind in (HERE, THERE):
            computer = begun(tmp_path / kind, kind)
            await asyncio.to_thread(made, computer, port=server.port)
            await asyncio.to_thread(computer.run, "send", "2026-11", "--dry-run")
            sent = await asyncio.to_thread(computer.run, "send", "2026-11", "--yes", "--json")
            assert (json.loads(sent)["accepted"], json.loads(sent)["remaining"]) == (10, 0)
            assert "2026-11: done" in await asyncio.to_thread(computer.run, "status", "2026-11")
            folders.append(computer.folder)
        assert len(server.messages) == 20
        here, there = (
            {each.recipient for each in server.messages[start:][:10]} for start in (0, 10)
        )
        assert here == there
    here, there = (files_of(folder) for folder in folders)
    assert here.keys() == there.keys()
    assert {"issues/2026-11/issue.html", ".newsletter/dry-run/2026-11/0000010.eml"} <= here.keys()
    assert {name for name in here if here[name] != there[name]} == set()


def files_of(folder: Path) -> dict[str, bytes]:
    """What is written for people, and what they are sent.

    Each mail without its tokens, which are made with a secret, and without its own names for parts.
    """
    files = (path for path in folder.rglob("*") if path.is_file() and ".db" not in path.name)
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    theirs = re.compile(rb"record\.toml$|sending-|versions/|secret$|jinja2|style-sheet|link")
    return {
        name: re.sub(rb"[a-z2-7]{45}|/(?:linux|other)/", b"", re.sub(rb"=\r\n", b"", content))
        for name, content in found.items()
        if not theirs.search(name.encode())
    }


async def test_ctrl_c_stops_a_send_that_waits_and_takes_its_plan_back(elsewhere):
    async with Loopback().running() as server:
        await asyncio.to_thread(made, elsewhere, port=server.port)
        sender = elsewhere.start("send", "2026-11", "--yes", "--at", "2026-11-24T09:00")
        assert "Waiting until" in await asyncio.to_thread(sender.stderr.readline)
        sender.send_signal(signal.SIGINT)
        said, told = await asyncio.to_thread(sender.communicate, timeout=PATIENCE_S)
        assert "Stopping" in told
        assert "Traceback" not in said + told
        assert server.messages == []
        with sqlite3.connect(elsewhere.folder / ".newsletter" / "newsletter.db") as database:
            assert database.execute("SELECT count(*) FROM plans").fetchone() == (0,)
        database.close()


async def test_the_studio_shows_a_page_sends_and_is_closed(elsewhere):
    async with Loopback().running() as server:
        await asyncio.to_thread(made, elsewhere, port=server.port)
        studio = elsewhere.start("studio", "--no-browser", "--undo", "0")
        try:
            await asyncio.to_thread(send_from_studio, studio)
            await asyncio.to_thread(until, lambda: len(server.messages) == 10)
        finally:
            studio.send_signal(signal.SIGINT)
            said, told = await asyncio.to_thread(studio.communicate, timeout=PATIENCE_S)
        assert (said, told, studio.returncode) == ("", "", 0)
    assert list((elsewhere.folder / ".newsletter").glob("studio-*.running")) == []


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, "this never happened"
        time.sleep(0.05)


def send_from_studio(studio: subprocess.Popen) -> None:
    opened = studio.stdout.readline().split()[-1]
    address = opened.partition("/?")[0]
    with httpx2.Client(base_url=address, follow_redirects=True, timeout=PATIENCE_S) as client:
        page = client.get(opened)
        assert page.status_code == 200
        assert "Circle News" in page.text
        csrf = re.search(r'name="csrf" content="([^"]+)"', page.text)[1]
        headers = {"origin": address, "x-csrf-token": csrf}
        answer = client.post("/issues/2026-11/send", data={"number": "10"}, headers=headers)
        assert answer.status_code == 200


def test_a_studio_that_was_killed_is_told_of(elsewhere):
    with elsewhere.start("studio", "--no-browser") as killed:
        killed.stdout.readline()
        killed.kill()
    with elsewhere.start("studio", "--no-browser") as studio:
        opened = studio.stdout.readline().split()[-1]
        page = httpx2.get(opened, follow_redirects=True, timeout=PATIENCE_S)
        studio.send_signal(signal.SIGINT)
        studio.communicate(timeout=PATIENCE_S)
    assert "The studio was ended without being closed" in page.text


def test_a_backup_is_put_back_over_what_is_there(elsewhere, tmp_path):
    elsewhere.run("subscribers", "import", elsewhere.folder / "subscribers.csv")
    elsewhere.run("collect")
    elsewhere.run("draft")
    elsewhere.run("backup", tmp_path)
    (archive,) = tmp_path.glob("*.tar.gz")
    elsewhere.run("drop", json.loads(elsewhere.run("entries", "--json"))["entries"][0]["key"])
    elsewhere.run("restore", archive, "--force", now="2026-11-24T09:00-05:00")
    listed = json.loads(elsewhere.run("subscribers", "list", "--json"))
    assert len(listed["subscribers"]) == 12
    elsewhere.run("tidy")


def test_a_list_is_exported_with_its_own_line_ends(elsewhere):
    elsewhere.run("subscribers", "import", elsewhere.folder / "subscribers.csv")
    raw = subprocess.run(
        elsewhere.command("subscribers", "export"),
        capture_output=True,
        env=environment(THERE),
        check=True,
    ).stdout
    assert raw.count(b"\r\n") == raw.count(b"\n") > 5
    assert b"\r\r" not in raw
    into = elsewhere.folder / "out.csv"
    elsewhere.run("subscribers", "export", into)
    assert into.read_bytes() == raw


def test_no_module_asks_for_the_system_but_one():
    asks = re.compile(
        r"sys\.platform|os\.name\b|platform\.system|\bimport (?:fcntl|pwd|grp)\b|%-[a-z]"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "newsletter").rglob("*")
        if path.suffix in {".py", ".jinja"}
        and path.name not in {"platform_support.py", "written_dates.py"}
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if asks.search(line)
    ]
    assert found == []
