"""What is built from the checkout is whole.

The wheel carries templates and sample, and finds them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
import trove_classifiers
from support.checkout import ROOT

import newsletter


def built(kind: str, folder: Path, *, root: Path = ROOT) -> Path:
    """The wheel or sdist that a checkout, or an unpacked sdist, builds."""
    code = f"import hatchling.build; print(hatchling.build.build_{kind}({str(folder)!r}))"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True
    )
    return folder / told.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("dist"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def about(wheel: Path) -> Message:
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (each for each in opened.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(opened.read(name))


def shipped(folder: str) -> set[str]:
    known = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return set(known.splitlines())


def test_the_wheel_carries_every_template_and_the_whole_sample(wheel: Path) -> None:
    inside = names_in(wheel)
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


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    told = about(wheel)
    assert (told["Name"], told["Version"]) == ("patient-newsletter", newsletter.__version__)
    assert told["License-Expression"] == "MIT"
    assert told["Author"] == "The newsletter authors"
    assert {"Typing :: Typed", "Topic :: Communications :: Email :: Mailing List Servers"} <= set(
        told.get_all("Classifier", [])
    )
    assert set(told.get_all("Provides-Extra", [])) == {"keyring", "postgresql"}
    assert not [
        each for each in told.get_all("Classifier", []) if each not in trove_classifiers.classifiers
    ]


def test_the_wheel_carries_the_license_and_the_mark_of_types(wheel: Path) -> None:
    inside = names_in(wheel)
    assert "newsletter/py.typed" in inside
    with zipfile.ZipFile(wheel) as opened:
        (license_file,) = (name for name in inside if name.endswith(".dist-info/licenses/LICENSE"))
        assert opened.read(license_file) == (ROOT / "LICENSE").read_bytes()


def test_the_license_is_mit_and_names_who_holds_it() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("MIT License\n\nCopyright (c) 2026 The newsletter authors\n")


def test_what_is_handed_on_as_source_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as opened:
        opened.extractall(tmp_path, filter="data")
    (root,) = (each for each in tmp_path.iterdir() if each.is_dir())
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md"} <= {
        each.name for each in root.iterdir()
    }
    assert built("wheel", tmp_path, root=root).read_bytes() == wheel.read_bytes()


def test_no_file_names_a_path_of_a_machine_or_a_package_index() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"/(root|home/[a-z]+)/|-index-url|https?://[^ ]+/simple/?$", "--", ".", ":!tests/test_packaging.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in found.stdout.splitlines() if "--no-emit-index-url" not in line] == []


# “newsletter” on the public index is somebody else's program. Ours is installed under its own name,
# or from a file.
INSTALLING = re.compile(
    r"\b(?:pip3?|pipx|uv|uv pip|uv tool|poetry|pdm)[`\"',\s]+(?:install|add|download|run|upgrade)\b(?P<words>[^\n|;&]*)|\buvx(?P<more>[^\n|;&]*)"
)
STRANGER = re.compile(r"""^[`'"(]*newsletter(?:$|[`'"),.;:]|\[|[=~<>!]=|@)""")
REQUIRED = re.compile(r"""(?<![\w./*-])newsletter(?:\[(?:postgresql|keyring)\b|\s?[=~<>!]=\s?\d)""")


def strangers(text: str) -> list[str]:
    """What a text would have people install, if that is the other program."""
    joined = re.sub(r"\\\n|[\"']\n\s*f?[\"']", " ", text)  # lines of a shell, and of a message
    words = [(each["words"] or each["more"] or "").split() for each in INSTALLING.finditer(joined)]
    return [word for line in words for word in line if STRANGER.match(word)] + REQUIRED.findall(
        text
    )


def test_the_program_has_a_name_of_its_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "patient-newsletter"
    assert list(project["scripts"]) == ["newsletter"]


def test_nothing_tells_people_to_install_the_other_program() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    texts = {
        name: (ROOT / name).read_text("utf-8", errors="replace")
        for name in listed.split("\0")
        if name and name != "tests/test_packaging.py" and (ROOT / name).is_file()
    }
    assert {name: found for name, text in texts.items() if (found := strangers(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "pip install newsletter",
        "Run `pip install 'newsletter[postgresql]'` first",
        "python -m pip install -U newsletter",
        "uv tool install newsletter",
        "pipx install newsletter==0.1.0",
        "uvx newsletter studio",
        "pip install \\\n    newsletter",
        '"It is missing: pip install "\n    "newsletter"',
        "psycopg is missing: install newsletter[postgresql]",
        'dependencies = ["newsletter>=0.1"]',
    ],
)
def test_the_other_program_is_found_where_it_is_named(text: str) -> None:
    assert strangers(text)


@pytest.mark.parametrize(
    "text",
    [
        "pip install 'patient-newsletter[postgresql]'",
        "pipx install ./patient_newsletter-0.1.0-py3-none-any.whl",
        "sudo /opt/newsletter/bin/pip install --no-deps .",
        "pip install . && newsletter --version",
    ],
)
def test_our_own_name_is_let_alone(text: str) -> None:
    assert strangers(text) == []


def test_pages_name_the_wheel_that_is_built(wheel: Path) -> None:
    told = subprocess.run(
        ["git", "grep", "-ohE", r"patient_newsletter-[0-9.]+[^][:space:]'`)]*whl", "--", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(told.stdout.split()) == {wheel.name}
