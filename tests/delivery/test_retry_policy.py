"""What becomes of a try."""

import asyncio
from datetime import timedelta

import pytest
from support.post_office import DIGEST, ISSUE, PostOffice, QuickClock, counts

from newsletter.config import DeliverySettings
from newsletter.delivery.clock import SystemClock, sleep_unless
from newsletter.delivery.ledger_writer import LedgerWriter
from newsletter.delivery.retry_policy import RetryPolicy
from newsletter.delivery.throttle import Throttle


@pytest.fixture
async def policy(tmp_path):
    office = PostOffice.opened(tmp_path)
    clock = QuickClock()
    settings = DeliverySettings(retry_after=timedelta(minutes=5))
    zone = office.order(25).settings.newsletter.zone
    with office.ledger.start_session(ISSUE, DIGEST, now=clock.now()) as run:
        recorder = LedgerWriter(run, clock)
        yield RetryPolicy(
            await recorder.call(run.read_status),
            recorder,
            Throttle(settings, zone, clock),
            settings,
        )
        await recorder.close()


async def due(policy, number=0):
    return (
        await policy.writer.call(
            policy.writer.run.fetch_queued, 0, 10, now=policy.writer.clock.now()
        )
    )[number]


async def test_a_message_that_surely_did_not_go_is_as_if_it_had_not_been_tried(policy):
    ann = await due(policy)
    assert await policy.writer.claim(ann.subscriber.id)
    policy.put_back(ann)
    await policy.writer.flush_pending()
    assert (await due(policy)).subscriber == ann.subscriber
    assert (await due(policy)).attempts == 0
    assert counts(policy.tally()) == {"remaining": 3}


async def test_waits_double_to_about_an_hour(policy):
    assert [policy.compute_retry_delay(n).total_seconds() / 60 for n in (0, 1, 2, 3)] == [
        5,
        10,
        20,
        40,
    ]
    assert (
        policy.compute_retry_delay(4) == policy.compute_retry_delay(400) == timedelta(seconds=4000)
    )


async def test_many_claims_are_granted_together_and_in_order(policy):
    run = policy.writer.run
    people = await policy.writer.call(run.fetch_queued, 0, 10, now=policy.writer.clock.now())
    granted = [policy.writer.claim(each.subscriber.id) for each in (*people, people[0])]
    assert await asyncio.gather(*granted) == [True, True, True, False]


async def test_a_stop_ends_a_sleep():
    stop = asyncio.Event()
    sleeping = asyncio.ensure_future(sleep_unless(stop, SystemClock(), 60))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(sleeping, 5)
    await sleep_unless(stop, SystemClock(), 60)
    await sleep_unless(asyncio.Event(), SystemClock(), 0.001)
