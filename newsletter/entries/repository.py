"""Every entry ever seen, by what it is known, who gave it, and what was decided about it."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database import tables
from newsletter.database.engine import translate_errors
from newsletter.database.statements import _chunks, delete_in, execute_many, select_in
from newsletter.database.tables import UtcDateTime
from newsletter.entries.records import (
    EarlierEntry,
    ReviewCutoff,
    Sighting,
    SourceActivity,
    SourceRecord,
)
from newsletter.entries.serialization import entry_from_plain, entry_to_plain
from newsletter.model import Decision, Entry, Verdict
from newsletter.workspace.context import AppContext

T = TypeVar("T")
CachedEntry = tuple[str, datetime, Entry]
"""The record of an entry and when it was first seen, with the entry that was read from them."""

_RHYTHM_OF = 30  # days from which the rhythm of a source is taken


class EntryRepository:
    """The entries in the database. Every method is one transaction, or runs inside `together`."""

    def __init__(self, engine: Engine, read: dict[str, CachedEntry] | None = None) -> None:
        """`read` outlives the store.

        What was read before, so that a record that did not change is not read anew.
        """
        self.engine = engine
        self._open: Connection | None = None
        self._kept = read

    @contextlib.contextmanager
    def together(self) -> Iterator[Connection]:
        """One transaction: all that is done inside is kept, or nothing of it. May be nested."""
        if self._open is not None:
            yield self._open
            return
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            self._open = connection
            try:
                yield connection
            finally:
                self._open = None

    def all(self) -> tuple[Entry, ...]:
        """Every entry, in the order in which they were first seen."""
        return self._read(sa.true())

    def open(self, looked: ReviewCutoff) -> tuple[Entry, ...]:
        """The entries that their dates alone do not settle, in the order they were first seen."""
        return self._read(sa.not_(looked.condition()))

    def list_settled_entries(self, looked: ReviewCutoff) -> Iterator[EarlierEntry]:
        """The entries that are older than the last issue in every way.

        Thousands, and not worth reading whole.
        """
        columns = (
            tables.entries.c.key,
            tables.entries.c.title,
            tables.entries.c.dated,
            tables.entries.c.first_seen_at,
        )
        with self.together() as connection:
            rows = connection.execute(
                sa.select(*columns).where(looked.condition()).order_by(tables.entries.c.key)
            ).all()
        return map(EarlierEntry._make, rows)

    def _read(self, condition: sa.ColumnElement[bool]) -> tuple[Entry, ...]:
        columns = (tables.entries.c.key, tables.entries.c.record, tables.entries.c.first_seen_at)
        query = (
            sa.select(*columns)
            .where(condition)
            .order_by(tables.entries.c.first_seen_at, tables.entries.c.key)
        )
        with self.together() as connection:
            return tuple(self._entry(*row) for row in connection.execute(query))

    def _entry(self, key: str, record: str, first_seen_at: datetime) -> Entry:
        if self._kept is None:
            return _entry(key, record, first_seen_at)
        kept = self._kept.get(key)
        if kept is None or kept[:2] != (record, first_seen_at):
            self._kept[key] = kept = (record, first_seen_at, _entry(key, record, first_seen_at))
        return kept[2]

    def by_keys(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Key → entry, of those that are known."""
        columns = (tables.entries.c.key, tables.entries.c.record, tables.entries.c.first_seen_at)
        with self.together() as connection:
            rows = select_in(connection, sa.select(*columns), tables.entries.c.key, keys)
            return {row.key: self._entry(row.key, row.record, row.first_seen_at) for row in rows}

    def known_as(self, names: Iterable[str]) -> set[str]:
        """The keys of all entries that one of these aliases may mean."""
        query = sa.select(tables.aliases.c.key)
        with self.together() as connection:
            return {row[0] for row in select_in(connection, query, tables.aliases.c.alias, names)}

    def save(self, entries: Mapping[str, Entry], names: Mapping[str, Iterable[str]]) -> None:
        """Keep these entries (by key) and the aliases of each (by key), over what was kept before."""
        aliases = tables.aliases
        with self.together() as connection:
            _save_rows(connection, {key: _row(key, entry) for key, entry in entries.items()})
            delete_in(connection, aliases, aliases.c.key, names)
            pairs = [
                {"alias": alias, "key": key}
                for key, its in names.items()
                for alias in dict.fromkeys(its)
            ]
            execute_many(connection, sa.insert(aliases), pairs)

    def list_manual_merges(self) -> dict[str, str]:
        """Alias → key, as a person said."""
        with self.together() as connection:
            return {row.alias: row.key for row in connection.execute(sa.select(tables.merges))}

    def merge_by_hand(self, names: Iterable[str], key: str, now: datetime) -> None:
        """Note that a person said: whatever comes under one of these names is this entry."""
        names = tuple(dict.fromkeys(names))
        with self.together() as connection:
            delete_in(connection, tables.merges, tables.merges.c.alias, names)
            rows = [{"alias": alias, "key": key, "merged_at": now} for alias in names]
            execute_many(connection, sa.insert(tables.merges), rows)

    def merge_keys(self, folded: Mapping[str, str]) -> None:
        """Merge entries into others (old key → the key that stays), with all that hangs on them."""
        with self.together() as connection:
            for old, new in folded.items():
                there = sa.select(tables.sightings.c.source).where(tables.sightings.c.key == new)
                own = (tables.sightings.c.key == old) & tables.sightings.c.source.not_in(there)
                connection.execute(sa.update(tables.sightings).where(own).values(key=new))
                connection.execute(
                    sa.update(tables.merges).where(tables.merges.c.key == old).values(key=new)
                )
                connection.execute(
                    sa.update(tables.decisions).where(tables.decisions.c.key == old).values(key=new)
                )
                connection.execute(sa.delete(tables.entries).where(tables.entries.c.key == old))

    def delete(self, key: str) -> None:
        """Take an entry out, with its names and sightings.

        Its parts are put back as entries of their own.
        """
        with self.together() as connection:
            connection.execute(sa.delete(tables.entries).where(tables.entries.c.key == key))

    def note_sightings(self, seen: Mapping[tuple[str, str], Entry], now: datetime) -> None:
        """Note which source gave which entry (by source and key) at `now`."""
        sightings = tables.sightings.c
        with self.together() as connection:
            query = sa.select(sightings.source, sightings.key)
            keys = dict.fromkeys(key for _, key in seen)
            rows = select_in(connection, query, sightings.key, keys)
            known = {(row.source, row.key) for row in rows}
            fresh, again = _split_sightings(seen, known)
            insert = sa.insert(tables.sightings).values(
                source=sa.bindparam("by"),
                key=sa.bindparam("of"),
                record=sa.bindparam("said"),
                first_seen_at=now,
                last_seen_at=now,
            )
            execute_many(connection, insert, fresh)
            update = (
                sa.update(tables.sightings)
                .where(sightings.source == sa.bindparam("by"), sightings.key == sa.bindparam("of"))
                .values(record=sa.bindparam("said"), last_seen_at=now)
            )
            execute_many(connection, update, again)

    def sightings(self, key: str) -> tuple[Sighting, ...]:
        """Who gave this entry, first one first."""
        query = sa.select(tables.sightings).where(tables.sightings.c.key == key)
        with self.together() as connection:
            rows = connection.execute(
                query.order_by(tables.sightings.c.first_seen_at, tables.sightings.c.source)
            ).all()
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
            execute_many(connection, sa.insert(tables.decisions), rows)

    def newest_decision(self) -> int:
        """The number of the decision that was made last.

        Decisions are counted in the order in which they are made.
        """
        with self.together() as connection:
            return connection.execute(sa.select(sa.func.max(tables.decisions.c.id))).scalar() or 0

    def find_keys_decided_since(self, keys: Iterable[str], number: int) -> set[str]:
        """Those of these entries on which something was decided after this decision's number."""
        query = sa.select(tables.decisions.c.key).where(tables.decisions.c.id > number)
        with self.together() as connection:
            return {row[0] for row in select_in(connection, query, tables.decisions.c.key, keys)}

    def take_back(self, keys: Iterable[str], number: int) -> None:
        """Forget what was decided on these entries after the decision of this number, as if nobody had."""
        decisions = tables.decisions
        with self.together() as connection:
            for some in _chunks(keys):
                later = sa.and_(decisions.c.id > number, decisions.c.key.in_(some))
                connection.execute(sa.delete(decisions).where(later))

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
                row["name"]: SourceRecord(**row)
                for row in connection.execute(sa.select(tables.sources)).mappings()
            }

    def news_of(self, sources: Iterable[str], today: date) -> dict[str, SourceActivity]:
        """Source → when it gave something; one that never did is not there."""
        dated, by = tables.entries.c.dated, tables.sightings.c.source
        newest = sa.func.max(sa.case((_is_day(dated, today), dated))).label("newest")
        first = sa.func.min(tables.sightings.c.first_seen_at, type_=UtcDateTime).label("first")
        query = (
            sa.select(by, newest, first).join_from(tables.sightings, tables.entries).group_by(by)
        )
        with self.together() as connection:
            rows = select_in(connection, query, by, sources)
            return {
                row.source: SourceActivity(row.newest and date.fromisoformat(row.newest), row.first)
                for row in rows
            }

    def days_of(self, sources: Iterable[str], today: date) -> dict[str, tuple[date, ...]]:
        """Source → the newest days that entries of it are dated, oldest first."""
        dated, by = tables.entries.c.dated, tables.sightings.c.source
        joined = sa.select(by, dated).join_from(tables.sightings, tables.entries)
        query = joined.where(_is_day(dated, today)).distinct().order_by(dated)
        days: defaultdict[str, list[str]] = defaultdict(list)
        with self.together() as connection:
            for row in select_in(connection, query, by, sources):
                days[row.source].append(row.dated)
        return {
            source: tuple(map(date.fromisoformat, some[-_RHYTHM_OF:]))
            for source, some in days.items()
        }

    def find_unlisted_entries(
        self, keys: Iterable[str], sources: Iterable[str]
    ) -> dict[str, datetime]:
        """Which of these entries no source lists any more, and when one last did.

        An answer that was unchanged, empty or broken sees nothing, and so makes nothing look
        withdrawn.
        """
        by, of, seen = (tables.sightings.c[name] for name in ("source", "key", "last_seen_at"))
        named = frozenset(sources)
        last_read = sa.select(by, sa.func.max(seen, type_=UtcDateTime).label("at")).group_by(by)
        with self.together() as connection:
            read = {row.source: row.at for row in select_in(connection, last_read, by, named)}
            rows = [
                row
                for row in select_in(connection, sa.select(by, of, seen), of, keys)
                if row.source in named
            ]
        listed = {row.key for row in rows if row.last_seen_at == read[row.source]}
        gone = sorted(
            (row for row in rows if row.key not in listed), key=lambda row: row.last_seen_at
        )
        return {row.key: row.last_seen_at for row in gone}

    def note_sources(self, records: Iterable[SourceRecord]) -> None:
        """Keep how these sources fared."""
        rows = [
            {column.name: getattr(record, column.name) for column in tables.sources.c}
            for record in records
        ]
        with self.together() as connection:
            delete_in(
                connection, tables.sources, tables.sources.c.name, [row["name"] for row in rows]
            )
            execute_many(connection, sa.insert(tables.sources), rows)


def _entry(key: str, record: str, first_seen_at: datetime) -> Entry:
    plain = json.loads(record)
    return replace(
        entry_from_plain(plain), key=key, first_seen_at=first_seen_at, section=plain.get("section")
    )


def _row(key: str, entry: Entry) -> dict[str, Any]:
    return {
        "of": key,
        "first_seen_at": entry.first_seen_at,
        "dated": str(entry.dated) if entry.dated else None,
        "title": entry.title,
        "kind": _kind(entry),
        "record": _record(entry),
    }


def _save_rows(connection: Connection, rows: Mapping[str, dict[str, Any]]) -> None:
    """Insert the rows of new keys, and update those of known ones."""
    key = tables.entries.c.key
    present = {found[0] for found in select_in(connection, sa.select(key), key, rows)}
    names = ("dated", "title", "kind", "record", "first_seen_at")
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    insert = sa.insert(tables.entries).values(key=sa.bindparam("of"), **values)
    update = sa.update(tables.entries).where(key == sa.bindparam("of")).values(values)
    execute_many(connection, insert, [rows[each] for each in rows if each not in present])
    execute_many(connection, update, [rows[each] for each in rows if each in present])


def _split_sightings(
    seen: Mapping[tuple[str, str], Entry], known: set[tuple[str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of those never seen before, and of those seen again."""
    fresh: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    for (source, key), entry in seen.items():
        row = {"by": source, "of": key, "said": _record(entry)}
        (again if (source, key) in known else fresh).append(row)
    return fresh, again


def _is_day(dated: sa.Column[str], today: date) -> sa.ColumnElement[bool]:
    """Whether a date tells its day, and that is none ahead."""
    return (sa.func.length(dated) == len("2026-11-23")) & (dated <= today.isoformat())


def _kind(entry: Entry) -> str:
    kinds = {"trial": entry.trial, "event": entry.event, "grant": entry.grant}
    return next((name for name, part in kinds.items() if part is not None), "")


def _record(entry: Entry) -> str:
    plain = entry_to_plain(entry)
    if entry.section:
        plain["section"] = entry.section
    return json.dumps(plain, ensure_ascii=False, default=lambda moment: moment.isoformat())


def entries_of(context: AppContext) -> EntryRepository:
    """The entries of a workspace.

    One object for each context, because it holds the open transaction.
    """
    return context.part(EntryRepository, lambda: EntryRepository(context.engine))
