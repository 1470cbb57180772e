"""kill -9 at random moments while the mail server misbehaves, and what the ledger then knows.

    .venv/bin/python bench/torture.py [--rounds 200] [--people 5000] [--connections 8] [--seed 1]

After every kill: nobody has two copies, nobody is missing from the counts, whoever the server has is accepted or in
doubt, and no more are in doubt than connections were open at the kill, plus the replies that the server lost.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from loopback_smtp import DROP, Loopback
from post_office import ISSUE, KEYS, PostOffice, counts

SETTINGS = """
adapt = false
retry_after = "1s"
per_connection = 100
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds until a kill, at most")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "PORT"))
    options = parser.parse_args()
    if options.child:
        child(Path(options.child[0]), int(options.child[1]), options.connections)
        return
    rounds = asyncio.run(torture(options))
    print(f"{rounds} kills over {options.people} people on {options.connections} connections: every promise held")


def child(folder: Path, port: int, connections: int) -> None:
    """The process that is killed."""
    from newsletter.delivery.sending import run, send_issue
    from newsletter.storage.database import open_database
    from newsletter.storage.ledger import Ledger
    from newsletter.storage.people import People

    engine = open_database("sqlite:///newsletter.db", folder)
    office = PostOffice(folder, People(engine, KEYS), Ledger(engine, folder))
    order = office.order(port, SETTINGS + f"connections = {connections}\n")
    run(send_issue(order, office.ledger))


async def torture(options: argparse.Namespace) -> int:
    """Issue after issue to the same people until enough kills were made; returns how many."""
    chance = random.Random(options.seed)  # noqa: S311 - not for secrets
    kills = 0
    while kills < options.rounds:
        with tempfile.TemporaryDirectory() as folder:
            kills += await one_issue(Path(folder), chance, options, options.rounds - kills)
    return kills


async def one_issue(folder: Path, chance: random.Random, options: argparse.Namespace, most: int) -> int:
    """One issue to its end; returns the kills it took."""
    people = tuple(f"reader{n}@example.org" for n in range(options.people))
    office = PostOffice.opened(folder, people)
    server = Loopback(script=misbehaviour(chance))
    kills, doubt_allowed, finished = 0, 0, False
    async with server.running():
        while not finished:
            lost_before = server.lost_replies
            wait_s = chance.uniform(0.2, options.longest) if kills < most else None
            finished = await one_run(folder, server.port, options, wait_s)
            kills += not finished
            doubt_allowed += server.lost_replies - lost_before + options.connections * (not finished)
            examine(office, server, doubt_allowed)
    print(
        f"  {counts(office.ledger.tally(ISSUE))} after {kills} kills, {server.lost_replies} replies lost",
        file=sys.stderr,
    )
    return kills


async def one_run(folder: Path, port: int, options: argparse.Namespace, wait_s: float | None) -> bool:
    """Whether the sender came to its end before it was killed."""
    command = [sys.executable, __file__, "--child", str(folder), str(port), "--connections", str(options.connections)]
    sender = await asyncio.create_subprocess_exec(*command)
    try:
        await asyncio.wait_for(sender.wait(), wait_s)
    except TimeoutError:
        sender.send_signal(signal.SIGKILL)
        await sender.wait()
        return False
    if sender.returncode:
        sys.exit(f"the sender ended with {sender.returncode}")
    return True


def misbehaviour(chance: random.Random):
    """A server that does each wrong thing now and then."""

    async def stall(writer) -> None:
        await asyncio.sleep(chance.uniform(0.1, 0.5))
        writer.close()

    def script(command: str, _count: int, _connection: int) -> object:
        wrong = {
            "MAIL": ((0.002, DROP), (0.002, "421 4.3.2 closing"), (0.005, "451 4.3.0 later")),
            "RCPT": ((0.002, DROP), (0.01, "450 4.2.0 greylisted"), (0.002, "550 no such user"), (0.001, stall)),
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
    """The promises, after a kill or at the end."""
    tally = office.ledger.tally(ISSUE)
    known = counts(tally)  # sums to the total, or fails
    doubtful = known.get("unknown", 0)
    taken = server.recipients()
    twice = [each for each, count in taken.items() if count > 1]
    assert not twice, f"{len(twice)} people got two copies"
    status = {each.address: each.status.value for each in office.ledger.recipients(ISSUE)}
    assert all(status[each] in {"accepted", "unknown"} for each in taken), "somebody has it and the ledger denies it"
    assert all(taken[each] == 1 for each, found in status.items() if found == "accepted"), "accepted, and not there"
    assert doubtful <= doubt_allowed, f"{doubtful} in doubt, {doubt_allowed} allowed"
    assert sqlite3.connect(office.folder / "newsletter.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


if __name__ == "__main__":
    main()
