"""Units, container file and shell lines of docs/operations.md are such as the machine takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.checkout import ROOT

from newsletter.cli import COMMANDS
from newsletter.tokens import Keys, Purpose

UNITS = sorted((ROOT / "docs" / "operations").iterdir())
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing (Debian: systemd)")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/newsletter/bin/newsletter", "/bin/true")
        (tmp_path / unit.name.replace("@.", "@lms-news.")).write_text(text, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in told.stderr.splitlines() if "newsletter" in line]
    if told.returncode and not ours:
        pytest.skip("systemd-analyze does not run here")
    assert ours == []


@pytest.mark.parametrize("text", [PAGE, *(unit.read_text("utf-8") for unit in UNITS)])
def test_every_command_that_is_named_exists(text: str) -> None:
    lines = re.findall(r"(?:`|bin/|^|; |&& )newsletter ([a-z]+)", text, re.MULTILINE)
    assert set(lines) <= {*COMMANDS, "backup"}


def test_the_container_gets_all_that_a_wheel_is_made_of(tmp_path: Path) -> None:
    for line in re.findall(
        r"^COPY (.+)$", (ROOT / "Containerfile").read_text("utf-8"), re.MULTILINE
    ):
        *names, target = line.split()
        for name in names:
            place = tmp_path / (
                target
                if len(names) == 1 and not target.endswith("/")
                else Path(target) / Path(name).name
            )
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, place)
    build = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        str(tmp_path / "dist"),
    ]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    assert len(list((tmp_path / "dist").glob("patient_newsletter-*.whl"))) == 1


def test_a_rotated_secret_still_reads_old_links_and_knows_who_was_erased(tmp_path: Path) -> None:
    (script,) = re.findall(r"```sh\n(umask 077\n\{ python3.+?)```", PAGE, re.DOTALL)
    secret = tmp_path / ".newsletter/secret"
    secret.parent.mkdir()
    secret.write_text("the first one\n")
    before = Keys.parse(secret.read_text())
    subprocess.run(["sh", "-euc", script], cwd=tmp_path, check=True)
    after = Keys.parse(secret.read_text())
    token = before.sign(Purpose.UNSUBSCRIBE, 7)
    assert after.read(Purpose.UNSUBSCRIBE, token) == before.read(Purpose.UNSUBSCRIBE, token)
    assert after.sign(Purpose.UNSUBSCRIBE, 7) != token
    assert after.address_hash("a@example.org") == before.address_hash("a@example.org")
    assert secret.stat().st_mode & 0o077 == 0
