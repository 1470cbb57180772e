"""Settings that staff change on a page.

Newsletter.toml keeps its comments and order, and is written only when it is right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Key, Table

from newsletter import config
from newsletter.config import FILE_NAME
from newsletter.errors import UsageError
from newsletter.model import Source
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole


def set_values(context: AppContext, table: str, values: Mapping[str, Any]) -> None:
    """Set keys of one table; an empty text takes a key out, and what is usual is not written.

    Raises ConfigError, with nothing written, when one is wrong.
    """
    document = read_document(context)
    if table not in document:
        document[table] = tomlkit.table()
    found = document[table]
    assert isinstance(found, Table)
    usual = {each.name: each.default for each in config.keys_of(config.TABLES[table][1])}
    after = _cut(found)
    for name, value in values.items():
        if value == "":
            found.pop(name, None)
        elif found.get(name, usual[name]) != value:
            found[name] = value
            after = [each for each in after if not _is_example(each[1], name)]
    _tail(found).extend(after)
    write_document(context, document)


def add_source(context: AppContext, source: Source) -> None:
    """Write one more `[[source]]`.

    Raises ConfigError or UsageError, with nothing written, when it is wrong.
    """
    if any(each.name == source.name for each in context.workspace.settings.sources):
        raise UsageError(f"there is a source “{source.name}” already: give this one another name")
    document = read_document(context)
    told = {"name": source.name, "kind": source.kind}
    add_table(
        document,
        "source",
        told | {n: v for n in ("url", "query", "section") if (v := getattr(source, n))},
    )
    write_document(context, document)


def remove_source(context: AppContext, name: str) -> None:
    """Take a `[[source]]` out; what it gave stays known."""
    document = read_document(context)
    names = [each.get("name") for each in document.get("source", ())]
    if name not in names:
        raise UsageError(f"there is no source “{name}” in {FILE_NAME}")
    rearrange(document, "source", [n for n, each in enumerate(names) if each != name])
    write_document(context, document)


def allow_host(context: AppContext, host: str) -> None:
    """Let sources be fetched from a host inside one's own network, from now on."""
    known = context.workspace.settings.newsletter.fetch_from
    if host not in known:
        set_values(context, "newsletter", {"fetch_from": [*known, host]})


def find_mistakes(table: str, values: Mapping[str, Any]) -> dict[str, str]:
    """What each of these keys should be instead, in words; those that are good are left out.

    Empty takes a key out.
    """
    keys = {each.name: each for each in config.keys_of(config.TABLES[table][1])}
    found = {}
    for name, value in values.items():
        if value == "" and not keys[name].required:
            continue
        check = keys[name].check
        if check and (expected := check(value)):
            found[name] = expected
    return found


def read_document(context: AppContext) -> tomlkit.TOMLDocument:
    """newsletter.toml with its comments."""
    return tomlkit.parse(read_text(context))


def read_text(context: AppContext) -> str:
    """newsletter.toml as people wrote it."""
    return (context.workspace.folder / FILE_NAME).read_text("utf-8-sig")


def write_document(context: AppContext, document: tomlkit.TOMLDocument) -> None:
    """Put newsletter.toml in place if it can be used.

    Raises ConfigError, and then nothing was written.
    """
    text = tomlkit.dumps(document)
    config.parse(text)
    write_whole(context.workspace.folder / FILE_NAME, text)


def add_table(document: tomlkit.TOMLDocument, name: str, values: Mapping[str, Any]) -> None:
    """One more `[[name]]` behind those there are."""
    table = tomlkit.table()
    table.update(values)
    tables = document.get(name)
    if not isinstance(tables, AoT):
        tables = tomlkit.aot()
        document.add(tomlkit.nl())
        document[name] = tables
    after = _cut(tables[-1]) if len(tables) else []
    if len(tables):
        _tail(tables[-1]).append((None, tomlkit.nl()))
    tables.append(table)
    _tail(table).extend(after)


def rearrange(document: tomlkit.TOMLDocument, name: str, order: Sequence[int]) -> None:
    """The `[[name]]` tables in another order, or fewer of them.

    Comments behind a table speak of what follows, and stay there.
    """
    tables = document[name]
    assert isinstance(tables, AoT)
    found = list(tables)
    tails = [_cut(each) for each in found]
    while len(tables):
        del tables[-1]
    if not order:
        _leave_behind(document, name, tails)
    for place, number in enumerate(order):
        _tail(found[number]).extend(tails[place])
        tables.append(found[number])
    if order and (
        left := [each for tail in tails[len(order) :] if _says_something(tail) for each in tail]
    ):
        if not _says_something(tails[len(order) - 1]):
            _cut(found[order[-1]])  # one empty line is enough
        _tail(found[order[-1]]).extend(left)


def take_out(document: tomlkit.TOMLDocument, name: str) -> None:
    """Take a whole table, or all tables of a name, out.

    Comments behind it speak of what follows, and stay.
    """
    found = document.get(name)
    if isinstance(found, Table):
        _leave_behind(document, name, [_cut(found)])
    elif isinstance(found, AoT):
        rearrange(document, name, [])


def _leave_behind(
    document: tomlkit.TOMLDocument, name: str, tails: Sequence[Sequence[Trivia]]
) -> None:
    """Take `name` out, and put what stood behind its tables behind the table before it."""
    before = None
    for key, item in document.body:
        if key is not None and key.key == name:
            break
        if isinstance(item, Table) or (isinstance(item, AoT) and len(item)):
            before = item if isinstance(item, Table) else item[-1]
    if before is not None:
        _tail(before).extend(each for tail in tails if _says_something(tail) for each in tail)
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


def _is_example(item: Item, name: str) -> bool:
    """Whether this is a line such as `# reply_to = "…"`, by which a new file shows its keys."""
    return bool(re.match(rf"#\s*{re.escape(name)}\s*=", item.as_string().strip()))


def _says_something(tail: Sequence[Trivia]) -> bool:
    return any(item.as_string().strip() for _, item in tail)
