"""Messages for looking at: a folder of them, or one marked copy."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from support.loopback_smtp import DROP, Loopback
from support.post_office import PostOffice

from newsletter.delivery.dry_run import send_test, write_messages
from newsletter.errors import DeliveryError, StorageError, UsageError
from newsletter.model import SubscriberState as S

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def office(tmp_path):
    return PostOffice.opened(tmp_path)


def test_a_dry_run_writes_the_exact_messages_of_active_people_without_addresses_in_names(
    office, tmp_path
):
    bob = list(office.people.all())[1]
    office.people.suppress(bob.id, S.UNSUBSCRIBED, "asked", now=NOW)
    folder = tmp_path / "out"
    written = write_messages(
        office.order(25), office.people.all(), folder, sending_id=1, sent_at=NOW
    )
    assert written == 2
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == ["0000001.eml", "0000002.eml"]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    first = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert first["To"] == "Ann <ann@example.org>"


def test_a_dry_run_may_be_short(office, tmp_path):
    order = office.order(25)
    assert (
        write_messages(
            order, office.people.all(), tmp_path / "o", sending_id=1, sent_at=NOW, limit=1
        )
        == 1
    )


def test_a_dry_run_needs_a_folder_that_can_be_written(office, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_messages(
            office.order(25),
            office.people.all(),
            tmp_path / "file" / "x",
            sending_id=1,
            sent_at=NOW,
        )


async def test_a_test_copy_goes_to_one_address_and_leaves_no_trace(office):
    server = Loopback()
    async with server.running():
        words = await send_test(office.order(server.port), "me@example.org", now=NOW, name="Me")
    assert words == "250 2.0.0 ok: queued as 4ABC"
    [message] = server.messages
    assert message.recipient == "me@example.org"
    assert b"Subject: [Test] November" in message.content
    assert office.ledger.read_status("2026-11").state == "not_started"


async def test_a_test_copy_needs_an_address(office):
    with pytest.raises(UsageError, match="no @"):
        await send_test(office.order(25), "me", now=NOW)


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        ("RCPT", "550 no", "550 no"),
        ("DOT", "554 not liked", "554 not liked"),
        ("DATA", DROP, "closed the connection"),
        ("GREETING", DROP, "did not go"),
    ],
)
async def test_a_test_copy_that_does_not_go_is_told(office, command, answer, words):
    server = Loopback(script=lambda name, *_: answer if name == command else None)
    async with server.running():
        with pytest.raises(DeliveryError, match=words):
            await send_test(office.order(server.port), "me@example.org", now=NOW)


async def test_a_test_copy_larger_than_the_server_takes_is_told_with_both_figures(office):
    server = Loopback(extensions=("SIZE 1000",))
    async with server.running():
        with pytest.raises(
            DeliveryError, match=r"has \d,\d{3} bytes and the mail server takes 1,000 at most"
        ):
            await send_test(office.order(server.port), "me@example.org", now=NOW)
    assert server.commands["MAIL"] == 0
