"""Commands run as a person runs them, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli import run as run_command

MOMENT = "2026-11-23T09:00-05:00"


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is exactly one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object, now: str = MOMENT) -> Ran:
        capsys.readouterr()
        exit_code = run_command(["--now", now, *map(str, arguments)])
        captured = capsys.readouterr()
        return Ran(exit_code, captured.out, captured.err)

    return run


@pytest.fixture
def sample(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample workspace, where we stand."""
    folder = tmp_path / "the demo"
    assert run("init", folder, "--sample").exit_code == 0
    monkeypatch.chdir(folder)
    return folder
