"""What rides in one commit."""

import threading

import pytest
from support.post_office import DIGEST, ISSUE, PostOffice, QuickClock, counts

from newsletter.delivery.journal import DeliveryOutcome
from newsletter.delivery.ledger_writer import LedgerWriter
from newsletter.model import DeliveryStatus

PEOPLE = tuple(f"reader{n}@example.org" for n in range(6))
LONG_S = 3600.0  # no outcome goes because its time to wait is over


class Watched:
    """A run of the ledger that tells what each commit held, and can be held back in the middle of one."""

    def __init__(self, run):
        self.run = run
        self.commits = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __getattr__(self, name):
        return getattr(self.run, name)

    def commit_step(self, settled, intents, *, now):
        self.commits.append(([each.subscriber_id for each in settled], list(intents)))
        self.may_go_on.wait(60)
        return self.run.commit_step(settled, intents, now=now)


@pytest.fixture
async def recorder(tmp_path):
    office = PostOffice.opened(tmp_path, PEOPLE)
    clock = QuickClock()
    with office.ledger.start_session(ISSUE, DIGEST, now=clock.now()) as run:
        made = LedgerWriter(Watched(run), clock, gather_s=LONG_S)
        yield made
        made.run.may_go_on.set()
        await made.close()


def accepted(number):
    return DeliveryOutcome(subscriber_id=number, status=DeliveryStatus.ACCEPTED, reply="250 Ok")


async def first_of(recorder, count):
    due = await recorder.call(recorder.run.fetch_queued, 0, count, now=recorder.clock.now())
    return [each.subscriber.id for each in due]


async def test_outcomes_ride_with_the_next_wish(recorder):
    first, second, third = await first_of(recorder, 3)
    assert await recorder.claim(first)
    recorder.record_outcome(accepted(first))
    assert all([await recorder.claim(number) for number in (second, third)])
    assert recorder.run.commits == [([], [first]), ([first], [second]), ([], [third])]


async def test_an_outcome_that_comes_during_a_commit_waits_for_company_as_well(recorder):
    first, second, third = await first_of(recorder, 3)
    assert await recorder.claim(first)
    recorder.run.may_go_on.clear()
    granted = recorder.claim(second)
    while len(recorder.run.commits) < 2:
        await recorder.clock.sleep(0.001)
    recorder.record_outcome(accepted(first))
    recorder.run.may_go_on.set()
    assert await granted
    await recorder.clock.sleep(0.001)
    assert await recorder.claim(third)
    assert recorder.run.commits[1:] == [([], [second]), ([first], [third])]


async def test_all_is_written_at_the_end_however_long_it_might_wait(recorder):
    (first,) = await first_of(recorder, 1)
    assert await recorder.claim(first)
    recorder.record_outcome(accepted(first))
    await recorder.flush_pending()
    assert counts(await recorder.call(recorder.run.read_status)) == {"accepted": 1, "remaining": 5}
