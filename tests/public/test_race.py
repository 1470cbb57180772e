"""Leaving while an issue goes out."""

import threading
from collections import deque

from bounce_mails import NOW
from post_office import DIGEST, ISSUE, PostOffice

from newsletter.storage.leavings import Leavings

PEOPLE = 1000


def test_whoever_left_before_a_claim_is_never_sent_to_a_thousand_times(tmp_path):
    office = PostOffice.opened(tmp_path, tuple(f"r{n}@example.org" for n in range(PEOPLE)))
    leavings = Leavings(office.people.engine)
    waiting = deque(range(PEOPLE, 0, -1))  # from the end, so that they meet the sender in the middle
    gone: set[int] = set()

    def leave_in_turn() -> None:
        while waiting:
            try:
                number = waiting.popleft()
            except IndexError:
                return
            leavings.leave(number, now=NOW)
            gone.add(number)

    readers = [threading.Thread(target=leave_in_turn) for _ in range(16)]
    sent: set[int] = set()
    with office.ledger.run(ISSUE, DIGEST, now=NOW) as run:
        for reader in readers:
            reader.start()
        for first in range(1, PEOPLE + 1, 10):
            gone_before = frozenset(gone)
            allowed = run.step((), list(range(first, first + 10)), now=NOW)
            assert not allowed & gone_before
            sent |= allowed
        for reader in readers:
            reader.join()
    assert {each.state.value for each in office.people.all()} == {"unsubscribed"}
    suppressed = {each.subscriber_id for each in office.ledger.recipients(ISSUE) if each.status == "suppressed"}
    assert suppressed == set(range(1, PEOPLE + 1)) - sent
