"""Readers at the public page while an issue goes out: `python bench/public_load.py [--seconds 60] [--rate 200]`.

Starts `newsletter serve` on one core with a list of its own, keeps its database busy as a sender
does, and asks at a fixed rate: half the requests are one-click unsubscribes, the rest pages. Prints
percentiles, and how many unsubscribes were answered and how many of those are in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

import aiohttp

from newsletter.delivery import service as delivery
from newsletter.delivery.journal import DeliveryOutcome
from newsletter.formats.mailboxes import parse_address
from newsletter.model import DeliveryStatus, SubscriberState
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.list_import import ImportRow
from newsletter.tokens import Purpose
from newsletter.workspace import credentials
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

SETTINGS = (
    '[newsletter]\ntitle = "x"\nfrom = "news@example.org"\n[public]\nurl = "http://127.0.0.1"\n'
)


def make(folder: Path, people: int) -> AppContext:
    (folder / "newsletter.toml").write_text(SETTINGS)
    (folder / ".newsletter").mkdir()
    (folder / ".newsletter" / "secret").write_text("an invented secret\n")
    context = AppContext(open_workspace(folder), datetime.now(UTC))
    rows = (ImportRow(line=1, address=parse_address(f"r{n}@example.org")) for n in range(people))
    subscribers.open_subscribers(context).import_rows(rows, now=context.now)
    return context


def keep_busy(folder: str, people: int, stop: Event) -> None:
    """Settle and claim deliveries as a sender does, some at a time."""
    context = AppContext(open_workspace(Path(folder)), datetime.now(UTC))
    with delivery.open_ledger(context).start_session("busy", "d", now=context.now) as run:
        number = 1
        while not stop.is_set():
            ids = range(number, min(number + 10, people))
            allowed = run.commit_step((), list(ids), now=context.now)
            run.commit_step(
                [
                    DeliveryOutcome(subscriber_id=each, status=DeliveryStatus.ACCEPTED)
                    for each in allowed
                ],
                (),
                now=context.now,
            )
            number = number + 10 if number + 10 < people else 1
            time.sleep(0.02)


async def ask(
    url: str, context: AppContext, rate: int, seconds: int
) -> tuple[list[float], list[int], int]:
    keys = credentials.load_keys(context)
    spent: list[float] = []
    left: list[int] = []
    failed = 0

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal failed
        reader = number + 1
        token = keys.sign(Purpose.UNSUBSCRIBE, reader)
        began = time.perf_counter()
        if number % 2:
            request = session.post(f"{url}u/{token}", data={"List-Unsubscribe": "One-Click"})
        elif number % 4:
            request = session.get(f"{url}p/{keys.sign(Purpose.PREFERENCES, reader)}")
        else:
            request = session.get(f"{url}u/{token}")
        try:
            async with request as answer:
                await answer.read()
                if answer.status == 200 and number % 2:
                    left.append(reader)
                failed += answer.status != 200
        except (aiohttp.ClientError, TimeoutError):
            failed += 1
        spent.append(time.perf_counter() - began)

    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as session,
        asyncio.TaskGroup() as group,
    ):
        began = time.perf_counter()
        for number in range(rate * seconds):
            await asyncio.sleep(max(0, began + number / rate - time.perf_counter()))
            group.create_task(one(session, number))
    return sorted(spent), left, failed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--quiet-database", action="store_true")
    options = parser.parse_args()
    people = options.rate * options.seconds + 10
    with tempfile.TemporaryDirectory() as name:
        context = make(Path(name), people)
        command = [sys.executable, "-m", "newsletter", "-C", name, "serve", "--port", "0"]
        core = min(os.sched_getaffinity(0))
        with subprocess.Popen(command, stderr=subprocess.PIPE) as server:
            os.sched_setaffinity(server.pid, {core})
            url = re.search(r"http://\S+/", server.stderr.readline().decode())[0]
            stop = multiprocessing.Event()
            busy = multiprocessing.Process(target=keep_busy, args=(name, people, stop))
            if not options.quiet_database:
                busy.start()
            asyncio.run(ask(url, context, 10, 1))  # templates are read at the first request
            spent, left, failed = asyncio.run(ask(url, context, options.rate, options.seconds))
            stop.set()
            if busy.pid:
                busy.join()
            server.terminate()
        gone = {
            each.id
            for each in subscribers.open_subscribers(context).all()
            if each.state is SubscriberState.UNSUBSCRIBED
        }
    for share in (0.5, 0.9, 0.99, 0.999):
        print(f"p{share * 100:g}  {spent[int(len(spent) * share)] * 1000:7.1f} ms")
    print(
        f"{len(spent)} requests, {failed} failed, {len(left)} unsubscribes answered, {len(set(left) - gone)} lost"
    )


if __name__ == "__main__":
    main()
