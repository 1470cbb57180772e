"""The ledger of deliveries: who gets an issue, and what is known of each one's message.

Promise 6, write before the wire: a row is *sending* on disk before the message can be complete on
the wire, and is settled by the server's reply. Of the rows that a dead sender left in *sending* its
journal tells which messages surely did not go; the others are *unknown* and wait for a person.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from newsletter.database.engine import only_reading, translate_errors
from newsletter.database.tables import deliveries, sendings, subscribers
from newsletter.delivery.journal import DeliveryOutcome, Journal, JournalOutcomes
from newsletter.delivery.ledger_session import PAGE, LedgerSession, record_outcomes
from newsletter.delivery.lock import is_held, lease
from newsletter.delivery.pause_stop import read_send_control
from newsletter.delivery.restore_guard import RestoreGuard
from newsletter.delivery.send_status import (
    SendRecord,
    SendStatus,
    build_status,
    count_by_status,
    find_send,
    frozen,
)
from newsletter.errors import NotApprovedError, RestoredLedgerError
from newsletter.model import Delivery, DeliveryStatus, SubscriberState

D = DeliveryStatus
STOPPED = "the program stopped before the server answered"


class Ledger:
    """The ledger in a database; `folder` is where lock, witness and journal of a sender stand."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def restore_guard(self, issue: str) -> RestoreGuard:
        """The witness of an issue's sending."""
        name = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        return RestoreGuard(self.folder, issue, Path(name) if name else None)

    @contextlib.contextmanager
    def start_session(
        self, issue: str, digest: str, *, now: datetime, resume_restored: bool = False
    ) -> Iterator[LedgerSession]:
        """Be the one sender of an issue.

        Freezes the list at the first time, goes on with it at the next.

        Raises SenderAtWorkError when another process sends it, NotApprovedError when other content
        was begun, RestoredLedgerError unless `resume_restored`, StorageError when the database
        refuses.
        """
        with lease(self.engine, self.folder, issue):
            with translate_errors(self.engine.url), self.engine.begin() as connection:
                sending = find_send(connection, issue)
                self._refuse(sending, issue, digest, resume_restored=resume_restored)
                if sending is None:
                    sending = _freeze(connection, issue, digest, now)
                record_outcomes(
                    connection, sending.id, self._recover_outcomes(connection, sending), now
                )
            run = LedgerSession(
                self.engine, sending, self.restore_guard(issue), Journal(self.folder, issue)
            )
            try:
                run.journal.begin(sending.id)
                run.witness.write(sending.heartbeats)
                yield run
            finally:
                run.close()

    def _refuse(
        self, sending: SendRecord | None, issue: str, digest: str, *, resume_restored: bool
    ) -> None:
        if sending is not None and sending.digest != digest:
            raise NotApprovedError(
                f"issue {issue} was begun with other content (digest {sending.digest[:12]}, now"
                f" {digest[:12]}): put its files back as they were, or make a new issue of it",
                changed=True,
            )
        doubt = self.restore_guard(issue).explain_doubt(sending.heartbeats if sending else None)
        if doubt and not resume_restored:
            raise RestoredLedgerError(
                f"{doubt}. People may have got issue {issue} without its knowing. "
                "If you are sure that nobody gets it twice: newsletter send --resume-restored"
            )

    def find_send(self, issue: str) -> SendRecord | None:
        """What was frozen when the issue was begun; None before."""
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return find_send(connection, issue)

    def list_newest(self, most: int) -> tuple[str, ...]:
        """The issues that were begun last, the newest first."""
        query = sa.select(sendings.c.issue).order_by(sendings.c.id.desc()).limit(most)
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            return tuple(connection.execute(query).scalars())

    def read_status(self, issue: str) -> SendStatus:
        """How the sending of an issue stands, seen from any process."""
        alive = is_held(self.engine, self.folder, issue)
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            row = connection.execute(
                sa.select(sendings).where(sendings.c.issue == issue)
            ).one_or_none()
            wish = read_send_control(connection, issue)
            if row is None:
                return SendStatus(issue=issue, wish=wish)
            counts = count_by_status(connection, row.id)
            if not alive and counts.pop(D.SENDING, 0):
                for each in self._recover_outcomes(connection, frozen(row)):
                    counts[each.status] = counts.get(each.status, 0) + 1
            return build_status(row, counts, alive=alive, wish=wish)

    def is_at_work(self, issue: str) -> bool:
        """Whether a living process sends it."""
        return is_held(self.engine, self.folder, issue)

    def _recover_outcomes(
        self, connection: Connection, sending: SendRecord
    ) -> list[DeliveryOutcome]:
        """What becomes of the rows that a dead sender left in the middle."""
        query = sa.select(deliveries).where(
            deliveries.c.sending_id == sending.id, deliveries.c.status == D.SENDING.value
        )
        rows = connection.execute(query).all()
        if not rows:
            return []
        told = (
            Journal(self.folder, sending.issue).read_outcomes(sending.id)
            if self._has_journal_of(sending)
            else None
        )
        return [_infer_outcome(row, told) for row in rows]

    def _has_journal_of(self, sending: SendRecord) -> bool:
        """Whether the last sender worked in this folder.

        On a server it may have been one in another folder.
        """
        witness = self.restore_guard(sending.issue)
        if witness.explain_doubt(sending.heartbeats):
            return False
        return witness.database is not None or witness.is_at(sending.heartbeats)

    def recipients(self, issue: str, only: Collection[DeliveryStatus] = ()) -> Iterator[Delivery]:
        """The deliveries of an issue, all or those of some states, read in pages."""
        left = {} if self.is_at_work(issue) else self._query_recipients(issue)
        statuses = (
            {*only, D.SENDING} if only and left else {*only}
        )  # of those left in the middle `left` knows more
        last = 0
        while page := self._recipients_after(issue, last, statuses):
            found = (_recipient(row, issue, left) for row in page)
            yield from (each for each in found if not only or each.status in only)
            last = page[-1].subscriber_id

    def _query_recipients(self, issue: str) -> dict[int, DeliveryOutcome]:
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            sending = find_send(connection, issue)
            left = self._recover_outcomes(connection, sending) if sending else []
        return {each.subscriber_id: each for each in left}

    def _recipients_after(
        self, issue: str, last: int, statuses: Collection[DeliveryStatus]
    ) -> Sequence[Row[Any]]:
        wanted = (
            deliveries.c.status.in_([each.value for each in statuses]) if statuses else sa.true()
        )
        query = (
            sa.select(deliveries, subscribers.c.address, subscribers.c.name)
            .join(sendings, sendings.c.id == deliveries.c.sending_id)
            .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(sendings.c.issue == issue, deliveries.c.subscriber_id > last, wanted)
            .order_by(deliveries.c.subscriber_id)
            .limit(PAGE)
        )
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return connection.execute(query).all()

    def replies(self, issue: str, status: DeliveryStatus) -> tuple[tuple[str, int], ...]:
        """The server's words for a status and how many got them, the most frequent first."""
        count = sa.func.count()
        query = (
            sa.select(deliveries.c.reply, count)
            .join(sendings, sendings.c.id == deliveries.c.sending_id)
            .where(sendings.c.issue == issue, deliveries.c.status == status)
            .group_by(deliveries.c.reply)
            .order_by(count.desc(), deliveries.c.reply)
            .limit(20)
        )
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return tuple((row[0], row[1]) for row in connection.execute(query))

    def resolve_unknown(
        self, issue: str, *, resend: bool, now: datetime, only: Collection[int] = ()
    ) -> SendStatus:
        """Settle the deliveries in doubt, all or those of some subscribers.

        Send them again, or leave them as they are.

        Raises SenderAtWorkError while a sender lives.
        """
        with (
            lease(self.engine, self.folder, issue),
            translate_errors(self.engine.url),
            self.engine.begin() as connection,
        ):
            sending = find_send(connection, issue)
            if sending is not None:
                record_outcomes(
                    connection, sending.id, self._recover_outcomes(connection, sending), now
                )
                _settle_doubtful(connection, sending.id, resend=resend, only=only)
        return self.read_status(issue)

    def count_accepted_since(self, since: datetime) -> list[tuple[datetime, int]]:
        """How many messages the server took since then, of all issues: (hour, count)."""
        hour = sa.func.substr(sa.cast(deliveries.c.settled_at, sa.String), 1, 13)
        query = (
            sa.select(hour, sa.func.count())
            .where(deliveries.c.status == D.ACCEPTED, deliveries.c.settled_at >= since)
            .group_by(hour)
        )
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            return [
                (datetime.fromisoformat(f"{row[0]}:00:00+00:00"), row[1])
                for row in connection.execute(query)
            ]


def _freeze(connection: Connection, issue: str, digest: str, now: datetime) -> SendRecord:
    started_at = now.replace(microsecond=0)
    values = {
        "issue": issue,
        "digest": digest,
        "state": "sending",
        "total": 0,
        "started_at": started_at,
    }
    number = connection.execute(
        sa.insert(sendings).values(values).returning(sendings.c.id)
    ).scalar_one()
    listed = sa.select(
        sa.literal(number),
        subscribers.c.id,
        sa.literal(D.QUEUED.value),
        sa.literal(0),
        sa.literal(""),
    ).where(subscribers.c.state == SubscriberState.ACTIVE.value)
    columns = ["sending_id", "subscriber_id", "status", "attempts", "reply"]
    connection.execute(sa.insert(deliveries).from_select(columns, listed, include_defaults=False))
    count = sa.select(sa.func.count()).where(deliveries.c.sending_id == number)
    total = connection.execute(count).scalar_one()
    connection.execute(sa.update(sendings).where(sendings.c.id == number).values(total=total))
    return SendRecord(
        id=number, issue=issue, digest=digest, total=total, started_at=started_at, heartbeats=0
    )


def _infer_outcome(row: Row[Any], told: JournalOutcomes | None) -> DeliveryOutcome:
    """What becomes of a row that was claimed, by what the journal tells.

    None: by nothing, and so it is in doubt.
    """
    this = (row.subscriber_id, row.attempts)
    if told is not None and this not in told:
        waiting = D.DEFERRED if row.next_at else D.QUEUED
        return DeliveryOutcome(
            subscriber_id=row.subscriber_id, status=waiting, next_at=row.next_at, tried=False
        )
    answered = told[this] if told else None
    return answered or DeliveryOutcome(
        subscriber_id=row.subscriber_id, status=D.UNKNOWN, reply=STOPPED
    )


def _settle_doubtful(
    connection: Connection, sending_id: int, *, resend: bool, only: Collection[int]
) -> None:
    named = deliveries.c.subscriber_id.in_(list(only)) if only else sa.true()
    doubtful = sa.and_(
        deliveries.c.sending_id == sending_id, deliveries.c.status == D.UNKNOWN.value, named
    )
    if not resend:
        connection.execute(sa.update(deliveries).where(doubtful).values(resolved=True))
        return
    again = connection.execute(
        sa.update(deliveries).where(doubtful).values(status=D.QUEUED.value, resolved=False)
    ).rowcount
    if again:
        why = f"{again} in doubt will be sent again by the next `newsletter send`"
        connection.execute(
            sa.update(sendings).where(sendings.c.id == sending_id).values(state="paused", why=why)
        )


def _recipient(row: Row[Any], issue: str, left: Mapping[int, DeliveryOutcome]) -> Delivery:
    found = left.get(row.subscriber_id)
    return Delivery(
        issue=issue,
        subscriber_id=row.subscriber_id,
        address=row.address or "",  # empty: erased since
        name=row.name or "",
        status=found.status if found else D(row.status),
        attempts=row.attempts,
        reply=found.reply if found and found.tried else row.reply,
        is_resolved=row.resolved,
        next_at=found.next_at if found else row.next_at,
    )
