"""The list of subscribers, and who must never be mailed again.

A suppression wins over every import. It is kept twice: as the state of a person's row, and as a
keyed hash of the address that stays when the row is erased. Nothing here raises or logs an address.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol, TextIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from newsletter.database.engine import only_reading, translate_errors
from newsletter.database.tables import deliveries, subscribers, suppressions
from newsletter.formats.mailboxes import MailAddress
from newsletter.model import Subscriber, SubscriberState
from newsletter.tokens import Keys

BATCH = 500
SUPPRESSED_STATES = frozenset(
    {SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED, SubscriberState.COMPLAINED}
)
"""States that no import and no list may undo."""

MAILABLE = sa.and_(
    subscribers.c.state == SubscriberState.ACTIVE.value,
    ~sa.exists().where(suppressions.c.address_hash == subscribers.c.address_hash),
)
"""Whom an issue may go to."""

MOVED = "moved"
"""Why an address is suppressed whose reader reads at another one now."""


class ImportableSubscriber(Protocol):
    """One row of a list to be imported; `list_import.ImportRow` is one."""

    @property
    def address(self) -> MailAddress: ...
    @property
    def name(self) -> str: ...
    @property
    def state(self) -> SubscriberState: ...
    @property
    def why(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def sections(self) -> tuple[str, ...]: ...
    @property
    def large_print(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """How the rows of an import fared; each is in exactly one count."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    suppressed: int = 0  # left before, and stays gone

    def __add__(self, other: ImportCounts) -> ImportCounts:
        return ImportCounts(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            suppressed=self.suppressed + other.suppressed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why somebody must never be written to, and since when."""

    reason: SubscriberState | None  # one of `LEFT`; None: the person reads at another address now
    suppressed_at: datetime


class SubscriberRepository:
    """The subscribers in a database."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self.engine = engine
        self.keys = keys

    def import_rows(self, rows: Iterable[ImportableSubscriber], *, now: datetime) -> ImportCounts:
        """Add and update people in batches, in constant memory.

        Raises StorageError, with whole batches done.
        """
        done = ImportCounts()
        source = iter(rows)
        while batch := list(islice(source, BATCH)):
            with translate_errors(self.engine.url), self.engine.begin() as connection:
                done += _ImportBatch(connection, self.keys, now).import_rows(batch)
        return done

    def preview_import(
        self, rows: Iterable[ImportableSubscriber], *, now: datetime
    ) -> ImportCounts:
        """What `take_in` would do with these rows.

        Nothing is changed, and nobody who writes has to wait.

        What each row would leave is remembered, because another row of its address may come much
        later.
        """
        done, source = ImportCounts(), iter(rows)
        foreseen: dict[str, dict[str, Any]] = {}
        while batch := list(islice(source, BATCH)):
            with (
                translate_errors(self.engine.url),
                only_reading(self.engine).connect() as connection,
            ):
                done += _ImportBatch(connection, self.keys, now).preview_import(batch, foreseen)
        return done

    def count(self, state: SubscriberState = SubscriberState.ACTIVE) -> int:
        """How many people are in a state."""
        query = (
            sa.select(sa.func.count()).select_from(subscribers).where(subscribers.c.state == state)
        )
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return connection.execute(query).scalar_one()

    def all(self) -> Iterator[Subscriber]:
        """Everybody, in the order they were added.

        Read in pages, so that a sender is never held up.
        """
        last = 0
        while True:
            query = (
                sa.select(subscribers)
                .where(subscribers.c.id > last)
                .order_by(subscribers.c.id)
                .limit(BATCH)
            )
            with translate_errors(self.engine.url), self.engine.begin() as connection:
                page = connection.execute(query).all()
            if not page:
                return
            yield from (_subscriber(row) for row in page)
            last = page[-1].id

    def find(self, address: MailAddress) -> Subscriber | None:
        """The person with this address."""
        return self._one(subscribers.c.address_key == address.key)

    def get(self, subscriber_id: int) -> Subscriber | None:
        """The person with this number; None when erased."""
        return self._one(subscribers.c.id == subscriber_id)

    def _one(self, condition: sa.ColumnElement[bool]) -> Subscriber | None:
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            row = connection.execute(sa.select(subscribers).where(condition)).one_or_none()
        return None if row is None else _subscriber(row)

    def suppress(
        self, subscriber_id: int, state: SubscriberState, why: str, *, now: datetime
    ) -> bool:
        """Never mail this person again, for one of the reasons of `LEFT`.

        False when already so, or unknown.

        A complaint replaces another reason; nothing replaces a complaint.
        """
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return suppress(connection, subscriber_id, state, why, now=now)

    def change(
        self,
        subscriber_id: int,
        *,
        now: datetime,
        state: SubscriberState | None = None,
        sections: tuple[str, ...] | None = None,
        language: str | None = None,
        large_print: bool | None = None,
    ) -> None:
        """A person's own choice: pause or go on, sections, language, large print.

        Whoever left returns in this way too.
        """
        values: dict[str, Any] = {"updated_at": now}
        if state is not None:
            values |= {"state": state, "why": "own choice"}
        if sections is not None:
            values["sections"] = " ".join(sections)
        if language is not None:
            values["language"] = language
        if large_print is not None:
            values["large_print"] = large_print
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            connection.execute(
                sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
            )
            if state is SubscriberState.ACTIVE:
                own = (
                    sa.select(subscribers.c.address_hash)
                    .where(subscribers.c.id == subscriber_id)
                    .scalar_subquery()
                )
                connection.execute(
                    sa.delete(suppressions).where(suppressions.c.address_hash == own)
                )

    def erase(self, addresses: Sequence[MailAddress], *, now: datetime) -> int:
        """Erase people; only keyed hashes stay, so that no import brings them back.

        Returns how many were on the list.
        """
        erased = 0
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            for address in addresses:
                _suppress_hash(
                    connection,
                    self.keys.address_hash(address.key),
                    SubscriberState.UNSUBSCRIBED,
                    now=now,
                )
                gone = sa.delete(subscribers).where(subscribers.c.address_key == address.key)
                row = connection.execute(gone.returning(subscribers.c.id)).one_or_none()
                if row is not None:
                    erased += 1
                    _drop_waiting(connection, row.id, now)
        return erased

    def suppression(self, address: MailAddress) -> Suppression | None:
        """Why an address must never be written to, and since when; also when its row was erased.

        None: it may be.
        """
        known = suppressions.c.address_hash == self.keys.address_hash(address.key)
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            row = connection.execute(sa.select(suppressions).where(known)).one_or_none()
        if row is None:
            return None
        reason = None if row.reason == MOVED else SubscriberState(row.reason)
        return Suppression(reason=reason, suppressed_at=row.suppressed_at)

    def is_suppressed(self, address: MailAddress) -> bool:
        """Whether this address left, bounced for good or complained, also when its row was erased."""
        known = suppressions.c.address_hash == self.keys.address_hash(address.key)
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return (
                connection.execute(sa.select(sa.literal(1)).where(sa.exists().where(known))).first()
                is not None
            )

    def export(self, file: TextIO) -> int:
        """Write everybody as CSV that a spreadsheet shows and never runs; returns how many."""
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(("Email", "Name", "State", "Why", "Language", "Sections", "Large print"))
        count = 0
        for person in self.all():
            count += 1
            cells = (
                person.address,
                person.name,
                person.state.value,
                person.why,
                person.language,
                " ".join(person.sections),
                "yes" if person.large_print else "",
            )
            writer.writerow(tuple(map(harmless, cells)))
        return count


def harmless(cell: str) -> str:
    """A cell that a spreadsheet takes as text.

    One that would start a formula gets an apostrophe (OWASP).
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def suppress(
    connection: Connection, subscriber_id: int, state: SubscriberState, why: str, *, now: datetime
) -> bool:
    """As `People.suppress`, inside a transaction of the caller's."""
    row = connection.execute(
        sa.select(subscribers.c.state, subscribers.c.address_hash).where(
            subscribers.c.id == subscriber_id
        )
    ).one_or_none()
    if row is None or row.state in {SubscriberState.COMPLAINED, state}:
        return False
    if row.state in SUPPRESSED_STATES and state is not SubscriberState.COMPLAINED:
        return False
    connection.execute(
        sa.update(subscribers)
        .where(subscribers.c.id == subscriber_id)
        .values(state=state, why=why, updated_at=now)
    )
    _suppress_hash(connection, row.address_hash, state, now=now)
    return True


def _suppress_hash(
    connection: Connection, address_hash: str, state: SubscriberState, *, now: datetime
) -> None:
    known = suppressions.c.address_hash == address_hash
    done = connection.execute(sa.update(suppressions).where(known).values(reason=state))
    if not done.rowcount:
        row = {"address_hash": address_hash, "reason": state, "suppressed_at": now}
        connection.execute(sa.insert(suppressions), [row])


def _drop_waiting(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Whoever is erased while an issue goes out gets no more of it, and is still counted."""
    waiting = deliveries.c.status.in_(("queued", "deferred"))
    connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.subscriber_id == subscriber_id, waiting)
        .values(status="suppressed", next_at=None, settled_at=now)
    )


_COMPARED = ("state", "name", "language", "sections", "large_print")
"""What a row of a list is compared with."""


class _ImportBatch:
    """A few hundred rows of an import, in one transaction."""

    def __init__(self, connection: Connection, keys: Keys, now: datetime) -> None:
        self.connection = connection
        self.keys = keys
        self.now = now

    def import_rows(self, rows: Sequence[ImportableSubscriber]) -> ImportCounts:
        done, new, changed, gone = self._decide_rows(rows, {})
        self._write(new, changed, gone)
        return done

    def preview_import(
        self, rows: Sequence[ImportableSubscriber], foreseen: dict[str, dict[str, Any]]
    ) -> ImportCounts:
        """What taking them in would do.

        `foreseen` is what earlier batches would have left, by the key of the address.
        """
        done, new, changed, _ = self._decide_rows(rows, foreseen)
        foreseen |= {
            row["address_key"]: {name: row[name] for name in _COMPARED} for row in (*new, *changed)
        }
        return done

    def _decide_rows(
        self, rows: Sequence[ImportableSubscriber], foreseen: Mapping[str, dict[str, Any]]
    ) -> tuple[ImportCounts, list[dict[str, Any]], list[dict[str, Any]], set[str]]:
        """How each row fares: people who are new, who change, and hashes of those who left."""
        hashes = {row.address.key: self.keys.address_hash(row.address.key) for row in rows}
        known = self._known(list(hashes)) | {
            key: foreseen[key] for key in hashes if key in foreseen
        }
        gone = self._gone(list(hashes.values()))
        new: dict[str, dict[str, Any]] = {}
        changed: dict[int, dict[str, Any]] = {}
        counts = {"added": 0, "updated": 0, "unchanged": 0, "suppressed": 0}
        for row in rows:
            counts[self._decide(row, hashes[row.address.key], known, gone, new, changed)] += 1
        return ImportCounts(**counts), list(new.values()), list(changed.values()), gone

    def _known(self, address_keys: list[str]) -> dict[str, dict[str, Any]]:
        query = sa.select(subscribers).where(subscribers.c.address_key.in_(address_keys))
        return {row["address_key"]: dict(row) for row in self.connection.execute(query).mappings()}

    def _gone(self, hashes: list[str]) -> set[str]:
        query = sa.select(suppressions.c.address_hash).where(
            suppressions.c.address_hash.in_(hashes)
        )
        return set(self.connection.execute(query).scalars())

    def _decide(
        self,
        row: ImportableSubscriber,
        address_hash: str,
        known: dict[str, dict[str, Any]],
        gone: set[str],
        new: dict[str, dict[str, Any]],
        changed: dict[int, dict[str, Any]],
    ) -> str:
        """Which count a row goes to; a second row of the same address meets the first one."""
        key = row.address.key
        old = known.get(key)
        if old is None:
            if address_hash in gone:
                return "suppressed"
            known[key] = new[key] = self._fresh(row, address_hash)
            return "added"
        returning = row.state not in SUPPRESSED_STATES and (
            old["state"] in SUPPRESSED_STATES or address_hash in gone
        )
        values = _merge_row(old, row)
        if not values:
            return "suppressed" if returning else "unchanged"
        old |= values | {"updated_at": self.now}
        if "id" in old:
            changed[old["id"]] = old
        return "suppressed" if returning else "updated"

    def _fresh(self, row: ImportableSubscriber, address_hash: str) -> dict[str, Any]:
        return {
            "address": row.address.text,
            "address_key": row.address.key,
            "address_hash": address_hash,
            "name": row.name,
            "state": row.state.value,
            "why": row.why,
            "language": row.language,
            "sections": " ".join(row.sections),
            "large_print": row.large_print,
            "added_at": self.now,
            "updated_at": self.now,
        }

    def _write(
        self, new: list[dict[str, Any]], changed: list[dict[str, Any]], gone: set[str]
    ) -> None:
        if new:
            self.connection.execute(sa.insert(subscribers), new)
        if changed:
            columns = ("name", "state", "why", "language", "sections", "large_print", "updated_at")
            statement = sa.update(subscribers).where(subscribers.c.id == sa.bindparam("row_id"))
            statement = statement.values({name: sa.bindparam(f"new_{name}") for name in columns})
            self.connection.execute(
                statement,
                [
                    {"row_id": row["id"], **{f"new_{name}": row[name] for name in columns}}
                    for row in changed
                ],
            )
        left = {
            row["address_hash"]: row["state"]
            for row in (*new, *changed)
            if row["state"] in SUPPRESSED_STATES
        }
        fresh = [
            {"address_hash": address_hash, "reason": state, "suppressed_at": self.now}
            for address_hash, state in left.items()
            if address_hash not in gone
        ]
        if fresh:
            self.connection.execute(sa.insert(suppressions), fresh)


def _merge_row(old: Mapping[str, Any], row: ImportableSubscriber) -> dict[str, Any]:
    """What a row changes of a person we know.

    Empty cells change nothing, and nobody who left comes back.
    """
    told = {"name": row.name, "language": row.language, "sections": " ".join(row.sections)}
    values: dict[str, Any] = {
        name: value for name, value in told.items() if value and value != old[name]
    }
    if row.large_print and not old["large_print"]:
        values["large_print"] = True
    state = _merge_state(SubscriberState(old["state"]), row.state)
    if state != old["state"]:
        values |= {"state": state.value, "why": row.why}
    return values


def _merge_state(old: SubscriberState, new: SubscriberState) -> SubscriberState:
    if old in SUPPRESSED_STATES:
        return new if new is SubscriberState.COMPLAINED else old
    if new in SUPPRESSED_STATES:
        return new
    # a person's own pause stays; an unclear row does not silence one who is surely on the list
    return new if old is SubscriberState.PENDING else old


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address,
        name=row.name,
        state=SubscriberState(row.state),
        why=row.why,
        language=row.language,
        sections=tuple(row.sections.split()),
        large_print=bool(row.large_print),
    )
