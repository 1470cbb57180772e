"""How long `python -m newsletter --version` takes, against `python -c "import email, sqlite3"`, in turn. Bar: 3."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 15


def seconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    ratios = []
    for _ in range(ROUNDS):
        ours, theirs = (
            seconds(["-m", "newsletter", "--version"]),
            seconds(["-c", "import email, sqlite3"]),
        )
        ratios.append(ours / theirs)
    print(
        f"start-up: {statistics.median(ratios):.2f} x importing email and sqlite3 (median of {ROUNDS}; bar 3)"
    )


if __name__ == "__main__":
    main()
