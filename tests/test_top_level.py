"""The folders at the top of the repository say what they are for, and their example is no issue until it is copied."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.checkout import ROOT

EXAMPLE = ROOT / "issues/issue.example.toml"


def newsletter(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "-C",
        str(folder),
        "--now",
        "2026-11-30T12:00Z",
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What stands in the repository of a newsletter's own files, and nothing that somebody made in this checkout."""
    listed = ["newsletter.toml", "issues", "templates"]
    told = subprocess.run(
        ["git", "ls-files", *listed], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in told.stdout.splitlines():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("folder", ["issues", "templates"])
def test_a_folder_says_what_it_is_for(folder: str) -> None:
    assert (ROOT / folder / "README.md").read_text("utf-8").startswith("# ")


def test_the_repository_is_a_newsletter_without_an_issue(repository: Path) -> None:
    assert [each.name for each in repository.glob("issues/*")] != []
    told = newsletter(
        repository, "check"
    )  # of the newest issue; without any, of the one that is to be made
    assert told.returncode == 2
    assert "issues/2026-11/issue.toml is not there: make it with" in told.stderr


def test_the_example_is_an_issue_once_it_is_copied(repository: Path) -> None:
    (repository / "issues/2026-12").mkdir()
    shutil.copy(EXAMPLE, repository / "issues/2026-12/issue.toml")
    told = newsletter(repository, "check", "--json")
    findings = json.loads(told.stdout)["findings"]
    assert json.loads(told.stdout)["issue"] == "2026-12"
    assert [each for each in findings if each["severity"] == "error"] == []


def test_rendering_the_example_leaves_its_words_alone(repository: Path) -> None:
    copy = repository / "issues/2026-12/issue.toml"
    copy.parent.mkdir()
    shutil.copy(EXAMPLE, copy)
    assert newsletter(repository, "render", "2026-12").returncode == 0
    assert copy.read_bytes() == EXAMPLE.read_bytes()
    page = (copy.parent / "issue.html").read_text("utf-8")
    for words in (
        "Quality of life after surgery",
        "An evening for your questions",
        "half an hour",
        "up to $1,500",
    ):
        assert words in page
    assert "case report" not in page


def test_the_example_shows_an_entry_of_each_kind() -> None:
    entries = [
        each
        for section in tomllib.loads(EXAMPLE.read_text("utf-8"))["section"]
        for each in section.get("entry", [])
    ]
    assert [
        kind
        for kind in ("trial", "event", "grant", "journal")
        if not any(kind in each for each in entries)
    ] == []
