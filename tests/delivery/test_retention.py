"""Old sendings are reduced to counts, which go on adding up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from support.post_office import DIGEST, ISSUE, KEYS, PostOffice, counts

from newsletter.database.tables import incoming_mails
from newsletter.delivery.journal import DeliveryOutcome
from newsletter.delivery.retention import RetentionResult, forget_typed, reduce_old
from newsletter.formats.mailboxes import parse_address
from newsletter.model import DeliveryStatus as D
from newsletter.subscribers.opt_in import OptInRepository

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=401)


def sent(folder: Path, *statuses: D) -> PostOffice:
    office = PostOffice.opened(folder)
    ids = [each.id for each in office.people.all()]
    with office.ledger.start_session(ISSUE, DIGEST, now=NOW) as run:
        run.commit_step([], ids, now=NOW)
        settled = [DeliveryOutcome(subscriber_id=number, status=status, next_at=NOW if status is D.DEFERRED else None)
                   for number, status in zip(ids, statuses, strict=True)]  # fmt: skip
        run.commit_step(settled, [], now=NOW)
        run.write_heartbeat("done", "", 1.0)
    return office


def test_an_old_sending_is_reduced_to_counts(tmp_path: Path) -> None:
    office = sent(tmp_path, D.ACCEPTED, D.ACCEPTED, D.REFUSED)
    before = office.ledger.read_status(ISSUE)
    assert reduce_old(office.ledger.engine, before=LATER) == RetentionResult(
        sendings=1, deliveries=3
    )
    assert office.ledger.read_status(ISSUE) == before
    assert counts(before) == {"accepted": 2, "refused": 1}
    assert list(office.ledger.recipients(ISSUE)) == []
    assert reduce_old(office.ledger.engine, before=LATER) == RetentionResult()


def test_nobody_is_written_to_again_by_it(tmp_path: Path) -> None:
    office = sent(tmp_path, D.ACCEPTED, D.ACCEPTED, D.ACCEPTED)
    reduce_old(office.ledger.engine, before=LATER)
    with office.ledger.start_session(ISSUE, DIGEST, now=LATER) as run:
        assert run.fetch_queued(0, 10, now=LATER) == []
        assert run.read_status().accepted == 3


def test_a_newer_sending_is_kept(tmp_path: Path) -> None:
    office = sent(tmp_path, D.ACCEPTED, D.ACCEPTED, D.ACCEPTED)
    assert reduce_old(office.ledger.engine, before=NOW) == RetentionResult()
    assert len(list(office.ledger.recipients(ISSUE))) == 3


def test_one_in_which_somebody_waits_is_kept(tmp_path: Path) -> None:
    office = sent(tmp_path, D.ACCEPTED, D.DEFERRED, D.REFUSED)
    assert reduce_old(office.ledger.engine, before=LATER) == RetentionResult()


def test_mails_of_the_mailbox_no_longer_name_anybody(tmp_path: Path) -> None:
    office = PostOffice.opened(tmp_path)
    row = {
        "place": "file:1",
        "kind": "bounce",
        "action": "counted",
        "subscriber_id": 1,
        "sending_id": 1,
    }
    with office.ledger.engine.begin() as connection:
        connection.execute(sa.insert(incoming_mails), [{**row, "decided_at": NOW}])
    assert reduce_old(office.ledger.engine, before=LATER) == RetentionResult(mails=1)
    with office.ledger.engine.begin() as connection:
        kept = connection.execute(
            sa.select(incoming_mails.c.place, incoming_mails.c.subscriber_id)
        ).one()
    assert tuple(kept) == ("file:1", None)


def test_what_was_typed_on_the_page_is_forgotten_in_its_time(tmp_path: Path) -> None:
    office = PostOffice.opened(tmp_path)
    readers = OptInRepository(office.people.engine, KEYS)
    for days in (0, 10):
        readers.create_request(
            parse_address(f"r{days}@example.net"), now=NOW + timedelta(days=days)
        )
        readers.save_unsubscribe_reason(
            f"after {days} days", on=(NOW + timedelta(days=days)).date()
        )
    engine = office.people.engine
    assert (
        forget_typed(engine, asked_before=NOW + timedelta(days=1), said_before=NOW) == 0
    )  # a new request did it before
    assert (
        forget_typed(
            engine, asked_before=NOW + timedelta(days=11), said_before=NOW + timedelta(days=1)
        )
        == 2
    )
    assert list(readers.list_unsubscribe_reasons()) == [("2026-12-03", "after 10 days")]
    assert list(readers.list_unsubscribe_reasons(since=(NOW + timedelta(days=11)).date())) == []
