"""What readers decide for themselves on the public page.

Pauses, requests that wait for a confirmation, farewells.

A request holds an address only until it is confirmed, or for a week. Whoever confirms asked with
their own mailbox, so a confirmation also lets somebody come back who had left; nobody else can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import only_reading, translate_errors
from newsletter.database.tables import (
    UtcDateTime,
    deliveries,
    farewells,
    incoming_mails,
    pauses,
    requests,
    sendings,
    subscribers,
    suppressions,
)
from newsletter.formats.mailboxes import MailAddress
from newsletter.model import SubscriberState
from newsletter.subscribers.suppressions import MOVED
from newsletter.tokens import Keys

KEPT_FOR = timedelta(days=7)
"""How long a request waits for its confirmation."""
MAX_REQUESTS_A_DAY = 3
"""Mails that strangers can make us send to one address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptInRequest:
    """Somebody typed an address on the public page."""

    id: int
    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    language: str = ""
    subscriber_id: int | None = None  # whose address is to change


class ConfirmationResult(StrEnum):
    """What a confirmation did."""

    SUBSCRIBED = "subscribed"
    MOVED = "moved"  # mails go to the new address from now on
    GONE = "gone"  # confirmed before, or too late


class OptInRepository:
    """What readers decided, in a database."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self.engine = engine
        self.keys = keys

    def create_request(
        self,
        address: MailAddress,
        *,
        now: datetime,
        name: str = "",
        language: str = "",
        subscriber_id: int | None = None,
    ) -> OptInRequest | None:
        """Note a request.

        None when this address must not be written to, or was asked for too often today.
        """
        address_hash = self.keys.address_hash(address.key)
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            connection.execute(sa.delete(requests).where(requests.c.asked_at < now - KEPT_FOR))
            if _has_complained(connection, address_hash) or _exceeds_request_limit(
                connection, address_hash, now
            ):
                return None
            values: dict[str, Any] = {
                "address": address.text,
                "name": name,
                "language": language,
                "subscriber_id": subscriber_id,
            }
            row = {**values, "address_hash": address_hash, "asked_at": now}
            insert = sa.insert(requests).values(row).returning(requests.c.id)
            number = connection.execute(insert).scalar_one()
        return OptInRequest(id=number, **values)

    def find_request(self, number: int, *, now: datetime) -> OptInRequest | None:
        """A request that still waits."""
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            return _request(connection, number, now)

    def confirm(self, number: int, address: MailAddress, *, now: datetime) -> ConfirmationResult:
        """Do what a request asked for; `address` is the request's own."""
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            request = _request(connection, number, now)
            if request is None:
                return ConfirmationResult.GONE
            connection.execute(sa.delete(requests).where(requests.c.id == number))
            address_hash = self.keys.address_hash(address.key)
            if request.subscriber_id is None:
                _subscribe(connection, request, address, address_hash, now)
                return ConfirmationResult.SUBSCRIBED
            moved = _move(connection, request.subscriber_id, address, address_hash, now)
            return ConfirmationResult.MOVED if moved else ConfirmationResult.GONE

    def pause(self, subscriber_id: int, until_at: datetime, *, now: datetime) -> None:
        """No mail for this person until then."""
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            connection.execute(sa.delete(pauses).where(pauses.c.subscriber_id == subscriber_id))
            connection.execute(
                sa.insert(pauses).values(subscriber_id=subscriber_id, until_at=until_at)
            )
            connection.execute(
                sa.update(subscribers)
                .where(
                    subscribers.c.id == subscriber_id,
                    subscribers.c.state == SubscriberState.ACTIVE.value,
                )
                .values(state=SubscriberState.PAUSED.value, why="own choice", updated_at=now)
            )

    def get_pause_end(self, subscriber_id: int) -> datetime | None:
        """Until when; None when there is no pause."""
        query = sa.select(pauses.c.until_at).where(pauses.c.subscriber_id == subscriber_id)
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            found: datetime | None = connection.execute(query).scalar_one_or_none()
        return found

    def end_pauses(self, *, now: datetime) -> int:
        """Write again to those whose pause is over; tells how many."""
        over = sa.select(pauses.c.subscriber_id).where(pauses.c.until_at <= now)
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            woken = connection.execute(
                sa.update(subscribers)
                .where(
                    subscribers.c.id.in_(over), subscribers.c.state == SubscriberState.PAUSED.value
                )
                .values(state=SubscriberState.ACTIVE.value, why="", updated_at=now)
            ).rowcount
            connection.execute(sa.delete(pauses).where(pauses.c.until_at <= now))
        return woken

    def save_unsubscribe_reason(self, words: str, *, on: date) -> None:
        """Keep why somebody left, without who."""
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            connection.execute(sa.insert(farewells).values(said_on=on.isoformat(), words=words))

    def list_unsubscribe_reasons(self, *, since: date = date.min) -> Iterator[tuple[str, str]]:
        """(day, words), the newest first."""
        query = sa.select(farewells.c.said_on, farewells.c.words).order_by(farewells.c.id.desc())
        query = query.where(farewells.c.said_on >= since.isoformat())
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            rows = connection.execute(query).all()
        yield from ((row.said_on, row.words) for row in rows)

    def collect_personal_data(self, subscriber_id: int) -> Mapping[str, Any]:
        """Everything that is stored about one person, as plain values; empty for nobody."""
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            person = connection.execute(
                sa.select(subscribers).where(subscribers.c.id == subscriber_id)
            ).mappings()
            row = person.one_or_none()
            if row is None:
                return {}
            return {
                "subscriber": dict(row),
                "paused_until": connection.execute(
                    sa.select(pauses.c.until_at).where(pauses.c.subscriber_id == subscriber_id)
                ).scalar_one_or_none(),
                "never_to_be_written_to": _suppression(connection, row["address_hash"]),
                "waiting_to_be_confirmed": _waiting(connection, subscriber_id, row["address_hash"]),
                "issues": _list_deliveries(connection, subscriber_id),
                "mails_about_you": _mails_about(connection, subscriber_id),
            }

    def erase(self, subscriber_id: int, address: MailAddress) -> None:
        """Take a person who is being erased out of what is kept here."""
        address_hash = self.keys.address_hash(address.key)
        theirs = sa.or_(
            requests.c.subscriber_id == subscriber_id, requests.c.address_hash == address_hash
        )
        with translate_errors(self.engine.url), self.engine.begin() as connection:
            connection.execute(sa.delete(pauses).where(pauses.c.subscriber_id == subscriber_id))
            connection.execute(sa.delete(requests).where(theirs))
            connection.execute(
                sa.update(incoming_mails)
                .where(incoming_mails.c.subscriber_id == subscriber_id)
                .values(subscriber_id=None)
            )


def _has_complained(connection: Connection, address_hash: str) -> bool:
    """Whoever called our mail spam is not written to again, whoever types the address."""
    query = sa.select(suppressions.c.reason).where(suppressions.c.address_hash == address_hash)
    return connection.execute(query).scalar_one_or_none() == SubscriberState.COMPLAINED


def _exceeds_request_limit(connection: Connection, address_hash: str, now: datetime) -> bool:
    since = now - timedelta(days=1)
    query = sa.select(sa.func.count()).select_from(requests)
    query = query.where(requests.c.address_hash == address_hash, requests.c.asked_at > since)
    return connection.execute(query).scalar_one() >= MAX_REQUESTS_A_DAY


def _request(connection: Connection, number: int, now: datetime) -> OptInRequest | None:
    query = sa.select(requests).where(
        requests.c.id == number, requests.c.asked_at >= now - KEPT_FOR
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return OptInRequest(
        id=row.id,
        address=row.address,
        name=row.name,
        language=row.language,
        subscriber_id=row.subscriber_id,
    )


def _subscribe(
    connection: Connection,
    request: OptInRequest,
    address: MailAddress,
    address_hash: str,
    now: datetime,
) -> None:
    connection.execute(sa.delete(suppressions).where(suppressions.c.address_hash == address_hash))
    values: dict[str, Any] = {
        "state": SubscriberState.ACTIVE.value,
        "why": "confirmed by mail",
        "updated_at": now,
    }
    values |= {
        name: value
        for name, value in (("name", request.name), ("language", request.language))
        if value
    }
    known = subscribers.c.address_key == address.key
    if connection.execute(sa.update(subscribers).where(known).values(values)).rowcount:
        return
    connection.execute(
        sa.insert(subscribers).values(
            address=address.text,
            address_key=address.key,
            address_hash=address_hash,
            added_at=now,
            **values,
        )
    )


def _move(
    connection: Connection,
    subscriber_id: int,
    address: MailAddress,
    address_hash: str,
    now: datetime,
) -> bool:
    """Give a person a new address.

    One who is on the list with it already stays there, and the old row leaves.
    """
    taken = connection.execute(
        sa.select(subscribers.c.id).where(
            subscribers.c.address_key == address.key, subscribers.c.id != subscriber_id
        )
    ).first()
    mine = subscribers.c.id == subscriber_id
    if taken is not None:
        left = {
            "state": SubscriberState.UNSUBSCRIBED.value,
            "why": "reads at another address",
            "updated_at": now,
        }
        return bool(connection.execute(sa.update(subscribers).where(mine).values(left)).rowcount)
    _leave_behind(connection, mine, now)
    connection.execute(sa.delete(suppressions).where(suppressions.c.address_hash == address_hash))
    values = {
        "address": address.text,
        "address_key": address.key,
        "address_hash": address_hash,
        "updated_at": now,
    }
    moved = connection.execute(sa.update(subscribers).where(mine).values(values)).rowcount
    bounced = sa.and_(mine, subscribers.c.state == SubscriberState.BOUNCED.value)
    active = {"state": SubscriberState.ACTIVE.value, "why": "new address"}
    connection.execute(sa.update(subscribers).where(bounced).values(active))
    return bool(moved)


def _leave_behind(connection: Connection, mine: sa.ColumnElement[bool], now: datetime) -> None:
    """An old list must not bring the old address back: its reader would get everything twice."""
    known = sa.exists().where(suppressions.c.address_hash == subscribers.c.address_hash)
    old = sa.select(
        subscribers.c.address_hash, sa.literal(MOVED), sa.literal(now, UtcDateTime())
    ).where(mine, ~known)
    connection.execute(
        sa.insert(suppressions).from_select(["address_hash", "reason", "suppressed_at"], old)
    )


def _suppression(connection: Connection, address_hash: str) -> dict[str, Any] | None:
    query = sa.select(suppressions).where(suppressions.c.address_hash == address_hash)
    found = connection.execute(query).mappings().one_or_none()
    return dict(found) if found else None


def _waiting(connection: Connection, subscriber_id: int, address_hash: str) -> list[dict[str, Any]]:
    theirs = sa.or_(
        requests.c.subscriber_id == subscriber_id, requests.c.address_hash == address_hash
    )
    query = sa.select(requests).where(theirs).order_by(requests.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _list_deliveries(connection: Connection, subscriber_id: int) -> list[dict[str, Any]]:
    told = [each for each in deliveries.c if each.name not in {"sending_id", "subscriber_id"}]
    query = (
        sa.select(sendings.c.issue, *told)
        .join(sendings, sendings.c.id == deliveries.c.sending_id)
        .where(deliveries.c.subscriber_id == subscriber_id)
        .order_by(sendings.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _mails_about(connection: Connection, subscriber_id: int) -> list[dict[str, Any]]:
    query = (
        sa.select(incoming_mails, sendings.c.issue)
        .join(sendings, sendings.c.id == incoming_mails.c.sending_id, isouter=True)
        .where(incoming_mails.c.subscriber_id == subscriber_id)
    )
    return [
        dict(row)
        for row in connection.execute(query.order_by(incoming_mails.c.decided_at)).mappings()
    ]
