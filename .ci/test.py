"""Run every check of the project, each to its end, and say at last what passed and what could not run.

With names of steps as arguments, only those: .ci/test.py lint types
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STEPS = (
    ("format", "ruff", ("format", "--check", ".")),
    ("lint", "ruff", ("check", ".")),
    ("types", "mypy", ()),
    ("import contracts", "lint-imports", ("--no-logo",)),
    ("javascript and css", ".ci/web/biome.py", ("ci",)),
    (
        "tests",
        "pytest",
        (
            "-n",
            str(os.cpu_count() or 2),
            "--cov",
            "--cov-report=term-missing:skip-covered",
            "--cov-fail-under=95",
        ),
    ),
)


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - {name for name, *_ in STEPS}:
        print(
            f"There is no step {', '.join(sorted(unknown))}; there are {', '.join(name for name, *_ in STEPS)}"
        )
        return 2
    outcomes = [
        (name, run(name, tool, arguments))
        for name, tool, arguments in STEPS
        if not wanted or name in wanted
    ]
    print("\nSummary (what could not run is named above, under “short test summary info”)")
    for name, passed in outcomes:
        print(f"  {'passed' if passed else 'FAILED'}  {name}")
    return 0 if all(passed for _, passed in outcomes) else 1


def run(name: str, tool: str, arguments: tuple[str, ...]) -> bool:
    print(f"\n== {name}", flush=True)
    command = [sys.executable, *found(tool), *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def found(tool: str) -> list[str]:
    """Where Python finds a tool: a script of ours, a script of its own, or a module."""
    if tool.endswith(".py"):
        return [str(ROOT / tool)]
    return [str(BIN / tool)] if tool == "lint-imports" else ["-m", tool]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
