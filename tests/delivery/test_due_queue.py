"""Whose turn it is, and the claims that are made before it is."""

import pytest
from support.post_office import DIGEST, ISSUE, PostOffice, QuickClock, counts

from newsletter.delivery.due_queue import DueQueue
from newsletter.delivery.ledger_writer import LedgerWriter

MANY = tuple(f"reader{n}@example.org" for n in range(20))


@pytest.fixture
async def feed(tmp_path):
    office = PostOffice.opened(tmp_path, MANY)
    clock = QuickClock()
    with office.ledger.start_session(ISSUE, DIGEST, now=clock.now()) as run:
        recorder = LedgerWriter(run, clock)
        made = DueQueue(recorder, began_at=clock.now(), ahead=lambda: 8)
        made.office = office
        yield made
        await made.end()
        await recorder.close()
        assert office.ledger.read_status(ISSUE).total == 20


async def claimed(feed):
    await feed.recorder.flush_pending()
    return [each.status.value for each in feed.office.ledger.recipients(ISSUE)].count("sending")


async def test_the_next_few_are_claimed_together(feed):
    first = await feed.take()
    assert await feed.claim(first)
    assert await claimed(feed) == 8
    for _ in range(4):
        await feed.take()
    assert await claimed(feed) == 12


async def test_no_more_are_claimed_than_may_be_sent(feed):
    feed.left = 3
    await feed.take()
    assert await claimed(feed) == 3


async def test_claims_that_nobody_used_are_taken_back(feed):
    first = await feed.take()
    await feed.end()
    assert await claimed(feed) == 1
    feed.give_back(first)
    assert await claimed(feed) == 0
    assert counts(await feed.recorder.call(feed.recorder.run.read_status)) == {"remaining": 20}


async def test_one_who_was_given_back_is_the_next_and_is_claimed_again(feed):
    first = await feed.take()
    feed.give_back(first)  # while its claim is on its way to the disk
    again = await feed.take()
    assert again.due == first.due
    assert await feed.claim(again)
