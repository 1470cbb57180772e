"""Commands run as a person runs them, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import MOMENT, Ran, Run
from support.loopback_smtp import Loopback

from newsletter.cli import run as run_command


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


@pytest.fixture
def approved(sample: Path, run: Run, mail_server: Loopback) -> Path:
    """The sample with its list imported, its next issue approved, and a mail server to send it by."""
    delivery = f'\n[delivery]\nhost = "127.0.0.1"\nport = {mail_server.port}\nsecurity = "none"\nper_minute = 0\n'
    file = sample / "newsletter.toml"
    file.write_text(file.read_text("utf-8") + delivery, "utf-8")
    assert run("subscribers", "import", "subscribers.csv").exit_code == 0
    assert run("collect").exit_code == 0
    assert run("draft").exit_code == 0
    assert run("approve", "2026-11").exit_code == 0
    return sample
