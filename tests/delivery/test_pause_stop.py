"""What a person wants of a sending holds, whoever starts it again.

And those in doubt are settled one by one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.post_office import DIGEST, ISSUE, PostOffice

from newsletter.delivery.journal import DeliveryOutcome
from newsletter.delivery.pause_stop import SendControl, clear_send_control, set_send_control
from newsletter.model import DeliveryStatus as D

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> PostOffice:
    return PostOffice.opened(tmp_path)


def test_a_wish_is_seen_by_the_sender_and_told_by_the_state(office: PostOffice) -> None:
    engine = office.ledger.engine
    with office.ledger.start_session(ISSUE, DIGEST, now=NOW) as run:
        assert run.read_send_control() is None
        set_send_control(engine, ISSUE, SendControl.PAUSE, now=NOW)
        assert run.read_send_control() is SendControl.PAUSE
        assert office.ledger.read_status(ISSUE).state == "sending"
        assert office.ledger.is_at_work(ISSUE)
        ann = next(office.people.all()).id
        run.commit_step([], [ann], now=NOW)
        run.commit_step([DeliveryOutcome(subscriber_id=ann, status=D.ACCEPTED)], [], now=NOW)
        run.write_heartbeat("paused", "", 1.0)
    tally = office.ledger.read_status(ISSUE)
    assert (tally.wish, tally.why) == (
        SendControl.PAUSE,
        "paused by a person: 1 of 3 have it; 2 wait until somebody lets it go on",
    )
    set_send_control(engine, ISSUE, SendControl.STOP, now=NOW)
    assert (
        office.ledger.read_status(ISSUE).why
        == "stopped by a person: 1 of 3 have it; 2 get nothing until somebody lets it go on"
    )
    assert clear_send_control(engine, ISSUE)
    assert not clear_send_control(engine, ISSUE)
    assert office.ledger.read_status(ISSUE).wish is None
    assert office.ledger.list_newest(5) == (ISSUE,)


def test_a_wish_may_come_before_the_sending(office: PostOffice) -> None:
    set_send_control(office.ledger.engine, ISSUE, SendControl.STOP, now=NOW)
    tally = office.ledger.read_status(ISSUE)
    assert (tally.state, tally.wish) == ("not_started", SendControl.STOP)


def test_those_in_doubt_are_found_and_settled_by_name(office: PostOffice) -> None:
    ann, bob, carla = (each.id for each in office.people.all())
    with office.ledger.start_session(ISSUE, DIGEST, now=NOW) as run:
        run.commit_step([], [ann, bob, carla], now=NOW)
        run.commit_step(
            [DeliveryOutcome(subscriber_id=ann, status=D.UNKNOWN, reply="the link broke")],
            [],
            now=NOW,
        )
        run.journal.note_final_dot(bob, 0)
    doubtful = [
        (each.subscriber_id, each.name, each.reply)
        for each in office.ledger.recipients(ISSUE, (D.UNKNOWN,))
    ]
    # the sender died with Bob's message ended and Carla's claimed alone
    assert doubtful == [
        (ann, "Ann", "the link broke"),
        (bob, "Bob", "the program stopped before the server answered"),
    ]
    assert [each.subscriber_id for each in office.ledger.recipients(ISSUE, (D.QUEUED,))] == [carla]
    office.ledger.resolve_unknown(ISSUE, resend=True, now=NOW, only=[ann])
    assert office.statuses() == {"ann": "queued", "bob": "unknown", "carla": "queued"}
    office.ledger.resolve_unknown(ISSUE, resend=False, now=NOW, only=[bob])
    assert office.statuses()["bob"] == "unknown"
    assert resolved(office) == {"ann": False, "bob": True, "carla": False}
    # what the server or the program said stays what it is
    assert office.replies()["bob"] == "the program stopped before the server answered"
    office.ledger.resolve_unknown(ISSUE, resend=True, now=NOW)
    assert (office.statuses()["bob"], resolved(office)["bob"]) == ("queued", False)


@pytest.mark.parametrize(
    "reply", ["left as it is by a person; not sent again", "dejado como está", ""]
)
def test_no_reply_says_that_a_person_left_it(office: PostOffice, reply: str) -> None:
    ann, bob, _ = (each.id for each in office.people.all())
    with office.ledger.start_session(ISSUE, DIGEST, now=NOW) as run:
        run.commit_step([], [ann, bob], now=NOW)
        doubtful = [
            DeliveryOutcome(subscriber_id=each, status=D.UNKNOWN, reply=reply)
            for each in (ann, bob)
        ]
        run.commit_step(doubtful, [], now=NOW)
    office.ledger.resolve_unknown(ISSUE, resend=False, now=NOW, only=[bob])
    assert resolved(office) == {"ann": False, "bob": True, "carla": False}
    assert set(office.replies().values()) == {reply, ""}


def resolved(office: PostOffice) -> dict[str, bool]:
    return {
        each.address.split("@")[0]: each.is_resolved for each in office.ledger.recipients(ISSUE)
    }
