"""All measurements, one after the other: `make bench`, or `python bench/run.py [NAME]…`.

The recorded data is looked for in the folder that NEWSLETTER_SHARED names, else in `../shared`.
What cannot run here is named with the reason. docs/benchmarks.md says what the figures mean and
what they were.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
SHARED = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared")).resolve()
REAL = SHARED / "data" / "real"
SDIST = Path(os.environ.get("FEEDPARSER_SDIST", SHARED / "data" / "peers" / "feedparser-6.0.14"))
SUITE = SHARED / "data" / "peers" / "feedparser_suite_6014.tsv"


@dataclass(frozen=True)
class Measurement:
    """One script, with what it is given and what it cannot do without."""

    name: str
    arguments: tuple[object, ...] = ()
    folders: tuple[Path, ...] = ()
    programs: tuple[str, ...] = ()

    def missing(self) -> str:
        """Why it cannot run here, or nothing."""
        folders = [f"{each} is not there" for each in self.folders if not each.exists()]
        programs = [
            f"{each} is not installed" for each in self.programs if shutil.which(each) is None
        ]
        return "; ".join(folders + programs)


ALL = (
    Measurement("startup"),
    Measurement("rendering"),
    Measurement("collecting", (REAL / "feeds",), (REAL / "feeds",)),
    Measurement("hostile"),
    Measurement("drafting"),
    Measurement("issues"),
    Measurement("merging", (SHARED,), (REAL,)),
    Measurement("sections", (SHARED,), (SHARED / "data" / "labels",)),
    Measurement("bounces", (REAL / "bounces",), (REAL / "bounces",)),
    Measurement("feeds_suite", (SDIST, SUITE), (SDIST, SUITE)),
    Measurement("people", ("--people", 100_000)),
    Measurement(
        "sending", ("--people", 3_000, "--repeats", 1), programs=("smtp-sink", "smtp-source")
    ),
    Measurement("public_load", ("--seconds", 10)),
    Measurement("studio", programs=("chromium",)),
    Measurement("torture", ("--rounds", 3, "--people", 400)),
)


def main() -> int:
    wanted = set(sys.argv[1:])
    measurements = [each for each in ALL if not wanted or each.name in wanted]
    forgotten = (
        {path.stem for path in BENCH.glob("*.py")}
        - {each.name for each in ALL}
        - {"run", "holding_sink", "loopback_site"}
    )
    if unknown := wanted - {each.name for each in ALL}:
        sys.exit(
            f"there is no measurement {', '.join(sorted(unknown))}; there are: {', '.join(e.name for e in ALL)}"
        )
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
        flush=True,
    )
    failed = [each.name for each in measurements if not measured(each)]
    for name in sorted(forgotten):
        print(f"\nbench/{name}.py is not in the list of bench/run.py, and was not run")
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


def measured(measurement: Measurement) -> bool:
    """Run it, or say why not; False when it failed."""
    print(f"\n== {measurement.name}", flush=True)
    if why := measurement.missing():
        print(f"not run: {why}")
        return True
    # compiled modules are kept, as they are wherever the program is installed
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    command = [sys.executable, BENCH / f"{measurement.name}.py", *map(str, measurement.arguments)]
    began = time.perf_counter()
    ended = subprocess.run(
        command, check=False, cwd=ROOT, env=environment | {"NEWSLETTER_SHARED": str(SHARED)}
    )
    print(f"({time.perf_counter() - began:.0f} s)", flush=True)
    return ended.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
