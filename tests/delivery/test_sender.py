"""A sending from its start to its end.

Stopped, gone on with, limited, paused, and never twice to anybody.
"""

import asyncio
import itertools
import resource
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from support.loopback_smtp import Loopback
from support.post_office import DIGEST, ISSUE, PostOffice, QuickClock, counts

from newsletter.delivery.clock import SystemClock
from newsletter.delivery.sender import SendJob, list_recipients, run_send, send_issue
from newsletter.delivery.variants import Variant
from newsletter.errors import DeliveryError, RestoredLedgerError, StorageError, UsageError
from newsletter.formats.mailboxes import parse_address
from newsletter.model import RenderedIssue
from newsletter.model import SubscriberState as S

MANY = tuple(f"reader{n}@example.org" for n in range(60))


@pytest.fixture
def office(tmp_path):
    return PostOffice.opened(tmp_path)


@pytest.fixture
def big_office(tmp_path):
    return PostOffice.opened(tmp_path, MANY)


async def send(office, server, more="", **named):
    named.setdefault("clock", QuickClock())
    return await send_issue(office.order(server.port or 25, more), office.ledger, **named)


async def test_many_people_on_many_connections_get_one_message_each(big_office):
    server = Loopback()
    async with server.running():
        tally = await send(big_office, server, "connections = 5\n")
    assert (counts(tally), tally.state, tally.why) == ({"accepted": 60}, "done", "")
    assert server.recipients() == dict.fromkeys(MANY, 1)
    assert server.most_open <= 5
    assert len({message.sender for message in server.messages}) == 60


async def test_a_second_sending_of_a_finished_issue_sends_nothing(office):
    server = Loopback()
    async with server.running():
        first = await send(office, server)
        again = await send(office, server)
    assert counts(first) == counts(again) == {"accepted": 3}
    assert len(server.messages) == 3


async def test_connections_are_renewed_after_so_many_messages(big_office):
    server = Loopback()
    async with server.running():
        await send(big_office, server, "per_connection = 25\n")
    assert server.connections == 3
    assert server.commands["QUIT"] == 3


async def test_stopping_finishes_what_is_in_flight_and_the_next_sending_goes_on(big_office):
    stop = asyncio.Event()
    server = Loopback(
        script=lambda command, count, _: stop.set() if (command, count) == ("DOT", 20) else None
    )
    async with server.running():
        tally = await send(big_office, server, "connections = 3\n", stop=stop)
        assert (tally.state, tally.unknown) == ("paused", 0)
        assert "stopped by a person" in tally.why
        assert 20 <= tally.accepted < 30
        tally = await send(big_office, server, "connections = 3\n")
    assert counts(tally) == {"accepted": 60}
    assert server.recipients() == dict.fromkeys(MANY, 1)


async def test_stopping_hard_leaves_no_more_in_doubt_than_connections(big_office):
    reached = asyncio.Event()

    async def never(writer):
        reached.set()
        await asyncio.sleep(60)

    server = Loopback(
        script=lambda command, count, _: never if (command, count) == ("DOT", 20) else None
    )
    async with server.running():
        sending = asyncio.create_task(send(big_office, server, "connections = 3\n"))
        await reached.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        tally = big_office.ledger.read_status(ISSUE)
        assert (tally.state, 1 <= tally.unknown <= 3) == ("paused", True)
        doubtful = tally.unknown
        server.script = lambda *_: None
        tally = await send(big_office, server)
    assert counts(tally) == {"accepted": 60 - doubtful, "unknown": doubtful}
    assert max(server.recipients().values()) == 1


async def test_so_many_and_no_more(big_office):
    server = Loopback()
    async with server.running():
        tally = await send(big_office, server, limit=7)
        assert (counts(tally), tally.state) == ({"accepted": 7, "remaining": 53}, "paused")
        assert "asked for" in tally.why
        tally = await send(big_office, server, limit=100)
    assert counts(tally) == {"accepted": 60}


async def test_one_pass_leaves_the_deferred_for_later(office):
    server = Loopback(
        script=lambda command, count, _: "450 later" if (command, count) == ("RCPT", 1) else None
    )
    async with server.running():
        tally = await send(office, server, once=True)
    assert (counts(tally), tally.state) == ({"accepted": 2, "deferred": 1}, "paused")
    assert "tried again at" in tally.why
    deferred = [each for each in office.ledger.recipients(ISSUE) if each.next_at]
    assert [each.attempts for each in deferred] == [1]


async def test_tries_are_made_with_doubling_waits_until_the_time_is_over(office):
    clock = QuickClock()
    started = clock.now()
    tried = []

    def script(command, count, connection):
        if command == "RCPT":
            tried.append(round((clock.now() - started).total_seconds() / 60))
            return "450 4.2.0 greylisted for ever"
        return None

    office.people.erase([], now=started)
    for person in list(office.people.all())[1:]:
        office.people.suppress(person.id, S.UNSUBSCRIBED, "asked", now=started)
    server = Loopback(script=script)
    async with server.running():
        tally = await send(office, server, clock=clock)
    assert counts(tally) == {"refused": 1}
    assert office.replies()["ann"] == "given up after 48 hours: 450 4.2.0 greylisted for ever"
    assert tried[:5] == [0, 5, 15, 35, 75]
    assert tried[-1] == 48 * 60
    assert max(b - a for a, b in itertools.pairwise(tried)) <= 67


async def test_a_pause_for_a_quota_is_gone_on_with_by_the_next_sending(big_office):
    server = Loopback(
        script=lambda command, count, _: (
            "550 5.4.5 daily limit exceeded" if (command, count) == ("DOT", 10) else None
        )
    )
    async with server.running():
        clock = QuickClock()
        tally = await send(big_office, server, "connections = 3\n", clock=clock)
        assert (tally.state, tally.deferred, tally.refused) == ("paused", 1, 0)
        tally = await send(big_office, server, "connections = 3\n", clock=clock)
    assert (counts(tally), tally.state) == ({"accepted": 60}, "done")
    assert server.recipients() == dict.fromkeys(MANY, 1)


async def test_who_leaves_while_it_goes_out_gets_nothing_more(big_office):
    last = list(big_office.people.all())[-1]

    def script(command, count, connection):
        if (command, count) == ("DOT", 5):
            big_office.people.suppress(last.id, S.UNSUBSCRIBED, "asked", now=datetime.now(UTC))

    server = Loopback(script=script)
    async with server.running():
        tally = await send(big_office, server)
    assert counts(tally) == {"accepted": 59, "suppressed": 1}
    assert last.address not in server.recipients()


FREE, LIMITED = (
    "per_minute = 0\n",
    "per_minute = 6000\n",
)  # claimed some messages ahead; claimed in the moment


@pytest.mark.parametrize("pace", [FREE, LIMITED], ids=["free", "limited"])
@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["pipelining", "step-by-step"])
@pytest.mark.parametrize("nth", [1, 2])
async def test_who_leaves_between_envelope_and_body_gets_nothing(office, pace, extensions, nth):
    person = list(office.people.all())[nth - 1]

    def script(command, count, connection):
        if (command, count) == ("DATA", nth):
            office.people.suppress(person.id, S.UNSUBSCRIBED, "asked", now=datetime.now(UTC))

    server = Loopback(script=script, extensions=extensions)
    seen = []
    async with server.running():
        tally = await send(office, server, pace, on_progress=seen.append)
    assert counts(tally) == {"accepted": 2, "suppressed": 1}
    assert counts(seen[-1]) == counts(tally)
    assert person.address not in server.recipients()
    assert [
        each.attempts for each in office.ledger.recipients(ISSUE) if each.status == "suppressed"
    ] == [0]


@pytest.mark.parametrize("change", ["pause", "erase"])
async def test_who_pauses_or_is_erased_behind_a_claim_gets_nothing(office, change):
    ann = next(iter(office.people.all()))

    def script(command, count, connection):
        if (command, count) == ("DATA", 1) and change == "pause":
            office.people.change(ann.id, now=datetime.now(UTC), state=S.PAUSED)
        elif (command, count) == ("DATA", 1):
            office.people.erase([parse_address(ann.address)], now=datetime.now(UTC))

    server = Loopback(script=script)
    async with server.running():
        tally = await send(office, server)
    assert counts(tally) == {"accepted": 2, "suppressed": 1}
    assert ann.address not in server.recipients()


async def test_who_leaves_while_a_long_message_is_written_gets_no_end_of_it(office):
    """The body goes before its claim is looked at; without the final dot it is no message."""
    ann = next(iter(office.people.all()))
    order = office.order(25)
    page = replace(order.render_variant(Variant()), text="x" * 300_000)

    def script(command, count, connection):
        if (command, count) == ("BODY", 1):
            office.people.suppress(ann.id, S.UNSUBSCRIBED, "asked", now=datetime.now(UTC))

    server = Loopback(script=script)
    async with server.running():
        order = replace(office.order(server.port, LIMITED), render_variant=lambda variant: page)
        tally = await send_issue(order, office.ledger)
    assert counts(tally) == {"accepted": 2, "suppressed": 1}
    assert ann.address not in server.recipients()


async def test_progress_is_told_with_counts_that_sum_up(big_office):
    seen = []
    server = Loopback(
        script=lambda command, count, _: "550 no" if (command, count) == ("RCPT", 2) else None
    )
    async with server.running():
        await send(big_office, server, on_progress=seen.append)
    assert counts(seen[-1]) == {"accepted": 59, "refused": 1}
    assert all(counts(tally) for tally in seen)


async def test_each_combination_of_choices_is_rendered_once(office):
    ann, bob, carla = office.people.all()
    now = datetime.now(UTC)
    office.people.change(ann.id, now=now, sections=("trials", "research"), large_print=True)
    office.people.change(bob.id, now=now, sections=("research", "trials"), large_print=True)
    office.people.change(
        carla.id, now=now, language="en", sections=("research", "trials", "events", "grants")
    )
    asked = []

    def render(variant):
        asked.append(variant)
        return RenderedIssue(
            subject=f"{variant.large_print}",
            preheader="",
            html="x",
            text="x",
            digest=DIGEST,
            fallback_name="reader",
        )

    server = Loopback()
    async with server.running():
        order = office.order(server.port)
        order = SendJob(
            issue=ISSUE,
            digest=DIGEST,
            settings=order.settings,
            keys=order.keys,
            render_variant=render,
        )
        await send_issue(order, office.ledger)
    assert asked == [Variant(sections=("research", "trials"), large_print=True), Variant()]
    assert sorted(m.content.count(b"Subject: True") for m in server.messages) == [0, 1, 1]


async def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it(tmp_path):
    office = PostOffice.opened(tmp_path, ("ann@example.org", "zoë@example.org"))
    server = Loopback(extensions=("PIPELINING",))
    async with server.running():
        tally = await send(office, server)
    assert counts(tally) == {"accepted": 1, "refused": 1}
    assert office.replies()["zoë"].startswith("cannot be addressed")


async def test_a_server_with_smtputf8_takes_any_local_part(tmp_path):
    office = PostOffice.opened(tmp_path, ("ann@example.org", "zoë@example.org"))
    server = Loopback(extensions=("PIPELINING", "SMTPUTF8"))
    async with server.running():
        assert counts(await send(office, server)) == {"accepted": 2}
    assert server.recipients()["zoë@example.org"] == 1
    assert sum(line.endswith(" SMTPUTF8") for line in server.lines) == 1


async def test_a_local_relay_speaks_lmtp_over_a_socket(office, tmp_path):
    path = str(tmp_path / "lmtp")
    server = Loopback(extensions=("PIPELINING", "SIZE"))
    async with server.running_at(path):
        tally = await send(office, server, f'protocol = "lmtp"\nsocket = "{path}"\n')
    assert counts(tally) == {"accepted": 3}
    assert server.lines[0] == "LHLO example.org"


async def test_a_local_relay_speaks_lmtp_over_a_port(office):
    server = Loopback(extensions=())
    async with server.running():
        assert counts(await send(office, server, 'protocol = "lmtp"\n')) == {"accepted": 3}


async def test_a_local_relay_speaks_smtp_over_a_socket(office, tmp_path):
    path = str(tmp_path / "smtp")
    server = Loopback()
    async with server.running_at(path):
        assert counts(await send(office, server, f'socket = "{path}"\n')) == {"accepted": 3}
    assert server.lines[0] == "EHLO example.org"


@pytest.mark.parametrize(
    "more", ['protocol = "lmtp"\nsocket = "/nowhere"\n', 'socket = "/nowhere"\n']
)
async def test_a_socket_that_is_not_there_is_an_error(office, more):
    with pytest.raises(DeliveryError, match="Nothing was sent"):
        await send(office, Loopback(port=1), more)


@pytest.mark.parametrize(
    ("command", "answer"), [("GREETING", "drop"), ("EHLO", "550 no"), ("GREETING", "554 no")]
)
async def test_an_lmtp_server_that_does_not_want_us_is_an_error(office, command, answer):
    server = Loopback(script=lambda name, *_: answer if name == command else None)
    async with server.running():
        with pytest.raises(DeliveryError, match="Nothing was sent"):
            await send(office, server, 'protocol = "lmtp"\n')


async def test_a_server_that_knows_no_ehlo_is_greeted_the_old_way(office):
    server = Loopback(script=lambda name, *_: "502 what?" if name == "EHLO" else None)
    async with server.running():
        assert counts(await send(office, server)) == {"accepted": 3}
    assert server.commands["HELO"] == 1


async def test_without_a_server_named_nothing_can_be_sent(office):
    order = office.order(25, host="")
    with pytest.raises(UsageError, match=r"\[delivery\] host"):
        await send_issue(order, office.ledger)


async def test_an_authority_file_that_cannot_be_read_is_told(office):
    server = Loopback()
    async with server.running():
        with pytest.raises(DeliveryError, match="ca_file"):
            await send(office, server, 'security = "starttls"\nca_file = "/nowhere.pem"\n')
    assert "ca_file" in office.ledger.read_status(ISSUE).why


async def test_a_days_messages_are_counted_over_all_issues_and_waited_for(big_office):
    clock = QuickClock()
    server = Loopback()
    async with server.running():
        tally = await send(big_office, server, "per_day = 25\nconnections = 2\n", clock=clock)
    assert counts(tally) == {"accepted": 60}
    assert clock.slept >= 2 * 24 * 3600


async def test_nothing_goes_in_quiet_hours(office):
    clock = QuickClock()
    zone = office.order(25).settings.newsletter.zone
    here = clock.now().astimezone(zone)
    start = (here - timedelta(hours=1)).strftime("%H:%M")
    end = (here + timedelta(hours=2)).strftime("%H:%M")
    server = Loopback()
    async with server.running():
        tally = await send(
            office, server, f"quiet_from = {start}:00\nquiet_until = {end}:00\n", clock=clock
        )
    assert counts(tally) == {"accepted": 3}
    assert time(1, 58).hour * 3600 <= clock.slept <= 2 * 3600 + 120


async def test_a_minutes_messages_are_spread_out(office):
    clock = QuickClock()
    server = Loopback()
    async with server.running():
        await send(office, server, "per_minute = 6\n", clock=clock)
    assert clock.slept == pytest.approx(20, abs=2)


async def test_a_stop_is_heard_while_waiting_for_the_next_moment(office):
    stop = asyncio.Event()
    server = Loopback(script=lambda command, count, _: stop.set() if command == "DOT" else None)
    async with server.running():
        tally = await send(office, server, "per_minute = 1\n", stop=stop, clock=SystemClock())
    assert (counts(tally), tally.state) == ({"accepted": 1, "remaining": 2}, "paused")


async def test_a_stop_is_heard_while_waiting_for_the_next_try(office):
    stop = asyncio.Event()
    server = Loopback(script=lambda command, *_: "450 later" if command == "RCPT" else None)
    async with server.running():
        sending = asyncio.create_task(send(office, server, stop=stop, clock=SystemClock()))
        # the ledger is looked at as another process would
        while counts(office.ledger.read_status(ISSUE)) != {"deferred": 3}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        stop.set()
        tally = await sending
    assert (counts(tally), tally.state) == ({"deferred": 3}, "paused")


async def test_a_restored_ledger_sends_nothing(office):
    server = Loopback()
    async with server.running():
        await send(office, server, limit=1)
        for witness in office.folder.glob("*.witness"):
            witness.unlink()
        with pytest.raises(RestoredLedgerError):
            await send(office, server)
        assert len(server.messages) == 1
        assert counts(await send(office, server, resume_restored=True)) == {"accepted": 3}


async def test_a_full_disk_stops_the_sending_and_nobody_gets_two(big_office):
    """A file may grow no further for a while: what SQLite meets on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def script(command, count, connection):
        if (command, count) == ("DOT", 10):
            size = (big_office.folder / "newsletter.db-wal").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    server = Loopback(script=script)
    async with server.running():
        try:
            with pytest.raises(StorageError, match=r"refused|cannot be written"):
                await send(big_office, server, "connections = 3\n")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        doubtful = big_office.ledger.read_status(ISSUE).unknown
        assert doubtful <= 3
        server.script = lambda *_: None
        tally = await send(big_office, server, "connections = 3\n")
    assert counts(tally) == {
        "accepted": 60 - doubtful,
        **({"unknown": doubtful} if doubtful else {}),
    }
    assert max(server.recipients().values()) == 1


async def test_every_recipient_is_told_with_the_message_id_of_the_message(office):
    assert (
        list(list_recipients(office.ledger, office.order(25).settings, office.people.keys, ISSUE))
        == []
    )
    server = Loopback()
    async with server.running():
        await send(office, server)
    told = {each.address: each.message_id for each in
            list_recipients(office.ledger, office.order(25).settings, office.people.keys, ISSUE)}  # fmt: skip
    for message in server.messages:
        assert f"Message-ID: <{told[message.recipient]}>".encode() in message.content


async def test_a_thousand_messages_hold_one_recipient_and_nobody_elses_name(tmp_path):
    office = PostOffice.opened(tmp_path, tuple(f"person{n}x@example.org" for n in range(300)))
    server = Loopback()
    async with server.running():
        await send(office, server, "connections = 4\n")
    for message in server.messages:
        assert message.content.count(b"person") == 1
        assert message.recipient.encode() in message.content
        assert all(
            not line.startswith(b".") and len(line) <= 998
            for line in message.content.split(b"\r\n")
        )


def test_a_sending_can_be_run_without_a_loop(office):
    with pytest.raises(UsageError):
        run_send(send_issue(office.order(25, host=""), office.ledger))
