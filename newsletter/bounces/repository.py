"""What was decided on each mail of the bounce mailbox.

The decision and what follows from it for a person are one commit. Whoever comes second, after a
crash or beside us, finds it done and does nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import only_reading, translate_errors
from newsletter.database.tables import deliveries, incoming_mails, sendings, subscribers
from newsletter.errors import StorageError
from newsletter.model import SubscriberState
from newsletter.reports import repository as report_repository
from newsletter.subscribers import suppressions

BATCH = 500
LOOK_BACK = 12
"""Sendings that are looked at for bounces in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRecord:
    """What was decided on one mail; `kind` and `action` are words of the stage that decides."""

    kind: str
    action: str
    status: str | None = None
    permanent: bool | None = None
    subscriber_id: int | None = None
    sending_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionEffect:
    """What a decision does to a person."""

    state: SubscriberState
    why: str


class InboundMailRepository:
    """The decisions in a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def load_decisions(self, places: Iterable[str]) -> dict[str, InboundRecord]:
        """What is known of these mails, by their place; those not decided are left out."""
        found: dict[str, InboundRecord] = {}
        source = iter(places)
        while batch := list(islice(source, BATCH)):
            with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
                found |= InboundTransaction(connection).load_decisions(batch)
        return found

    @contextlib.contextmanager
    def begin(self) -> Iterator[InboundTransaction]:
        """One commit for some decisions.

        Raises TakenError when another process wrote one of them meanwhile.
        """
        try:
            with translate_errors(self.engine.url), self.engine.begin() as connection:
                yield InboundTransaction(connection)
        except StorageError as error:
            if isinstance(error.__cause__, sa.exc.IntegrityError):
                raise AlreadyDecidedError from error
            raise

    def of_person(self, subscriber_id: int) -> Iterator[tuple[datetime, InboundRecord]]:
        """All decisions on mails about one person, the oldest first."""
        query = sa.select(incoming_mails).where(incoming_mails.c.subscriber_id == subscriber_id)
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            rows = connection.execute(query.order_by(incoming_mails.c.decided_at)).all()
        yield from ((row.decided_at, _read_row(row)) for row in rows)


class AlreadyDecidedError(Exception):
    """Another process decided on one of these mails; nothing was written, look again."""


class InboundTransaction:
    """Some decisions in one transaction; each sees those before it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def load_decisions(self, places: list[str]) -> dict[str, InboundRecord]:
        """What is known of these mails, by their place."""
        query = sa.select(incoming_mails).where(incoming_mails.c.place.in_(places))
        return {row.place: _read_row(row) for row in self.connection.execute(query)}

    def write(
        self, place: str, decided: InboundRecord, effect: SuppressionEffect | None, *, now: datetime
    ) -> None:
        """Write a decision down, and do what follows for the person."""
        self.connection.execute(sa.insert(incoming_mails).values(_row(place, decided, now)))
        if effect is not None and decided.subscriber_id is not None:
            gone = suppressions.suppress(
                self.connection, decided.subscriber_id, effect.state, effect.why, now=now
            )
            if gone and effect.state is SubscriberState.UNSUBSCRIBED:
                report_repository.add_left(
                    self.connection, [(decided.subscriber_id, decided.sending_id or 0)]
                )

    def knows(self, subscriber_id: int) -> bool:
        """Whether there is a person with this number."""
        query = sa.select(subscribers.c.id).where(subscribers.c.id == subscriber_id)
        return self.connection.execute(query).first() is not None

    def count_consecutive_bounces(self, subscriber_id: int, sending_id: int) -> int:
        """How many issues in a row came back from this person, up to and with one sending."""
        sent = _list_recent_sendings(self.connection, subscriber_id, sending_id)
        bounced = _list_bounced_sendings(self.connection, subscriber_id) | {sending_id}
        return sum(1 for _ in takewhile(bounced.__contains__, sent or [sending_id]))


def _row(place: str, decided: InboundRecord, now: datetime) -> dict[str, object]:
    return {
        "place": place,
        "kind": str(decided.kind),
        "action": str(decided.action),
        "status": decided.status,
        "permanent": decided.permanent,
        "subscriber_id": decided.subscriber_id,
        "sending_id": decided.sending_id,
        "decided_at": now,
    }


def _read_row(row: sa.Row[tuple[object, ...]]) -> InboundRecord:
    return InboundRecord(
        kind=row.kind,
        action=row.action,
        status=row.status,
        permanent=row.permanent,
        subscriber_id=row.subscriber_id,
        sending_id=row.sending_id,
    )


def _list_recent_sendings(connection: Connection, subscriber_id: int, until: int) -> list[int]:
    """The last sendings that had a message for this person, the newest first."""
    recent = (
        sa.select(sendings.c.id)
        .where(sendings.c.id <= until)
        .order_by(sendings.c.id.desc())
        .limit(LOOK_BACK)
    )
    numbers = list(connection.execute(recent).scalars())
    query = sa.select(deliveries.c.sending_id).where(
        deliveries.c.sending_id.in_(numbers),
        deliveries.c.subscriber_id == subscriber_id,
        deliveries.c.status.in_(("accepted", "unknown")),
    )
    return sorted(connection.execute(query).scalars(), reverse=True)


def _list_bounced_sendings(connection: Connection, subscriber_id: int) -> set[int]:
    query = sa.select(incoming_mails.c.sending_id).where(
        incoming_mails.c.subscriber_id == subscriber_id,
        incoming_mails.c.kind == "bounce",
        incoming_mails.c.action.in_(("counted", "needs_a_person")),
    )
    return set(connection.execute(query).scalars())
