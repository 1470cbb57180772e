"""docs/architecture.md and the import contracts say what the tree is: every room, no more and no less."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from pathlib import Path

from support.checkout import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ROOMS = PAGE.partition("## The rooms")[2].partition("\n## ")[0]
PACKAGE = ROOT / "newsletter"
HIDDEN = {"__init__", "__main__", "__pycache__"}


def rooms() -> set[str]:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return folders | {path.stem for path in PACKAGE.glob("*.py")} - HIDDEN


def layers() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    found: list[str] = next(each["layers"] for each in contracts if each["type"] == "layers")
    return found


def test_the_table_names_every_room_and_no_other() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", ROOMS, re.MULTILINE)) == rooms()


def test_what_the_table_points_at_is_there() -> None:
    for room, pointers in re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", ROOMS, re.MULTILINE):
        for name in re.findall(r"(?<!\[)`([\w/]+)`", pointers):
            path = PACKAGE / room / name
            assert path.is_dir() or path.with_suffix(".py").is_file(), f"{room}: {name}"


def test_the_layers_on_the_page_are_those_that_are_checked() -> None:
    drawn = re.search(r"CI checks it:\n\n```\n(.*?)```", PAGE, re.DOTALL)
    assert drawn
    assert drawn[1].splitlines() == layers()


def test_every_room_stands_in_a_layer() -> None:
    assert {name.strip() for layer in layers() for name in layer.split("|")} == rooms()


def test_paths_that_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:\w+/)+(?:\w+\.(?:py|md))?)`", PAGE)
    missing = [name for name in named if not _is_there(name)]
    assert not missing


def _is_there(name: str) -> bool:
    if name.startswith("issues/ID"):
        return True
    return any((base / name).exists() for base in (ROOT, PACKAGE, *_packages()))


def _packages() -> list[Path]:
    return [path.parent for path in PACKAGE.glob("*/__init__.py")]


def test_a_class_name_means_one_thing() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].add(str(path.relative_to(PACKAGE)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}
