"""How many people an issue reached.

From the rows, from the counts that are left of them, and the same from both.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.post_office import DIGEST, ISSUE, PostOffice

from newsletter.bounces.repository import InboundMailRepository, InboundRecord, SuppressionEffect
from newsletter.database.tables import incoming_mails
from newsletter.delivery.journal import DeliveryOutcome
from newsletter.delivery.retention import reduce_old
from newsletter.model import DeliveryStatus as D
from newsletter.model import SubscriberState
from newsletter.reports.providers import Provider
from newsletter.reports.repository import ReportRepository
from newsletter.subscribers.unsubscribes import UnsubscribeQueue

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
P = Provider
LATER = NOW + timedelta(days=401)
CAST = ("ann@gmail.com", "bob@googlemail.com", "carla@yahoo.co.uk", "dan@example.org")
STOPPED = SuppressionEffect(state=SubscriberState.UNSUBSCRIBED, why="asked by mail")


@pytest.fixture
def office(tmp_path: Path) -> PostOffice:
    office = PostOffice.opened(tmp_path, CAST)
    send(office, ISSUE)
    return office


def send(office: PostOffice, issue: str) -> None:
    ids = [each.id for each in office.people.all()]
    with office.ledger.start_session(issue, DIGEST, now=NOW) as run:
        going = run.commit_step([], ids, now=NOW)
        last = max(going)
        run.commit_step(
            [
                DeliveryOutcome(subscriber_id=n, status=D.REFUSED if n == last else D.ACCEPTED)
                for n in going
            ],
            [],
            now=NOW,
        )
        run.write_heartbeat("done", "", 1.0)


def came(
    office: PostOffice,
    place: str,
    kind: str,
    action: str,
    who: int | None,
    effect: SuppressionEffect | None = None,
) -> None:
    with InboundMailRepository(office.ledger.engine).begin() as deciding:
        decided = InboundRecord(kind=kind, action=action, subscriber_id=who, sending_id=1)
        deciding.write(place, decided, effect, now=NOW)


def counts(office: PostOffice) -> dict[tuple[P, str], int]:
    (result,) = ReportRepository(office.ledger.engine).up_to(ISSUE, 1)
    return dict(result.counts)


SENT = {(P.GMAIL, "accepted"): 2, (P.YAHOO, "accepted"): 1, (P.OTHER, "refused"): 1}


def test_deliveries_are_counted_by_provider(office: PostOffice) -> None:
    assert counts(office) == SENT


def test_what_came_back_is_counted_by_person(office: PostOffice) -> None:
    came(office, "1", "bounce", "counted", 1)
    came(office, "2", "bounce", "needs_a_person", 1)
    came(office, "3", "bounce", "suppressed", 2)
    came(office, "4", "bounce", "senders_problem", 3)
    came(office, "5", "bounce", "ignored", 3)
    came(office, "6", "complaint", "suppressed", 3)
    came(office, "7", "auto_reply", "ignored", 3)
    came(office, "8", "bounce", "counted", None)
    came(office, "9", "bounce", "counted", None)
    after = {
        (P.GMAIL, "bounced"): 2,
        (P.YAHOO, "blamed"): 1,
        (P.YAHOO, "complained"): 1,
        (P.OTHER, "bounced"): 2,
    }
    assert counts(office) == SENT | after


def test_who_leaves_by_a_link_of_the_issue_is_counted_once(office: PostOffice) -> None:
    leavings = UnsubscribeQueue(office.ledger.engine)
    for _ in range(2):
        leavings.unsubscribe(1, sending_id=1, now=NOW)
    leavings.unsubscribe(3, sending_id=1, now=NOW)
    leavings.unsubscribe(2, sending_id=0, now=NOW)  # a link that no issue carried
    assert counts(office) == SENT | {(P.GMAIL, "left"): 1, (P.YAHOO, "left"): 1}


def test_who_leaves_by_mail_is_counted_too(office: PostOffice) -> None:
    came(office, "1", "unsubscribe", "suppressed", 1, STOPPED)
    came(office, "2", "unsubscribe", "suppressed", 1, STOPPED)
    UnsubscribeQueue(office.ledger.engine).unsubscribe(1, sending_id=1, now=NOW)
    assert counts(office)[P.GMAIL, "left"] == 1


def test_who_is_erased_still_counts_and_stands_with_the_others(office: PostOffice) -> None:
    from newsletter.formats.mailboxes import parse_address

    UnsubscribeQueue(office.ledger.engine).unsubscribe(3, sending_id=1, now=NOW)
    office.people.erase([parse_address("carla@yahoo.co.uk")], now=NOW)
    assert counts(office) == {
        (P.GMAIL, "accepted"): 2, (P.OTHER, "accepted"): 1, (P.OTHER, "refused"): 1, (P.YAHOO, "left"): 1,
    }  # fmt: skip


def test_reducing_changes_no_figure(office: PostOffice) -> None:
    came(office, "1", "bounce", "counted", 1)
    came(office, "2", "complaint", "suppressed", 3)
    UnsubscribeQueue(office.ledger.engine).unsubscribe(2, sending_id=1, now=NOW)
    before, tally = counts(office), office.ledger.read_status(ISSUE)
    reduce_old(office.ledger.engine, before=LATER)
    assert counts(office) == before
    assert office.ledger.read_status(ISSUE) == tally
    with office.ledger.engine.begin() as connection:
        named = sa.select(incoming_mails.c.sending_id, incoming_mails.c.subscriber_id)
        assert set(connection.execute(named)) == {(None, None)}


def test_a_mail_that_comes_after_that_is_added(office: PostOffice) -> None:
    reduce_old(office.ledger.engine, before=LATER)
    came(office, "1", "bounce", "counted", 1)
    came(office, "2", "unsubscribe", "suppressed", 3, STOPPED)
    assert counts(office) == SENT | {(P.GMAIL, "bounced"): 1, (P.YAHOO, "left"): 1}


def test_the_issues_before_are_given_with_it_the_newest_first(office: PostOffice) -> None:
    for name in ("2026-12", "2027-01"):
        send(office, name)
    results = ReportRepository(office.ledger.engine)
    assert [each.issue for each in results.up_to("2026-12", 7)] == ["2026-12", "2026-11"]
    assert [each.issue for each in results.up_to(None, 2)] == ["2027-01", "2026-12"]
    assert results.up_to("1999-01", 7) == []
