"""Who left since a backup was made stays gone when it is put back.

Taken from the database that was there until now: every suppression, and the states of those who
left. Somebody whose row was erased since is erased again. Nobody comes back by it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import translate_errors
from newsletter.database.tables import (
    deliveries,
    incoming_mails,
    pauses,
    requests,
    subscribers,
    suppressions,
)
from newsletter.model import SubscriberState
from newsletter.subscribers.suppressions import MOVED, SUPPRESSED_STATES

PAGE = 500
_STATES = ("state", "why", "updated_at")


def keep_gone(old: Engine, restored: Engine, *, now: datetime) -> int:
    """Bring what `old` knows of people who left into `restored`.

    Tells how many are gone by it that were there.
    """
    with (
        translate_errors(old.url),
        old.begin() as from_,
        translate_errors(restored.url),
        restored.begin() as to,
    ):
        gone = _take_states(from_, to)
        gone += _take_suppressions(from_, to, now)
    return gone


def _take_states(old: Connection, restored: Connection) -> int:
    """People of both databases, known by their address, who left according to the old one."""
    gone = 0
    for page in _pages(
        old,
        sa.select(subscribers).where(subscribers.c.state.in_(SUPPRESSED_STATES)),
        subscribers.c.id,
    ):
        by_key = {row["address_key"]: row for row in page}
        known = sa.select(subscribers.c.id, subscribers.c.address_key, subscribers.c.state)
        known = known.where(subscribers.c.address_key.in_(by_key))
        for row in restored.execute(known).all():
            told = by_key[row.address_key]
            if row.state in SUPPRESSED_STATES and told["state"] != "complained":
                continue
            gone += row.state not in SUPPRESSED_STATES
            _set_state(restored, row.id, {name: told[name] for name in _STATES})
    return gone


def _set_state(restored: Connection, subscriber_id: int, values: dict[str, Any]) -> None:
    restored.execute(sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(values))


def _take_suppressions(old: Connection, restored: Connection, now: datetime) -> int:
    """The keyed hashes.

    A person with one of them who is still there as if nothing had been was erased since.
    """
    gone = 0
    for page in _pages(old, sa.select(suppressions), suppressions.c.address_hash):
        hashes = [row["address_hash"] for row in page]
        query = sa.select(suppressions.c.address_hash).where(
            suppressions.c.address_hash.in_(hashes)
        )
        known = set(restored.execute(query).scalars())
        fresh = [row for row in page if row["address_hash"] not in known]
        if fresh:
            restored.execute(sa.insert(suppressions), fresh)
        for row in page:
            if row["reason"] == "complained":
                same = suppressions.c.address_hash == row["address_hash"]
                restored.execute(sa.update(suppressions).where(same).values(reason="complained"))
        kept = set(
            old.execute(
                sa.select(subscribers.c.address_hash).where(subscribers.c.address_hash.in_(hashes))
            ).scalars()
        )
        without = [row for row in page if row["address_hash"] not in kept]
        gone += _erase(
            restored, [row["address_hash"] for row in without if row["reason"] != MOVED], now
        )
        gone += _stop(
            restored, [row["address_hash"] for row in without if row["reason"] == MOVED], now
        )
    return gone


def _stop(restored: Connection, hashes: list[str], now: datetime) -> int:
    """Whoever reads at another address since.

    Whether they left there is not known under the old one, so nothing is sent.
    """
    theirs = sa.and_(
        subscribers.c.address_hash.in_(hashes), subscribers.c.state.not_in(SUPPRESSED_STATES)
    )
    left = {
        "state": SubscriberState.UNSUBSCRIBED.value,
        "why": "reads at another address",
        "updated_at": now,
    }
    return restored.execute(sa.update(subscribers).where(theirs).values(left)).rowcount


def _erase(restored: Connection, hashes: list[str], now: datetime) -> int:
    theirs = sa.select(subscribers.c.id, subscribers.c.state).where(
        subscribers.c.address_hash.in_(hashes)
    )
    rows = restored.execute(theirs).all()
    numbers = [row.id for row in rows]
    waiting = deliveries.c.status.in_(("queued", "deferred"))
    restored.execute(
        sa.update(deliveries)
        .where(deliveries.c.subscriber_id.in_(numbers), waiting)
        .values(status="suppressed", next_at=None, settled_at=now)
    )
    theirs_too = sa.or_(requests.c.address_hash.in_(hashes), requests.c.subscriber_id.in_(numbers))
    restored.execute(sa.delete(requests).where(theirs_too))
    restored.execute(sa.delete(pauses).where(pauses.c.subscriber_id.in_(numbers)))
    of_them = incoming_mails.c.subscriber_id.in_(numbers)
    restored.execute(sa.update(incoming_mails).where(of_them).values(subscriber_id=None))
    restored.execute(sa.delete(subscribers).where(subscribers.c.id.in_(numbers)))
    return sum(row.state not in SUPPRESSED_STATES for row in rows)


def _pages(connection: Connection, query: sa.Select[Any], key: sa.ColumnElement[Any]) -> Any:
    """Rows as mappings, page by page in the order of `key`."""
    last: Any = None
    while True:
        part = query if last is None else query.where(key > last)
        page = [dict(row) for row in connection.execute(part.order_by(key).limit(PAGE)).mappings()]
        if not page:
            return
        yield page
        last = page[-1][key.key]
