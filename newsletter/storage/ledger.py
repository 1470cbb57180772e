"""The ledger of deliveries: who gets an issue, and what is known of each one's message.

Promise 6, write before the wire: a row is *sending* on disk before the message can be complete on the wire, and is
settled by the server's reply. Of the rows that a dead sender left in *sending* its journal tells which messages surely
did not go; the others are *unknown* and wait for a person. Whether a person left is looked at in the same statement
that claims the row.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from newsletter.errors import NewsletterError, NotApprovedError
from newsletter.model import Delivery, DeliveryStatus, Subscriber, SubscriberState
from newsletter.storage import people
from newsletter.storage.database import UtcDateTime, only_reading, translated
from newsletter.storage.journal import Journal, Settlement, Told
from newsletter.storage.lease import is_held, lease
from newsletter.storage.prepared import Prepared, driver_errors
from newsletter.storage.tables import deliveries, outcomes, sendings, subscribers
from newsletter.storage.wishes import Wish, held_back, wish_of
from newsletter.storage.witness import Witness

PAGE = 500
FAR = timedelta(days=3)
"""No wait is that long: a `next_at` beyond it was written before the machine's clock was set back, and is due."""

CLAIM_SLOTS = 16  # claims are made in multiples of so many, so that few statements are written
SETTLED_TOGETHER = 8  # outcomes too; what is left over goes in a statement of its own

D = DeliveryStatus
STOPPED = "the program stopped before the server answered"
LEFT_AS_IT_IS = "left as it is by a person; not sent again"
"""The reply of one in doubt that a person settled so: it may have arrived, or not, and is asked about no more."""


class RestoredLedgerError(NewsletterError):
    """The ledger may not know whom we mailed; a person has to say that it may be gone on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
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
    wish: Wish | None = None  # what a person wants of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One issue on its way, as frozen at its start."""

    id: int
    issue: str
    digest: str
    total: int
    started_at: datetime
    beats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery to be tried now."""

    subscriber: Subscriber
    attempts: int = 0
    first_tried_at: datetime | None = None
    next_at: datetime | None = None  # of a deferred one

    @property
    def mark(self) -> tuple[datetime, int] | None:
        """Where it stands among the deferred ones."""
        return (self.next_at, self.subscriber.id) if self.next_at else None


class Ledger:
    """The ledger in a database; `folder` is where lock, witness and journal of a sender stand."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def witness(self, issue: str) -> Witness:
        """The witness of an issue's sending."""
        name = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        return Witness(self.folder, issue, Path(name) if name else None)

    @contextlib.contextmanager
    def run(self, issue: str, digest: str, *, now: datetime, resume_restored: bool = False) -> Iterator[Run]:
        """Be the one sender of an issue: freezes the list at the first time, goes on with it at the next.

        Raises SenderAtWorkError when another process sends it, NotApprovedError when other content was begun,
        RestoredLedgerError unless `resume_restored`, StorageError when the database refuses.
        """
        with lease(self.engine, self.folder, issue):
            with translated(self.engine.url), self.engine.begin() as connection:
                sending = _sending(connection, issue)
                self._refuse(sending, issue, digest, resume_restored=resume_restored)
                if sending is None:
                    sending = _freeze(connection, issue, digest, now)
                _record(connection, sending.id, self._left_behind(connection, sending), now)
            run = Run(self.engine, sending, self.witness(issue), Journal(self.folder, issue))
            try:
                run.journal.begin(sending.id)
                run.witness.write(sending.beats)
                yield run
            finally:
                run.close()

    def _refuse(self, sending: Sending | None, issue: str, digest: str, *, resume_restored: bool) -> None:
        if sending is not None and sending.digest != digest:
            raise NotApprovedError(
                f"issue {issue} was begun with other content (digest {sending.digest[:12]}, now {digest[:12]}): "
                "put its files back as they were, or make a new issue of it"
            )
        doubt = self.witness(issue).doubt(sending.beats if sending else None)
        if doubt and not resume_restored:
            raise RestoredLedgerError(
                f"{doubt}. People may have got issue {issue} without its knowing. "
                "If you are sure that nobody gets it twice: newsletter send --resume-restored"
            )

    def sending(self, issue: str) -> Sending | None:
        """What was frozen when the issue was begun; None before."""
        with translated(self.engine.url), self.engine.begin() as connection:
            return _sending(connection, issue)

    def newest(self, most: int) -> tuple[str, ...]:
        """The issues that were begun last, the newest first."""
        query = sa.select(sendings.c.issue).order_by(sendings.c.id.desc()).limit(most)
        with translated(self.engine.url), only_reading(self.engine).begin() as connection:
            return tuple(connection.execute(query).scalars())

    def tally(self, issue: str) -> Tally:
        """How the sending of an issue stands, seen from any process."""
        alive = is_held(self.engine, self.folder, issue)
        with translated(self.engine.url), self.engine.begin() as connection:
            row = connection.execute(sa.select(sendings).where(sendings.c.issue == issue)).one_or_none()
            wish = wish_of(connection, issue)
            if row is None:
                return Tally(issue=issue, wish=wish)
            counts = _counts(connection, row.id)
            if not alive and counts.pop(D.SENDING, 0):
                for each in self._left_behind(connection, _frozen(row)):
                    counts[each.status] = counts.get(each.status, 0) + 1
            return _tally(row, counts, alive=alive, wish=wish)

    def is_at_work(self, issue: str) -> bool:
        """Whether a living process sends it."""
        return is_held(self.engine, self.folder, issue)

    def _left_behind(self, connection: Connection, sending: Sending) -> list[Settlement]:
        """What becomes of the rows that a dead sender left in the middle."""
        query = sa.select(deliveries).where(
            deliveries.c.sending_id == sending.id, deliveries.c.status == D.SENDING.value
        )
        rows = connection.execute(query).all()
        if not rows:
            return []
        told = Journal(self.folder, sending.issue).told(sending.id) if self._has_journal_of(sending) else None
        return [_fate(row, told) for row in rows]

    def _has_journal_of(self, sending: Sending) -> bool:
        """Whether the last sender worked in this folder. On a server it may have been one in another folder."""
        witness = self.witness(sending.issue)
        if witness.doubt(sending.beats):
            return False
        return witness.database is not None or witness.is_at(sending.beats)

    def recipients(self, issue: str, only: Collection[DeliveryStatus] = ()) -> Iterator[Delivery]:
        """Every reader of an issue, or those that fared in some ways, and what is known of the message; read in pages."""
        left = {} if self.is_at_work(issue) else self._fates(issue)
        statuses = {*only, D.SENDING} if only and left else {*only}  # of those left in the middle `left` knows more
        last = 0
        while page := self._recipients_after(issue, last, statuses):
            found = (_recipient(row, issue, left) for row in page)
            yield from (each for each in found if not only or each.status in only)
            last = page[-1].subscriber_id

    def _fates(self, issue: str) -> dict[int, Settlement]:
        with translated(self.engine.url), self.engine.begin() as connection:
            sending = _sending(connection, issue)
            left = self._left_behind(connection, sending) if sending else []
        return {each.subscriber_id: each for each in left}

    def _recipients_after(self, issue: str, last: int, statuses: Collection[DeliveryStatus]) -> Sequence[Row[Any]]:
        wanted = deliveries.c.status.in_([each.value for each in statuses]) if statuses else sa.true()
        query = (
            sa.select(deliveries, subscribers.c.address, subscribers.c.name)
            .join(sendings, sendings.c.id == deliveries.c.sending_id)
            .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(sendings.c.issue == issue, deliveries.c.subscriber_id > last, wanted)
            .order_by(deliveries.c.subscriber_id)
            .limit(PAGE)
        )
        with translated(self.engine.url), self.engine.begin() as connection:
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
        with translated(self.engine.url), self.engine.begin() as connection:
            return tuple((row[0], row[1]) for row in connection.execute(query))

    def resolve(self, issue: str, *, resend: bool, now: datetime, only: Collection[int] = ()) -> Tally:
        """Settle the deliveries in doubt, all or those of some subscribers: send them again, or leave them as they are.

        Raises SenderAtWorkError while a sender lives.
        """
        with lease(self.engine, self.folder, issue), translated(self.engine.url), self.engine.begin() as connection:
            sending = _sending(connection, issue)
            if sending is not None:
                _record(connection, sending.id, self._left_behind(connection, sending), now)
                _settle_doubtful(connection, sending.id, resend=resend, only=only)
        return self.tally(issue)

    def accepted_since(self, since: datetime) -> list[tuple[datetime, int]]:
        """How many messages the server took since then, of all issues: (hour, count)."""
        hour = sa.func.substr(sa.cast(deliveries.c.settled_at, sa.String), 1, 13)
        query = (
            sa.select(hour, sa.func.count())
            .where(deliveries.c.status == D.ACCEPTED, deliveries.c.settled_at >= since)
            .group_by(hour)
        )
        with translated(self.engine.url), self.engine.begin() as connection:
            return [(datetime.fromisoformat(f"{row[0]}:00:00+00:00"), row[1]) for row in connection.execute(query)]


class Run:
    """A sender's own hold on the ledger: one connection, used by one thread at a time."""

    def __init__(self, engine: Engine, sending: Sending, witness: Witness, journal: Journal) -> None:
        self.engine = engine
        self.sending = sending
        self.witness = witness
        self.journal = journal
        self.left_queued = 0  # settled as suppressed while they were queued
        self.left_deferred = 0
        self._claim = Prepared(_claim, engine.dialect)
        self._settlement = Prepared(_settle, engine.dialect)
        self._on_the_way: set[int] = set()  # claimed by us and not settled
        self._beats = sending.beats
        self._connection: Connection | None = None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with translated(self.engine.url), driver_errors(self.engine):
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

    def queued(self, after: int, limit: int, *, now: datetime) -> list[Due]:
        """The next ones never tried, by number; those who left meanwhile are settled as suppressed on the way."""
        condition = sa.and_(deliveries.c.status == D.QUEUED, deliveries.c.subscriber_id > sa.bindparam("after"))
        query = _due_query(condition, deliveries.c.subscriber_id)
        return self._due(query, {"after": after, "rows": limit}, now)

    def deferred(self, after: tuple[datetime, int] | None, limit: int, *, due_at: datetime, now: datetime) -> list[Due]:
        """Those whose next try was due at a moment, the longest waiting first, those after a mark alone."""
        due = sa.or_(deliveries.c.next_at <= due_at, deliveries.c.next_at > due_at + FAR)
        condition = sa.and_(deliveries.c.status == D.DEFERRED, due)
        if after is not None:
            place = sa.tuple_(deliveries.c.next_at, deliveries.c.subscriber_id)
            mark = sa.tuple_(*after, types=[UtcDateTime(), sa.BigInteger()])
            condition = sa.and_(condition, place > mark)
        query = _due_query(condition, deliveries.c.next_at, deliveries.c.subscriber_id)
        return self._due(query, {"rows": limit}, now)

    def _due(self, query: sa.Select[Any], values: dict[str, Any], now: datetime) -> list[Due]:
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

    def step(self, settled: Sequence[Settlement], intents: Sequence[int], *, now: datetime) -> frozenset[int]:
        """In one commit: what became of messages, and which messages may now be finished.

        Returns the subscribers among `intents` that may be sent to; the others left, and are settled as suppressed.
        """
        allowed: frozenset[int] = frozenset()
        with self._transaction() as connection:
            if settled:
                self._settle(connection, settled, now)
            if intents:
                allowed = self._claimed(connection, intents, now)
        return allowed

    def _claimed(self, connection: Connection, wanted: Sequence[int], now: datetime) -> frozenset[int]:
        """Claim rows whose people may still be mailed; the others are settled as suppressed."""
        slots = 1 if len(wanted) == 1 else -(-len(wanted) // CLAIM_SLOTS) * CLAIM_SLOTS
        padded = (*wanted, *[wanted[-1]] * (slots - len(wanted)))
        values = {f"id{n}": each for n, each in enumerate(padded)}
        count = self._claim.run(connection, slots, {"sending": self.sending.id, "now": _written(now), **values})
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

    def _suppress(self, connection: Connection, subscriber_ids: Sequence[int], now: datetime) -> None:
        if subscriber_ids:
            connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.sending_id == self.sending.id, _WAITING)
                .where(deliveries.c.subscriber_id.in_(list(subscriber_ids)))
                .values(status=D.SUPPRESSED.value, next_at=None, settled_at=now)
            )

    def _settle(self, connection: Connection, settled: Sequence[Settlement], now: datetime) -> None:
        even = len(settled) - len(settled) % SETTLED_TOGETHER
        for some in filter(None, (settled[:even], settled[even:])):
            self._settlement.run(connection, len(some), _settled_values(self.sending.id, some, now))
        self._on_the_way.difference_update(each.subscriber_id for each in settled)
        _suppress_bounced(connection, settled, now)

    def beat(self, state: str, why: str, seconds: float) -> None:
        """Say that we live and where we stand; `seconds` at work since the last beat."""
        with self._transaction() as connection:
            connection.execute(
                sa.update(sendings)
                .where(sendings.c.id == self.sending.id)
                .values(state=state, why=why, seconds=sendings.c.seconds + seconds, beats=sendings.c.beats + 1)
            )
            self._beats = connection.execute(
                sa.select(sendings.c.beats).where(sendings.c.id == self.sending.id)
            ).scalar_one()
        self.witness.write(self._beats)

    def wish(self) -> Wish | None:
        """What a person wants of this sending now."""
        with self._transaction() as connection:
            return wish_of(connection, self.sending.issue)

    def tally(self) -> Tally:
        """How it stands, seen by its own sender."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(sendings).where(sendings.c.id == self.sending.id)).one()
            return _tally(row, _counts(connection, row.id), alive=True)


def _written(moment: datetime) -> str:
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
            sa.exists().where(subscribers.c.id == deliveries.c.subscriber_id, people.MAILABLE),
        )
        .values(status=D.SENDING.value, first_tried_at=sa.func.coalesce(deliveries.c.first_tried_at, _NOW))
    )


def _settled_values(sending_id: int, settled: Sequence[Settlement], now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"sending": sending_id, "now": _written(now)}
    for n, each in enumerate(settled):
        values[f"id{n}"] = each.subscriber_id
        values[f"status{n}"] = each.status.value
        values[f"reply{n}"] = each.reply
        values[f"next_at{n}"] = each.next_at and _written(each.next_at)
        values[f"tries{n}"] = int(each.tried)
    return values


def _suppress_bounced(connection: Connection, settled: Sequence[Settlement], now: datetime) -> None:
    for each in settled:
        if each.bounced:
            people.suppress(connection, each.subscriber_id, SubscriberState.BOUNCED, each.reply, now=now)


def _settle(count: int) -> str:
    """Settles that many rows at once. All of them exist: the insertion always meets its conflict."""
    row = "(:sending, :id{0}, :status{0}, :tries{0}, :reply{0}, :next_at{0}, :now, :now)"
    return (
        "INSERT INTO deliveries"  # noqa: S608 - nothing from outside is in it, only numbered parameters
        " (sending_id, subscriber_id, status, attempts, reply, next_at, first_tried_at, settled_at) VALUES "
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
            sa.and_(subscribers.c.id.is_not(None), people.MAILABLE).label("mailable"),
        )
        .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(deliveries.c.sending_id == sa.bindparam("sending"), condition)
        .order_by(*order)
        .limit(sa.bindparam("rows"))
    )


def _due(row: Row[Any]) -> Due:
    number, attempts, first_tried_at, next_at, address, name, language, sections, large_print, _ = tuple(row)
    subscriber = Subscriber(
        id=number,
        address=address,
        name=name,
        language=language,
        sections=tuple(sections.split()),
        large_print=large_print,
    )
    return Due(subscriber=subscriber, attempts=attempts, first_tried_at=first_tried_at, next_at=next_at)


def _sending(connection: Connection, issue: str) -> Sending | None:
    row = connection.execute(sa.select(sendings).where(sendings.c.issue == issue)).one_or_none()
    return None if row is None else _frozen(row)


def _frozen(row: Row[Any]) -> Sending:
    return Sending(
        id=row.id,
        issue=row.issue,
        digest=row.digest,
        total=row.total,
        started_at=row.started_at,
        beats=row.beats,
    )


def _freeze(connection: Connection, issue: str, digest: str, now: datetime) -> Sending:
    started_at = now.replace(microsecond=0)
    values = {"issue": issue, "digest": digest, "state": "sending", "total": 0, "started_at": started_at}
    number = connection.execute(sa.insert(sendings).values(values).returning(sendings.c.id)).scalar_one()
    listed = sa.select(
        sa.literal(number), subscribers.c.id, sa.literal(D.QUEUED.value), sa.literal(0), sa.literal("")
    ).where(subscribers.c.state == SubscriberState.ACTIVE.value)
    columns = ["sending_id", "subscriber_id", "status", "attempts", "reply"]
    connection.execute(sa.insert(deliveries).from_select(columns, listed, include_defaults=False))
    count = sa.select(sa.func.count()).where(deliveries.c.sending_id == number)
    total = connection.execute(count).scalar_one()
    connection.execute(sa.update(sendings).where(sendings.c.id == number).values(total=total))
    return Sending(id=number, issue=issue, digest=digest, total=total, started_at=started_at, beats=0)


def _record(connection: Connection, sending_id: int, settled: Sequence[Settlement], now: datetime) -> None:
    """Settle the rows of a dead sender."""
    for start in range(0, len(settled), PAGE):
        some = settled[start : start + PAGE]
        connection.execute(sa.text(_settle(len(some))), _settled_values(sending_id, some, now))
        _suppress_bounced(connection, some, now)


def _fate(row: Row[Any], told: Told | None) -> Settlement:
    """What becomes of a row that was claimed, by what the journal tells; None: by nothing, and so it is in doubt."""
    this = (row.subscriber_id, row.attempts)
    if told is not None and this not in told:
        waiting = D.DEFERRED if row.next_at else D.QUEUED
        return Settlement(subscriber_id=row.subscriber_id, status=waiting, next_at=row.next_at, tried=False)
    answered = told[this] if told else None
    return answered or Settlement(subscriber_id=row.subscriber_id, status=D.UNKNOWN, reply=STOPPED)


def _settle_doubtful(connection: Connection, sending_id: int, *, resend: bool, only: Collection[int]) -> None:
    named = deliveries.c.subscriber_id.in_(list(only)) if only else sa.true()
    doubtful = sa.and_(deliveries.c.sending_id == sending_id, deliveries.c.status == D.UNKNOWN.value, named)
    if not resend:
        connection.execute(sa.update(deliveries).where(doubtful).values(reply=LEFT_AS_IT_IS))
        return
    again = connection.execute(sa.update(deliveries).where(doubtful).values(status=D.QUEUED.value)).rowcount
    if again:
        why = f"{again} in doubt will be sent again by the next `newsletter send`"
        connection.execute(sa.update(sendings).where(sendings.c.id == sending_id).values(state="paused", why=why))


def _counts(connection: Connection, sending_id: int) -> dict[str, int]:
    query = sa.select(deliveries.c.status, sa.func.count()).where(deliveries.c.sending_id == sending_id)
    # of a sending so old that it was reduced, the counts alone are left; see `retention`
    kept = sa.select(outcomes.c.status, sa.func.sum(outcomes.c.people)).where(outcomes.c.sending_id == sending_id)
    both = sa.union_all(query.group_by(deliveries.c.status), kept.group_by(outcomes.c.status))
    return {row[0]: row[1] for row in connection.execute(both)}


def _tally(row: Row[Any], counts: dict[str, int], *, alive: bool, wish: Wish | None = None) -> Tally:
    state, why = row.state, row.why
    remaining = counts.get(D.QUEUED, 0) + counts.get(D.CLAIMED, 0) + counts.get(D.SENDING, 0)
    if not alive and state == "sending":
        state, why = "paused", f"the sender stopped; `newsletter send {row.issue}` goes on"
    if state == "paused" and wish:
        why = held_back(wish, counts.get(D.ACCEPTED, 0), row.total, remaining + counts.get(D.DEFERRED, 0))
    return Tally(
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


def _recipient(row: Row[Any], issue: str, left: Mapping[int, Settlement]) -> Delivery:
    found = left.get(row.subscriber_id)
    return Delivery(
        issue=issue,
        subscriber_id=row.subscriber_id,
        address=row.address or "",  # empty: erased since
        name=row.name or "",
        status=found.status if found else D(row.status),
        attempts=row.attempts,
        reply=found.reply if found and found.tried else row.reply,
        next_at=found.next_at if found else row.next_at,
    )
