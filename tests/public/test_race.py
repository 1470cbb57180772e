"""Leaving while an issue goes out."""

import threading
from collections import deque
from queue import SimpleQueue

import pytest
from support.bounce_mails import NOW
from support.loopback_smtp import Loopback
from support.post_office import DIGEST, ISSUE, PostOffice

from newsletter.delivery.sender import send_issue
from newsletter.subscribers.unsubscribes import UnsubscribeQueue

PEOPLE = 1000


def test_whoever_left_before_a_claim_is_never_sent_to_a_thousand_times(tmp_path):
    office = PostOffice.opened(tmp_path, tuple(f"r{n}@example.org" for n in range(PEOPLE)))
    leavings = UnsubscribeQueue(office.people.engine)
    waiting = deque(
        range(PEOPLE, 0, -1)
    )  # from the end, so that they meet the sender in the middle
    gone: set[int] = set()

    def leave_in_turn() -> None:
        while waiting:
            try:
                number = waiting.popleft()
            except IndexError:
                return
            leavings.unsubscribe(number, now=NOW)
            gone.add(number)

    readers = [threading.Thread(target=leave_in_turn) for _ in range(16)]
    sent: set[int] = set()
    with office.ledger.start_session(ISSUE, DIGEST, now=NOW) as run:
        for reader in readers:
            reader.start()
        for first in range(1, PEOPLE + 1, 10):
            gone_before = frozenset(gone)
            allowed = run.commit_step((), list(range(first, first + 10)), now=NOW)
            assert not allowed & gone_before
            sent |= allowed
        for reader in readers:
            reader.join()
    assert {each.state.value for each in office.people.all()} == {"unsubscribed"}
    suppressed = {
        each.subscriber_id
        for each in office.ledger.recipients(ISSUE)
        if each.status == "suppressed"
    }
    assert suppressed == set(range(1, PEOPLE + 1)) - sent


@pytest.mark.parametrize(
    ("per_minute", "people"),
    [(0, PEOPLE), (600_000, 200)],  # claimed some messages ahead; claimed in the moment
    ids=["free", "limited"],
)
async def test_whoever_is_gone_when_the_server_waits_for_the_message_gets_none(
    tmp_path, per_minute, people
):
    """Everybody leaves while their envelope stands before the server.

    It lets every second one finish first.
    """
    office = PostOffice.opened(tmp_path, tuple(f"r{n}@example.org" for n in range(people)))
    leaves = {each.address: (each.id, threading.Event()) for each in office.people.all()}
    leavings = UnsubscribeQueue(office.people.engine)
    leaving: SimpleQueue[str] = SimpleQueue()
    gone_before: set[str] = set()

    def leave_in_turn() -> None:
        while address := leaving.get():
            number, gone = leaves[address]
            leavings.unsubscribe(number, now=NOW)
            gone.set()

    def script(command: str, count: int, connection: int) -> None:
        address = server.recipient_of.get(connection, "")
        if command == "RCPT":
            leaving.put(address)
        elif command == "DATA":
            number, gone = leaves[address]
            if number % 2:
                gone.wait()
            if gone.is_set():
                gone_before.add(address)

    server = Loopback(script=script)
    readers = [threading.Thread(target=leave_in_turn) for _ in range(8)]
    for reader in readers:
        reader.start()
    async with server.running():
        order = office.order(server.port, f"connections = 8\nper_minute = {per_minute}\n")
        tally = await send_issue(order, office.ledger)
    for _ in readers:
        leaving.put("")
    for reader in readers:
        reader.join()
    taken = server.recipients()
    assert len(gone_before) >= people // 2
    assert not gone_before & taken.keys()
    assert (tally.accepted, tally.suppressed) == (len(taken), people - len(taken))
    assert all(count == 1 for count in taken.values())
