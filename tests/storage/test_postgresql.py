"""The same program on PostgreSQL."""

import getpass
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback_smtp import Loopback
from post_office import ISSUE, KEYS, PostOffice, QuickClock, counts

from newsletter.addresses import parse_address
from newsletter.delivery.sending import send_issue
from newsletter.followup.subscriptions import Row
from newsletter.storage.database import open_database
from newsletter.storage.lease import SenderAtWorkError, is_held, lease
from newsletter.storage.ledger import Ledger
from newsletter.storage.people import Imported, People

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))


def as_owner(*command):
    """PostgreSQL refuses to run as root; then Debian's own user runs it."""
    prefix = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    if not (BINARIES / "initdb").exists():
        pytest.skip("PostgreSQL is not installed")
    folder = Path("/tmp") / f"newsletter-postgresql-{tmp_path_factory.getbasetemp().name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if getpass.getuser() == "root":
        shutil.chown(folder, "postgres")
    as_owner(BINARIES / "initdb", "-D", folder / "data", "-A", "trust", "--no-sync")
    start = f"-c listen_addresses= -k {folder} -c fsync=off"
    as_owner(BINARIES / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", start, "start")
    owner = "postgres" if getpass.getuser() == "root" else getpass.getuser()
    yield f"postgresql+psycopg://{owner}@/postgres?host={folder}"
    as_owner(BINARIES / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


async def test_a_list_is_imported_sent_to_and_counted_by_one_sender_at_a_time(url, tmp_path):
    engine = open_database(url, tmp_path)
    people = People(engine, KEYS)
    rows = [Row(line=n, address=parse_address(f"reader{n}@example.org")) for n in range(50)]
    assert people.take_in(rows, now=NOW) == Imported(added=50)
    assert people.take_in(rows[:3], now=NOW) == Imported(unchanged=3)
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
    assert office.ledger.resolve(ISSUE, resend=True, now=NOW).state == "done"
    engine.dispose()
