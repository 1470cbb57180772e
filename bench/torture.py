"""kill -9 at random moments while the mail server misbehaves, and what the ledger then knows.

.venv/bin/python bench/torture.py [--rounds 200] [--people 5000] [--connections 8] [--seed 1]
[--trouble disk,lock,clock]

After every kill: nobody has two copies, nobody is missing from the counts, whoever the server has
is accepted or in doubt, everybody in doubt is listed, and no more are in doubt than connections
were open at the kills, plus the replies that the server lost. `--trouble` adds, at random moments
of most rounds, what a machine does beside dying:

- `disk`: no room is left, for a moment or longer than the sender has patience (a small file system
  of its own where we
  may mount one; else no file may grow);
- `lock`: another process holds the database, for a moment or longer than the sender has patience;
- `clock`: the machine's clock stands hours or weeks before or behind, and jumps while the sender
  works.

A seed names the same draws again; how far a sender had come when it was killed is the machine's to
say. Long runs can be cut into slices of fewer rounds with other seeds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.loopback_smtp import DROP, Loopback
from support.post_office import ISSUE, KEYS, PostOffice, counts

SETTINGS = """
adapt = false
retry_after = "1s"
per_connection = 100
"""
TROUBLES = ("disk", "lock", "clock")
GAVE_UP = 3  # how a sender ends that could not write for too long
# for a locked database, instead of 30 s; with its tries the sender gives up after some 11 s
PATIENCE_MS = 300
LONG_S = 13.0
ROUNDS_OF_AN_ISSUE = (
    10  # then it is let come to its end: a clock set back defers people for longer than we wait
)
DISK_MB = 48
DAY_S = 86400.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds until a kill, at most")
    parser.add_argument("--trouble", default="", help="some of disk,lock,clock")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "PORT"))
    parser.add_argument(
        "--shift", type=float, default=0.0, help="of a child: seconds that its clock stands ahead"
    )
    parser.add_argument(
        "--jump",
        type=float,
        default=0.0,
        help="of a child: so far the clock jumps after half a second",
    )
    options = parser.parse_args()
    options.trouble = tuple(filter(None, options.trouble.split(",")))
    if unknown := set(options.trouble) - set(TROUBLES):
        sys.exit(f"--trouble {', '.join(sorted(unknown))}: there are {', '.join(TROUBLES)}")
    if options.child:
        child(Path(options.child[0]), int(options.child[1]), options)
        return
    ends = asyncio.run(torture(options))
    beside = f" beside {', '.join(options.trouble)}" if options.trouble else ""
    gave_up = f", {ends['gave up']} senders that gave up" if ends["gave up"] else ""
    print(
        f"{ends['killed']} kills{gave_up}{beside} over {options.people} people on {options.connections} connections:"
        f" every promise held"
    )


# --- the process that is killed
# ----------------------------------------------------------------------------------


def child(folder: Path, port: int, options: argparse.Namespace) -> None:
    from newsletter.database import engine as database_engine
    from newsletter.delivery.ledger import Ledger
    from newsletter.delivery.sender import run_send, send_issue
    from newsletter.errors import StorageError
    from newsletter.subscribers.repository import SubscriberRepository

    if options.trouble:
        database_engine.BUSY_TIMEOUT_MS = PATIENCE_MS
    try:
        engine = database_engine.open_database("sqlite:///newsletter.db", folder)
        office = PostOffice(folder, SubscriberRepository(engine, KEYS), Ledger(engine, folder))
        order = office.order(port, SETTINGS + f"connections = {options.connections}\n")
        run_send(send_issue(order, office.ledger, clock=clock(options)))
    except StorageError as error:
        print(f"  the sender gave up: {error}", file=sys.stderr)
        sys.exit(GAVE_UP)


def clock(options: argparse.Namespace):
    """The machine's clock, so far ahead or behind, which jumps after half a second of work."""
    from newsletter.delivery.clock import SystemClock

    class Shifted(SystemClock):
        def __init__(self) -> None:
            self.jumps_at = time.monotonic() + 0.5

        def now(self) -> datetime:
            jumped = options.jump if time.monotonic() > self.jumps_at else 0.0
            return datetime.now(UTC) + timedelta(seconds=options.shift + jumped)

    return Shifted()


# --- rounds
# ------------------------------------------------------------------------------------------------------


async def torture(options: argparse.Namespace) -> Counter[str]:
    """Issue after issue to the same people until enough rounds were made.

    Returns how the senders ended.
    """
    chance = random.Random(options.seed)  # noqa: S311 - not for secrets
    ends: Counter[str] = Counter()
    while rounds_of(ends) < options.rounds:
        with tempfile.TemporaryDirectory() as folder, disk_of_its_own(Path(folder), options):
            ends += await one_issue(Path(folder), chance, options, options.rounds - rounds_of(ends))
    return ends


def rounds_of(ends: Counter[str]) -> int:
    return ends["killed"] + ends["gave up"]


async def one_issue(
    folder: Path, chance: random.Random, options: argparse.Namespace, most: int
) -> Counter[str]:
    """One issue to its end; returns how its senders ended."""
    people = tuple(f"reader{n}@example.org" for n in range(options.people))
    office = PostOffice.opened(folder, people)
    server = Loopback(script=misbehaviour(chance))
    if options.trouble:
        most = min(most, ROUNDS_OF_AN_ISSUE)
    ends: Counter[str] = Counter()
    doubt_allowed = 0
    async with server.running():
        while not ends["finished"]:
            lost_before = server.lost_replies
            wait_s = chance.uniform(0.2, options.longest) if rounds_of(ends) < most else None
            end = await one_run(folder, server.port, chance, options, wait_s)
            ends[end] += 1
            doubt_allowed += (
                server.lost_replies - lost_before + options.connections * (end != "finished")
            )
            examine(office, server, doubt_allowed)
    print(
        f"  {counts(office.ledger.read_status(ISSUE))} after {dict(ends)}, {server.lost_replies} replies lost",
        file=sys.stderr,
        flush=True,
    )
    return ends


async def one_run(
    folder: Path,
    port: int,
    chance: random.Random,
    options: argparse.Namespace,
    wait_s: float | None,
) -> str:
    """How a sender ended: finished, killed, gave up. `wait_s`: until the kill; None.

    It may come to its end.
    """
    trouble = chance.choice((*options.trouble, "")) if wait_s is not None else ""
    lasts_s = LONG_S if chance.random() < 0.15 else chance.uniform(0.1, 2.0)
    shift_s, jump_s = (
        chance.choice((-30 * DAY_S, -7200.0, 0.0, 7200.0, 30 * DAY_S)) for _ in range(2)
    )
    if trouble != "clock":
        shift_s = (
            60 * DAY_S if "clock" in options.trouble and wait_s is None else 0.0
        )  # at last everybody is due
        jump_s = 0.0
    command = [
        sys.executable,
        __file__,
        "--child",
        str(folder),
        str(port),
        "--connections",
        str(options.connections),
    ]
    command += [
        "--shift",
        str(shift_s),
        "--jump",
        str(jump_s),
        "--trouble",
        ",".join(options.trouble),
    ]
    sender = await asyncio.create_subprocess_exec(*command)
    async with beside(
        trouble, folder, sender.pid, after_s=(wait_s or 0) * chance.random(), lasts_s=lasts_s
    ) as over:
        try:
            if trouble in {"disk", "lock"} and lasts_s == LONG_S:
                await asyncio.wait_for(sender.wait(), LONG_S + 10)
            await asyncio.wait_for(sender.wait(), wait_s)
        except TimeoutError:
            sender.send_signal(signal.SIGKILL)
            await sender.wait()
        over.set()
    if sender.returncode == -signal.SIGKILL:
        return "killed"
    if sender.returncode == GAVE_UP and trouble in {"disk", "lock"}:
        return "gave up"
    if sender.returncode:
        sys.exit(f"the sender ended with {sender.returncode}")
    return "finished"


# --- troubles of the machine
# -------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def beside(
    trouble: str, folder: Path, pid: int, *, after_s: float, lasts_s: float
) -> AsyncIterator[threading.Event]:
    """A trouble that begins after a while and lasts, or until the event is set."""
    over = threading.Event()

    def happen() -> None:
        if not over.wait(after_s):
            with TROUBLE[trouble](folder, pid):
                over.wait(lasts_s)

    waiting = (
        asyncio.get_running_loop().run_in_executor(None, happen) if trouble in TROUBLE else None
    )
    try:
        yield over
    finally:
        over.set()
        if waiting is not None:
            await waiting


@contextlib.contextmanager
def locked(folder: Path, _pid: int) -> Iterator[None]:
    """Another process writes and does not come to an end."""
    other = sqlite3.connect(folder / "newsletter.db", timeout=60, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()


@contextlib.contextmanager
def no_room(folder: Path, pid: int) -> Iterator[None]:
    """No room is left: the file system is filled up, or the sender's files may grow no further."""
    if not folder.is_mount():
        with no_growth(folder, pid):
            yield
        return
    filler = folder / "filler"
    for size in (1 << 20, 4096):
        with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
            while file.write(bytes(size)) == size:
                pass
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def no_growth(folder: Path, pid: int) -> Iterator[None]:
    """No file of the sender may become larger than the largest one is."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max((each.stat().st_size for each in folder.glob("newsletter.db*")), default=0)
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


TROUBLE = {"lock": locked, "disk": no_room}


@contextlib.contextmanager
def disk_of_its_own(folder: Path, options: argparse.Namespace) -> Iterator[None]:
    """A small file system in the folder, if one is wanted and we may mount it."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if (
        "disk" not in options.trouble
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        yield
        return
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


# --- the server, and the promises
# ---------------------------------------------------------------------------------


def misbehaviour(chance: random.Random):
    """A server that does each wrong thing now and then."""

    async def stall(writer) -> None:
        await asyncio.sleep(chance.uniform(0.1, 0.5))
        writer.close()

    def script(command: str, _count: int, _connection: int) -> object:
        wrong = {
            "MAIL": ((0.002, DROP), (0.002, "421 4.3.2 closing"), (0.005, "451 4.3.0 later")),
            "RCPT": (
                (0.002, DROP),
                (0.01, "450 4.2.0 greylisted"),
                (0.002, "550 no such user"),
                (0.001, stall),
            ),
            "DATA": ((0.002, DROP), (0.002, "451 4.3.0 later")),
            "BODY": ((0.002, DROP),),
            "TAKEN": ((0.002, DROP),),
            "DOT": ((0.005, "451 4.3.0 later"), (0.001, "554 5.6.0 not liked")),
        }
        draw = chance.random()
        for share, answer in wrong.get(command, ()):
            if draw < share:
                return answer
            draw -= share
        return None

    return script


def examine(office: PostOffice, server: Loopback, doubt_allowed: int) -> None:
    """The promises, after a round or at the end."""
    tally = office.ledger.read_status(ISSUE)
    known = counts(tally)  # sums to the total, or fails
    doubtful = known.get("unknown", 0)
    taken = server.recipients()
    twice = [each for each, count in taken.items() if count > 1]
    assert not twice, f"{len(twice)} people got two copies"
    status = {each.address: each.status.value for each in office.ledger.recipients(ISSUE)}
    assert len(status) == tally.total, "somebody is missing from the list"
    assert all(status[each] in {"accepted", "unknown"} for each in taken), (
        "somebody has it and the ledger denies it"
    )
    assert all(taken[each] == 1 for each, found in status.items() if found == "accepted"), (
        "accepted, and not there"
    )
    assert Counter(status.values())["unknown"] == doubtful, "somebody in doubt is not listed"
    assert doubtful <= doubt_allowed, f"{doubtful} in doubt, {doubt_allowed} allowed"
    with contextlib.closing(sqlite3.connect(office.folder / "newsletter.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


if __name__ == "__main__":
    main()
