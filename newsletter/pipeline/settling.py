"""Settings that staff change on a page: newsletter.toml keeps its comments and order, and is written only when it is right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import AoT

from newsletter import config
from newsletter.config import FILE_NAME
from newsletter.errors import UsageError
from newsletter.model import Collected, Source, SourceKind
from newsletter.pipeline.desk import Desk
from newsletter.storage.files import write_whole


def settle(desk: Desk, table: str, values: Mapping[str, Any]) -> None:
    """Set keys of one table; an empty text takes a key out. Raises ConfigError, with nothing written, when one is wrong."""
    document = _document(desk)
    if table not in document:
        document[table] = tomlkit.table()
    found = document[table]
    assert isinstance(found, dict)
    for name, value in values.items():
        if value == "":
            found.pop(name, None)
        elif found.get(name) != value:
            found[name] = value
    _write(desk, document)


def add_source(desk: Desk, source: Source) -> None:
    """Write one more `[[source]]`. Raises ConfigError or UsageError, with nothing written, when it is wrong."""
    if any(each.name == source.name for each in desk.workspace.settings.sources):
        raise UsageError(f"there is a source “{source.name}” already: give this one another name")
    document = _document(desk)
    table = tomlkit.table()
    table.update({"name": source.name, "kind": source.kind.value})
    table.update({name: value for name in ("url", "query", "section") if (value := getattr(source, name))})
    sources = document.get("source")
    if not isinstance(sources, AoT):
        sources = tomlkit.aot()
        document["source"] = sources
    sources.append(table)
    _write(desk, document)


def remove_source(desk: Desk, name: str) -> None:
    """Take a `[[source]]` out; what it gave stays known."""
    document = _document(desk)
    sources = document.get("source")
    place = next((n for n, each in enumerate(sources or ()) if each.get("name") == name), None)
    if sources is None or place is None:
        raise UsageError(f"there is no source “{name}” in {FILE_NAME}")
    del sources[place]
    if not sources:
        document.pop("source")
    _write(desk, document)


def source_of(name: str, kind: str, where: str, section: str) -> Source:
    """A source as a person describes it: an address or path, or for a register what to search for."""
    if not name.strip() or not where.strip():
        raise UsageError("a source needs a name, and an address or what to search for")
    try:
        known = SourceKind(kind)
    except ValueError as error:
        raise UsageError(f"“{kind}” is no kind of source") from error
    asks = known in {SourceKind.PUBMED, SourceKind.TRIALS, SourceKind.GRANTS} and "://" not in where
    place: dict[str, Any] = {"query": where.strip()} if asks else {"url": where.strip()}
    return Source(name=name.strip(), kind=known, section=section or None, **place)


def try_source(desk: Desk, source: Source) -> Collected:
    """What a source gives at this moment; nothing is kept."""
    return asyncio.run(_tried(desk, source))


async def _tried(desk: Desk, source: Source) -> Collected:
    from newsletter.pipeline.reading import ReadingRoom, reader_for
    from newsletter.pipeline.visiting import Visitor, fetcher_for

    with ReadingRoom(reader_for(desk)) as room:
        async with fetcher_for(desk) as fetcher:
            return (await Visitor(desk, fetcher, room).visit(source, None)).collected


def _document(desk: Desk) -> tomlkit.TOMLDocument:
    return tomlkit.parse((desk.workspace.folder / FILE_NAME).read_text("utf-8-sig"))


def _write(desk: Desk, document: tomlkit.TOMLDocument) -> None:
    text = tomlkit.dumps(document)
    config.parse(text)
    write_whole(desk.workspace.folder / FILE_NAME, text)
