"""Commands with a person at the terminal: questions, progress, and Ctrl-C."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from support.bounce_mails import bounce
from support.commands import Run
from support.loopback_smtp import Loopback

from newsletter.tokens import Keys, Purpose


def at_a_terminal(*arguments: object, answers: str = "", interrupt_at: str = "") -> tuple[int, str]:
    """Run the command on a terminal of its own, typing `answers`.

    Ctrl-C once `interrupt_at` is on the screen.
    """
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "newsletter", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    screen, until = "", time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                screen += os.read(ours, 65536).decode("utf-8", "replace")
            except OSError:  # Linux says so when the other end is closed
                break
        if interrupt_at and interrupt_at in screen:
            process.send_signal(2)
            interrupt_at = ""
    os.close(ours)
    return process.wait(30), screen.replace("\r\n", "\n")


def test_a_new_newsletter_asks_for_what_it_needs(tmp_path: Path, run: Run) -> None:
    code, screen = at_a_terminal(
        "init", tmp_path / "news", answers="Our News\nUs <us@example.org>\n"
    )
    assert code == 0
    assert "What is the newsletter called?" in screen
    assert 'title = "Our News"' in (tmp_path / "news/newsletter.toml").read_text("utf-8")


def test_sending_asks_and_takes_no_for_an_answer(approved: Path, mail_server: Loopback) -> None:
    code, screen = at_a_terminal("-C", approved, "send", "2026-11", answers="n\n")
    assert code == 1
    assert "goes to 10 people through 127.0.0.1" in screen
    assert "Stopped. What was done is kept" in screen
    assert mail_server.messages == []


def test_sending_asks_and_sends_on_yes(approved: Path, mail_server: Loopback) -> None:
    code, screen = at_a_terminal("-C", approved, "send", "2026-11", answers="y\n")
    assert code == 0
    assert "10 accepted by the server" in screen
    assert len(mail_server.messages) == 10


def test_the_preview_is_closed_with_ctrl_c(approved: Path) -> None:
    code, screen = at_a_terminal(
        "-C", approved, "preview", "--no-browser", interrupt_at="Close it with Ctrl-C."
    )
    assert code == 0
    assert "Traceback" not in screen


def test_collecting_shows_progress_and_stops_cleanly(approved: Path) -> None:
    code, screen = at_a_terminal("-C", approved, "collect")
    assert code == 0
    assert "Research updates page: unchanged, 10 entries" in screen


def test_the_inbox_names_readers_on_a_terminal_alone(sample: Path, run: Run) -> None:
    assert run("subscribers", "add", "ann@example.org").exit_code == 0
    keys = Keys.parse((sample / ".newsletter" / "secret").read_text())
    (sample / "mails").mkdir()
    (sample / "mails/a.eml").write_bytes(bounce(keys.sign(Purpose.BOUNCE, 1, 1)))
    file = sample / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8").replace("[inbox]\n", '[inbox]\nfolder = "mails"\n'), "utf-8"
    )
    code, screen = at_a_terminal("-C", sample, "inbox")
    assert code == 0
    assert "a.eml: bounce 5.1.1, ann@example.org: never written to again\n" in screen
