"""The list of subscribers, and who must never be mailed again.

A suppression wins over every import. It is kept twice: as the state of a person's row, and as a
keyed hash of the address that stays when the row is erased. Nothing here raises or logs an address.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from newsletter.database.engine import only_reading, translate_errors
from newsletter.database.tables import subscribers, suppressions
from newsletter.formats.mailboxes import MailAddress
from newsletter.model import Subscriber, SubscriberState
from newsletter.subscribers.import_batch import (
    BATCH,
    ImportableSubscriber,
    ImportBatch,
    ImportCounts,
)
from newsletter.subscribers.suppressions import (
    MOVED,
    Suppression,
    drop_waiting,
    suppress,
    suppress_hash,
)
from newsletter.tokens import Keys

MAILABLE = sa.and_(
    subscribers.c.state == SubscriberState.ACTIVE.value,
    ~sa.exists().where(suppressions.c.address_hash == subscribers.c.address_hash),
)
"""Whom an issue may go to."""


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
                done += ImportBatch(connection, self.keys, now).import_rows(batch)
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
                done += ImportBatch(connection, self.keys, now).preview_import(batch, foreseen)
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
                suppress_hash(
                    connection,
                    self.keys.address_hash(address.key),
                    SubscriberState.UNSUBSCRIBED,
                    now=now,
                )
                gone = sa.delete(subscribers).where(subscribers.c.address_key == address.key)
                row = connection.execute(gone.returning(subscribers.c.id)).one_or_none()
                if row is not None:
                    erased += 1
                    drop_waiting(connection, row.id, now)
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
