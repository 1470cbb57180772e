"""`draft` as a whole process with a hundred thousand entries seen before.

Bar: 2 s, the work of `--version` aside.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from newsletter.database.engine import open_database
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import EntryRepository
from newsletter.model import Dated, Entry, Ids

COUNT = 100_000
NEW = 40
ROUNDS = 3
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
SETTINGS = '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\naddress = "1 Main Street"\n'


def entry(number: int, day: date) -> Entry:
    return Entry(
        title=f"Outcomes of leiomyosarcoma after treatment number {number} in a cohort of patients",
        ids=Ids(doi=f"10.1000/{number}", url=f"https://example.org/{number}"),
        links=(f"https://example.org/{number}",),
        authors=("Example A", "Other B"),
        dated=Dated(day),
        summary="What was done, what was seen, and what it may mean. " * 10,
    )


def fill(folder: Path) -> None:
    store = EntryRepository(open_database("sqlite:///.newsletter/newsletter.db", folder))
    old = [
        entry(number, date(2024, 1, 1) + timedelta(days=number % 700)) for number in range(COUNT)
    ]
    for begin in range(0, COUNT, 10_000):
        ingest_entries(store, "old", old[begin : begin + 10_000], NOW - timedelta(days=200))
    ingest_entries(
        store, "new", [entry(COUNT + number, date(2026, 11, 10)) for number in range(NEW)], NOW
    )


def seconds(folder: Path) -> float:
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "-C",
        str(folder),
        "--now",
        NOW.isoformat(),
        "draft",
        "--json",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "newsletter.toml").write_text(SETTINGS, "utf-8")
        fill(folder)
        taken = [seconds(folder) for _ in range(ROUNDS)]
    print(
        f"draft, {COUNT:,} entries seen, {NEW} new: {min(taken):.2f} s, the best of {ROUNDS} (bar 2)"
    )


if __name__ == "__main__":
    main()
