"""A sending as a process of its own: it goes on when the page or the studio is closed, and is found again by its ledger."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from newsletter.pipeline import mailing
from newsletter.pipeline.desk import Desk
from newsletter.storage import issues
from newsletter.storage.files import write_whole
from newsletter.storage.ledger import Tally
from newsletter.storage.workspace import issue_folder


def dispatch(desk: Desk, name: str, *, resume_restored: bool = False) -> None:
    """Start to send an approved issue, or go on with it, as `newsletter send` does."""
    words = _words(desk, name)
    write_whole(words, "", private=True)
    command = [sys.executable, "-m", "newsletter", "-C", str(desk.workspace.folder), "send", name, "--yes", "--json"]
    if resume_restored:
        command.append("--resume-restored")
    with words.open("wb") as heard:
        process = subprocess.Popen(  # noqa: S603 - our own program; the name was one of our issues'
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=heard, start_new_session=True
        )
    write_whole(_number(desk, name), str(process.pid), private=True)
    _RUNNING[process.pid] = process


_RUNNING: dict[int, subprocess.Popen[bytes]] = {}
"""Those that this studio started, so that they are not left as zombies when they end."""


def pause(desk: Desk, name: str) -> bool:
    """Ask the sending to finish what is in flight and stop; whether there was one."""
    with contextlib.suppress(OSError, ValueError):
        number = int(_number(desk, name).read_text("utf-8"))
        if _is_ours(number, name):
            os.kill(number, signal.SIGTERM)
            return True
    return False


def is_at_work(desk: Desk, name: str) -> bool:
    """Whether the process that was started is still there."""
    with contextlib.suppress(OSError, ValueError):
        return _is_ours(int(_number(desk, name).read_text("utf-8")), name)
    return False


def standing(desk: Desk, name: str) -> tuple[Tally, str]:
    """How the sending stands, and what went wrong as a sentence."""
    tally = mailing.status(desk, name)
    if tally.state == "done" or is_at_work(desk, name):
        return tally, ""
    with contextlib.suppress(OSError):
        return tally, _words(desk, name).read_text("utf-8", errors="replace").removeprefix("newsletter: ").strip()[
            :2000
        ]
    return tally, ""


def _is_ours(number: int, name: str, processes: Path = Path("/proc")) -> bool:
    """Whether this process is a sending of this issue, and not another one that got its number since."""
    if number in _RUNNING and _RUNNING[number].poll() is not None:
        return False
    try:
        if processes.is_dir():
            words = (processes / str(number) / "cmdline").read_bytes().split(b"\0")
            return b"send" in words and name.encode() in words
        os.kill(number, 0)  # no /proc, as on macOS: it is there, and most likely ours
    except OSError:
        return False
    return True


def _number(desk: Desk, name: str) -> Path:
    return desk.workspace.private / f"studio-sending-{issue_folder(desk.workspace, name).name}.pid"


def _words(desk: Desk, name: str) -> Path:
    return desk.workspace.private / f"studio-sending-{issue_folder(desk.workspace, name).name}.txt"


def was_published(desk: Desk, name: str) -> bool:
    """Whether the issue counts as out."""
    record = issues.read_record(desk.workspace, name)
    return bool(record and record.published_at)
