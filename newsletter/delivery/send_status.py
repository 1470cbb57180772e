"""How the sending of an issue stands.

What was frozen at its start, and how many messages fared how.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from newsletter.database.tables import deliveries, outcomes, sendings
from newsletter.delivery.pause_stop import SendControl, describe_send_pause
from newsletter.model import DeliveryStatus

D = DeliveryStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SendStatus:
    """How a sending stands. The six counts are disjoint and sum to `total`."""

    issue: str
    state: str = "not_started"  # not_started, sending, paused, done
    why: str = ""
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    unknown: int = 0
    suppressed: int = 0
    remaining: int = 0
    total: int = 0
    seconds: float = 0.0
    wish: SendControl | None = None  # what a person wants of it


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRecord:
    """One issue on its way, as frozen at its start."""

    id: int
    issue: str
    digest: str
    total: int
    started_at: datetime
    heartbeats: int


def find_send(connection: Connection, issue: str) -> SendRecord | None:
    """What was frozen when the issue was begun; None before."""
    row = connection.execute(sa.select(sendings).where(sendings.c.issue == issue)).one_or_none()
    return None if row is None else frozen(row)


def frozen(row: Row[Any]) -> SendRecord:
    """A row of `sendings` as what it stands for."""
    return SendRecord(
        id=row.id,
        issue=row.issue,
        digest=row.digest,
        total=row.total,
        started_at=row.started_at,
        heartbeats=row.beats,
    )


def count_by_status(connection: Connection, sending_id: int) -> dict[str, int]:
    """How many messages fared how: status → people."""
    query = sa.select(deliveries.c.status, sa.func.count()).where(
        deliveries.c.sending_id == sending_id
    )
    # of a sending so old that it was reduced, the counts alone are left; see `retention`
    kept = sa.select(outcomes.c.status, sa.func.sum(outcomes.c.people)).where(
        outcomes.c.sending_id == sending_id
    )
    both = sa.union_all(query.group_by(deliveries.c.status), kept.group_by(outcomes.c.status))
    return {row[0]: row[1] for row in connection.execute(both)}


def build_status(
    row: Row[Any], counts: dict[str, int], *, alive: bool, wish: SendControl | None = None
) -> SendStatus:
    """The sending of a row, with its counts; `alive`: its sender is at work."""
    state, why = row.state, row.why
    remaining = counts.get(D.QUEUED, 0) + counts.get(D.SENDING, 0)
    if not alive and state == "sending":
        state, why = "paused", f"the sender stopped; `newsletter send {row.issue}` goes on"
    if state == "paused" and wish:
        why = describe_send_pause(
            wish, counts.get(D.ACCEPTED, 0), row.total, remaining + counts.get(D.DEFERRED, 0)
        )
    return SendStatus(
        issue=row.issue,
        state=state,
        why=why,
        accepted=counts.get(D.ACCEPTED, 0),
        deferred=counts.get(D.DEFERRED, 0),
        refused=counts.get(D.REFUSED, 0),
        unknown=counts.get(D.UNKNOWN, 0),
        suppressed=counts.get(D.SUPPRESSED, 0),
        remaining=remaining,
        total=row.total,
        seconds=round(row.seconds, 3),
        wish=wish,
    )
