from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from support.browser import chromium

from newsletter.errors import TemplateError
from newsletter.model import Finding, RenderedIssue, Severity
from newsletter.studio.preview import PreviewContent, PreviewWatcher, preview_app, with_pictures_at

RENDERED = RenderedIssue(
    subject="News <b>",
    preheader="Three things",
    html="<p>The mail</p>",
    text="The text",
    digest="d",
    fallback_name="reader",
)
FINDING = Finding(
    rule="r", severity=Severity.ERROR, where="letter", message="It says TODO.", remedy="Finish it."
)


def shown(*findings: Finding) -> PreviewContent:
    return PreviewContent(title="T", sender="Us", rendered=RENDERED, findings=findings)


@pytest.fixture
def client() -> TestClient:
    return TestClient(
        preview_app(PreviewWatcher(draw=lambda: shown(FINDING), files=lambda: ())),
        base_url="http://127.0.0.1",
    )


def test_pictures_beside_the_issue_are_shown(tmp_path: Path) -> None:
    (tmp_path / "ab12.png").write_bytes(b"a picture")
    found = {"ab12.png": tmp_path / "ab12.png"}
    client = TestClient(
        preview_app(PreviewWatcher(draw=shown, files=lambda: (), picture=found.get)),
        base_url="http://127.0.0.1",
    )
    answer = client.get("/pictures/ab12.png")
    assert (answer.content, answer.headers["content-type"]) == (b"a picture", "image/png")
    assert client.get("/pictures/gone.png").status_code == 404
    assert "'self'" in client.get("/mail.html").headers["content-security-policy"]
    mail = '<img src="https://news.example.org/issues/2026-11/pictures/ab12.png" alt="">'
    assert (
        with_pictures_at(mail, "2026-11", "/pictures/") == '<img src="/pictures/ab12.png" alt="">'
    )
    assert with_pictures_at(mail, "2026-12", "/pictures/") == mail


def test_the_page_shows_inbox_findings_and_text(client: TestClient) -> None:
    page = client.get("/").text
    assert "News &lt;b&gt;" in page
    assert "Three things" in page
    assert "It says TODO." in page
    assert "The text" in page


def test_the_mail_runs_no_script_and_loads_nothing(client: TestClient) -> None:
    answer = client.get("/mail.html")
    assert answer.text == "<p>The mail</p>"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert client.get("/mail.txt").text == "The text"
    assert client.get("/").headers["cache-control"] == "no-store"


def test_another_name_for_this_machine_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_mistake_is_shown_above_the_last_good_version(tmp_path: Path) -> None:
    file = tmp_path / "issue.toml"
    file.write_text("good", "utf-8")

    def draw() -> PreviewContent:
        if file.read_text("utf-8") != "good":
            raise TemplateError("issue.html.jinja, line 3: no such name")
        return shown()

    client = TestClient(
        preview_app(PreviewWatcher(draw=draw, files=lambda: [file])), base_url="http://127.0.0.1"
    )
    before = client.get("/state").json()["state"]
    file.write_text("a mistake", "utf-8")
    assert client.get("/state").json()["state"] != before
    page = client.get("/").text
    assert "issue.html.jinja, line 3: no such name" in page
    assert "last version that could be shown" in page


def test_a_file_that_is_gone_is_another_state(tmp_path: Path) -> None:
    file = tmp_path / "issue.toml"
    file.write_text("good", "utf-8")
    client = TestClient(
        preview_app(PreviewWatcher(draw=shown, files=lambda: [file])), base_url="http://127.0.0.1"
    )
    before = client.get("/state").json()["state"]
    file.unlink()
    assert client.get("/state").json()["state"] != before


def test_before_anything_could_be_drawn_there_is_only_the_mistake() -> None:
    def draw() -> PreviewContent:
        raise TemplateError("broken")

    client = TestClient(
        preview_app(PreviewWatcher(draw=draw, files=lambda: ())), base_url="http://127.0.0.1"
    )
    assert "broken" in client.get("/").text
    assert (client.get("/mail.html").text, client.get("/mail.txt").text) == ("", "")


@contextmanager
def previewing(folder: Path) -> Iterator[str]:
    """The real command in a process of its own; gives the address it prints."""
    command = [sys.executable, "-m", "newsletter", "-C", str(folder), "preview", "--no-browser"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a demo") / "demo"
    subprocess.run(
        [sys.executable, "-m", "newsletter", "-C", str(folder), "demo", "--build-only"],
        check=True,
        capture_output=True,
    )
    return folder


def test_the_command_serves_on_this_machine_alone(demo: Path) -> None:
    with previewing(demo) as address:
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert b"In the inbox" in answer.read()


@pytest.mark.browser
def test_saving_the_issue_shows_it_again_by_itself(demo: Path) -> None:
    with chromium() as browser, previewing(demo) as address:
        page = browser.new_page(viewport={"width": 375, "height": 800})
        page.goto(address)
        page.frame_locator("iframe.phone").locator("h1").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        file = max(demo.glob("issues/*/issue.toml"))
        text = file.read_text("utf-8")
        threading.Timer(
            0.2,
            lambda: file.write_text(
                text.replace('letter = """\n"""', 'letter = "A warm word to begin with."'), "utf-8"
            ),
        ).start()
        page.frame_locator("iframe.desktop").get_by_text("A warm word to begin with.").wait_for()
        file.write_text(text.replace("subject =", "subject", 1), "utf-8")
        page.get_by_text("This cannot be shown yet").wait_for()
        file.write_text(text, "utf-8")


def test_a_template_of_ones_own_is_seen_as_soon_as_it_is_there(demo: Path) -> None:
    from datetime import UTC, datetime

    from newsletter.studio.preview import watch_issue
    from newsletter.workspace.context import AppContext
    from newsletter.workspace.folder import open_workspace

    name = max(path.parent.name for path in demo.glob("issues/*/issue.toml"))
    watched = watch_issue(AppContext(open_workspace(demo), datetime.now(UTC)), name)
    watched.refresh()
    assert watched.shown
    assert watched.shown.rendered.text != "Ours"
    (demo / "templates").mkdir()
    (demo / "templates/issue.txt.jinja").write_text("Ours", "utf-8")
    watched.refresh()
    assert watched.shown.rendered.text.strip() == "Ours"
    (demo / "templates/issue.txt.jinja").unlink()
    (demo / "templates").rmdir()
