"""Every entry ever seen, by what it is known, who gave it, and what was decided about it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.model import Decision, Entry, Verdict
from newsletter.storage import tables
from newsletter.storage.database import translated
from newsletter.storage.plain import entry_from_plain, entry_to_plain

T = TypeVar("T")
_AT_ONCE = 500  # values in one IN (…): SQLite's smallest limit is 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one source said of one entry."""

    source: str
    key: str
    entry: Entry  # as this source gave it
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """How a source fared until now."""

    name: str
    url: str = ""
    etag: str = ""
    last_modified: str = ""
    content_digest: str = ""  # SHA-256 of the last good answer
    entries: int = 0  # in the last good answer
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    changed_at: datetime | None = None  # when it last gave an entry never seen before
    failing_since_at: datetime | None = None
    error: str = ""


class EntryStore:
    """The entries in the database. Every method is one transaction, or runs inside `together`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._open: Connection | None = None

    @contextlib.contextmanager
    def together(self) -> Iterator[Connection]:
        """One transaction: all that is done inside is kept, or nothing of it. May be nested."""
        if self._open is not None:
            yield self._open
            return
        with translated(self.engine.url), self.engine.begin() as connection:
            self._open = connection
            try:
                yield connection
            finally:
                self._open = None

    def all(self) -> tuple[Entry, ...]:
        """Every entry, in the order in which they were first seen."""
        columns = (tables.entries.c.key, tables.entries.c.record, tables.entries.c.first_seen_at)
        query = sa.select(*columns).order_by(tables.entries.c.first_seen_at, tables.entries.c.key)
        with self.together() as connection:
            return tuple(_entry(*row) for row in connection.execute(query))

    def by_keys(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Key → entry, of those that are known."""
        columns = (tables.entries.c.key, tables.entries.c.record, tables.entries.c.first_seen_at)
        found: dict[str, Entry] = {}
        with self.together() as connection:
            for some in _chunks(keys):
                rows = connection.execute(sa.select(*columns).where(tables.entries.c.key.in_(some)))
                found.update({row[0]: _entry(*row) for row in rows})
        return found

    def keys_of(self, names: Iterable[str]) -> dict[str, str]:
        """Alias → key, of those that are known."""
        query = sa.select(tables.aliases.c.alias, tables.aliases.c.key)
        found: dict[str, str] = {}
        with self.together() as connection:
            for some in _chunks(names):
                found.update(
                    {row[0]: row[1] for row in connection.execute(query.where(tables.aliases.c.alias.in_(some)))}
                )
        return found

    def put(self, entries: Mapping[str, Entry], names: Mapping[str, str]) -> None:
        """Keep these entries (by key) and what they are known by (alias → key), over what was kept before."""
        rows = [
            {
                "key": key,
                "first_seen_at": entry.first_seen_at,
                "dated": str(entry.dated) if entry.dated else None,
                "record": _record(entry),
            }
            for key, entry in entries.items()
        ]
        with self.together() as connection:
            present = {row[0] for row in _select_in(connection, tables.entries.c.key, entries)}
            _execute(connection, sa.insert(tables.entries), [row for row in rows if row["key"] not in present])
            update = (
                sa.update(tables.entries)
                .where(tables.entries.c.key == sa.bindparam("of"))
                .values(
                    dated=sa.bindparam("dated"),
                    record=sa.bindparam("record"),
                    first_seen_at=sa.bindparam("first_seen_at"),
                )
            )
            _execute(connection, update, [{"of": row.pop("key"), **row} for row in rows if row["key"] in present])
            self._put_names(connection, names)

    def _put_names(self, connection: Connection, names: Mapping[str, str]) -> None:
        known = self.keys_of(names)
        new = [{"alias": alias, "key": key} for alias, key in names.items() if alias not in known]
        moved = [{"of": alias, "to": key} for alias, key in names.items() if known.get(alias, key) != key]
        _execute(connection, sa.insert(tables.aliases), new)
        move = (
            sa.update(tables.aliases).where(tables.aliases.c.alias == sa.bindparam("of")).values(key=sa.bindparam("to"))
        )
        _execute(connection, move, moved)

    def fold(self, folded: Mapping[str, str]) -> None:
        """Let the entries of these keys go into others (old key → the key that stays), with all that hangs on them."""
        with self.together() as connection:
            for old, new in folded.items():
                connection.execute(sa.update(tables.aliases).where(tables.aliases.c.key == old).values(key=new))
                there = sa.select(tables.sightings.c.source).where(tables.sightings.c.key == new)
                own = (tables.sightings.c.key == old) & tables.sightings.c.source.not_in(there)
                connection.execute(sa.update(tables.sightings).where(own).values(key=new))
                connection.execute(sa.update(tables.decisions).where(tables.decisions.c.key == old).values(key=new))
                connection.execute(sa.delete(tables.entries).where(tables.entries.c.key == old))

    def forget(self, key: str) -> None:
        """Take an entry out, with its names and sightings: its parts are put back as entries of their own."""
        with self.together() as connection:
            connection.execute(sa.delete(tables.entries).where(tables.entries.c.key == key))

    def see(self, source: str, seen: Mapping[str, Entry], now: datetime) -> None:
        """Note that `source` gave these entries (by key) at `now`."""
        with self.together() as connection:
            known = {
                row[0]
                for row in _select_in(connection, tables.sightings.c.key, seen, tables.sightings.c.source == source)
            }
            rows = [{"source": source, "key": key, "record": _record(entry)} for key, entry in seen.items()]
            new = [{**row, "first_seen_at": now, "last_seen_at": now} for row in rows if row["key"] not in known]
            _execute(connection, sa.insert(tables.sightings), new)
            update = (
                sa.update(tables.sightings)
                .where(tables.sightings.c.source == source, tables.sightings.c.key == sa.bindparam("of"))
                .values(record=sa.bindparam("said"), last_seen_at=now)
            )
            again = [{"of": row["key"], "said": row["record"]} for row in rows if row["key"] in known]
            _execute(connection, update, again)

    def sightings(self, key: str) -> tuple[Sighting, ...]:
        """Who gave this entry, first one first."""
        query = sa.select(tables.sightings).where(tables.sightings.c.key == key)
        with self.together() as connection:
            rows = connection.execute(query.order_by(tables.sightings.c.first_seen_at, tables.sightings.c.source)).all()
        return tuple(
            Sighting(
                source=row.source,
                key=row.key,
                entry=_entry(row.key, row.record, row.first_seen_at),
                first_seen_at=row.first_seen_at,
                last_seen_at=row.last_seen_at,
            )
            for row in rows
        )

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Keep what an editor decided."""
        rows = [
            {"key": each.key, "verdict": each.verdict, "why": each.why, "section": each.section}
            | {"issue": each.issue, "decided_at": each.decided_at}
            for each in decisions
        ]
        with self.together() as connection:
            _execute(connection, sa.insert(tables.decisions), rows)

    def decisions(self, key: str | None = None) -> tuple[Decision, ...]:
        """All decisions, or those on one entry, in the order in which they were made."""
        query = sa.select(tables.decisions).order_by(tables.decisions.c.id)
        if key is not None:
            query = query.where(tables.decisions.c.key == key)
        with self.together() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            Decision(
                **{name: value for name, value in row.items() if name not in {"id", "verdict"}},
                verdict=Verdict(row["verdict"]),
            )
            for row in rows
        )

    def sources(self) -> dict[str, SourceRecord]:
        """Name → how each source fared."""
        with self.together() as connection:
            return {
                row["name"]: SourceRecord(**row) for row in connection.execute(sa.select(tables.sources)).mappings()
            }

    def note_source(self, record: SourceRecord) -> None:
        """Keep how a source fared."""
        values = {column.name: getattr(record, column.name) for column in tables.sources.c}
        with self.together() as connection:
            connection.execute(sa.delete(tables.sources).where(tables.sources.c.name == record.name))
            connection.execute(sa.insert(tables.sources).values(values))


def _entry(key: str, record: str, first_seen_at: datetime) -> Entry:
    plain = json.loads(record)
    return replace(entry_from_plain(plain), key=key, first_seen_at=first_seen_at, section=plain.get("section"))


def _record(entry: Entry) -> str:
    plain = entry_to_plain(entry)
    if entry.section:
        plain["section"] = entry.section
    return json.dumps(plain, ensure_ascii=False, default=date.isoformat)


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(values)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _select_in(
    connection: Connection, column: sa.Column[str], values: Iterable[str], *conditions: sa.ColumnElement[bool]
) -> Iterator[Sequence[Any]]:
    for some in _chunks(values):
        yield from connection.execute(sa.select(column).where(column.in_(some), *conditions))


def _execute(connection: Connection, statement: sa.Insert | sa.Update, rows: list[dict[str, Any]]) -> None:
    if rows:  # with none, SQLAlchemy would run the statement once, bare
        connection.execute(statement, rows)
