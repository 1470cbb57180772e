"""Every entry ever seen, by what it is known, who gave it, and what was decided about it."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database import tables
from newsletter.database.engine import translate_errors
from newsletter.database.tables import UtcDateTime
from newsletter.entries.serialization import entry_from_plain, entry_to_plain
from newsletter.model import Decision, Entry, Verdict
from newsletter.workspace.context import AppContext

T = TypeVar("T")
CachedEntry = tuple[str, datetime, Entry]
"""The record of an entry and when it was first seen, with the entry that was read from them."""

_RHYTHM_OF = 30  # days from which the rhythm of a source is taken
_AT_ONCE = 500  # values in one IN (…): SQLite's smallest limit is 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one source said of one entry."""

    source: str
    key: str
    entry: Entry  # as this source gave it
    first_seen_at: datetime
    last_seen_at: datetime


class EarlierEntry(NamedTuple):
    """An entry that the last issue has looked at, and that is dated before it."""

    key: str
    title: str
    dated: str | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCutoff:
    """How far the last issue looked."""

    since_at: datetime  # what was first seen up to here was looked at
    since_on: date  # what is dated before this day is no longer new

    def condition(self) -> sa.ColumnElement[bool]:
        """Papers and news that were seen then, and are undated or dated before.

        A month or year wholly before.
        """
        entries = tables.entries.c
        # "2026-10" is before "2026-11-20" because it is before "2026-11": dates sort as texts of
        # one length
        before = entries.dated < sa.func.substr(
            self.since_on.isoformat(), 1, sa.func.length(entries.dated)
        )
        seen = entries.first_seen_at <= self.since_at
        return (entries.kind == "") & seen & (entries.dated.is_(None) | before)


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


class SourceActivity(NamedTuple):
    """When a source gave something."""

    newest_on: (
        date | None
    )  # the newest day that an entry of it is dated, none ahead; None: all are undated
    first_seen_at: datetime  # when it first gave anything


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
            rows = _select_in(connection, sa.select(*columns), tables.entries.c.key, keys)
            return {row.key: self._entry(row.key, row.record, row.first_seen_at) for row in rows}

    def known_as(self, names: Iterable[str]) -> set[str]:
        """The keys of all entries that one of these aliases may mean."""
        query = sa.select(tables.aliases.c.key)
        with self.together() as connection:
            return {row[0] for row in _select_in(connection, query, tables.aliases.c.alias, names)}

    def save(self, entries: Mapping[str, Entry], names: Mapping[str, Iterable[str]]) -> None:
        """Keep these entries and their aliases (both by key), over what was kept before."""
        rows = [
            {
                "of": key,
                "first_seen_at": entry.first_seen_at,
                "dated": str(entry.dated) if entry.dated else None,
                "title": entry.title,
                "kind": _kind(entry),
                "record": _record(entry),
            }
            for key, entry in entries.items()
        ]
        with self.together() as connection:
            present = {
                row[0]
                for row in _select_in(
                    connection, sa.select(tables.entries.c.key), tables.entries.c.key, entries
                )
            }
            values: dict[str, Any] = {
                name: sa.bindparam(name)
                for name in ("dated", "title", "kind", "record", "first_seen_at")
            }
            insert = sa.insert(tables.entries).values(key=sa.bindparam("of"), **values)
            _execute(connection, insert, [row for row in rows if row["of"] not in present])
            update = (
                sa.update(tables.entries)
                .where(tables.entries.c.key == sa.bindparam("of"))
                .values(values)
            )
            _execute(connection, update, [row for row in rows if row["of"] in present])
            _delete_in(connection, tables.aliases, tables.aliases.c.key, names)
            pairs = [
                {"alias": alias, "key": key}
                for key, aliases in names.items()
                for alias in dict.fromkeys(aliases)
            ]
            _execute(connection, sa.insert(tables.aliases), pairs)

    def list_manual_merges(self) -> dict[str, str]:
        """Alias → key, as a person said."""
        with self.together() as connection:
            return {row.alias: row.key for row in connection.execute(sa.select(tables.merges))}

    def merge_by_hand(self, names: Iterable[str], key: str, now: datetime) -> None:
        """Note that a person said: whatever comes under one of these names is this entry."""
        names = tuple(dict.fromkeys(names))
        with self.together() as connection:
            _delete_in(connection, tables.merges, tables.merges.c.alias, names)
            rows = [{"alias": alias, "key": key, "merged_at": now} for alias in names]
            _execute(connection, sa.insert(tables.merges), rows)

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
            known = {
                (row.source, row.key) for row in _select_in(connection, query, sightings.key, keys)
            }
            rows = [
                {"by": source, "of": key, "said": _record(entry)}
                for (source, key), entry in seen.items()
            ]
            insert = sa.insert(tables.sightings).values(
                source=sa.bindparam("by"),
                key=sa.bindparam("of"),
                record=sa.bindparam("said"),
                first_seen_at=now,
                last_seen_at=now,
            )
            _execute(
                connection, insert, [row for row in rows if (row["by"], row["of"]) not in known]
            )
            update = (
                sa.update(tables.sightings)
                .where(sightings.source == sa.bindparam("by"), sightings.key == sa.bindparam("of"))
                .values(record=sa.bindparam("said"), last_seen_at=now)
            )
            _execute(connection, update, [row for row in rows if (row["by"], row["of"]) in known])

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
            _execute(connection, sa.insert(tables.decisions), rows)

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
            return {row[0] for row in _select_in(connection, query, tables.decisions.c.key, keys)}

    def take_back(self, keys: Iterable[str], number: int) -> None:
        """Forget what was decided on these entries after this decision's number."""
        later = tables.decisions.c.id > number
        with self.together() as connection:
            for some in _chunks(keys):
                connection.execute(
                    sa.delete(tables.decisions).where(later, tables.decisions.c.key.in_(some))
                )

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
            rows = _select_in(connection, query, by, sources)
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
            for row in _select_in(connection, query, by, sources):
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
            read = {row.source: row.at for row in _select_in(connection, last_read, by, named)}
            rows = [
                row
                for row in _select_in(connection, sa.select(by, of, seen), of, keys)
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
            _delete_in(
                connection, tables.sources, tables.sources.c.name, [row["name"] for row in rows]
            )
            _execute(connection, sa.insert(tables.sources), rows)


def _entry(key: str, record: str, first_seen_at: datetime) -> Entry:
    plain = json.loads(record)
    return replace(
        entry_from_plain(plain), key=key, first_seen_at=first_seen_at, section=plain.get("section")
    )


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


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(values)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _select_in(
    connection: Connection, query: sa.Select[Any], column: sa.Column[str], values: Iterable[str]
) -> Iterator[sa.Row[Any]]:
    for some in _chunks(values):
        yield from connection.execute(query.where(column.in_(some)))


def _delete_in(
    connection: Connection, table: sa.Table, column: sa.Column[str], values: Iterable[str]
) -> None:
    for some in _chunks(values):
        connection.execute(sa.delete(table).where(column.in_(some)))


def _execute(
    connection: Connection, statement: sa.Insert | sa.Update, rows: list[dict[str, Any]]
) -> None:
    if rows:  # with none, SQLAlchemy would run the statement once, bare
        connection.execute(statement, rows)


def entries_of(context: AppContext) -> EntryRepository:
    """The entries of a workspace.

    One object for each context, because it holds the open transaction.
    """
    return context.part(EntryRepository, lambda: EntryRepository(context.engine))
