"""The ledger: written before the wire, true after a crash, and only one sender at a time."""

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.post_office import CAST, DIGEST, ISSUE, PostOffice, counts

from newsletter.delivery.journal import MAX_BYTES, DeliveryOutcome, Journal
from newsletter.delivery.lock import is_held, lease
from newsletter.delivery.restore_guard import RestoreGuard
from newsletter.errors import NotApprovedError, RestoredLedgerError, SenderAtWorkError, StorageError
from newsletter.formats.mailboxes import parse_address
from newsletter.model import DeliveryStatus as D
from newsletter.model import SubscriberState as S

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path):
    return PostOffice.opened(tmp_path)


def run_of(office, now=NOW, digest=DIGEST, **named):
    return office.ledger.start_session(ISSUE, digest, now=now, **named)


def ids(office):
    return [each.id for each in office.people.all()]


def settled(number, status, **more):
    return DeliveryOutcome(subscriber_id=number, status=status, **more)


def test_before_a_sending_there_is_nothing(office):
    tally = office.ledger.read_status(ISSUE)
    assert (tally.state, tally.total, counts(tally)) == ("not_started", 0, {})
    assert office.ledger.find_send(ISSUE) is None
    assert list(office.ledger.recipients(ISSUE)) == []
    assert office.ledger.resolve_unknown(ISSUE, resend=True, now=NOW).state == "not_started"


def test_the_list_is_frozen_at_the_start_with_active_people_alone(office):
    ann, bob, carla = ids(office)
    office.people.suppress(bob, S.UNSUBSCRIBED, "asked", now=NOW)
    with run_of(office) as run:
        assert [due.subscriber.id for due in run.fetch_queued(0, 10, now=NOW)] == [ann, carla]
    with run_of(office, now=NOW + timedelta(hours=1)) as run:
        assert (run.sending.total, run.sending.started_at) == (2, NOW)


def test_other_content_is_not_gone_on_with(office):
    with run_of(office):
        pass
    with pytest.raises(NotApprovedError, match="other content"), run_of(office, digest="e" * 64):
        pass


def test_a_message_is_claimed_settled_and_counted(office):
    ann, bob, carla = ids(office)
    with run_of(office) as run:
        assert run.commit_step([], [ann], now=NOW) == {ann}
        assert counts(run.read_status()) == {"remaining": 3}
        answers = [settled(ann, D.ACCEPTED, reply="250 ok"), settled(bob, D.UNKNOWN, reply="lost")]
        assert run.commit_step(answers, [carla], now=NOW) == {carla}
        run.commit_step([settled(carla, D.REFUSED, reply="550 no")], [], now=NOW)
        assert counts(run.read_status()) == {"accepted": 1, "refused": 1, "unknown": 1}
    assert office.statuses() == {"ann": "accepted", "bob": "unknown", "carla": "refused"}
    assert office.ledger.replies(ISSUE, D.REFUSED) == (("550 no", 1),)


def test_who_leaves_before_the_claim_gets_nothing(office):
    ann, bob, _ = ids(office)
    with run_of(office) as run:
        run.fetch_queued(0, 10, now=NOW)
        office.people.suppress(ann, S.UNSUBSCRIBED, "asked", now=NOW)
        office.people.erase([parse_address(CAST[1])], now=NOW)
        assert run.commit_step([], [ann, bob], now=NOW) == frozenset()
        assert counts(run.read_status()) == {"suppressed": 2, "remaining": 1}


def test_a_suppression_wins_over_an_active_row(office, tmp_path):
    ann = ids(office)[0]
    office.people.suppress(ann, S.UNSUBSCRIBED, "asked", now=NOW)
    with sqlite3.connect(tmp_path / "newsletter.db") as database:
        database.execute(
            "update subscribers set state = 'active'"
        )  # a list put back from somewhere
    database.close()
    with run_of(office) as run:
        assert [due.subscriber.id for due in run.fetch_queued(0, 10, now=NOW)] == ids(office)[1:]
        assert (run.left_queued, run.left_deferred) == (1, 0)
        assert counts(run.read_status()) == {"suppressed": 1, "remaining": 2}


def test_a_page_of_people_who_all_left_is_not_the_end(office):
    numbers = ids(office)
    with run_of(office) as run:
        for number in numbers[:2]:
            office.people.suppress(number, S.UNSUBSCRIBED, "asked", now=NOW)
        assert [due.subscriber.id for due in run.fetch_queued(0, 1, now=NOW)] == numbers[2:]


def test_a_claim_is_never_given_twice(office):
    ann = ids(office)[0]
    with run_of(office) as run:
        assert run.commit_step([], [ann], now=NOW) == {ann}
        assert run.commit_step([], [ann], now=NOW) == frozenset()
        run.commit_step([settled(ann, D.ACCEPTED)], [], now=NOW)
        assert run.commit_step([], [ann], now=NOW) == frozenset()
        assert counts(run.read_status()) == {"accepted": 1, "remaining": 2}


def test_the_deferred_come_again_when_they_are_due_and_in_order(office):
    ann, bob, carla = ids(office)
    soon, later = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)
    with run_of(office) as run:
        outcomes = [
            settled(ann, D.DEFERRED, reply="450", next_at=later),
            settled(bob, D.DEFERRED, reply="450", next_at=soon),
            settled(carla, D.DEFERRED, reply="450", next_at=later),
        ]
        run.commit_step(outcomes, [], now=NOW)
        assert run.next_at() == soon
        assert run.fetch_deferred(None, 10, due_at=NOW, now=NOW) == []
        first = run.fetch_deferred(None, 2, due_at=later, now=NOW)
        assert [due.subscriber.id for due in first] == [bob, ann]
        assert (first[0].attempts, first[0].first_tried_at) == (1, NOW)
        assert [
            due.subscriber.id
            for due in run.fetch_deferred(first[-1].mark, 2, due_at=later, now=NOW)
        ] == [carla]
        office.people.suppress(ann, S.UNSUBSCRIBED, "asked", now=NOW)
        assert [
            due.subscriber.id for due in run.fetch_deferred(None, 9, due_at=later, now=NOW)
        ] == [
            bob,
            carla,
        ]
        assert (run.left_queued, run.left_deferred) == (0, 1)


def test_a_clock_that_was_set_back_does_not_make_people_wait_for_years(office):
    ann = ids(office)[0]
    with run_of(office) as run:
        run.commit_step([settled(ann, D.DEFERRED, next_at=NOW + timedelta(days=365))], [], now=NOW)
        assert [due.subscriber.id for due in run.fetch_deferred(None, 9, due_at=NOW, now=NOW)] == [
            ann
        ]


def test_a_mailbox_that_does_not_exist_is_suppressed_with_its_reply(office):
    ann = ids(office)[0]
    with run_of(office) as run:
        run.commit_step(
            [settled(ann, D.REFUSED, reply="550 5.1.1 unknown", bounced=True)], [], now=NOW
        )
    person = office.people.get(ann)
    assert (person.state, person.why) == (S.BOUNCED, "550 5.1.1 unknown")


def test_what_a_dead_sender_claimed_and_did_not_end_goes_back_to_the_queue(office):
    ann, bob, carla = ids(office)
    with run_of(office) as run:
        run.commit_step([], [ann, bob, carla], now=NOW)
        run.journal.note_final_dot(bob, 0)
        run.journal.add_outcome(settled(bob, D.ACCEPTED, reply="250 ok"))
        run.journal.note_final_dot(carla, 0)
    assert counts(office.ledger.read_status(ISSUE)) == {"accepted": 1, "unknown": 1, "remaining": 1}
    assert office.statuses() == {"ann": "queued", "bob": "accepted", "carla": "unknown"}
    with run_of(office) as run:
        assert [(due.subscriber.id, due.attempts) for due in run.fetch_queued(0, 9, now=NOW)] == [
            (ann, 0)
        ]
        assert counts(run.read_status()) == {"accepted": 1, "unknown": 1, "remaining": 1}
    assert office.replies()["bob"] == "250 ok"


def test_a_deferred_one_that_was_claimed_and_not_ended_waits_as_before(office):
    ann = ids(office)[0]
    with run_of(office) as run:
        run.commit_step([], [ann], now=NOW)
        run.journal.note_final_dot(ann, 0)
        answer = settled(ann, D.DEFERRED, reply="450 later", next_at=NOW)
        run.journal.add_outcome(answer)
        run.commit_step([answer], [], now=NOW)
        run.commit_step([], [ann], now=NOW)
        run.journal.note_final_dot(
            ids(office)[1], 0
        )  # the answer to the first try is written by now
    with run_of(office) as run:
        (due,) = run.fetch_deferred(None, 9, due_at=NOW, now=NOW)
        assert (due.subscriber.id, due.attempts, due.next_at) == (ann, 1, NOW)
    assert office.replies()["ann"] == "450 later"


@pytest.mark.parametrize("boot", ["of another start", ""])
def test_after_a_power_cut_everything_that_was_claimed_is_in_doubt(office, boot):
    ann, bob, _ = ids(office)
    with run_of(office) as run:
        run.commit_step([], [ann, bob], now=NOW)
        run.journal.note_final_dot(ann, 0)
        head, *lines = run.journal.path.read_text("ascii").splitlines(keepends=True)
        told = {**json.loads(head), "boot": boot}
        run.journal.path.write_text("".join((json.dumps(told) + "\n", *lines)), "ascii")
    assert counts(office.ledger.read_status(ISSUE)) == {"unknown": 2, "remaining": 1}


def test_a_witness_knows_whether_the_newest_beat_came_from_here(office, tmp_path):
    with run_of(office) as run:
        run.write_heartbeat("sending", "", 1.0)
        assert run.witness.is_at(1)
        assert not run.witness.is_at(2)
    assert not RestoreGuard(tmp_path, "another", None).is_at(0)


def test_a_journal_beside_a_ledger_that_was_put_back_is_not_believed(office):
    ann, bob, _ = ids(office)
    with run_of(office) as run:
        run.commit_step([], [ann, bob], now=NOW)
        run.write_heartbeat("sending", "", 1.0)
        run.witness.write(9)  # as if the ledger had been put back to before
    assert counts(office.ledger.read_status(ISSUE)) == {"unknown": 2, "remaining": 1}


def test_a_line_that_was_cut_off_before_its_dot_says_nothing(office):
    ann, bob, _ = ids(office)
    with run_of(office) as run:
        run.commit_step([], [ann, bob], now=NOW)
        run.journal.note_final_dot(ann, 0)
        run.journal.path.write_text(run.journal.path.read_text("ascii") + f"{bob} ", "ascii")
    assert office.statuses() == {"ann": "unknown", "bob": "queued", "carla": "queued"}


def test_a_journal_that_grows_starts_over_with_what_is_open(office):
    ann, bob, _ = ids(office)
    with run_of(office) as run:
        run.commit_step([], [ann, bob], now=NOW)
        run.journal.note_final_dot(ann, 0)
        answers = [settled(bob, D.REFUSED, reply="x" * 400)] * (MAX_BYTES // 400)
        for answer in answers:
            run.journal.add_outcome(answer)
        run.journal.forget_outcomes(answers)
        run.journal.note_final_dot(bob, 0)
        assert run.journal.path.stat().st_size < 1000
    assert office.statuses() == {"ann": "unknown", "bob": "unknown", "carla": "queued"}


def test_a_journal_that_cannot_be_written_lets_no_message_end(office, tmp_path):
    with run_of(office) as run:
        run.journal.close()
        with pytest.raises(StorageError, match="cannot be written"):
            run.journal.note_final_dot(1, 0)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        Journal(tmp_path / "file", ISSUE).begin(1)


def test_what_a_dead_sender_left_in_the_middle_is_in_doubt_and_waits_for_a_person(office):
    ann, bob, _ = ids(office)
    with run_of(office) as run:
        run.commit_step([], [ann, bob], now=NOW)
        run.journal.note_final_dot(ann, 0)
        run.journal.note_final_dot(bob, 0)
    assert counts(office.ledger.read_status(ISSUE)) == {"unknown": 2, "remaining": 1}
    assert office.ledger.read_status(ISSUE).state == "paused"
    assert office.statuses() == {"ann": "unknown", "bob": "unknown", "carla": "queued"}
    with run_of(office) as run:
        assert [due.subscriber.id for due in run.fetch_queued(0, 9, now=NOW)] == ids(office)[2:]
    left = office.ledger.resolve_unknown(ISSUE, resend=False, now=NOW)
    assert counts(left) == {"unknown": 2, "remaining": 1}
    assert [each.is_resolved for each in office.ledger.recipients(ISSUE)] == [True, True, False]
    again = office.ledger.resolve_unknown(ISSUE, resend=True, now=NOW)
    assert counts(again) == {"remaining": 3}
    assert (again.state, "2 in doubt" in again.why) == ("paused", True)


def test_only_one_sends_an_issue_at_a_time(office):
    with run_of(office):
        assert office.ledger.read_status(ISSUE).state == "sending"
        with pytest.raises(SenderAtWorkError, match="another process"), run_of(office):
            pass
        with pytest.raises(SenderAtWorkError):
            office.ledger.resolve_unknown(ISSUE, resend=True, now=NOW)
        with office.ledger.start_session("2026-12", DIGEST, now=NOW) as other:
            assert other.sending.total == 3
    with run_of(office):
        pass


def test_a_dead_process_loses_its_lease_at_once(office, tmp_path):
    hold = (
        "import sys, time; from pathlib import Path; from newsletter.database.engine import open_database;"
        "from newsletter.delivery.lock import lease; folder = Path(sys.argv[1]);"
        "held = lease(open_database('sqlite:///newsletter.db', folder), folder, '2026-11'); held.__enter__();"
        "print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        assert is_held(office.ledger.engine, tmp_path, ISSUE)
        with pytest.raises(SenderAtWorkError), lease(office.ledger.engine, tmp_path, ISSUE):
            pass
        holder.kill()
    assert not is_held(office.ledger.engine, tmp_path, ISSUE)
    with lease(office.ledger.engine, tmp_path, ISSUE):
        pass


def test_a_lease_needs_a_folder_that_can_be_written(office, tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StorageError, match="cannot be written"),
        lease(office.ledger.engine, tmp_path / "file", ISSUE),
    ):
        pass


# --- a ledger that is not the one we wrote last
# ------------------------------------------------------------------


def begun(office):
    with run_of(office) as run:
        run.write_heartbeat("sending", "", 1.0)


def test_a_ledger_that_is_ours_is_gone_on_with(office):
    begun(office)
    begun(office)
    assert office.ledger.read_status(ISSUE).seconds == 2.0


def test_a_ledger_put_back_from_a_backup_is_refused_until_a_person_says_so(office, tmp_path):
    begun(office)
    shutil.copy(tmp_path / "newsletter.db", tmp_path / "backup")
    begun(office)
    for name in ("newsletter.db-wal", "newsletter.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "newsletter.db").write_bytes(
        (tmp_path / "backup").read_bytes()
    )  # in place: the same file
    with pytest.raises(RestoredLedgerError, match="older than the last sending"), run_of(office):
        pass
    with run_of(office, resume_restored=True) as run:
        run.write_heartbeat("sending", "", 0.0)
    begun(office)


def test_a_ledger_from_before_the_sending_is_refused(office, tmp_path):
    shutil.copy(tmp_path / "newsletter.db", tmp_path / "backup")
    begun(office)
    for name in ("newsletter.db-wal", "newsletter.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "newsletter.db").write_bytes((tmp_path / "backup").read_bytes())
    with pytest.raises(RestoredLedgerError, match="does not know it"), run_of(office):
        pass


def test_a_copied_database_is_refused(office, tmp_path):
    begun(office)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "newsletter.db", elsewhere)
    other = PostOffice.opened(elsewhere)
    with pytest.raises(RestoredLedgerError, match="another place"), run_of(other):
        pass


def test_a_copied_folder_is_refused(office, tmp_path):
    begun(office)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(tmp_path, elsewhere)
    with (
        pytest.raises(RestoredLedgerError, match="another file"),
        run_of(PostOffice.opened(elsewhere)),
    ):
        pass


def test_a_folder_that_was_put_back_in_place_is_refused(tmp_path):
    database = tmp_path / "n.db"
    database.write_bytes(b"")
    witness = RestoreGuard(tmp_path, ISSUE, database)
    witness.write(3)
    assert witness.explain_doubt(3) is None
    told = json.loads(witness.path.read_text())
    witness.path.write_text(
        json.dumps(told | {"written_at": told["written_at"] - 3600})
    )  # its stamp is of today
    assert "put back from a backup" in witness.explain_doubt(3)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "no json", '{"beats": "x", "written_at": 1, "file": 1}']
)
def test_a_witness_that_cannot_be_read_is_as_none(tmp_path, content):
    witness = RestoreGuard(tmp_path, ISSUE, None)
    witness.path.write_text(content)
    assert witness.explain_doubt(None) is None
    assert "another place" in witness.explain_doubt(1)


def test_a_witness_needs_a_folder_that_can_be_written(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        RestoreGuard(tmp_path / "missing", ISSUE, None).write(1)


def test_what_is_written_is_for_the_owner_alone(office, tmp_path):
    begun(office)
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("sending-*")} == {"0o600"}
    assert (tmp_path / "newsletter.db").stat().st_mode & 0o077 == 0


def test_no_address_stands_in_the_errors_of_the_database(office, tmp_path):
    with run_of(office) as run:
        with sqlite3.connect(tmp_path / "newsletter.db") as database:
            database.execute("drop table deliveries")
        database.close()
        with pytest.raises(StorageError) as caught:
            run.commit_step([settled(1, D.ACCEPTED, reply="ann@example.org")], [], now=NOW)
    assert "@" not in str(caught.value)


# --- as a machine of states
# -------------------------------------------------------------------------------------


class LedgerMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, nobody is lost and nobody is claimed after an acceptance."""

    def __init__(self):
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.office = PostOffice.opened(Path(self.folder.name))
        self.ids = ids(self.office)
        self.accepted, self.gone, self.claimed = set(), set(), set()
        self.entered = None
        self.enter()

    def enter(self):
        self.entered = run_of(self.office)
        self.run = self.entered.__enter__()

    def teardown(self):
        self.entered.__exit__(None, None, None)
        self.folder.cleanup()

    numbers = st.integers(0, len(CAST) - 1)

    @rule(n=numbers)
    def claim(self, n):
        number = self.ids[n]
        allowed = number in self.run.commit_step([], [number], now=NOW)
        assert not (allowed and (number in self.accepted or number in self.gone))
        if allowed:
            self.claimed.add(number)

    @precondition(lambda self: self.claimed)
    @rule(status=st.sampled_from((D.ACCEPTED, D.DEFERRED, D.REFUSED, D.UNKNOWN)))
    def settle(self, status):
        number = self.claimed.pop()
        self.run.commit_step(
            [settled(number, status, next_at=NOW if status is D.DEFERRED else None)], [], now=NOW
        )
        if status is D.ACCEPTED:
            self.accepted.add(number)

    @rule(n=numbers)
    def leave(self, n):
        self.office.people.suppress(self.ids[n], S.UNSUBSCRIBED, "asked", now=NOW)
        self.gone.add(self.ids[n])

    @rule()
    def die_and_come_again(self):
        self.entered.__exit__(None, None, None)
        self.claimed.clear()
        self.enter()
        assert counts(self.run.read_status()).get("remaining", 0) + len(self.accepted) <= 3

    @rule()
    def look_ahead(self):
        assert all(
            due.subscriber.id not in self.gone for due in self.run.fetch_queued(0, 9, now=NOW)
        )

    @invariant()
    def nobody_is_lost(self):
        known = counts(self.run.read_status())
        assert sum(known.values()) == 3
        assert known.get("accepted", 0) == len(self.accepted)


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
