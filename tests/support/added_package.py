"""Packages of others that add kinds of sources: built as wheels, and unpacked where Python looks."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from newsletter.plugins import SOURCES, ExtensionPoint
from newsletter.sources import kinds

DOI_LIST = '''\
"""A kind of source of our own: a JSON list of DOIs."""

import json
import os

from newsletter.errors import SourceError
from newsletter.model import Entry, Ids, ParsedDocument
from newsletter.sources.kinds import SourceType


def read(document, source, context):
    try:
        dois = json.loads(document.content)["dois"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{source.name} is no list of DOIs") from error
    entries = (
        Entry(
            title=f"About {doi}, read in {os.getpid()}",
            ids=Ids(doi=doi),
            links=(f"https://doi.org/{doi}",),
            section=source.section,
        )
        for doi in dois[: source.limit]
    )
    return ParsedDocument(entries=tuple(entries))


async def collect(client, source):
    answer = await client.get(f"{source.url}/{source.query}")
    if answer.document is None:
        raise SourceError(answer.error)
    return read(answer.document, source, None)


DOIS = SourceType(
    kind="doi-list",
    title="A list of DOIs",
    read=read,
    collect=collect,
    suffixes=(".dois",),
    recognize=lambda start: start.startswith(b'{"dois"'),
)
'''


def add_package(site: Path, name: str, code: str, **kinds: str) -> None:
    """Put a package into a folder of packages; `kinds` are its entry points, `_` written `-`."""
    made = site.parent / f"{name}-source"
    made.mkdir()
    site.mkdir(exist_ok=True)
    entries = "".join(
        f'{kind.replace("_", "-")} = "{object_}"\n' for kind, object_ in kinds.items()
    )
    (made / f"{name}.py").write_text(code, "utf-8")
    (made / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        f'[project]\nname = "{name}"\nversion = "1.0"\n'
        f'[project.entry-points."newsletter.sources"]\n{entries}'
        f'[tool.hatch.build.targets.wheel]\nonly-include = ["{name}.py"]\n',
        "utf-8",
    )
    build = f"import hatchling.build; print(hatchling.build.build_wheel({str(made)!r}))"
    subprocess.run([sys.executable, "-c", build], cwd=made, check=True, capture_output=True)
    (wheel,) = made.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(site)


def look_again(monkeypatch: pytest.MonkeyPatch, site: Path) -> ExtensionPoint:
    """Have this process find the packages of a folder, until the end of a test."""
    monkeypatch.syspath_prepend(site)
    there = ExtensionPoint(SOURCES.package, SOURCES.suffix, SOURCES.attribute, SOURCES.group)
    monkeypatch.setitem(SOURCES.__dict__, "_added", there._added)
    kinds._load.cache_clear()
    return SOURCES
