"""A mistake of the program itself: where it was is told, and nothing of what it was about."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter import safe_traceback

ADDRESS = "wilhelmina@patients.example.net"


def stumble(address: str) -> None:
    row = {"address": address}
    try:
        _ = row[address]
    except KeyError as error:
        raise ValueError(f"no such reader: {address}") from error


def test_the_way_is_told_and_no_word_of_it() -> None:
    try:
        stumble(ADDRESS)
    except ValueError as error:
        told = safe_traceback.format_crash_message(error)
    assert told.startswith("newsletter: the program made a mistake (ValueError).")
    assert told.index("\nKeyError\n") < told.index("\nValueError\n")
    assert f'{Path(__file__).name}", line ' in told
    assert ADDRESS not in told


def test_an_error_that_leads_to_itself_is_told_once() -> None:
    error, cause = ValueError(ADDRESS), KeyError(ADDRESS)
    error.__cause__, cause.__cause__ = cause, error
    assert safe_traceback.format_crash_message(error).splitlines()[-2:] == [
        "KeyError",
        "ValueError",
    ]


def test_a_log_keeps_the_way_of_a_failure_and_none_of_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("newsletter.of_a_test")
    log.addFilter(safe_traceback.redact_traceback)
    try:
        stumble(ADDRESS)
    except ValueError:
        log.exception("went wrong")
    log.warning("nothing failed")
    assert [each.getMessage() for each in caplog.records] == ["went wrong", "nothing failed"]
    assert "in stumble" in caplog.text
    assert "\nKeyError\n" in caplog.text
    assert ADDRESS not in caplog.text


def test_what_nobody_thought_of_ends_with_1_and_names_nobody(tmp_path: Path) -> None:
    """Standard output that takes no accents is such a thing."""
    command = [sys.executable, "-m", "newsletter"]
    folder = tmp_path / "news"
    subprocess.run([*command, "init", str(folder), "--sample"], check=True, capture_output=True)
    listed = [*command, "-C", str(folder), "subscribers"]
    subprocess.run(
        [*listed, "add", ADDRESS, "--name", "Wilhelmína"], check=True, capture_output=True
    )
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(
        [*listed, "export"], check=False, capture_output=True, text=True, env=environment
    )
    assert ran.returncode == 1
    assert "made a mistake (UnicodeEncodeError)" in ran.stderr
    assert "wilhelm" not in ran.stderr.lower()
