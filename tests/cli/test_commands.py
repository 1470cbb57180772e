"""The command line itself: help, clocks, workspaces, and how failures are told."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.checkout import MINIMAL
from support.commands import Run

from newsletter import __version__, cli
from newsletter.cli import session
from newsletter.errors import UsageError


def test_the_version_is_told_without_loading_anything() -> None:
    asked = [sys.executable, "-X", "importtime", "-m", "newsletter", "--version"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert told.stdout == f"newsletter {__version__}\n"
    assert "click" not in told.stderr


def test_a_command_runs_from_the_shell(folder: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "newsletter", "-C", str(folder), "entries"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (
        0,
        "No entries. “newsletter collect” fetches the sources.\n",
    )


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    group = name == "subscribers"
    assert ("Commands:" if group else "Example: newsletter") in result.out


def test_a_command_that_is_not_known_is_wrong_usage(run: Run) -> None:
    assert run("sing").exit_code == 2


def test_the_help_of_all_lists_them_in_the_order_of_a_month(run: Run) -> None:
    out = run("--help").out
    assert out.index("  collect ") < out.index("  draft ") < out.index("  send ")


def test_outside_a_workspace_it_is_said_how_to_make_one(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("entries")
    assert (result.exit_code, "Make a newsletter with “newsletter init FOLDER”" in result.err) == (
        2,
        True,
    )
    assert "newsletter init" in run("-C", tmp_path, "entries").err


def test_the_workspace_is_found_from_a_folder_below(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(folder / "a" / "b")
    assert run("entries").exit_code == 0


def test_every_mistake_of_the_configuration_is_told(folder: Path, run: Run) -> None:
    (folder / "newsletter.toml").write_text(MINIMAL + 'colour = "red"\nlate_days = "x"\n', "utf-8")
    result = run("-C", folder, "collect")
    assert result.exit_code == 2
    assert "line 5, [newsletter] colour" in result.err
    assert "line 6, [newsletter] late_days" in result.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(folder: Path, run: Run) -> None:
    folder.chmod(0o500)
    result = run("-C", folder, "collect")
    folder.chmod(0o700)
    assert (result.exit_code, "cannot be written" in result.err) == (1, True)


def test_a_full_disk_is_told_and_takes_nothing_away(folder: Path, run: Run) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is missing")
    (folder / ".newsletter").mkdir()
    (folder / ".newsletter/newsletter.db").symlink_to("/dev/full")
    result = run("-C", folder, "collect")
    assert result.exit_code == 1
    assert result.err.startswith("newsletter: ")


def test_a_moment_that_cannot_be_read_is_wrong_usage(folder: Path, run: Run) -> None:
    assert run("-C", folder, "entries", now="yesterday").exit_code == 2


class TestMoment:
    def test_it_is_the_one_that_was_asked_for(self) -> None:
        assert session.moment("2026-11-23T09:00-05:00", {}) == datetime(
            2026, 11, 23, 14, tzinfo=UTC
        )
        assert session.moment("2026-11-23", {}) == datetime(2026, 11, 23, tzinfo=UTC)

    def test_else_the_environment_s(self) -> None:
        assert session.moment(None, {"SOURCE_DATE_EPOCH": "86400"}) == datetime(
            1970, 1, 2, tzinfo=UTC
        )
        with pytest.raises(UsageError, match="whole number of seconds"):
            session.moment(None, {"SOURCE_DATE_EPOCH": "soon"})

    def test_else_the_clock_s(self) -> None:
        assert abs((session.moment(None, {}) - datetime.now(UTC)).total_seconds()) < 60


class TestInit:
    def test_a_new_newsletter_can_be_used_at_once(self, tmp_path: Path, run: Run) -> None:
        made = run(
            "init", tmp_path / "news", "--title", "Our News", "--from", "Us <us@example.org>"
        )
        assert made.exit_code == 0
        assert run("-C", tmp_path / "news", "entries").exit_code == 0
        assert (
            run("init", tmp_path / "news", "--title", "x", "--from", "us@example.org").exit_code
            == 2
        )

    def test_nothing_is_asked_where_nobody_answers(self, tmp_path: Path, run: Run) -> None:
        result = run("init", tmp_path / "news")
        assert (result.exit_code, "--title is missing" in result.err) == (2, True)


def test_the_demo_writes_an_issue_and_tells_where(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = run("demo", "--build-only")
    assert first.exit_code == 0
    assert first.out.splitlines()[:3] == [
        f"demo/issues/2026-11/issue.{kind}" for kind in ("toml", "html", "txt")
    ]
    assert len(list((tmp_path / "demo/issues/2026-11").glob("*.ics"))) == 5
    before = (tmp_path / "demo/issues/2026-11/issue.toml").read_bytes()
    assert run("demo", "--build-only").exit_code == 0
    assert (tmp_path / "demo/issues/2026-11/issue.toml").read_bytes() == before


def test_a_reader_that_has_gone_is_no_error(folder: Path) -> None:
    command = f'"{sys.executable}" -m newsletter -C "{folder}" entries --json | true'
    told = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in told.stderr


def test_what_the_system_refuses_is_told(folder: Path, run: Run) -> None:
    result = run("-C", folder, "subscribers", "export", folder / "missing" / "list.csv")
    assert (result.exit_code, "No such file or directory" in result.err) == (1, True)
