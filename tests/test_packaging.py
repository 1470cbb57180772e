"""What is built from the checkout is whole.

The wheel carries templates and sample, and finds them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    code = f"import hatchling.build; print(hatchling.build.build_wheel({str(folder)!r}))"
    name = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    return folder / name


def shipped(folder: str) -> set[str]:
    known = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return set(known.splitlines())


def test_the_wheel_carries_every_template_and_the_whole_sample(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        inside = set(opened.namelist())
    assert {f"newsletter/{name}" for name in shipped("templates")} <= inside
    assert shipped("newsletter") <= inside


def test_the_wheel_finds_what_it_carries(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "site")
    # The checkout's editable install is on the path as well; what was unpacked must come first and
    # suffice.
    code = "import newsletter, sys; from newsletter.cli import run; print(newsletter.__file__); sys.exit(run(sys.argv[1:]))"
    told = subprocess.run(
        [sys.executable, "-c", code, "-C", str(tmp_path / "demo"), "demo", "--build-only"],
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith(str(tmp_path / "site"))
    assert (tmp_path / "demo/issues").is_dir()


def test_pins_carry_hashes_and_name_no_index() -> None:
    for name in ("runtime.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text("utf-8")
        assert "://" not in text
        assert len(re.findall(r"^[\w.\[\]-]+==", text, re.MULTILINE)) > 40
        assert all(
            "--hash=sha256:" in each for each in re.split(r"\n(?=\S)", text.strip()) if "==" in each
        )


def test_runtime_pins_are_among_those_of_development() -> None:
    pins = {
        name: set(
            re.findall(
                r"^([\w.\[\]-]+==\S+)",
                (ROOT / "requirements" / name).read_text("utf-8"),
                re.MULTILINE,
            )
        )
        for name in ("runtime.txt", "dev.txt")
    }
    assert pins["runtime.txt"] <= pins["dev.txt"]


def test_no_file_names_a_path_of_a_machine_or_a_package_index() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"/(root|home/[a-z]+)/|-index-url|https?://[^ ]+/simple/?$", "--", ".", ":!tests/test_packaging.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in found.stdout.splitlines() if "--no-emit-index-url" not in line] == []
