"""A studio that dies with a list of readers in its hands.

No link, no file and no line on the terminal names one of them.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from support.canary import ADDRESS, LOGIN, PASSWORD, told_in, told_in_files
from support.checkout import NOW
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail
from support.running_studio import Running, running

from newsletter.admin.sample import build
from newsletter.issues import drafting
from newsletter.sources import collector
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

BASE = "/issues/2026-11"


def zipped(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("subscribed.csv", text)
    return content.getvalue()


LISTS = {
    "subscribers.csv": f"Email,Name\n{ADDRESS},W\n".encode(),
    "export.zip": zipped(f"Email,Name\n{ADDRESS},W\n{ADDRESS};{ADDRESS},x\n"),
    "cut.zip": zipped(f"Email\n{ADDRESS}\n")[:-9],
    "none.csv": f"{ADDRESS};{ADDRESS}".encode(),
}


@pytest.fixture
def drafted(tmp_path: Path) -> Path:
    folder = tmp_path / "our news"
    build(folder, now=NOW, secret="5" * 64)
    context = AppContext(open_workspace(folder), NOW)
    collector.collect(context, collector.chosen_sources(context, []))
    drafting.draft_issue(context)
    return folder


def links_of(page: str) -> list[str]:
    return re.findall(r"""(?:href|src|action)=["']([^"']*)""", page)


def test_she_stands_in_no_link_no_file_and_no_line(
    drafted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", PASSWORD)
    server = Loopback(
        script=lambda command, number, _: {("AUTH", 1): f"535 5.7.8 {LOGIN} {PASSWORD}", ("RCPT", 1): f"550 <{ADDRESS}>"}.get((command, number)),
        extensions=("AUTH PLAIN LOGIN",),
    )  # fmt: skip
    log = tmp_path / "log"
    with serving_mail(server), log.open("ab") as written:
        with running(drafted, log=written) as studio:
            pages = _a_day(studio, server.port)
            studio.kill()
        assert [each for page in pages for each in links_of(page) if told_in(unquote(each))] == []
        assert told_in_files(drafted) == []
        with running(drafted, log=written) as again:
            assert "ended without being closed" in again.first_page
            assert told_in(again.first_page) == []
            _without_a_database(again, drafted)
    assert [line for line in log.read_text("utf-8").splitlines() if told_in(line)] == []


def _a_day(studio: Running, port: int) -> list[str]:
    """All that is done with her, well and badly."""
    pages = []
    for name, content in LISTS.items():
        headers = {
            "origin": studio.address,
            "x-csrf-token": studio.csrf,
            "x-file-name": name,
            "accept": "application/json",
        }
        looked = studio.client.post("/people/look", content=content, headers=headers)
        pages.append(looked.text.replace('\\"', '"'))
        if upload := re.search(r'name="upload" value="([^"]+)"', pages[-1]):
            pages.append(studio.change("/people/import", {"upload": upload[1]}).text)
    pages.append(studio.change("/people/search", {"words": ADDRESS}).json()["html"])
    assert ADDRESS in pages[-1]
    pages += [
        studio.change("/people/add", {"address": each}).text
        for each in (ADDRESS, f"{ADDRESS} {ADDRESS}")
    ]
    studio.change(
        "/setup/delivery",
        {"host": "127.0.0.1", "port": str(port), "security": "none", "user": LOGIN},
    )
    tests = [
        studio.change(f"{BASE}/send/test", {"address": ADDRESS}, script=True).text for _ in range(3)
    ]
    assert [told_in(each) for each in tests[:1]] == [[]]
    return [
        *pages,
        *tests,
        *(studio.page(each) for each in ("/", "/people", f"{BASE}/send", "/setup")),
    ]


def _without_a_database(studio: Running, folder: Path) -> None:
    """Every page fails, and says so without a word of what lies there."""
    for each in folder.glob(".newsletter/newsletter.db*"):
        each.write_bytes(f"no database, but {ADDRESS} {PASSWORD} ".encode() * 99)
    for path in ("/people", "/choose", f"{BASE}/send"):
        answer = studio.client.get(path)
        assert answer.status_code >= 400
        assert told_in(answer.text) == []
