"""A studio with the sample in it, as its browser sees it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from support.browser import chromium
from support.loopback_smtp import Loopback

from newsletter.admin.sample import build
from newsletter.studio import send_process
from newsletter.studio.app import studio_app
from newsletter.studio.state import StudioState
from newsletter.subscribers import service as subscribers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ADDRESS = "http://127.0.0.1:8642"
ISSUE = "2026-11"


@dataclass
class Studio:
    """One running studio and a browser that opened it."""

    room: StudioState
    client: TestClient

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def change(self, path: str, fields: dict | None = None, *, script: bool = False) -> Response:
        headers = {"origin": ADDRESS, **({"accept": "application/json"} if script else {})}
        return self.client.post(
            path, data={"csrf": self.room.csrf, **(fields or {})}, headers=headers
        )

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
    room = StudioState(folder=folder, clock=lambda: now, undo_s=0.05)
    with TestClient(studio_app(room), base_url=ADDRESS) as client:
        client.get("/", params={"token": room.token})
        yield Studio(room, client)


@pytest.fixture
def made(studio: Studio) -> Studio:
    """The same, with its next issue made."""
    studio.collect()
    assert studio.change("/choose/issue").status_code == 200
    return studio


@pytest.fixture
def ready(made: Studio, mail_server: Loopback) -> Iterator[Studio]:
    """The sample with its list, a mail server, and an approval of its issue."""
    made.room.clock = lambda: datetime.now(UTC)  # a process of its own has the true time
    made.change(
        "/setup/delivery", {"host": "127.0.0.1", "port": str(mail_server.port), "security": "none"}
    )
    file = made.room.folder / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8").replace('host = "127', 'per_minute = 0\nhost = "127'), "utf-8"
    )
    with (made.room.folder / "subscribers.csv").open("rb") as opened:
        subscribers.import_list(made.room.context(), opened, name="subscribers.csv")
    digest = re.search(r'name="digest" value="(\w+)"', made.page(f"/issues/{ISSUE}/approve"))[1]
    made.change(f"/issues/{ISSUE}/approve", {"digest": digest, "by": "Ana"})
    yield made
    made.wait(lambda: all(each.process.poll() is not None for each in send_process._STARTED))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nothing is in yet, and no password from elsewhere."""
    for name in ("NEWSLETTER_SMTP_PASSWORD", "NEWSLETTER_SMTP_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "our news").mkdir()
    return tmp_path / "our news"
