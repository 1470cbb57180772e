"""A studio with the sample in it, as its browser sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from newsletter.sample import build
from newsletter.studio.app import studio_app
from newsletter.studio.room import Room

ADDRESS = "http://127.0.0.1:8642"
ISSUE = "2026-11"


@dataclass
class Studio:
    """One running studio and a browser that opened it."""

    room: Room
    client: TestClient

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def change(self, path: str, fields: dict | None = None, *, script: bool = False) -> Response:
        headers = {"origin": ADDRESS, **({"accept": "application/json"} if script else {})}
        return self.client.post(path, data={"csrf": self.room.csrf, **(fields or {})}, headers=headers)

    def collect(self) -> None:
        assert self.change("/collect").status_code == 200
        self.wait(lambda: not self.room.collecting.is_running)

    def wait(self, happened: Callable[[], bool]) -> None:
        until = time.monotonic() + 20
        while not happened():
            assert time.monotonic() < until, "this never happened"
            time.sleep(0.02)

    @property
    def file(self) -> Path:
        return self.room.folder / "issues" / ISSUE / "issue.toml"


@pytest.fixture
def studio(tmp_path: Path, now: datetime) -> Iterator[Studio]:
    folder = tmp_path / "our news"
    build(folder, now=now, secret="5" * 64)
    room = Room(folder=folder, clock=lambda: now, undo_s=0.05)
    with TestClient(studio_app(room), base_url=ADDRESS) as client:
        client.get("/", params={"token": room.token})
        yield Studio(room, client)


@pytest.fixture
def made(studio: Studio) -> Studio:
    """The same, with its next issue made."""
    studio.collect()
    assert studio.change("/choose/issue").status_code == 200
    return studio
