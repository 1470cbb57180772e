"""A month with failures on all sides, and one reader who must be named nowhere but where she is kept."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import io
import logging
import os
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from support.bounce_mails import DSN
from support.canary import ADDRESS, DOMAIN, LOCAL, LOGIN, PASSWORD, told_in, told_in_files
from support.commands import Ran, Run
from support.loopback_smtp import Loopback
from support.name_server import name_server


def test_the_search_finds_what_is_hidden() -> None:
    for hidden in (
        ADDRESS.upper(),
        quote(ADDRESS, safe=""),
        base64.b64encode(f"\0{LOGIN}\0{PASSWORD}".encode()).decode(),
        base64.b64encode(f"x{ADDRESS} and more".encode()).decode(),
        hashlib.sha256(ADDRESS.encode()).hexdigest(),
        f"{LOCAL}=\r\n@{DOMAIN}",
    ):
        assert told_in(hidden), hidden


@dataclass
class Month:
    """Commands of one month, and all that they said without being asked for people."""

    run: Run
    folder: Path
    names: str  # a name server that knows nothing
    said: list[tuple[str, str]] = field(default_factory=list)

    def do(self, *arguments: object, on_purpose: bool = False, **named: str) -> Ran:
        """Run a command; `on_purpose`: its standard output lists people."""
        result = self.run("-C", self.folder, *arguments, **named)
        name = " ".join(map(str, arguments[:2]))
        self.said.append((f"{name}: stderr", result.err))
        if not on_purpose:
            self.said.append((f"{name}: stdout", result.out))
        return result


@pytest.fixture
def month(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    folder = tmp_path / "news"
    assert run("init", folder, "--sample").exit_code == 0
    (folder / "mails").mkdir()
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", PASSWORD)
    with name_server({}) as port:
        yield Month(run, folder, f"127.0.0.1:{port}")


@pytest.fixture
def server(mail_server: Loopback) -> Loopback:
    """A server with a login that tells everything it hears back to us."""
    mail_server.extensions = ("PIPELINING", "AUTH PLAIN LOGIN")
    return mail_server


def configured(month: Month, port: int) -> None:
    file = month.folder / "newsletter.toml"
    text = file.read_text("utf-8").replace("[inbox]", '[inbox]\nfolder = "mails"')
    text += f'\n[delivery]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nuser = "{LOGIN}"\nper_minute = 0\nretry_after = "0s"\n'
    file.write_text(text, "utf-8")


def zipped(**members: str) -> bytes:
    """An export of several lists; not compressed, so that they can be damaged."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def lists(folder: Path) -> Iterator[Path]:
    """Lists with her in them, whole and broken in every way."""
    good = f"Email,Name\nann@example.org,Ann\n{ADDRESS},Wilhelmina\n"
    for name, content in {
        "good.csv": good.encode(),
        "bad-row.csv": f"Email,Name\n{ADDRESS}\x07,W\n{ADDRESS} {ADDRESS},W\n<{ADDRESS},W\n{ADDRESS}.,W\n".encode(),
        "no-header.csv": f"{ADDRESS};{ADDRESS};;{ADDRESS}\n\n".encode(),
        "cut.csv": f'Email,Name\n"{ADDRESS},W'.encode(),
        "nul.csv": f"Email\n{ADDRESS}\0\n".encode(),
        "sixteen.csv": good.encode("utf-16")[:-1],
        "not-a-sheet.xlsx": f"PK\x03\x04{ADDRESS}".encode(),
        "empty.csv": b"",
        "two-columns.csv": f"Email,E-Mail\n{ADDRESS},{ADDRESS}\n".encode(),
        "export.zip": (
            archive := zipped(
                **{"subscribed.csv": good, "cleaned.csv": f"Email\n{ADDRESS};{ADDRESS}\n"}
            )
        ),
        "cut.zip": archive[:-30],
        "damaged.zip": archive.replace(b"Email", b"E\0\0il"),
        "no-list.zip": zipped(**{"read me.doc": ADDRESS}),
        "of-a-zip.zip": zipped(**{"inner.xlsx": f"PK\x03\x04{ADDRESS}"}),
    }.items():
        (folder / name).write_bytes(content)
        yield folder / name


def test_she_is_named_nowhere_but_where_she_is_kept(
    month: Month, server: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    configured(month, server.port)
    elsewhere = tmp_path / "lists"
    elsewhere.mkdir()
    for file in lists(elsewhere):
        month.do("subscribers", "import", file)
        month.do("subscribers", "import", file, "--json")
    assert ADDRESS in month.do("subscribers", "list", on_purpose=True).out
    month.do("subscribers", "add", ADDRESS)
    month.do("subscribers", "add", f"{ADDRESS} {ADDRESS}")
    month.do("subscribers", "add", "Ü@wilhelmina.canary@patients")
    for command in ("collect", "draft", "render", "check", "entries"):
        month.do(command)
        month.do(command, "--json")
    month.do("approve", "2026-11")

    _refused_login(month, server)
    _refused_by_words(month, server)
    month.do("status", "2026-11", "--recipients", on_purpose=True)
    sent = next(each for each in server.messages if each.recipient == ADDRESS)
    _bounced(month, sent.content)
    _damaged(month)
    assert month.do("report", "2026-11").exit_code == month.do("report", "--json").exit_code == 0
    backup = month.folder / ".newsletter" / "kept.tar.gz"
    month.do("backup", backup)
    named = month.do("backup", tmp_path, "--json").json["file"]
    assert told_in(named) == []
    month.do("restore", backup, "--force")
    month.do("restore", backup, "--json")
    month.do("restore", named, "--into", tmp_path / "elsewhere", "--json")
    month.do("send", "2026-11", "--yes", "--once")
    month.do("send", "2026-11", "--yes", "--once", "--json")
    month.do("doctor", "--nameserver", month.names)
    for now in ("2026-11-23T09:00-05:00", "2028-11-23T09:00-05:00"):
        month.do("tidy", "--json", now=now)
        month.do("report", "--json", now=now)
    month.do("subscribers", "remove", ADDRESS)
    month.do("subscribers", "import", elsewhere / "good.csv", "--json")

    leaks = [(where, told_in(text)) for where, text in month.said if told_in(text)]
    assert leaks == []
    assert len(month.said) > 140
    assert [line for line in caplog.text.splitlines() if told_in(line)] == []
    _look_at_files(month.folder)
    assert told_in_files(tmp_path / "elsewhere") == []
    for message in server.messages:
        _look_at_message(message.content)
    assert len(server.messages) > 1


def _refused_login(month: Month, server: Loopback) -> None:
    heard = f"535 5.7.8 no such login {base64.b64encode(f'{chr(0)}{LOGIN}{chr(0)}{PASSWORD}'.encode()).decode()} {PASSWORD}"
    server.script = lambda command, number, connection: heard if command == "AUTH" else None
    assert "refuses the login" in month.do("send", "2026-11", "--test", ADDRESS).err
    assert month.do("send", "2026-11", "--yes", "--once").exit_code == 1
    month.do("doctor", "--nameserver", month.names)
    month.do("status", "2026-11")


def _refused_by_words(month: Month, server: Loopback) -> None:
    def script(command: str, number: int, connection: int) -> str | None:
        words = {
            ("RCPT", 1): f"452 4.2.2 <{ADDRESS}> mailbox full, {ADDRESS}",
            ("RCPT", 2): f"550 5.1.1 user {ADDRESS} unknown",
            ("DOT", 1): f"554 5.7.1 {ADDRESS} does not want this",
            ("DOT", 2): "drop",
        }
        return words.get((command, number))

    server.script = script
    assert month.do("send", "2026-11", "--test", ADDRESS).exit_code == 1
    assert month.do("send", "2026-11", "--yes", "--once").exit_code == 1
    month.do("status", "2026-11", "--json")
    month.do("resolve", "2026-11")
    month.do("resolve", "2026-11", "--resend")
    server.script = lambda command, number, connection: None
    month.do("send", "2026-11", "--yes", "--once")
    assert month.do("send", "2026-11", "--test", ADDRESS).exit_code == 0
    month.do("send", "2026-11", "--dry-run")


def _bounced(month: Month, content: bytes) -> None:
    message_id = email.message_from_bytes(content)["Message-ID"].strip("<>")
    words = f"550 5.1.1 <{ADDRESS}> unknown"
    notice = DSN.format(
        address=ADDRESS, action="failed", status="5.1.1", words=words, message_id=message_id
    )
    (month.folder / "mails" / "1.eml").write_text(notice)
    (month.folder / "mails" / "2.eml").write_text(
        f"From: {ADDRESS}\nSubject: thank you\n\nfrom {ADDRESS}\n"
    )
    (month.folder / "mails" / "3.eml").write_bytes(b"\xff\x00From: " + ADDRESS.encode())
    month.do("inbox")
    month.do("inbox", "--json", on_purpose=True)
    for each in (month.folder / "mails").rglob("*.eml"):
        each.unlink()  # what strangers wrote is theirs


def _damaged(month: Month) -> None:
    """Nothing can be read or written for a moment."""
    database = month.folder / ".newsletter/newsletter.db"
    aside = database.with_suffix(".aside")
    database.rename(aside)
    database.write_bytes(f"no database, but {ADDRESS} {PASSWORD} ".encode() * 99)
    for command in (
        ("entries",),
        ("subscribers", "list"),
        ("send", "2026-11", "--yes"),
        ("doctor", "--nameserver", month.names),
    ):
        month.do(*command)
    for each in month.folder.glob(".newsletter/newsletter.db*"):
        each.unlink()
    aside.rename(database)


def _look_at_files(folder: Path) -> None:
    """Names of files anywhere, what stands in them, what git would take, and who may read the rest."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    git = ["git", "ls-files", "--others", "--cached", "--exclude-standard"]
    tracked = subprocess.run(git, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert ".newsletter" not in tracked
    assert "issues/2026-11/issue.html" in tracked
    assert told_in_files(folder) == []
    private = folder / ".newsletter"
    assert [path for path in (private, *private.rglob("*")) if path.stat().st_mode & 0o077] == []


def _look_at_message(content: bytes) -> None:
    """An address stands in To: alone; no link, and no other header, tells of her."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert {name for name, value in message.items() if told_in(str(value))} <= {"To"}
    for kind in ("plain", "html"):
        assert told_in(message.get_body((kind,)).get_content()) == []


def test_a_password_file_that_cannot_be_read_names_nobody(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD_FILE", str(tmp_path))  # a folder, and not a file
    run("init", tmp_path / "news", "--sample")
    with (tmp_path / "news/newsletter.toml").open("a", encoding="utf-8") as file:
        file.write('\n[delivery]\nhost = "127.0.0.1"\nuser = "x"\n')
    result = run("-C", tmp_path / "news", "send", "2026-11", "--test", ADDRESS)
    assert result.exit_code != 0
    assert told_in(result.err) == []


def test_what_python_itself_says_of_a_failure_holds_no_row(tmp_path: Path) -> None:
    """A mistake of ours that nobody catches ends in a traceback.

    The statement may stand there, its values not.
    """
    import sqlalchemy as sa

    from newsletter.database.engine import open_database, translate_errors
    from newsletter.database.tables import suppressions
    from newsletter.errors import StorageError

    engine = open_database("sqlite:///newsletter.db", tmp_path)
    row = {"address_hash": ADDRESS, "reason": "x", "suppressed_at": None}
    with (
        pytest.raises(StorageError) as caught,
        translate_errors(engine.url),
        engine.begin() as connection,
    ):
        connection.execute(sa.insert(suppressions), [row])
    assert told_in("".join(traceback.format_exception(caught.value))) == []


def test_what_could_not_be_read_of_her_list_is_not_called_by_her(month: Month) -> None:
    listed = month.folder / f"of {ADDRESS} (unsubscribed).csv"
    listed.write_text("Email\nnobody at all\n", "utf-8")
    assert month.do("subscribers", "import", listed).exit_code == 1
    assert [path.name for path in (month.folder / ".newsletter").glob("rejected*")] == [
        "rejected-of list (unsubscribed).csv"
    ]


def test_an_import_that_is_killed_leaves_no_word_behind(tmp_path: Path) -> None:
    """As a process of its own: whatever the interpreter adds stands on its standard error."""
    (tmp_path / "list.csv").write_text(f"Email\n{ADDRESS}\n" * 5000)
    environment = {**os.environ, "PYTHONFAULTHANDLER": "1", "PYTHONASYNCIODEBUG": "1"}
    command = [
        sys.executable,
        "-X",
        "dev",
        "-W",
        "default",
        "-m",
        "newsletter",
        "-C",
        str(tmp_path / "news"),
    ]
    made = [*command[:-2], "init", str(tmp_path / "news"), "--sample"]
    subprocess.run(made, check=True, capture_output=True, env=environment)
    started = subprocess.Popen(
        [*command, "subscribers", "import", str(tmp_path / "list.csv")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
    with started:
        started.send_signal(2)
        out, err = started.communicate(timeout=60)
    assert told_in(out + err) == []
