"""Who must never be written to again, and why: kept by a keyed hash, also after a person is erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.database.tables import deliveries, subscribers, suppressions
from newsletter.model import SubscriberState

SUPPRESSED_STATES = frozenset(
    {SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED, SubscriberState.COMPLAINED}
)
"""States that no import and no list may undo."""
MOVED = "moved"
"""Why an address is suppressed whose reader reads at another one now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why somebody must never be written to, and since when."""

    reason: SubscriberState | None  # one of `LEFT`; None: the person reads at another address now
    suppressed_at: datetime


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
    suppress_hash(connection, row.address_hash, state, now=now)
    return True


def suppress_hash(
    connection: Connection, address_hash: str, state: SubscriberState, *, now: datetime
) -> None:
    """Note why an address must never be written to, inside a transaction of the caller's."""
    known = suppressions.c.address_hash == address_hash
    done = connection.execute(sa.update(suppressions).where(known).values(reason=state))
    if not done.rowcount:
        row = {"address_hash": address_hash, "reason": state, "suppressed_at": now}
        connection.execute(sa.insert(suppressions), [row])


def drop_waiting(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Whoever is erased while an issue goes out gets no more of it, and is still counted."""
    waiting = deliveries.c.status.in_(("queued", "deferred"))
    connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.subscriber_id == subscriber_id, waiting)
        .values(status="suppressed", next_at=None, settled_at=now)
    )
