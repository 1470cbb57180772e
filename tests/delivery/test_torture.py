"""A short round of bench/torture.py.

Kill -9 while the server misbehaves, and every promise held.
"""

import subprocess
import sys
from pathlib import Path

TORTURE = Path(__file__).parents[2] / "bench" / "torture.py"


def test_kills_leave_nobody_out_and_nobody_with_two():
    command = [
        sys.executable,
        str(TORTURE),
        "--rounds",
        "3",
        "--people",
        "250",
        "--longest",
        "1.2",
        "--seed",
        "3",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 kills over 250 people on 8 connections: every promise held")
