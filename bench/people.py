"""A long list: how fast it is imported, and in how much memory.

.venv/bin/python bench/people.py [--people 1000000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("Email,First name,Last name,Status\n")
            file.writelines(
                f"reader{n}@example{n % 97}.org,Ann,Réader {n},active\n"
                for n in range(options.people)
            )
        take_in(path, Path(folder))


def take_in(path: Path, folder: Path) -> None:
    from newsletter.database.engine import open_database
    from newsletter.subscribers.list_import import import_list
    from newsletter.subscribers.repository import SubscriberRepository
    from newsletter.tokens import Keys

    people = SubscriberRepository(
        open_database("sqlite:///newsletter.db", folder), Keys(b"a key for measuring")
    )
    for called in ("import", "again"):
        start = time.perf_counter()
        with path.open("rb") as file:
            report = import_list(people, file, name=path.name, now=datetime.now(UTC))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{called}: {report.imported} in {time.perf_counter() - start:.1f} s, peak memory {memory:.0f} MB"
        )


if __name__ == "__main__":
    main()
