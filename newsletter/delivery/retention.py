"""What is kept of old sendings: how many messages fared how, and no longer whose.

A sending is reduced as a whole, and only when nothing of it waits: so its counts go on adding up,
and nobody can be written to a second time because a row is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from newsletter.database.engine import translate_errors
from newsletter.database.tables import deliveries, farewells, incoming_mails, requests, sendings
from newsletter.reports import repository as report_repository

WAITING = ("queued", "claimed", "sending", "deferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionResult:
    """What was reduced."""

    sendings: int = 0
    deliveries: int = 0
    mails: int = 0  # of the bounce mailbox, whose person is no longer named


def reduce_old(engine: Engine, *, before: datetime) -> RetentionResult:
    """Reduce sendings begun before a moment to counts, one transaction each.

    Raises StorageError.
    """
    numbers = _old(engine, before)
    rows = 0
    for number in numbers:
        with translate_errors(engine.url), engine.begin() as connection:
            rows += report_repository.reduce(connection, number)
    named = sa.and_(
        incoming_mails.c.decided_at < before, incoming_mails.c.subscriber_id.is_not(None)
    )
    with translate_errors(engine.url), engine.begin() as connection:
        mails = connection.execute(
            sa.update(incoming_mails).where(named).values(subscriber_id=None)
        ).rowcount
    return RetentionResult(sendings=len(numbers), deliveries=rows, mails=mails)


def forget_typed(engine: Engine, *, asked_before: datetime, said_before: datetime) -> int:
    """Delete what was typed on the public page.

    Requests that nobody confirmed, words why people left; tells how many.
    """
    with translate_errors(engine.url), engine.begin() as connection:
        asked = connection.execute(
            sa.delete(requests).where(requests.c.asked_at < asked_before)
        ).rowcount
        day = said_before.date().isoformat()
        return (
            asked
            + connection.execute(sa.delete(farewells).where(farewells.c.said_on < day)).rowcount
        )


def _old(engine: Engine, before: datetime) -> list[int]:
    theirs = deliveries.c.sending_id == sendings.c.id
    query = sa.select(sendings.c.id).where(
        sendings.c.started_at < before,
        sa.exists().where(theirs),
        ~sa.exists().where(theirs, deliveries.c.status.in_(WAITING)),
    )
    with translate_errors(engine.url), engine.begin() as connection:
        return list(connection.execute(query).scalars())
