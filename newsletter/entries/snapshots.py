"""What the database says of a few entries, copied before they are merged or split, for undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from newsletter.database import tables
from newsletter.entries.repository import EntryRepository

Rows = Sequence[RowMapping]
_BY_KEY = (tables.entries, tables.aliases, tables.sightings, tables.decisions)
"""In the order in which they are put back: the others name an entry that must be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySnapshot:
    """All rows about some entries."""

    keys: frozenset[str]
    names: frozenset[str]  # under which a person may have said that they are one
    rows: Mapping[str, Rows]  # table → rows


def copy_of(store: EntryRepository, keys: Iterable[str], names: Iterable[str]) -> EntrySnapshot:
    """What the database says about these entries now; `names` are all they may be known by."""
    keys, names = frozenset(keys), frozenset(names)
    with store.together() as connection:
        rows: dict[str, Rows] = {
            table.name: connection.execute(sa.select(table).where(table.c.key.in_(keys)))
            .mappings()
            .all()
            for table in _BY_KEY
        }
        rows["merges"] = (
            connection.execute(sa.select(tables.merges).where(_match_merges(keys, names)))
            .mappings()
            .all()
        )
    return EntrySnapshot(keys=keys, names=names, rows=rows)


def put_back(store: EntryRepository, copy: EntrySnapshot, made: Iterable[str]) -> None:
    """Make it so again; the entries `made` since out of them (by key) are gone."""
    keys = copy.keys | frozenset(made)
    with store.together() as connection:
        connection.execute(sa.delete(tables.merges).where(_match_merges(keys, copy.names)))
        for table in reversed(_BY_KEY):
            connection.execute(sa.delete(table).where(table.c.key.in_(keys)))
        for table in (*_BY_KEY, tables.merges):
            if rows := copy.rows[table.name]:
                connection.execute(sa.insert(table), [dict(row) for row in rows])


def _match_merges(keys: frozenset[str], names: frozenset[str]) -> sa.ColumnElement[bool]:
    merges = tables.merges.c
    return merges.key.in_(keys) | merges.alias.in_(names)
