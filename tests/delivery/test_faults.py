"""What can go wrong with a mail server, one test each, with and without PIPELINING.

Each scripted server misbehaves once, towards the first of three readers unless said otherwise; the
sending goes on until nothing is due, on a clock that jumps over the waits.
"""

import asyncio
import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import aiosmtplib
import pytest
import trustme
from support.loopback_smtp import DROP, Loopback
from support.post_office import CAST, PostOffice, QuickClock, counts

from newsletter.delivery.sender import send_issue
from newsletter.delivery.smtp import _connect_error, _NoEncryptionError
from newsletter.errors import DeliveryError
from newsletter.model import SubscriberState, Variant

ALL = dict.fromkeys(CAST, 1)


@pytest.fixture(params=[("PIPELINING", "SIZE 10000000"), ()], ids=["pipelining", "step-by-step"])
def extensions(request):
    return request.param


@pytest.fixture
def office(tmp_path):
    return PostOffice.opened(tmp_path)


async def sent(office, server, more="", **named):
    async with server.running():
        order = office.order(
            server.port,
            more,
            password=named.pop("password", None),
            host=named.pop("host", "127.0.0.1"),
        )
        return await send_issue(order, office.ledger, clock=QuickClock(), **named)


def once(command, answer, *, number=1):
    """A script that answers one command, the `number`th of its kind, in its own way."""
    return lambda name, count, connection: answer if (name, count) == (command, number) else None


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_drop_before_the_final_dot_is_tried_again_and_nobody_gets_two(
    office, extensions, command
):
    server = Loopback(script=once(command, DROP), extensions=extensions)
    tally = await sent(office, server)
    assert (counts(tally), tally.state) == ({"accepted": 3}, "done")
    assert server.recipients() == ALL


async def test_a_drop_within_the_message_is_tried_again_and_nobody_gets_two(office, extensions):
    """Of a message that the system cannot take whole.

    A short one is written by then, with its dot.
    """
    server = Loopback(script=once("BODY", DROP), extensions=extensions)
    async with server.running():
        order = office.order(server.port)
        page = replace(order.render_variant(Variant()), text="so many words\n" * 600_000)
        tally = await send_issue(
            replace(order, render_variant=lambda variant: page), office.ledger, clock=QuickClock()
        )
    assert (counts(tally), tally.state) == ({"accepted": 3}, "done")
    assert server.recipients() == ALL


async def test_a_drop_within_a_short_message_sends_no_second_copy_and_leaves_one_in_doubt_at_most(
    office, extensions
):
    server = Loopback(script=once("BODY", DROP), extensions=extensions)
    tally = await sent(office, server)
    assert counts(tally) in ({"accepted": 3}, {"accepted": 2, "unknown": 1})
    assert len(server.messages) == tally.accepted
    assert set(server.recipients().values()) == {1}


async def test_a_drop_after_the_final_dot_leaves_one_in_doubt_and_sends_no_second_copy(
    office, extensions
):
    server = Loopback(script=once("TAKEN", DROP), extensions=extensions)
    tally = await sent(office, server)
    assert counts(tally) == {"accepted": 2, "unknown": 1}
    assert office.statuses()["ann"] == "unknown"
    assert server.recipients() == ALL


async def test_a_drop_at_quit_undoes_nothing(office, extensions):
    server = Loopback(script=once("QUIT", DROP), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}


async def test_a_421_greeting_means_come_again(office, extensions):
    server = Loopback(script=once("GREETING", "421 4.3.2 too busy"), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("RCPT", "450 4.2.0 greylisted"),
        ("MAIL", "451 4.3.0 try later"),
        ("RCPT", "452 4.2.2 mailbox full for now"),
        ("MAIL", "454 4.3.0 not now"),
        ("DOT", "450 4.2.0 greylisted after all"),
        ("DOT", "451 4.3.0 try later"),
        ("DOT", "452 4.3.1 no space"),
        ("DATA", "451 4.3.0 not now"),
        ("MAIL", "421 4.7.0 closing"),
        ("RCPT", "421 4.7.0 closing"),
        ("DOT", "421 4.7.0 closing"),
    ],
)
async def test_a_4yz_reply_is_tried_again_with_the_same_message(office, extensions, command, reply):
    server = Loopback(script=once(command, reply), extensions=extensions)
    tally = await sent(office, server)
    assert counts(tally) == {"accepted": 3}
    assert server.recipients() == ALL


async def test_the_second_try_has_the_same_bytes(office, extensions):
    seen = []

    class Keeping(Loopback):
        pass

    server = Keeping(script=once("TAKEN", None), extensions=extensions)
    server.script = lambda name, count, connection: (
        "451 4.3.0 try later" if (name, count) == ("DOT", 1) else None
    )
    await sent(office, server)
    seen = [m.content for m in server.messages if m.recipient == CAST[0]]
    other = Loopback(extensions=extensions)
    again = PostOffice.opened(office.folder / "again")
    await sent(again, other)
    fresh = next(m.content for m in other.messages if m.recipient == CAST[0])
    names = [b"Message-ID", b"To", b"Subject", b"List-Unsubscribe"]
    assert [_header(seen[0], name) for name in names] == [_header(fresh, name) for name in names]


def _header(content, name):
    return next(line for line in content.split(b"\r\n") if line.startswith(name + b":"))


async def test_a_mailbox_that_does_not_exist_is_refused_and_never_mailed_again(office, extensions):
    server = Loopback(
        script=once("RCPT", "550 5.1.1 <ann@example.org>: no such user"), extensions=extensions
    )
    tally = await sent(office, server)
    assert counts(tally) == {"accepted": 2, "refused": 1}
    assert office.replies()["ann"] == "550 5.1.1 <…@…>: no such user"
    assert next(each.state for each in office.people.all()) is SubscriberState.BOUNCED


async def test_an_unexplained_550_is_refused_but_the_person_stays(office, extensions):
    server = Loopback(script=once("RCPT", "550 no"), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 2, "refused": 1}
    assert next(each.state for each in office.people.all()) is SubscriberState.ACTIVE


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("DOT", "550 5.4.5 Daily user sending limit exceeded"),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded"),
        ("MAIL", "550 5.7.1 not allowed"),
        ("RCPT", "554 5.7.1 relay access denied"),
        ("DOT", "550 5.7.515 access denied"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("MAIL", "530 login has expired"),
        ("DOT", "452 4.4.5 daily message quota exceeded"),
        ("MAIL", "553 sender not known"),
        ("MAIL", "552 5.3.4 message too big for system"),
        ("DOT", "552 5.3.4 message too big for system"),
    ],
)
async def test_what_the_server_has_against_us_pauses_the_issue_and_blames_nobody(
    office, extensions, command, reply
):
    server = Loopback(script=once(command, reply), extensions=extensions)
    tally = await sent(office, server)
    assert (counts(tally), tally.state) == ({"deferred": 1, "remaining": 2}, "paused")
    assert reply[:3] in tally.why
    assert server.messages == []
    assert [each.state for each in office.people.all()] == [SubscriberState.ACTIVE] * 3


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
async def test_a_message_larger_than_the_server_takes_is_not_offered_and_nobody_is_refused(
    office, extensions, protocol
):
    server = Loopback(
        extensions=("SIZE 1000", *(each for each in extensions if each == "PIPELINING"))
    )
    tally = await sent(office, server, f'protocol = "{protocol}"\nconnections = 2\n')
    assert (counts(tally), tally.state) == ({"remaining": 3}, "paused")
    assert re.fullmatch(
        r"the message has \d,\d{3} bytes and the mail server takes 1,000 at most \(SIZE\): shorten the issue, "
        r"or send it by another server\. Nobody is refused for it", tally.why
    )  # fmt: skip
    assert server.commands["MAIL"] == 0
    server = Loopback(extensions=("SIZE 10000000",))
    assert counts(await sent(office, server)) == {"accepted": 3}


async def test_of_two_variants_only_the_one_that_is_too_large_is_held_back(office, extensions):
    ann, bob, _ = office.people.all()
    for each in (ann, bob):
        office.people.change(each.id, now=datetime.now(UTC), large_print=True)
    server = Loopback(
        extensions=(*(each for each in extensions if each == "PIPELINING"), "SIZE 8000")
    )
    async with server.running():
        order = office.order(server.port)
        short = order.render_variant(Variant())
        order = replace(
            order,
            render_variant=lambda variant: (
                replace(short, text="x\n" * 9000) if variant.large_print else short
            ),
        )
        office.people.change(ann.id, now=datetime.now(UTC), large_print=False)
        tally = await send_issue(order, office.ledger, clock=QuickClock())
    assert (tally.accepted, tally.remaining, tally.state) == (1, 2, "paused")
    assert server.recipients() == {ann.address: 1}


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE many"])
async def test_a_size_without_a_figure_is_no_limit(office, extensions, size):
    server = Loopback(extensions=(*(each for each in extensions if each == "PIPELINING"), size))
    assert counts(await sent(office, server)) == {"accepted": 3}


@pytest.mark.parametrize(
    "reply", ["552 too much mail data", "554 5.6.0 not liked", "552 5.2.2 mailbox full"]
)
async def test_a_5yz_after_the_dot_is_final_for_this_reader_alone(office, extensions, reply):
    server = Loopback(script=once("DOT", reply), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 2, "refused": 1}


async def test_a_refused_data_after_an_accepted_recipient_is_this_readers_alone(office, extensions):
    server = Loopback(script=once("DATA", "554 5.6.0 no"), extensions=extensions)
    tally = await sent(office, server)
    assert counts(tally) == {"accepted": 2, "refused": 1}
    assert server.recipients() == {"bob@example.org": 1, "carla@example.org": 1}


async def test_a_late_354_is_waited_for(office, extensions):
    async def late(writer):
        await asyncio.sleep(0.2)
        writer.write(b"354 go on\r\n")
        return True

    server = Loopback(script=once("DATA", late), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}
    assert server.connections == 1
    assert server.recipients() == ALL


async def test_a_late_refusal_is_waited_for(office, extensions):
    async def late(writer):
        await asyncio.sleep(0.2)
        writer.write(b"451 4.3.0 on second thought, no\r\n")

    server = Loopback(script=once("DATA", late), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}
    assert server.commands["DATA"] == 4


async def test_half_a_reply_and_then_nothing_is_no_reply(office, extensions):
    async def half(writer):
        writer.write(b"250-2.0.0 o")
        await writer.drain()
        writer.close()

    server = Loopback(script=once("DOT", half), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 2, "unknown": 1}


async def test_a_reply_of_many_lines_may_come_in_pieces(office, extensions):
    async def pieces(writer):
        for part in (b"451-4.3.0 try", b" lat", b"er\r\n451 4.3.0 plea", b"se\r\n"):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)

    server = Loopback(script=once("DOT", pieces), extensions=extensions)
    tally = await sent(office, server, once=True)
    assert counts(tally) == {"accepted": 2, "deferred": 1}
    assert office.replies()["ann"] == "451 4.3.0 try later please"


async def test_a_200_after_the_dot_is_accepted(office, extensions):
    server = Loopback(script=once("DOT", "200 fine"), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}
    assert server.commands["DOT"] == 3


@pytest.mark.parametrize("words", [b"hello?\r\n", b"999 what\r\n", b"250-" + b"x" * 70_000])
async def test_what_is_no_reply_ends_the_connection(office, extensions, words):
    async def strange(writer):
        writer.write(words)
        await writer.drain()

    server = Loopback(script=once("RCPT", strange), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}


async def test_a_reply_before_the_messages_end_is_not_taken_for_its_acceptance(office, extensions):
    async def eager(writer):
        writer.write(b"354 go on\r\n250 2.0.0 ok, whatever\r\n")
        await writer.drain()

    server = Loopback(script=once("DATA", eager), extensions=extensions)
    tally = await sent(office, server)
    assert counts(tally) == {"accepted": 3}
    assert server.recipients() == ALL


async def test_a_limit_of_messages_on_a_connection_costs_nothing_but_a_new_one(office, extensions):
    def script(command, count, connection):
        return (
            "421 4.7.0 enough for one connection" if command == "MAIL" and count in {2, 4} else None
        )

    server = Loopback(script=script, extensions=extensions)
    tally = await sent(office, server)
    assert counts(tally) == {"accepted": 3}
    assert all(each.attempts == 1 for each in office.ledger.recipients("2026-11"))


async def test_a_late_banner_is_waited_for(office, extensions):
    async def late(writer):
        await asyncio.sleep(0.2)
        writer.write(b"220 at last\r\n")

    server = Loopback(script=once("GREETING", late), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 3}


async def test_a_server_that_restarts_is_come_back_to(office, extensions):
    first = Loopback(extensions=extensions)
    stop_at = asyncio.Event()

    def script(command, count, connection):
        if command == "MAIL" and count == 2:
            stop_at.set()
            return DROP
        return None

    first.script = script
    clock = QuickClock()
    async with first.running():
        order = office.order(first.port)
        sending = asyncio.create_task(send_issue(order, office.ledger, clock=clock))
        await stop_at.wait()
    second = Loopback(extensions=extensions, port=first.port)
    async with second.running():
        tally = await sending
    assert counts(tally) == {"accepted": 3}
    assert first.recipients() + second.recipients() == ALL


async def test_a_server_that_never_answers_the_door_is_an_error_and_nothing_was_sent(
    office, extensions
):
    server = Loopback(
        script=lambda command, *_: DROP if command == "GREETING" else None, extensions=extensions
    )
    with pytest.raises(DeliveryError, match="Nothing was sent"):
        await sent(office, server)
    assert counts(office.ledger.read_status("2026-11")) == {"remaining": 3}


async def test_a_554_greeting_is_told_in_the_servers_words(office, extensions):
    server = Loopback(script=once("GREETING", "554 5.7.1 go away"), extensions=extensions)
    with pytest.raises(DeliveryError, match=r"554 5\.7\.1 go away"):
        await sent(office, server)


# --- encryption and login
# ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def context(authority, name="127.0.0.1"):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(made)
    return made


def trusting(authority, folder, security="starttls"):
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return f'security = "{security}"\nca_file = "{path}"\n'


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_over_tls_with_a_server_that_is_the_one_it_says(
    office, extensions, authority, security
):
    server = Loopback(extensions=extensions, tls=context(authority), implicit_tls=security == "tls")
    tally = await sent(office, server, trusting(authority, office.folder, security))
    assert counts(tally) == {"accepted": 3}


async def test_a_certificate_for_another_name_is_refused(office, extensions, authority):
    server = Loopback(extensions=extensions, tls=context(authority, "mail.example.net"))
    with pytest.raises(DeliveryError, match="not surely the server"):
        await sent(office, server, trusting(authority, office.folder))
    assert not any(line.startswith("MAIL") for line in server.lines)


async def test_an_unknown_authority_is_refused(office, extensions, authority):
    server = Loopback(extensions=extensions, tls=context(trustme.CA()))
    with pytest.raises(DeliveryError, match="not surely the server"):
        await sent(office, server, trusting(authority, office.folder))


async def test_a_stripped_starttls_is_refused_and_no_password_goes_in_clear(office, extensions):
    server = Loopback(extensions=(*extensions, "AUTH PLAIN"))
    with pytest.raises(DeliveryError, match="offers no encryption"):
        await sent(office, server, 'security = "starttls"\nuser = "news"\n', password="secret")
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.lines)


def test_a_stripped_starttls_is_known_by_the_type_of_the_error_and_not_by_its_words(office):
    server = office.order(25).server()
    assert "offers no encryption" in str(_connect_error(server, _NoEncryptionError("sin cifrado")))
    others = aiosmtplib.SMTPException("SMTP STARTTLS extension not supported by server.")
    assert "offers no encryption" not in str(_connect_error(server, others))


async def test_a_drop_at_starttls_is_tried_again(office, extensions, authority):
    server = Loopback(script=once("STARTTLS", DROP), extensions=extensions, tls=context(authority))
    assert counts(await sent(office, server, trusting(authority, office.folder))) == {"accepted": 3}


async def test_a_login_is_made_before_the_first_message(office, extensions):
    server = Loopback(extensions=(*extensions, "AUTH PLAIN"))
    assert counts(await sent(office, server, 'user = "news"\n', password="secret")) == {
        "accepted": 3
    }
    assert server.commands["AUTH"] == 1


async def test_a_refused_login_is_an_error_that_tells_no_secret(office, extensions):
    server = Loopback(
        script=once("AUTH", "535 5.7.8 wrong"), extensions=(*extensions, "AUTH PLAIN")
    )
    with pytest.raises(DeliveryError, match="refuses the login") as caught:
        await sent(office, server, 'user = "news"\n', password="secret")
    assert "secret" not in str(caught.value)


async def test_a_drop_at_login_is_tried_again(office, extensions):
    server = Loopback(script=once("AUTH", DROP), extensions=(*extensions, "AUTH PLAIN"))
    assert counts(await sent(office, server, 'user = "news"\n', password="secret")) == {
        "accepted": 3
    }


async def test_a_login_that_cannot_be_checked_now_is_tried_again(office, extensions):
    server = Loopback(
        script=once("AUTH", "454 4.7.0 later"), extensions=(*extensions, "AUTH PLAIN")
    )
    assert counts(await sent(office, server, 'user = "news"\n', password="secret")) == {
        "accepted": 3
    }


async def test_an_access_token_is_a_login_too(office, extensions):
    server = Loopback(extensions=(*extensions, "AUTH XOAUTH2"))
    tally = await sent(office, server, 'user = "news"\nlogin = "xoauth2"\n', password="token")
    assert counts(tally) == {"accepted": 3}
    assert any(line.startswith("AUTH XOAUTH2") for line in server.lines)


async def test_a_server_without_a_login_we_know_is_an_error(office, extensions):
    server = Loopback(extensions=extensions)
    with pytest.raises(DeliveryError, match="no way to log in"):
        await sent(office, server, 'user = "news"\n', password="secret")


# --- corners of the conversation
# ---------------------------------------------------------------------------------


async def test_a_server_that_waits_for_a_message_to_nobody_gets_an_empty_one(office):
    server = Loopback(script=once("RCPT", "550 no"), lenient=True)
    assert counts(await sent(office, server)) == {"accepted": 2, "refused": 1}
    assert server.recipients() == {"bob@example.org": 1, "carla@example.org": 1}


async def test_a_refusal_counts_although_the_link_breaks_right_behind_it(office, extensions):
    async def refuse_and_go(writer):
        writer.write(b"550 no\r\n")
        await writer.drain()
        writer.close()

    server = Loopback(script=once("RCPT", refuse_and_go), extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 2, "refused": 1}


@pytest.mark.parametrize("answer", [DROP, "500 what?"])
async def test_a_link_that_cannot_be_reset_is_left(office, extensions, answer):
    def script(command, count, connection):
        return (
            "550 no"
            if (command, count) == ("RCPT", 1)
            else answer
            if (command, count) == ("RSET", 1)
            else None
        )

    server = Loopback(script=script, extensions=extensions)
    assert counts(await sent(office, server)) == {"accepted": 2, "refused": 1}
    assert server.connections == 2
