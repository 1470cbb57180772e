"""The same program on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from support.loopback_smtp import Loopback
from support.post_office import ISSUE, KEYS, PostOffice, QuickClock, counts

from newsletter.bounces.repository import (
    AlreadyDecidedError,
    InboundMailRepository,
    InboundRecord,
    SuppressionEffect,
)
from newsletter.database.engine import open_database
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.lock import is_held, lease
from newsletter.delivery.retention import reduce_old
from newsletter.delivery.sender import send_issue
from newsletter.errors import SenderAtWorkError
from newsletter.formats.mailboxes import parse_address
from newsletter.model import SubscriberState
from newsletter.reports.providers import Provider
from newsletter.reports.repository import ReportRepository
from newsletter.subscribers.import_batch import ImportCounts
from newsletter.subscribers.list_import import ImportRow
from newsletter.subscribers.opt_in import ConfirmationResult, OptInRepository
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.subscribers.unsubscribes import UnsubscribeQueue

NOW = datetime(2026, 11, 23, tzinfo=UTC)


async def test_a_list_is_imported_sent_to_and_counted_by_one_sender_at_a_time(postgresql, tmp_path):
    engine = open_database(postgresql, tmp_path)
    people = SubscriberRepository(engine, KEYS)
    rows = [ImportRow(line=n, address=parse_address(f"reader{n}@example.org")) for n in range(50)]
    assert people.import_rows(rows, now=NOW) == ImportCounts(added=50)
    assert people.import_rows(rows[:3], now=NOW) == ImportCounts(unchanged=3)
    assert people.erase([rows[0].address], now=NOW) == 1
    office = PostOffice(tmp_path, people, Ledger(engine, tmp_path))

    refused = []

    def script(command, count, connection):
        if (command, count) == ("DOT", 5):
            assert is_held(engine, tmp_path, ISSUE)
            try:
                with lease(engine, tmp_path, ISSUE):
                    pass
            except SenderAtWorkError:
                refused.append(True)
        return {("RCPT", 3): "450 later", ("RCPT", 20): "550 5.1.1 unknown"}.get((command, count))

    server = Loopback(script=script)
    async with server.running():
        order = office.order(server.port, "connections = 4\nper_day = 1000\n")
        tally = await send_issue(order, office.ledger, clock=QuickClock())
    assert (counts(tally), tally.state) == ({"accepted": 48, "refused": 1}, "done")
    assert refused == [True]
    assert not is_held(engine, tmp_path, ISSUE)
    assert sorted(office.statuses().values()).count("accepted") == 48
    assert office.ledger.resolve_unknown(ISSUE, resend=True, now=NOW).state == "done"

    UnsubscribeQueue(engine).unsubscribe(rows_of(people)[0], sending_id=1, now=NOW)
    (result,) = ReportRepository(engine).up_to(ISSUE, 6)
    other = Provider.OTHER
    fared = {word: result.counts[other, word] for word in ("accepted", "refused", "left")}
    assert fared == {"accepted": 48, "refused": 1, "left": 1}
    assert reduce_old(engine, before=NOW + timedelta(days=9999)).sendings == 1
    assert ReportRepository(engine).up_to(ISSUE, 6) == [result]
    engine.dispose()


@pytest.mark.parametrize(
    "pace", ["per_minute = 0\n", "per_minute = 6000\n"], ids=["free", "limited"]
)
async def test_who_leaves_in_the_moment_of_sending_gets_nothing(postgresql, tmp_path, pace):
    engine = open_database(postgresql, tmp_path)
    people = SubscriberRepository(engine, KEYS)
    addresses = [parse_address(f"late{n}@{tmp_path.name[-1]}.example") for n in range(40)]
    people.import_rows([ImportRow(line=1, address=each) for each in addresses], now=NOW)
    leaving = {str(each.text): people.find(each).id for each in addresses[::4]}
    office = PostOffice(tmp_path, people, Ledger(engine, tmp_path))
    server = Loopback()

    def script(command, count, connection):
        if command == "DATA" and (number := leaving.get(server.recipient_of[connection])):
            people.suppress(number, SubscriberState.UNSUBSCRIBED, "asked", now=NOW)

    server.script = script
    async with server.running():
        order = replace(
            office.order(server.port, "connections = 4\n" + pace), issue=f"late-{tmp_path.name}"
        )
        tally = await send_issue(order, office.ledger, clock=QuickClock())
    assert (tally.suppressed, tally.accepted) == (10, tally.total - 10)
    assert not leaving.keys() & server.recipients().keys()
    assert set(server.recipients().values()) == {1}
    people.erase(addresses, now=NOW)
    engine.dispose()


def rows_of(people):
    return [each.id for each in people.all() if each.state is SubscriberState.ACTIVE]


def test_mails_are_decided_once_and_readers_wishes_are_kept(postgresql, tmp_path):
    engine = open_database(postgresql, tmp_path)
    people, record, readers = (
        SubscriberRepository(engine, KEYS),
        InboundMailRepository(engine),
        OptInRepository(engine, KEYS),
    )
    people.import_rows(
        [ImportRow(line=1, address=parse_address(f"{name}@wishes.example")) for name in "abc"],
        now=NOW,
    )
    a, b, c = (people.find(parse_address(f"{name}@wishes.example")) for name in "abc")
    decided = InboundRecord(kind="complaint", action="suppressed", subscriber_id=a.id, sending_id=1)
    effect = SuppressionEffect(state=SubscriberState.COMPLAINED, why="x")
    with record.begin() as deciding:
        deciding.write("place", decided, effect, now=NOW)
        assert deciding.count_consecutive_bounces(a.id, 1) == 1
    with pytest.raises(AlreadyDecidedError), record.begin() as deciding:
        deciding.write("place", decided, effect, now=NOW)
    assert record.load_decisions(["place"]) == {"place": decided}

    UnsubscribeQueue(engine).unsubscribe(b.id, now=NOW)
    readers.pause(c.id, NOW + timedelta(days=30), now=NOW)
    assert [people.get(each.id).state.value for each in (a, b, c)] == [
        "complained",
        "unsubscribed",
        "paused",
    ]
    assert readers.end_pauses(now=NOW + timedelta(days=31)) == 1
    assert readers.create_request(parse_address(a.address), now=NOW) is None
    address = parse_address("new@wishes.example")
    assert (
        readers.confirm(readers.create_request(address, now=NOW).id, address, now=NOW)
        is ConfirmationResult.SUBSCRIBED
    )
    readers.save_unsubscribe_reason("bye", on=NOW.date())
    assert list(readers.list_unsubscribe_reasons()) == [("2026-11-23", "bye")]
    assert readers.collect_personal_data(c.id)["subscriber"]["state"] == "active"
    readers.erase(a.id, parse_address(a.address))
    assert list(record.of_person(a.id)) == []
    assert (
        people.erase(
            [parse_address(f"{name}@wishes.example") for name in ("a", "b", "c", "new")], now=NOW
        )
        == 4
    )
    engine.dispose()


def test_plans_and_wishes_are_kept_on_a_server_too(postgresql, tmp_path):
    from newsletter.delivery import pause_stop
    from newsletter.delivery.schedule_repository import ScheduleRepository

    engine = open_database(postgresql, tmp_path)
    plans, people, ledger = (
        ScheduleRepository(engine, tmp_path),
        SubscriberRepository(engine, KEYS),
        Ledger(engine, tmp_path),
    )
    plan = plans.schedule("2027-01", NOW, people=1, now=NOW)
    assert (plans.find("2027-01"), plans.is_at_home(plan)) == (plan, True)
    with plans.waiting("2027-01"):
        assert plans.is_waited_for("2027-01")
    assert not plans.is_waited_for("2027-01")
    assert plans.begin("2027-01", now=NOW)
    assert not plans.cancel("2027-01")
    plans.delete("2027-01")
    pause_stop.set_send_control(engine, "2027-01", pause_stop.SendControl.STOP, now=NOW)
    assert ledger.read_status("2027-01").wish is pause_stop.SendControl.STOP
    assert pause_stop.clear_send_control(engine, "2027-01")
    row = ImportRow(line=1, address=parse_address("foreseen@example.org"))
    assert people.preview_import([row], now=NOW) == ImportCounts(added=1)
    assert people.find(row.address) is None
    assert people.suppression(row.address) is None
    engine.dispose()


def test_a_lease_is_free_again_at_once_and_also_when_its_session_was_ended(postgresql, tmp_path):
    engine = open_database(postgresql, tmp_path)
    for _ in range(20):
        with lease(engine, tmp_path, ISSUE):
            assert is_held(engine, tmp_path, ISSUE)
        assert not is_held(engine, tmp_path, ISSUE)
    with lease(engine, tmp_path, ISSUE), engine.begin() as connection:
        ended = sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        )
        assert connection.execute(ended).scalar_one()
    engine.dispose()
