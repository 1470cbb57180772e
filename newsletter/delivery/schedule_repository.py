"""When an issue is to go.

Written down before anybody waits for it, so that no closed page or program forgets it.

A plan is taken back or begun, never both: each is one statement that looks whether the other one
came first. Whoever waits for a plan holds a lease, which a dead process loses at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from newsletter.database.engine import eager, only_reading, translate_errors
from newsletter.database.tables import plans
from newsletter.delivery.lock import is_held, lease


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledSend:
    """One issue goes at one moment."""

    issue: str
    at: datetime  # UTC; not sent before
    people: int  # how many it would have gone to when it was planned
    planned_at: datetime
    place: str = ""  # of the database it was made in
    begun_at: datetime | None = None  # None: it can be taken back


class ScheduleRepository:
    """The plans in a database; `folder` is where the lease of one who waits stands."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    @property
    def place(self) -> str:
        """Which file the database is. A copied workspace has another one.

        A server's database has none.
        """
        name = self.engine.url.database if self.engine.dialect.name == "sqlite" else None
        if not name:
            return ""
        there = Path(name).stat()
        return f"{there.st_dev}:{there.st_ino}"

    def is_at_home(self, plan: ScheduledSend) -> bool:
        """Whether a plan was made in just this database, and is not part of a copy."""
        return plan.place == self.place

    def find(self, issue: str) -> ScheduledSend | None:
        """The plan of an issue."""
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            row = connection.execute(sa.select(plans).where(plans.c.issue == issue)).one_or_none()
        return None if row is None else _plan(row)

    def all(self) -> tuple[ScheduledSend, ...]:
        """All plans, the next one first."""
        with translate_errors(self.engine.url), only_reading(self.engine).begin() as connection:
            return tuple(
                _plan(row) for row in connection.execute(sa.select(plans).order_by(plans.c.at))
            )

    def schedule(self, issue: str, at: datetime, *, people: int, now: datetime) -> ScheduledSend:
        """Write down that an issue goes at a moment; another plan of it is forgotten.

        Raises StorageError.
        """
        plan = ScheduledSend(issue=issue, at=at, people=people, planned_at=now, place=self.place)
        values = {
            "issue": issue,
            "at": at,
            "people": people,
            "planned_at": now,
            "place": plan.place,
        }
        with translate_errors(self.engine.url), eager(self.engine).begin() as connection:
            connection.execute(sa.delete(plans).where(plans.c.issue == issue))
            connection.execute(sa.insert(plans).values(values))
        return plan

    def cancel(self, issue: str) -> bool:
        """Forget a plan, whether anybody waits for it or not.

        False when it was begun before, or is none.
        """
        with translate_errors(self.engine.url), eager(self.engine).begin() as connection:
            waiting = sa.and_(plans.c.issue == issue, plans.c.begun_at.is_(None))
            return connection.execute(sa.delete(plans).where(waiting)).rowcount == 1

    def begin(self, issue: str, *, now: datetime) -> bool:
        """Say that the time has come; False when it was taken back before, or begun by another."""
        with translate_errors(self.engine.url), eager(self.engine).begin() as connection:
            waiting = sa.and_(plans.c.issue == issue, plans.c.begun_at.is_(None))
            statement = sa.update(plans).where(waiting).values(begun_at=now)
            return connection.execute(statement).rowcount == 1

    def delete(self, issue: str) -> None:
        """The issue is on its way: the ledger tells the rest."""
        with translate_errors(self.engine.url), eager(self.engine).begin() as connection:
            connection.execute(sa.delete(plans).where(plans.c.issue == issue))

    @contextlib.contextmanager
    def waiting(self, issue: str) -> Iterator[None]:
        """Be the one who waits for the plan of an issue.

        Raises SenderAtWorkError when another one does.
        """
        with lease(self.engine, self.folder, _waiting_for(issue)):
            yield

    def is_waited_for(self, issue: str) -> bool:
        """Whether a living process waits for the plan of an issue."""
        return is_held(self.engine, self.folder, _waiting_for(issue))


def _waiting_for(issue: str) -> str:
    return f"{issue} at its time"


def _plan(row: Row[Any]) -> ScheduledSend:
    # SQLAlchemy's documented way to a row by names
    return ScheduledSend(**row._mapping)  # noqa: SLF001
