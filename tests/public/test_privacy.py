"""A reader's day at the public page, with failures on all sides.

Neither its log nor any page names her.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.canary import ADDRESS, LOGIN, NAME, PASSWORD, told_in, told_in_files
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail
from support.public_page import Page

from newsletter.subscribers import service as subscribers
from newsletter.tokens import Purpose


@dataclass
class Served:
    """`newsletter serve --log`, and all that it said."""

    page: Page
    port: int
    said: list[tuple[str, int, str]] = field(default_factory=list)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> int:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        try:
            link.request(method, path, urlencode(form) if form else None, headers)
            answer = link.getresponse()
            head = "\n".join(f"{name}: {value}" for name, value in answer.getheaders())
            self.said.append((f"{method} {path}", answer.status, head + answer.read().decode()))
            return answer.status
        finally:
            link.close()

    def link(self, purpose: Purpose) -> str:
        return self.page.link(purpose, 4)


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A mail server that refuses, and repeats what it was told."""

    def script(command: str, number: int, connection: int) -> str | None:
        heard = {
            ("AUTH", 1): f"535 5.7.8 {LOGIN} {PASSWORD}",
            ("RCPT", 1): f"550 5.1.1 <{ADDRESS}> not here",
        }
        return heard.get((command, number))

    with serving_mail(Loopback(script=script, extensions=("AUTH PLAIN LOGIN",))) as running:
        yield running


@pytest.fixture
def served(tmp_path: Path, server: Loopback) -> Iterator[Served]:
    more = f'[delivery]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nuser = "{LOGIN}"\n'
    page = Page(tmp_path / "ours", more=more)
    subscribers.add_subscriber(page.context, ADDRESS, name=NAME)
    page.add_issue()
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "-C",
        str(page.folder),
        "serve",
        "--port",
        "0",
        "--log",
    ]
    environment = os.environ | {"NEWSLETTER_SMTP_PASSWORD": PASSWORD}
    log = tmp_path / "log"
    with (
        log.open("wb") as written,
        subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process,
    ):
        assert process.stderr
        first = process.stderr.readline()
        port = re.search(rb":(\d+)/", first)
        assert port
        try:
            yield Served(page, int(port[1]))
        finally:
            process.send_signal(signal.SIGTERM)
            written.write(process.communicate(timeout=60)[1])
    told = log.read_text("utf-8")
    assert "answered method=POST path=/p/" in told
    assert "confirmation not sent" in told
    assert "database refused" in told
    assert "answered with an apology" in told
    assert [line for line in told.splitlines() if told_in(line)] == []
    assert re.findall("[a-z2-7]{45}", told) == []


def test_no_page_no_header_and_no_line_of_the_log_names_her(served: Served) -> None:
    mine, leave = served.link(Purpose.PREFERENCES), served.link(Purpose.UNSUBSCRIBE)
    for path in (
        mine,
        leave,
        "/subscribe",
        f"/subscribe?address={ADDRESS}",
        f"/{ADDRESS}",
        f"/u/{ADDRESS}",
        f"/issues/{ADDRESS}/",
    ):
        served.ask("GET", path)
    for address in (ADDRESS, f"<{ADDRESS}", f"{ADDRESS} {ADDRESS}"):
        served.ask("POST", "/subscribe", {"address": address, "name": NAME})
        served.ask("POST", mine, {"do": "address", "address": address})
    served.ask(
        "POST", mine, {"do": "save", "language": ADDRESS, "section": ADDRESS, "months": ADDRESS}
    )
    served.ask("POST", f"{mine}/erase", {"sure": ADDRESS})
    served.ask("PUT", f"{mine}/{ADDRESS}")

    issue = served.page.folder / "issues/2026-11/issue.toml"
    issue.write_text(f'subject = "{ADDRESS}\nsection = {PASSWORD}')
    assert served.ask("GET", "/issues/2026-11/") == 500
    assert served.ask("GET", "/") == 200
    assert _without_a_database(served) == {503}
    assert [(what, told_in(text)) for what, _, text in served.said if told_in(text)] == []
    issue.unlink()
    assert told_in_files(served.page.folder) == []


def _without_a_database(served: Served) -> set[int]:
    """What is answered while the database is none."""
    database = served.page.folder / ".newsletter/newsletter.db"
    content = database.read_bytes()
    for each in served.page.folder.glob(".newsletter/newsletter.db-*"):
        each.write_bytes(b"")
    database.write_bytes(f"no database, but {ADDRESS} {PASSWORD} ".encode() * 99)
    form = {"do": "save", "address": ADDRESS, "sure": "yes"}
    mine, leave = served.link(Purpose.PREFERENCES), served.link(Purpose.UNSUBSCRIBE)
    found = {
        served.ask("GET", mine),
        *(served.ask("POST", path, form) for path in (mine, leave, f"{mine}/data")),
    }
    database.write_bytes(content)
    return found
