"""The bounce mailbox: a folder, or Debian's dovecot on the loopback address."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from support import dovecot
from support.bounce_mails import KEYS, NOW, bounce, bounce_token, plain
from support.post_office import PostOffice

from newsletter.bounces.bounce_mailbox import PROCESSED, FolderMailbox, open_mailbox
from newsletter.bounces.inbox import InboxProcessor
from newsletter.bounces.repository import InboundMailRepository
from newsletter.config import InboxSettings, Security
from newsletter.database.engine import open_database
from newsletter.database.tables import incoming_mails
from newsletter.errors import MailboxError, UsageError

needs_dovecot = pytest.mark.skipif(
    dovecot.PROGRAM is None, reason="Debian's dovecot-imapd is not installed"
)


def settings(server: dovecot.Dovecot, **more: object) -> InboxSettings:
    values = {
        "host": "localhost",
        "port": server.tls_port,
        "user": dovecot.USER,
        "ca_file": str(server.ca_file),
    }
    return InboxSettings(**(values | more))


def test_without_a_mailbox_one_is_told_how_to_name_it(tmp_path):
    with (
        pytest.raises(UsageError, match=r"\[inbox\]"),
        open_mailbox(InboxSettings(), tmp_path, None),
    ):
        pass


def test_without_a_password_one_is_told_where_it_belongs(tmp_path):
    with (
        pytest.raises(UsageError, match="NEWSLETTER_INBOX_PASSWORD"),
        open_mailbox(InboxSettings(host="imap.example.org"), tmp_path, None),
    ):
        pass


def test_a_folder_is_taken_from_the_workspace(tmp_path):
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "a.EML").write_bytes(plain())
    with open_mailbox(InboxSettings(folder="mails"), tmp_path, None) as mailbox:
        assert [each.name for each in mailbox.messages()] == ["a.EML"]
        mailbox.wait(0)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(MailboxError, match="cannot be read"):
        FolderMailbox(tmp_path / "nowhere").messages()


def test_a_file_that_vanishes_is_passed_over(tmp_path):
    (tmp_path / "a.eml").symlink_to(tmp_path / "b.eml")
    (tmp_path / "b.eml").write_bytes(plain())
    mailbox = FolderMailbox(tmp_path)
    assert len(mailbox.messages()) == 2
    assert mailbox._digest(tmp_path / "gone") == ""


@needs_dovecot
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_mailbox_is_read_without_a_trace_and_its_mails_put_away(security, tmp_path):
    first, second = plain("one"), plain("two")
    with dovecot.running([first, second]) as server:
        port = server.tls_port if security is Security.TLS else server.port
        with open_mailbox(
            settings(server, security=security, port=port), tmp_path, dovecot.PASSWORD
        ) as mailbox:
            one, two = mailbox.messages()
            assert mailbox.content(one).replace(b"\r\n", b"\n") == first
            assert one.place.rpartition(":")[0] == two.place.rpartition(":")[0]
            mailbox.archive(one)
            assert mailbox.messages() == [two]
            assert mailbox.content(one) is None
            mailbox.archive(one)
        assert len(server.contents()) == 1
        assert server.contents(f".{PROCESSED}") == [first]
        assert not any(
            ",S" in each.name or each.name.endswith("S")
            for each in (server.maildir / "cur").iterdir()
        )


@needs_dovecot
@pytest.mark.parametrize(("capability", "left"), [("IMAP4rev1 UIDPLUS", 0), ("IMAP4rev1", 1)])
def test_an_old_server_can_do_with_less(capability, left, tmp_path):
    with dovecot.running([plain()], capability=capability) as server:
        with open_mailbox(settings(server), tmp_path, dovecot.PASSWORD) as mailbox:
            (letter,) = mailbox.messages()
            mailbox.archive(letter)
            assert mailbox.messages() == []
            mailbox.wait(0)
        assert (len(server.contents()), len(server.contents(f".{PROCESSED}"))) == (left, 1)


@needs_dovecot
def test_a_new_mail_ends_the_waiting(tmp_path):
    with (
        dovecot.running() as server,
        open_mailbox(settings(server), tmp_path, dovecot.PASSWORD) as mailbox,
    ):
        assert mailbox.messages() == []
        threading.Timer(0.3, server.deliver, [plain(), "1700000000.M1.new"]).start()
        mailbox.wait(60)
        assert len(mailbox.messages()) == 1


@needs_dovecot
def test_a_wrong_password_is_told_without_it(tmp_path):
    with dovecot.running() as server:
        with (
            pytest.raises(MailboxError, match="cannot be read") as caught,
            open_mailbox(settings(server), tmp_path, "a wrong one"),
        ):
            pass
        assert "a wrong one" not in str(caught.value)


@needs_dovecot
def test_a_server_that_is_not_the_one_it_says_is_refused(tmp_path):
    with (
        dovecot.running() as server,
        pytest.raises(MailboxError, match="certificate"),
        open_mailbox(settings(server, ca_file=""), tmp_path, dovecot.PASSWORD),
    ):
        pass


@needs_dovecot
def test_a_token_is_offered_to_a_server_that_wants_xoauth2(tmp_path):
    with (
        dovecot.running() as server,
        pytest.raises(
            MailboxError, match=r"(?i)auth"
        ),  # dovecot has no such tokens; it is asked with one
        open_mailbox(settings(server, login="xoauth2"), tmp_path, "a token"),
    ):
        pass


def test_nobody_there_is_told(tmp_path):
    nowhere = InboxSettings(host="127.0.0.1", port=1, security=Security.NONE, user="x")
    with pytest.raises(MailboxError, match=r"127\.0\.0\.1"), open_mailbox(nowhere, tmp_path, "x"):
        pass


@needs_dovecot
def test_a_server_that_goes_away_is_told(tmp_path):
    with contextlib.ExitStack() as stack:
        with dovecot.running([plain()]) as server:
            mailbox = stack.enter_context(
                open_mailbox(settings(server), tmp_path, dovecot.PASSWORD)
            )
        with pytest.raises(MailboxError):
            mailbox.messages()


def run_over(
    server: dovecot.Dovecot, folder: Path, *, handled: Callable[[], None] = lambda: None
) -> None:
    record = InboundMailRepository(open_database("sqlite:///newsletter.db", folder))
    with open_mailbox(settings(server), folder, dovecot.PASSWORD) as mailbox:
        for _ in InboxProcessor(mailbox, KEYS, record).run(now=lambda: NOW):
            handled()


def killed_after(count: int, server: dovecot.Dovecot, folder: Path) -> None:
    """Run in a process of its own, and kill it when it has handled so many mails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            run_over(server, folder, handled=lambda: os.write(writing, b"."))
        finally:
            os._exit(0)
    os.close(writing)
    while count and os.read(reading, 1):
        count -= 1
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)


@needs_dovecot
def test_a_thousand_mails_are_decided_once_though_the_program_is_killed_ten_times(tmp_path):
    people = 1000
    office = PostOffice.opened(tmp_path, tuple(f"reader{n}@example.org" for n in range(people)))
    mails = [bounce(bounce_token(n), words=f"550 5.1.1 unknown {n}") for n in range(1, people + 1)]
    with dovecot.running(mails) as server:
        for kill in range(10):
            killed_after(1 + 13 * kill, server, tmp_path)
        run_over(server, tmp_path)
        run_over(server, tmp_path)
        assert server.contents() == []
        done = server.contents(f".{PROCESSED}")
    assert set(done) == set(mails)
    assert (
        len(done) <= people + 10
    )  # a server may copy the one that it was moving when its client died
    with office.people.engine.begin() as connection:
        rows = connection.execute(
            sa.select(incoming_mails.c.subscriber_id, incoming_mails.c.action)
        ).all()
    assert sorted(rows) == [(n, "suppressed") for n in range(1, people + 1)]
    assert {each.state.value for each in office.people.all()} == {"bounced"}


@needs_dovecot
def test_a_run_over_a_mailbox_leaves_what_a_person_must_see(tmp_path):
    office = PostOffice.opened(tmp_path)
    with dovecot.running(
        [bounce(bounce_token(1)), plain("Hello?", Subject="Re: November")]
    ) as server:
        for _ in range(2):
            with open_mailbox(settings(server), tmp_path, dovecot.PASSWORD) as mailbox:
                handled = list(
                    InboxProcessor(mailbox, KEYS, InboundMailRepository(office.people.engine)).run(
                        now=lambda: NOW
                    )
                )
        assert [(each.name, each.decided.action, each.new) for each in handled] == [
            ("UID 2", "needs_a_person", False)
        ]
        assert len(server.contents()) == 1


def test_a_folder_may_be_named_from_the_root(tmp_path):
    with open_mailbox(InboxSettings(folder=str(tmp_path)), Path("/nowhere"), None) as mailbox:
        assert mailbox.messages() == []
