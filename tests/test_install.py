"""One command installs the program from its wheel, into a home whose name has a blank and an umlaut, and it starts.

The packages it needs are packed again from what is installed here, so that nothing comes from the
network.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from importlib import metadata
from pathlib import Path
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest
from packaging.requirements import Requirement
from support.checkout import ROOT
from support.package_index import packed_again

import newsletter

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of everything that the program needs, and of pip."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in sorted(needed()):
        wheel = packed_again(metadata.distribution(name))
        (folder / wheel.file).write_bytes(wheel.content)
    return folder


def needed() -> set[str]:
    """The names of what pyproject.toml asks for, and of what that asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting, found = ["pip", *project["dependencies"]], set[tuple[str, frozenset[str]]]()
    while waiting:
        required = Requirement(waiting.pop())
        extras = frozenset({"", *required.extras})
        if not required.marker or required.marker.evaluate({"extra": ""}):
            asked = (required.name, extras)
            if asked not in found:
                found.add(asked)
                waiting += [each for each in requires(required.name) if is_wanted(each, extras)]
    return {name for name, _ in found}


def requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed here: run .ci/install dev")


def is_wanted(requirement: str, extras: frozenset[str]) -> bool:
    marker = Requirement(requirement).marker
    return not marker or any(marker.evaluate({"extra": each}) for each in extras)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "Jörg Müller"
    home.mkdir()
    return home


def with_uv(wheels: Path, wheel: Path, python: str) -> tuple[list[str], dict[str, str]]:
    command = [
        tool("uv"),
        "tool",
        "install",
        "--no-index",
        "--find-links",
        str(wheels),
        "--python",
        python,
        str(wheel),
    ]
    return command, {"UV_OFFLINE": "1", "UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never"}


def with_pipx(wheels: Path, wheel: Path, python: str) -> tuple[list[str], dict[str, str]]:
    command = [tool("pipx"), "install", "--backend", "pip", "--python", python, str(wheel)]
    offline = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": wheels.as_uri(),
    }
    return command, {**offline, "PIP_NO_COMPILE": "1"}


def tool(name: str) -> str:
    if not (BIN / name).exists():
        pytest.skip(f"{name} is not installed here: run .ci/install dev")
    return str(BIN / name)


@pytest.mark.parametrize("how", [with_uv, with_pipx])
def test_one_command_installs_the_program(
    how: Callable[[Path, Path, str], tuple[list[str], dict[str, str]]],
    wheels: Path,
    wheel: Path,
    home: Path,
) -> None:
    own = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    command, offline = how(wheels, wheel, sys.executable)
    told = subprocess.run(
        command, env=own | offline, cwd=home, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    program = home / ".local/bin/newsletter"
    version = subprocess.run(
        [program, "--version"], env=own, cwd=home, capture_output=True, text=True, check=True
    )
    assert version.stdout == f"newsletter {newsletter.__version__}\n"
    with studio(program, home / "Our news", own) as address:
        assert "<h1" in first_page(address)


@contextmanager
def studio(program: Path, folder: Path, own: dict[str, str]) -> Iterator[str]:
    """The address that a studio in an empty folder tells; it is stopped as by Ctrl-C."""
    folder.mkdir()
    command = [program, "studio", "--no-browser"]
    with subprocess.Popen(
        command, env=own, cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+/\S*", process.stdout.readline())
        try:
            assert found
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


def first_page(address: str) -> str:
    opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
    with opener.open(address, timeout=30) as answer:
        assert answer.status == 200
        return answer.read().decode()
