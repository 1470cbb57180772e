"""Commands run as a person runs them, in this process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.loopback_smtp import Loopback

from newsletter.cli import run as run_command

MOMENT = "2026-11-23T09:00-05:00"


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is exactly one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object, now: str = MOMENT) -> Ran:
        capsys.readouterr()
        exit_code = run_command(["--now", now, *map(str, arguments)])
        captured = capsys.readouterr()
        return Ran(exit_code, captured.out, captured.err)

    return run


@pytest.fixture
def sample(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample workspace, where we stand."""
    folder = tmp_path / "the demo"
    assert run("init", folder, "--sample").exit_code == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def mail_server() -> Iterator[Loopback]:
    """A mail server of our own on 127.0.0.1."""
    with serving(Loopback()) as server:
        yield server


@contextmanager
def serving(server: Loopback) -> Iterator[Loopback]:
    """Run a mail server in a thread, because a command runs a loop of its own."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        async with server.running():
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture
def approved(sample: Path, run: Run, mail_server: Loopback) -> Path:
    """The sample with its list imported, its next issue approved, and a mail server to send it by."""
    delivery = f'\n[delivery]\nhost = "127.0.0.1"\nport = {mail_server.port}\nsecurity = "none"\nper_minute = 0\n'
    file = sample / "newsletter.toml"
    file.write_text(file.read_text("utf-8") + delivery, "utf-8")
    assert run("subscribers", "import", "subscribers.csv").exit_code == 0
    assert run("collect").exit_code == 0
    assert run("draft").exit_code == 0
    assert run("approve", "2026-11").exit_code == 0
    return sample
