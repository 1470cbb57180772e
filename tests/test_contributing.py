"""What contributors are told is what continuous integration does."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys

import pytest
import yaml
from support.checkout import ROOT

STEPS = [name for name, *_ in runpy.run_path(str(ROOT / ".ci/test.py"))["STEPS"]]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_hooks_run_the_steps_of_continuous_integration() -> None:
    (repository,) = HOOKS["repos"]
    assert repository["repo"] == "local"
    assert [each["name"] for each in repository["hooks"]] == STEPS
    for hook in repository["hooks"]:
        assert shlex.split(hook["entry"]) == [".venv/bin/python", ".ci/test.py", hook["name"]]
        assert (hook["language"], hook["pass_filenames"], hook["always_run"]) == (
            "system",
            False,
            True,
        )
    assert {stage for each in repository["hooks"] for stage in each["stages"]} == set(
        HOOKS["default_install_hook_types"]
    )


def test_hooks_fetch_nothing() -> None:
    assert "://" not in (ROOT / ".pre-commit-config.yaml").read_text("utf-8")


def test_one_step_can_be_run_alone() -> None:
    told = subprocess.run(
        [sys.executable, ".ci/test.py", "format"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "format" in told.stdout
    assert "lint" not in told.stdout


def test_a_step_that_is_unknown_is_named() -> None:
    told = subprocess.run(
        [sys.executable, ".ci/test.py", "spelling"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert told.stdout == f"There is no step spelling; there are {', '.join(STEPS)}\n"


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "README.md", "docs/notes/operations.md"])
def test_every_target_of_make_that_a_page_names_exists(page: str) -> None:
    named = re.findall(
        r"(?:`make ([a-z]+)|^make ([a-z]+) +#)", (ROOT / page).read_text("utf-8"), re.MULTILINE
    )
    assert named
    assert [
        target for each in named for target in each if target and f"\n{target}:" not in MAKEFILE
    ] == []


def test_every_target_of_make_is_explained() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    assert [each for each in targets if each != "help" and f"make {each} " not in MAKEFILE] == []


def test_the_rules_are_ten() -> None:
    assert re.findall(r"^(\d+)\. ", CONTRIBUTING, re.MULTILINE) == [
        str(number) for number in range(1, 11)
    ]
