"""What a person wants of a sending, wherever it was started: the sender looks here while it sends.

A wish stays until somebody lets the sending go on: no other start of it, by hand or by a clock,
goes against it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import eager, translate_errors
from newsletter.database.tables import wishes


class SendControl(StrEnum):
    """What a person wants."""

    PAUSE = "pause"  # finish what is in flight, and wait to go on
    STOP = "stop"  # the others are to get nothing, unless somebody says so


def read_send_control(connection: Connection, issue: str) -> SendControl | None:
    """What is wanted of the sending of an issue."""
    found = connection.execute(
        sa.select(wishes.c.wish).where(wishes.c.issue == issue)
    ).scalar_one_or_none()
    return SendControl(found) if found else None


def set_send_control(engine: Engine, issue: str, wish: SendControl, *, now: datetime) -> None:
    """Say what is wanted; it is on the disk when this returns. Raises StorageError."""
    with translate_errors(engine.url), eager(engine).begin() as connection:
        connection.execute(sa.delete(wishes).where(wishes.c.issue == issue))
        connection.execute(sa.insert(wishes).values(issue=issue, wish=wish.value, wished_at=now))


def clear_send_control(engine: Engine, issue: str) -> bool:
    """Forget what was wanted; whether there was anything."""
    with translate_errors(engine.url), eager(engine).begin() as connection:
        return connection.execute(sa.delete(wishes).where(wishes.c.issue == issue)).rowcount > 0


def describe_send_pause(wish: SendControl, accepted: int, total: int, waiting: int) -> str:
    """How a sending stands that a person held back: the end of a sentence after its state."""
    have = f"{accepted:,} of {total:,} have it"
    if wish is SendControl.STOP:
        return f"stopped by a person: {have}; {waiting:,} get nothing until somebody lets it go on"
    return f"paused by a person: {have}; {waiting:,} wait until somebody lets it go on"
