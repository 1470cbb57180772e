"""Rows of a list put into the database, a batch at a time; whoever left stays gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.database.tables import subscribers, suppressions
from newsletter.formats.mailboxes import MailAddress
from newsletter.model import SubscriberState
from newsletter.subscribers.suppressions import (
    SUPPRESSED_STATES,
)
from newsletter.tokens import Keys

BATCH = 500


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


_COMPARED = ("state", "name", "language", "sections", "large_print")
"""What a row of a list is compared with."""


class ImportBatch:
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
        """How each row fares, with the people that are new, those that change, and the hashes of those who left."""
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

    def _update(self, changed: list[dict[str, Any]]) -> None:
        columns = ("name", "state", "why", "language", "sections", "large_print", "updated_at")
        statement = sa.update(subscribers).where(subscribers.c.id == sa.bindparam("row_id"))
        statement = statement.values({name: sa.bindparam(f"new_{name}") for name in columns})
        rows = [
            {"row_id": row["id"], **{f"new_{name}": row[name] for name in columns}}
            for row in changed
        ]
        self.connection.execute(statement, rows)

    def _write(
        self, new: list[dict[str, Any]], changed: list[dict[str, Any]], gone: set[str]
    ) -> None:
        if new:
            self.connection.execute(sa.insert(subscribers), new)
        if changed:
            self._update(changed)
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
