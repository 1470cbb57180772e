"""The studio as a real process, to be killed, and a browser's worth of HTTP to talk to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx2

from support.checkout import NOW

PATIENCE_S = 60


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, "this never happened"
        time.sleep(0.02)


class Running:
    """One start of the studio."""

    def __init__(self, folder: Path, *options: str, log: BinaryIO | None = None) -> None:
        command = [sys.executable, "-m", "newsletter", "-C", str(folder), "--now", NOW.isoformat()]
        self.process = subprocess.Popen(
            [*command, "studio", "--no-browser", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout
        self.opened = self.process.stdout.readline().split()[-1]
        self.address = self.opened.partition("/?")[0]
        self.client = httpx2.Client(
            base_url=self.address, follow_redirects=True, timeout=PATIENCE_S
        )
        self.first_page = self.client.get(self.opened).text
        self.csrf = re.search(r'name="csrf" content="([^"]+)"', self.first_page)[1]

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def change(
        self, path: str, fields: dict | None = None, *, script: bool = False
    ) -> httpx2.Response:
        headers = {"origin": self.address, "x-csrf-token": self.csrf}
        if script:
            headers["accept"] = "application/json"
        return self.client.post(path, data=fields or {}, headers=headers)

    def kill(self) -> None:
        """As when the power goes, or a laptop's battery."""
        self.process.kill()
        self.end()

    def end(self) -> None:
        self.client.close()
        self.process.wait(PATIENCE_S)
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def running(folder: Path, *options: str, log: BinaryIO | None = None) -> Iterator[Running]:
    """A studio that is closed in the end, if nobody killed it before."""
    studio = Running(folder, *options, log=log)
    try:
        yield studio
    finally:
        studio.client.close()  # a studio that is closed waits for whoever still listens
        if studio.process.poll() is None:
            studio.process.terminate()
        studio.end()
