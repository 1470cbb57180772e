"""Settings that staff change on a page: newsletter.toml keeps its comments and order, and is written only when it is right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Key, Table

from newsletter import config
from newsletter.config import FILE_NAME
from newsletter.errors import UsageError
from newsletter.model import Collected, Source, SourceKind
from newsletter.pipeline.desk import Desk
from newsletter.storage.files import write_whole


def settle(desk: Desk, table: str, values: Mapping[str, Any]) -> None:
    """Set keys of one table; an empty text takes a key out. Raises ConfigError, with nothing written, when one is wrong."""
    document = read_document(desk)
    if table not in document:
        document[table] = tomlkit.table()
    found = document[table]
    assert isinstance(found, dict)
    for name, value in values.items():
        if value == "":
            found.pop(name, None)
        elif found.get(name) != value:
            found[name] = value
    write_document(desk, document)


def add_source(desk: Desk, source: Source) -> None:
    """Write one more `[[source]]`. Raises ConfigError or UsageError, with nothing written, when it is wrong."""
    if any(each.name == source.name for each in desk.workspace.settings.sources):
        raise UsageError(f"there is a source “{source.name}” already: give this one another name")
    document = read_document(desk)
    told = {"name": source.name, "kind": source.kind.value}
    add_table(document, "source", told | {n: v for n in ("url", "query", "section") if (v := getattr(source, n))})
    write_document(desk, document)


def remove_source(desk: Desk, name: str) -> None:
    """Take a `[[source]]` out; what it gave stays known."""
    document = read_document(desk)
    names = [each.get("name") for each in document.get("source", ())]
    if name not in names:
        raise UsageError(f"there is no source “{name}” in {FILE_NAME}")
    rearrange(document, "source", [n for n, each in enumerate(names) if each != name])
    write_document(desk, document)


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
    from newsletter.pipeline.reading import ReadingRoom
    from newsletter.pipeline.visiting import Visitor, fetcher_for, reader_for

    with ReadingRoom(reader_for(desk)) as room:
        async with fetcher_for(desk) as fetcher:
            return (await Visitor(desk, fetcher, room).visit(source, None)).collected


def mistakes(table: str, values: Mapping[str, Any]) -> dict[str, str]:
    """What each of these keys should be instead, in words; those that are good are left out. Empty takes a key out."""
    keys = {each.name: each for each in config.keys_of(config.TABLES[table][1])}
    found = {}
    for name, value in values.items():
        if value == "" and not keys[name].required:
            continue
        check = keys[name].check
        if check and (expected := check(value)):
            found[name] = expected
    return found


def read_document(desk: Desk) -> tomlkit.TOMLDocument:
    """newsletter.toml with its comments."""
    return tomlkit.parse((desk.workspace.folder / FILE_NAME).read_text("utf-8-sig"))


def write_document(desk: Desk, document: tomlkit.TOMLDocument) -> None:
    """Put newsletter.toml in place if it can be used; raises ConfigError, and then nothing was written."""
    text = tomlkit.dumps(document)
    config.parse(text)
    write_whole(desk.workspace.folder / FILE_NAME, text)


def add_table(document: tomlkit.TOMLDocument, name: str, values: Mapping[str, Any]) -> None:
    """One more `[[name]]` behind those there are."""
    table = tomlkit.table()
    table.update(values)
    tables = document.get(name)
    if not isinstance(tables, AoT):
        tables = tomlkit.aot()
        document[name] = tables
        _tail(document).append((None, tomlkit.nl()))
    after = _cut(tables[-1]) if len(tables) else []
    if len(tables):
        _tail(tables[-1]).append((None, tomlkit.nl()))
    tables.append(table)
    _tail(table).extend(after)


def rearrange(document: tomlkit.TOMLDocument, name: str, order: Sequence[int]) -> None:
    """The `[[name]]` tables in another order, or fewer of them. Comments behind a table speak of what follows, and stay there."""
    tables = document[name]
    assert isinstance(tables, AoT)
    found = list(tables)
    tails = [_cut(each) for each in found]
    while len(tables):
        del tables[-1]
    for place, number in enumerate(order):
        _tail(found[number]).extend(tails[place])
        tables.append(found[number])
    if order:
        _tail(found[order[-1]]).extend(_comments(tails[len(order) :]))
    else:
        document.pop(name)


Trivia = tuple[Key | None, Item]
"""What stands in a file between two keys: a comment, an empty line."""


def _tail(table: Table | tomlkit.TOMLDocument) -> list[Trivia]:
    return table.body if isinstance(table, tomlkit.TOMLDocument) else table.value.body


def _cut(table: Table) -> list[Trivia]:
    """Take away what stands behind the last key of a table."""
    body = table.value.body
    cut: list[Trivia] = []
    while body and body[-1][0] is None:
        cut.insert(0, body.pop())
    return cut


def _comments(tails: Sequence[Sequence[Trivia]]) -> list[Trivia]:
    return [each for tail in tails if any(item.as_string().strip() for _, item in tail) for each in tail]
