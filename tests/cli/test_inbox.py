"""`newsletter inbox` and `newsletter serve`, as a person runs them."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import dovecot
from support.bounce_mails import bounce, complaint, plain
from support.commands import Run

from newsletter.tokens import Keys, Purpose


@pytest.fixture
def mails(sample: Path, run: Run) -> Path:
    """The sample with people, and a folder of mails as its bounce mailbox."""
    assert run("subscribers", "import", "subscribers.csv").exit_code == 0
    file = sample / "newsletter.toml"
    text = file.read_text("utf-8").replace("[inbox]\n", '[inbox]\nfolder = "mails"\n')
    file.write_text(text, "utf-8")
    folder = sample / "mails"
    folder.mkdir()
    return folder


def token(sample: Path, purpose: Purpose, number: int = 1) -> str:
    return Keys.parse((sample / ".newsletter" / "secret").read_text()).sign(purpose, number, 1)


def address(run: Run, number: int = 0) -> str:
    found: str = run("subscribers", "list", "--json").json["subscribers"][number]["address"]
    return found


def test_the_inbox_answers_in_json(mails: Path, run: Run) -> None:
    (mails / "a.eml").write_bytes(bounce(token(mails.parent, Purpose.BOUNCE)))
    (mails / "b.eml").write_bytes(complaint(token(mails.parent, Purpose.BOUNCE, 2)))
    (mails / "c.eml").write_bytes(
        plain(Subject=f"unsubscribe {token(mails.parent, Purpose.UNSUBSCRIBE, 3)}")
    )
    (mails / "d.eml").write_bytes(bounce(status="4.2.2", words="x"))
    (mails / "e.eml").write_bytes(plain("Hello?", Subject="Re: November"))
    (mails / "f.eml").write_bytes(plain("x", Auto_Submitted="auto-replied"))
    result = run("inbox", "--json")
    assert result.exit_code == 1
    counts = {name: value for name, value in result.json.items() if name != "mails"}
    assert counts == {
        "bounces": 2,
        "complaints": 1,
        "unsubscribes": 1,
        "ignored": 2,
        "needs_a_person": 1,
    }
    assert result.json["mails"][0] == {
        "file": "a.eml",
        "kind": "bounce",
        "address": address(run),
        "status": "5.1.1",
        "permanent": True,
        "action": "suppressed",
    }
    assert [
        (each["kind"], each["action"], each["address"]) for each in result.json["mails"][3:]
    ] == [
        ("bounce", "ignored", "ann@example.net"),
        ("reply", "needs_a_person", None),
        ("auto_reply", "ignored", None),
    ]
    states = [
        each["state"] for each in run("subscribers", "list", "--json").json["subscribers"][:3]
    ]
    assert states == ["bounced", "complained", "unsubscribed"]


def test_the_inbox_tells_people_what_it_did(mails: Path, run: Run) -> None:
    (mails / "a.eml").write_bytes(bounce(token(mails.parent, Purpose.BOUNCE)))
    result = run("inbox")
    assert result.exit_code == 0
    assert (
        "a.eml: bounce 5.1.1: never written to again\n" in result.out
    )  # no terminal, but a log: nobody is named
    assert result.out.endswith(
        "1 bounces, 0 complaints, 0 asked to stop; 0 need nothing, 0 wait for a person in the mailbox\n"
    )
    assert run("inbox", "--json").json["mails"] == []


def test_before_there_is_a_list_there_need_be_no_key(mails: Path, run: Run) -> None:
    (mails / "a.eml").write_bytes(bounce(token(mails.parent, Purpose.BOUNCE)))
    secret = mails.parent / ".newsletter" / "secret"
    secret.rename(mails.parent / "elsewhere")
    result = run("inbox", "--json")
    assert (result.exit_code, "no key" in result.err) == (2, True)
    (mails.parent / ".newsletter" / "newsletter.db").unlink()
    assert [each["action"] for each in run("inbox", "--json").json["mails"]] == ["ignored"]


def test_watching_and_one_document_do_not_go_together(mails: Path, run: Run) -> None:
    result = run("inbox", "--watch", "--json")
    assert result.exit_code == 2
    assert "--watch has no end" in result.err


def test_without_a_mailbox_one_is_told(sample: Path, run: Run) -> None:
    file = sample / "newsletter.toml"
    file.write_text(re.sub(r"(?m)^\[inbox\]\naddress.*\n", "", file.read_text("utf-8")), "utf-8")
    result = run("inbox")
    assert result.exit_code == 2
    assert "[inbox]" in result.err


def started(sample: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HEARING, "-C", str(sample), *arguments]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


HEARING = """\
import signal, sys
from newsletter.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
"""The program, deaf to no Ctrl-C: whoever is started behind a `&` is, and all whom it starts."""


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """A process that nothing else ends goes with its test, whatever went wrong."""
    try:
        yield
    finally:
        process.kill()


def test_watching_handles_mails_until_it_is_told_to_stop(mails: Path) -> None:
    (mails / "a.eml").write_bytes(bounce(token(mails.parent, Purpose.BOUNCE)))
    with started(mails.parent, "inbox", "--watch") as process, ended(process):
        assert process.stdout is not None
        assert "never written to again" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Traceback" not in err


@contextmanager
def delivering(server: dovecot.Dovecot) -> Iterator[None]:
    """A mail every second.

    Dovecot tells late of one that comes in the very moment in which somebody begins to wait.
    """
    enough = threading.Event()

    def deliver() -> None:
        for number in itertools.count(1_800_000_000):
            server.deliver(plain(), f"{number}.M1.test")
            if enough.wait(1):
                return

    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.mark.skipif(dovecot.PROGRAM is None, reason="Debian's dovecot-imapd is not installed")
def test_watching_outlives_a_mail_server_that_goes_away(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By IDLE: what arrives is handled at once, also after the server was gone."""
    monkeypatch.setenv("NEWSLETTER_INBOX_PASSWORD", dovecot.PASSWORD)
    with dovecot.running([bounce(token(sample, Purpose.BOUNCE))]) as server:
        place = f'[inbox]\nhost = "localhost"\nport = {server.tls_port}\nuser = "{dovecot.USER}"\nca_file = "{server.ca_file}"\n'
        file = sample / "newsletter.toml"
        file.write_text(file.read_text("utf-8").replace("[inbox]\n", place), "utf-8")
        with started(sample, "inbox", "--watch") as process, ended(process):
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline().startswith("UID 1: bounce 5.1.1")
            with delivering(server):
                assert process.stdout.readline().startswith("UID 2: other")
            server.stop()
            assert "Waiting for mails" in process.stderr.readline()
            assert "cannot be read" in process.stderr.readline()
            server.deliver(complaint(token(sample, Purpose.BOUNCE, 2)), "1900000000.M1.test")
            server.start()
            assert any("complaint" in line for line in process.stdout)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in err


@pytest.fixture
def public(sample: Path) -> Path:
    """The sample with a public page."""
    file = sample / "newsletter.toml"
    file.write_text(
        f'{file.read_text("utf-8")}\n[public]\nurl = "https://news.example.org"\n', "utf-8"
    )
    return sample


def test_without_a_public_page_one_is_told(sample: Path, run: Run) -> None:
    result = run("serve", "--port", "0")
    assert (result.exit_code, "[public]" in result.err) == (2, True)


def test_the_public_page_is_served_until_it_is_told_to_stop(public: Path) -> None:
    with started(public, "serve", "--port", "0", "--log") as process:
        assert process.stderr is not None
        url = re.search(r"http://\S+/", process.stderr.readline())
        assert url is not None
        leave = f"{url[0]}u/{token(public, Purpose.UNSUBSCRIBE)}"
        with urllib.request.urlopen(
            leave, data=b"List-Unsubscribe=One-Click", timeout=20
        ) as answer:
            assert answer.status == 200
            assert "server" not in {name.lower() for name in answer.headers}
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{url[0]}u/nothing", timeout=20)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert out == ""
    assert token(public, Purpose.UNSUBSCRIBE) not in err
    assert "method=POST path=/u/" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("believed", "last"), [("127.0.0.0/8", 404), ("203.0.113.7, 2001:db8::/32", 429)]
)
def test_the_web_server_before_it_says_who_the_visitor_is_where_it_is_believed(
    public: Path, believed: str, last: int
) -> None:
    with started(public, "serve", "--port", "0", "--proxy", believed) as process:
        assert process.stderr is not None
        url = re.search(r"http://\S+/", process.stderr.readline())
        assert url is not None
        statuses = []
        for number in range(31):  # one more than a visitor may miss
            asked = urllib.request.Request(
                f"{url[0]}nothing", headers={"X-Forwarded-For": f"198.51.100.{number}"}
            )
            with (
                pytest.raises(urllib.error.HTTPError) as told,
                urllib.request.urlopen(asked, timeout=20),
            ):
                pass
            statuses.append(told.value.code)
            told.value.close()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert statuses == [404] * 30 + [last]


def test_a_proxy_that_is_no_address_is_told(public: Path, run: Run) -> None:
    result = run("serve", "--port", "0", "--proxy", "127.0.0.1,nginx")
    assert (result.exit_code, "--proxy nginx: write an address" in result.err) == (2, True)


def test_a_port_that_is_taken_is_told(public: Path, run: Run) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = run("serve", "--port", listener.getsockname()[1])
    assert result.exit_code == 2
    assert "choose another one" in result.err
