"""How many people an issue reached, by mail provider: counts, and never who.

A sending has rows of its own (`deliveries`, and `incoming_mails` about it) until they are reduced,
and counts in `outcomes`: who left by its links from the first day on, all the rest once its rows
are gone. A result is always the sum of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import only_reading, translate_errors
from newsletter.database.tables import deliveries, incoming_mails, outcomes, sendings, subscribers
from newsletter.reports.providers import Provider, provider_of

BOUNCED, BLAMED, COMPLAINED, LEFT = "bounced", "blamed", "complained", "left"
"""What happened after the delivery; before it the words are those of `DeliveryStatus`."""

Counts = Mapping[tuple[Provider, str], int]
"""(provider, outcome) → people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOutcome:
    """What became of one issue."""

    issue: str
    started_at: datetime
    counts: Counts


class ReportRepository:
    """The results in a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def up_to(self, issue: str | None, most: int) -> list[IssueOutcome]:
        """The result of an issue, and of those sent before it, the newest first.

        None: of the issue that was sent last.
        """
        query = sa.select(sendings.c.id, sendings.c.issue, sendings.c.started_at)
        if issue is not None:
            number = sa.select(sendings.c.id).where(sendings.c.issue == issue).scalar_subquery()
            query = query.where(sendings.c.id <= number)
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            rows = connection.execute(query.order_by(sendings.c.id.desc()).limit(most)).all()
            return [
                IssueOutcome(
                    issue=row.issue, started_at=row.started_at, counts=_counts(connection, row.id)
                )
                for row in rows
            ]


def add_left(connection: Connection, wishes: Iterable[tuple[int, int]]) -> None:
    """Count people who unsubscribe, in the transaction in which they do.

    Each as (subscriber, the sending whose link they used).
    """
    of = dict(wishes)
    query = sa.select(subscribers.c.id, _domain(connection)).where(subscribers.c.id.in_(list(of)))
    left: dict[int, Counter[tuple[Provider, str]]] = {}
    for number, domain in connection.execute(query):
        if of[number]:  # 0: a link that no issue carried
            left.setdefault(of[number], Counter())[provider_of(domain), LEFT] += 1
    for sending_id, counts in left.items():
        _add(connection, sending_id, counts)


def reduce(connection: Connection, sending_id: int) -> int:
    """Turn the rows of a sending into counts; tells how many messages it had."""
    _add(
        connection,
        sending_id,
        _count_deliveries(connection, sending_id) + _came_back(connection, sending_id),
    )
    about_it = incoming_mails.c.sending_id == sending_id
    connection.execute(sa.update(incoming_mails).where(about_it).values(sending_id=None))
    return connection.execute(
        sa.delete(deliveries).where(deliveries.c.sending_id == sending_id)
    ).rowcount


def _add(connection: Connection, sending_id: int, counts: Counts) -> None:
    rows = [
        {"sending": sending_id, "provider": str(provider), "status": outcome, "people": people}
        for (provider, outcome), people in counts.items()
    ]
    if rows:
        connection.execute(_ADD, rows)


_ADD = sa.text(
    "INSERT INTO outcomes (sending_id, provider, status, people) VALUES (:sending, :provider,"
    " :status, :people) ON CONFLICT (sending_id, provider, status) DO UPDATE SET people ="
    " outcomes.people + excluded.people"
)


def _counts(connection: Connection, sending_id: int) -> Counter[tuple[Provider, str]]:
    query = sa.select(outcomes.c.provider, outcomes.c.status, outcomes.c.people)
    kept: Counter[tuple[Provider, str]] = Counter()
    for provider, status, people in connection.execute(
        query.where(outcomes.c.sending_id == sending_id)
    ):
        kept[Provider(provider), status] += people
    return kept + _count_deliveries(connection, sending_id) + _came_back(connection, sending_id)


def _count_deliveries(connection: Connection, sending_id: int) -> Counter[tuple[Provider, str]]:
    domain = _domain(connection)
    query = (
        sa.select(domain, deliveries.c.status, sa.func.count())
        .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(deliveries.c.sending_id == sending_id)
        .group_by(domain, deliveries.c.status)
    )
    return _by_provider(connection.execute(query))


def _came_back(connection: Connection, sending_id: int) -> Counter[tuple[Provider, str]]:
    """Each person once for each outcome, however many mails told of it.

    One who was erased since, once for each mail.
    """
    kind, action = incoming_mails.c.kind, incoming_mails.c.action
    outcome = sa.case(
        (action == "senders_problem", BLAMED),
        (sa.and_(kind == "bounce", action != "ignored"), BOUNCED),
        (sa.and_(kind == "complaint", action == "suppressed"), COMPLAINED),
    )
    who = sa.func.coalesce(
        sa.cast(incoming_mails.c.subscriber_id, sa.String), incoming_mails.c.place
    )
    domain = _domain(connection)
    query = (
        sa.select(domain, outcome.label("outcome"), sa.func.count(sa.distinct(who)))
        .outerjoin(subscribers, subscribers.c.id == incoming_mails.c.subscriber_id)
        .where(incoming_mails.c.sending_id == sending_id, outcome.is_not(None))
        .group_by(domain, sa.text("outcome"))
    )
    return _by_provider(connection.execute(query))


def _by_provider(rows: Iterable[Any]) -> Counter[tuple[Provider, str]]:
    found: Counter[tuple[Provider, str]] = Counter()
    for domain, outcome, people in rows:
        provider = provider_of(domain) if domain else Provider.OTHER  # no domain: erased since
        found[provider, outcome] += people
    return found


def _domain(connection: Connection) -> sa.ColumnElement[str]:
    """What stands behind the @ of a subscriber's address."""
    find = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.strpos
    return sa.func.substr(subscribers.c.address_key, find(subscribers.c.address_key, "@") + 1)
