"""A sender's own hold on the ledger.

Who is due, which messages may be finished, and what became of them.

Whether a person left is looked at in the same statement that claims the row.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from newsletter.database.bulk import BulkStatement, driver_errors
from newsletter.database.engine import translate_errors
from newsletter.database.tables import UtcDateTime, deliveries, sendings, subscribers
from newsletter.delivery.journal import DeliveryOutcome, Journal
from newsletter.delivery.pause_stop import SendControl, read_send_control
from newsletter.delivery.restore_guard import RestoreGuard
from newsletter.delivery.send_status import SendRecord, SendStatus, build_status, count_by_status
from newsletter.model import DeliveryStatus, Subscriber, SubscriberState
from newsletter.subscribers import repository as subscriber_repository
from newsletter.subscribers import suppressions

PAGE = 500
FAR = timedelta(days=3)
"""No wait is that long: a `next_at` beyond it was written before the machine's clock was set back,
and is due."""

CLAIM_SLOTS = 16  # claims are made in multiples of so many, so that few statements are written
SETTLED_TOGETHER = 8  # outcomes too; what is left over goes in a statement of its own

D = DeliveryStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """A delivery to be tried now."""

    subscriber: Subscriber
    attempts: int = 0
    first_tried_at: datetime | None = None
    next_at: datetime | None = None  # of a deferred one

    @property
    def mark(self) -> tuple[datetime, int] | None:
        """Where it stands among the deferred ones."""
        return (self.next_at, self.subscriber.id) if self.next_at else None


class LedgerSession:
    """A sender's own hold on the ledger: one connection, used by one thread at a time."""

    def __init__(
        self, engine: Engine, sending: SendRecord, witness: RestoreGuard, journal: Journal
    ) -> None:
        self.engine = engine
        self.sending = sending
        self.witness = witness
        self.journal = journal
        self.left_queued = 0  # settled as suppressed while they were queued
        self.left_deferred = 0
        self._claim = BulkStatement(_claim, engine.dialect)
        self._settlement = BulkStatement(_settle, engine.dialect)
        self._on_the_way: set[int] = set()  # claimed by us and not settled
        self._beats = sending.heartbeats
        self._connection: Connection | None = None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with translate_errors(self.engine.url), driver_errors(self.engine):
            if self._connection is None:
                self._connection = self.engine.connect()
            with self._connection.begin():
                yield self._connection

    def close(self) -> None:
        """Give connection and journal back."""
        self.journal.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def fetch_queued(self, after: int, limit: int, *, now: datetime) -> list[DueDelivery]:
        """The next ones never tried, by number.

        Those who left meanwhile are settled as suppressed on the way.
        """
        condition = sa.and_(
            deliveries.c.status == D.QUEUED, deliveries.c.subscriber_id > sa.bindparam("after")
        )
        query = _due_query(condition, deliveries.c.subscriber_id)
        return self._due(query, {"after": after, "rows": limit}, now)

    def fetch_deferred(
        self, after: tuple[datetime, int] | None, limit: int, *, due_at: datetime, now: datetime
    ) -> list[DueDelivery]:
        """Those whose next try is due, the longest waiting first; only those after a mark."""
        due = sa.or_(deliveries.c.next_at <= due_at, deliveries.c.next_at > due_at + FAR)
        condition = sa.and_(deliveries.c.status == D.DEFERRED, due)
        if after is not None:
            place = sa.tuple_(deliveries.c.next_at, deliveries.c.subscriber_id)
            mark = sa.tuple_(*after, types=[UtcDateTime(), sa.BigInteger()])
            condition = sa.and_(condition, place > mark)
        query = _due_query(condition, deliveries.c.next_at, deliveries.c.subscriber_id)
        return self._due(query, {"rows": limit}, now)

    def _due(
        self, query: sa.Select[Any], values: dict[str, Any], now: datetime
    ) -> list[DueDelivery]:
        while True:
            with self._transaction() as connection:
                rows = connection.execute(query, {"sending": self.sending.id, **values}).all()
                gone = [row for row in rows if not row.mailable]
                self._suppress(connection, [row.subscriber_id for row in gone], now)
            waited = sum(row.next_at is not None for row in gone)
            self.left_deferred += waited
            self.left_queued += len(gone) - waited
            ready = [_due(row) for row in rows if row.mailable]
            if ready or not rows:
                return ready

    def next_at(self) -> datetime | None:
        """When the next deferred one is due; None when there is none."""
        query = sa.select(sa.func.min(deliveries.c.next_at)).where(
            deliveries.c.sending_id == self.sending.id, deliveries.c.status == D.DEFERRED
        )
        with self._transaction() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
        return found

    def commit_step(
        self, settled: Sequence[DeliveryOutcome], intents: Sequence[int], *, now: datetime
    ) -> frozenset[int]:
        """In one commit: what became of messages, and which messages may now be finished.

        Returns the subscribers among `intents` that may be sent to; the others left, and are
        settled as suppressed.
        """
        allowed: frozenset[int] = frozenset()
        with self._transaction() as connection:
            if settled:
                self._settle(connection, settled, now)
            if intents:
                allowed = self._claim_rows(connection, intents, now)
        return allowed

    def _claim_rows(
        self, connection: Connection, wanted: Sequence[int], now: datetime
    ) -> frozenset[int]:
        """Claim rows whose people may still be mailed; the others are settled as suppressed."""
        slots = 1 if len(wanted) == 1 else -(-len(wanted) // CLAIM_SLOTS) * CLAIM_SLOTS
        padded = (*wanted, *[wanted[-1]] * (slots - len(wanted)))
        values = {f"id{n}": each for n, each in enumerate(padded)}
        count = self._claim.run(
            connection, slots, {"sending": self.sending.id, "now": _format_moment(now), **values}
        )
        if count == len(wanted):
            self._on_the_way.update(wanted)
            return frozenset(wanted)
        before = sa.select(deliveries.c.subscriber_id).where(
            deliveries.c.sending_id == self.sending.id,
            deliveries.c.subscriber_id.in_(list(wanted)),
            deliveries.c.status == D.SENDING.value,
        )
        claimed = frozenset(connection.execute(before).scalars()) - self._on_the_way
        self._suppress(connection, [each for each in wanted if each not in claimed], now)
        self._on_the_way |= claimed
        return claimed

    def _suppress(
        self, connection: Connection, subscriber_ids: Sequence[int], now: datetime
    ) -> None:
        if subscriber_ids:
            connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.sending_id == self.sending.id, _WAITING)
                .where(deliveries.c.subscriber_id.in_(list(subscriber_ids)))
                .values(status=D.SUPPRESSED.value, next_at=None, settled_at=now)
            )

    def _settle(
        self, connection: Connection, settled: Sequence[DeliveryOutcome], now: datetime
    ) -> None:
        even = len(settled) - len(settled) % SETTLED_TOGETHER
        for some in filter(None, (settled[:even], settled[even:])):
            self._settlement.run(connection, len(some), _bind_outcomes(self.sending.id, some, now))
        self._on_the_way.difference_update(each.subscriber_id for each in settled)
        _suppress_bounced(connection, settled, now)

    def write_heartbeat(self, state: str, why: str, seconds: float) -> None:
        """Say that we live and where we stand; `seconds` at work since the last beat."""
        with self._transaction() as connection:
            connection.execute(
                sa.update(sendings)
                .where(sendings.c.id == self.sending.id)
                .values(
                    state=state,
                    why=why,
                    seconds=sendings.c.seconds + seconds,
                    beats=sendings.c.beats + 1,
                )
            )
            self._beats = connection.execute(
                sa.select(sendings.c.beats).where(sendings.c.id == self.sending.id)
            ).scalar_one()
        self.witness.write(self._beats)

    def read_send_control(self) -> SendControl | None:
        """What a person wants of this sending now."""
        with self._transaction() as connection:
            return read_send_control(connection, self.sending.issue)

    def read_status(self) -> SendStatus:
        """How it stands, seen by its own sender."""
        with self._transaction() as connection:
            row = connection.execute(
                sa.select(sendings).where(sendings.c.id == self.sending.id)
            ).one()
            return build_status(row, count_by_status(connection, row.id), alive=True)


def _format_moment(moment: datetime) -> str:
    """A moment as `UtcDateTime` keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


_NOW = sa.bindparam("now", type_=UtcDateTime())
_WAITING = sa.or_(deliveries.c.status == D.QUEUED.value, deliveries.c.status == D.DEFERRED.value)


def _claim(count: int) -> sa.Update:
    """Claims that many rows, as far as their people are active and not suppressed."""
    ids = [sa.bindparam(f"id{n}", type_=sa.BigInteger()) for n in range(count)]
    return (
        sa.update(deliveries)
        .where(
            deliveries.c.sending_id == sa.bindparam("sending"),
            deliveries.c.subscriber_id.in_(ids),
            _WAITING,
            sa.exists().where(
                subscribers.c.id == deliveries.c.subscriber_id, subscriber_repository.MAILABLE
            ),
        )
        .values(
            status=D.SENDING.value,
            first_tried_at=sa.func.coalesce(deliveries.c.first_tried_at, _NOW),
        )
    )


def _bind_outcomes(
    sending_id: int, settled: Sequence[DeliveryOutcome], now: datetime
) -> dict[str, Any]:
    values: dict[str, Any] = {"sending": sending_id, "now": _format_moment(now)}
    for n, each in enumerate(settled):
        values[f"id{n}"] = each.subscriber_id
        values[f"status{n}"] = each.status.value
        values[f"reply{n}"] = each.reply
        values[f"next_at{n}"] = each.next_at and _format_moment(each.next_at)
        values[f"tries{n}"] = int(each.tried)
    return values


def _suppress_bounced(
    connection: Connection, settled: Sequence[DeliveryOutcome], now: datetime
) -> None:
    for each in settled:
        if each.bounced:
            suppressions.suppress(
                connection, each.subscriber_id, SubscriberState.BOUNCED, each.reply, now=now
            )


def _settle(count: int) -> str:
    """Settles that many rows at once.

    All of them exist: the insertion always meets its conflict.
    """
    row = "(:sending, :id{0}, :status{0}, :tries{0}, :reply{0}, :next_at{0}, :now, :now)"
    return (
        # nothing from outside is in it, only numbered parameters
        "INSERT INTO deliveries"  # noqa: S608
        " (sending_id, subscriber_id, status, attempts, reply, next_at, first_tried_at, settled_at)"
        " VALUES "
        + ", ".join(row.format(n) for n in range(count))
        + " ON CONFLICT (sending_id, subscriber_id) DO UPDATE SET"
        " status = excluded.status, attempts = deliveries.attempts + excluded.attempts,"
        " reply = CASE WHEN excluded.attempts = 0 THEN deliveries.reply ELSE excluded.reply END,"
        " next_at = excluded.next_at, settled_at = excluded.settled_at,"
        " first_tried_at = coalesce(deliveries.first_tried_at, excluded.first_tried_at)"
    )


def _due_query(condition: sa.ColumnElement[bool], *order: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return (
        sa.select(
            deliveries.c.subscriber_id,
            deliveries.c.attempts,
            deliveries.c.first_tried_at,
            deliveries.c.next_at,
            subscribers.c.address,
            subscribers.c.name,
            subscribers.c.language,
            subscribers.c.sections,
            subscribers.c.large_print,
            sa.and_(subscribers.c.id.is_not(None), subscriber_repository.MAILABLE).label(
                "mailable"
            ),
        )
        .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(deliveries.c.sending_id == sa.bindparam("sending"), condition)
        .order_by(*order)
        .limit(sa.bindparam("rows"))
    )


def _due(row: Row[Any]) -> DueDelivery:
    number, attempts, first_tried_at, next_at, address, name, language, sections, large_print, _ = (
        tuple(row)
    )
    subscriber = Subscriber(
        id=number,
        address=address,
        name=name,
        language=language,
        sections=tuple(sections.split()),
        large_print=large_print,
    )
    return DueDelivery(
        subscriber=subscriber, attempts=attempts, first_tried_at=first_tried_at, next_at=next_at
    )


def record_outcomes(
    connection: Connection, sending_id: int, settled: Sequence[DeliveryOutcome], now: datetime
) -> None:
    """Settle the rows of a dead sender."""
    for start in range(0, len(settled), PAGE):
        some = settled[start : start + PAGE]
        connection.execute(sa.text(_settle(len(some))), _bind_outcomes(sending_id, some, now))
        _suppress_bounced(connection, some, now)
