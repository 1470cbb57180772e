"""What the doctor says, by a name server and a mail server of our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from support.checkout import MINIMAL
from support.commands import Ran, Run
from support.loopback_smtp import Loopback
from support.name_server import name_server

from newsletter.sources.source_alerts import list_alerts
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

PAPERS = """\
Molecular subtypes of leiomyosarcoma: Moving toward a consensus (2 Nov 2026)
https://pubmed.ncbi.nlm.nih.gov/36323186/
"""
ZONE = {
    ("example.org", "MX"): ("10 mx.example.org.",),
    ("example.org", "TXT"): ('"v=spf1 mx -all"',),
    ("_dmarc.example.org", "TXT"): ('"v=DMARC1; p=quarantine; rua=mailto:d@example.org"',),
}


@pytest.fixture
def names() -> Iterator[str]:
    with name_server(ZONE) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
def context(folder: Path, monkeypatch: pytest.MonkeyPatch, mail_server: Loopback) -> Path:
    """A newsletter in order, where we stand."""
    (folder / "page.txt").write_text(PAPERS, "utf-8")
    (folder / "mails").mkdir()
    write(
        folder,
        '[[source]]\nname = "page"\nkind = "page"\nurl = "page.txt"\n'
        '[public]\nurl = "https://news.example.org"\n[inbox]\nfolder = "mails"\naddress = "bounces@example.org"\n'
        f'[delivery]\nhost = "127.0.0.1"\nport = {mail_server.port}\nsecurity = "none"\n',
    )
    (folder / ".newsletter").mkdir(mode=0o700)
    (folder / ".newsletter/secret").write_text("ours\n")
    (folder / ".newsletter/secret").chmod(0o600)
    monkeypatch.chdir(folder)
    return folder


def write(folder: Path, more: str) -> None:
    (folder / "newsletter.toml").write_text(MINIMAL + more, "utf-8")


def states(ran: Ran) -> dict[str, str]:
    return {each["subject"]: each["state"] for each in ran.json["findings"]}


def messages(ran: Ran, subject: str) -> list[tuple[str, str]]:
    return [
        (each["state"], each["message"])
        for each in ran.json["findings"]
        if each["subject"] == subject
    ]


def test_a_newsletter_in_order_has_nothing_to_mend(
    context: Path, run: Run, names: str, mail_server: Loopback
) -> None:
    run("collect")
    result = run("doctor", "--nameserver", names, "--json")
    assert result.exit_code == 0
    assert states(result) == {
        "address": "ok",
        "unsubscribe": "ok",
        "from": "ok",
        "MX": "ok",
        "SPF": "ok",
        "DKIM": "look",
        "DMARC": "ok",
        "alignment": "ok",
        "mail server": "ok",
        "inbox": "ok",
        "secret": "ok",
        "privacy": "ok",
        "database": "ok",
        "sources": "ok",
    }
    assert mail_server.messages == []
    assert messages(result, "sources") == [
        ("ok", "1 of 1 were fetched, and none is broken or quiet")
    ]


def test_people_read_what_must_be_mended_first(folder: Path, run: Run, names: str) -> None:
    (folder / "newsletter.toml").write_text(
        '[newsletter]\ntitle = "T"\nfrom = "t@gmail.com"\n', "utf-8"
    )
    result = run("-C", folder, "doctor", "--nameserver", names)
    assert result.exit_code == 1
    assert result.out.startswith("Must be mended:\n  address: no mail carries a postal address")
    assert "      write [newsletter] address\n" in result.out
    assert "there is no key to sign links with" in result.out
    for words in (
        "nothing can be sent from here",
        "no bounce mailbox is read",
        "there is no public page",
    ):
        assert (
            words in result.out[result.out.index("Worth a look:") : result.out.index("In order:")]
        )


def test_without_a_network_it_is_said_so_and_the_rest_is_looked_at(context: Path, run: Run) -> None:
    write(context, '[delivery]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n')
    with name_server({}) as port:
        pass
    result = run("doctor", "--nameserver", f"127.0.0.1:{port}", "--json")
    assert result.exit_code == 0
    assert {name: states(result)[name] for name in ("DNS", "mail server", "database")} == {
        "DNS": "look", "mail server": "look", "database": "ok",
    }  # fmt: skip


def test_what_others_may_read_is_named(
    context: Path, run: Run, names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (context / "password").write_text("x")
    (context / "password").chmod(0o644)
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD_FILE", str(context / "password"))
    monkeypatch.setenv("NEWSLETTER_INBOX_PASSWORD_FILE", str(context / "none"))
    (context / ".newsletter").chmod(0o755)
    (context / ".newsletter/secret").chmod(0o640)
    result = run("doctor", "--nameserver", names, "--json")
    assert result.exit_code == 1
    assert [each["remedy"] for each in result.json["findings"] if each["subject"] == "privacy"] == [
        f"chmod 700 '{context}/.newsletter'",
        f"chmod 600 '{context}/.newsletter/secret'",
        f"chmod 600 '{context}/password'",
    ]


def test_a_damaged_database_must_be_mended(context: Path, run: Run, names: str) -> None:
    run("collect")
    database = context / ".newsletter/newsletter.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as changed:
        changed.execute("PRAGMA journal_mode=DELETE")
        changed.execute("PRAGMA writable_schema=ON")
        changed.execute("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'ix_decisions_key'")
    result = run("doctor", "--nameserver", names, "--json")
    assert (result.exit_code, states(result)["database"]) == (1, "mend")
    database.write_bytes(b"not a database at all" * 99)
    result = run("doctor", "--nameserver", names, "--json")
    assert (result.exit_code, states(result)["database"], "sources" in states(result)) == (
        1,
        "mend",
        False,
    )


def test_sources_that_are_broken_or_quiet_are_named(context: Path, run: Run, names: str) -> None:
    run("collect")
    quiet = run("doctor", "--nameserver", names, "--json", now="2027-11-23T09:00-05:00")
    assert messages(quiet, "sources") == [
        ("look", "1 quiet: page (nothing new since 2026-11-23, 365 days ago)")
    ]
    (context / "page.txt").unlink()
    run("collect")
    broken = run("doctor", "--nameserver", names, "--json")
    assert messages(broken, "sources") == [("look", "1 broken: page")]


def test_the_same_sources_are_quiet_for_whoever_looks(
    sample: Path, run: Run, names: str, now: datetime
) -> None:
    collected = run("collect", "--json").json["sources"]
    quiet = {each["name"]: each["quiet"] for each in collected if each["quiet"]}
    assert "ClinicalTrials.gov" in " ".join(quiet)
    said = "; ".join(f"{name} ({sentence})" for name, sentence in quiet.items())
    told = messages(run("doctor", "--nameserver", names, "--json"), "sources")
    assert told == [("look", f"{len(quiet)} quiet: {said}")]
    assert {
        each.source.name: each.said for each in list_alerts(AppContext(open_workspace(sample), now))
    } == {name: f"Quiet: {sentence}." for name, sentence in quiet.items()}


def test_a_source_with_nothing_in_it_is_named(context: Path, run: Run, names: str) -> None:
    (context / "page.txt").write_text("Nothing here yet.\n", "utf-8")
    run("collect")
    told = messages(run("doctor", "--nameserver", names, "--json"), "sources")
    assert told == [("look", "1 answer with nothing in them: page")]


def test_our_own_signing_keys_are_looked_at(context: Path, run: Run, names: str) -> None:
    key = rsa.generate_private_key(65537, 2048)
    (context / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (context / "key.pem").chmod(0o600)
    write(context, '[dkim]\ndomain = "example.org"\nkeys = [{selector = "n1", file = "key.pem"}]\n')
    told = messages(run("-C", context, "doctor", "--nameserver", names, "--json"), "DKIM")
    assert told[0][1].startswith("n1._domainkey.example.org has no DKIM key")
    assert told[1] == ("ok", "the key key.pem can be read, by its owner alone")
    (context / "key.pem").chmod(0o644)
    assert (
        "may be read by others"
        in messages(run("doctor", "--nameserver", names, "--json"), "DKIM")[1][1]
    )


class TestMailbox:
    def test_one_without_a_password_must_be_mended(
        self, context: Path, run: Run, names: str
    ) -> None:
        write(
            context,
            '[inbox]\nhost = "127.0.0.1"\nport = 1\nuser = "b"\naddress = "b@example.org"\n',
        )
        ((state, words),) = messages(run("doctor", "--nameserver", names, "--json"), "inbox")
        assert (state, "no password" in words) == ("mend", True)

    def test_one_that_cannot_be_reached_is_worth_a_look(
        self, context: Path, run: Run, names: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEWSLETTER_INBOX_PASSWORD", "x")
        write(
            context,
            '[inbox]\nhost = "127.0.0.1"\nport = 1\nuser = "b"\naddress = "b@example.org"\n',
        )
        ((state, words),) = messages(run("doctor", "--nameserver", names, "--json"), "inbox")
        assert (state, "cannot be read" in words) == ("look", True)


def test_a_password_file_that_is_gone_must_be_mended(
    context: Path, run: Run, names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD_FILE", "/nowhere/at/all")
    ((state, words),) = messages(run("doctor", "--nameserver", names, "--json"), "mail server")
    assert (state, "names a file that cannot be read" in words) == ("mend", True)


def test_a_public_page_without_tls_is_worth_a_look(context: Path, run: Run, names: str) -> None:
    write(context, '[public]\nurl = "http://news.example.org"\n')
    ((state, words),) = messages(run("doctor", "--nameserver", names, "--json"), "unsubscribe")
    assert (state, words.startswith("the public page is not reached by https")) == ("look", True)
