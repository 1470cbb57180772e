"""Who may still be mailed, asked in the moment of sending.

A claim may be on the disk some messages ahead of the wire. Whoever leaves behind it is seen here:
the question goes to the database just before the final dot, on a connection that belongs to no
transaction, so that the answer holds all that any process has committed until then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import translate_errors
from newsletter.database.tables import subscribers
from newsletter.errors import StorageError
from newsletter.subscribers.repository import MAILABLE

BUSY_MS = 50  # reading waits for nobody in WAL mode; it may meet a database that is being recovered


class SuppressionCheck:
    """Asks on a connection of its own; used by one thread at a time.

    SQLite answers in some microseconds, and each message asks: so the driver is asked without
    anything between.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_quick = engine.dialect.name == "sqlite"  # elsewhere an answer takes a round trip
        self._errors = engine.dialect.loaded_dbapi.Error
        self._questions: dict[int, str] = {}  # for so many people
        self._connection: Connection | None = None
        self._cursor: Any = None

    def mailable(self, subscriber_ids: Sequence[int]) -> frozenset[int]:
        """Which of them are active and not suppressed at this moment; raises StorageError."""
        count = len(subscriber_ids)
        if self._cursor is None:
            self._open()
        if count not in self._questions:
            self._questions[count] = _question(count, self.engine)
        try:
            self._cursor.execute(self._questions[count], subscriber_ids)
            return frozenset(row[0] for row in self._cursor.fetchall())
        except self._errors as error:
            self.close()
            raise StorageError(f"the database refused: {error}") from error

    def _open(self) -> None:
        with translate_errors(self.engine.url):
            self._connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._cursor = self._connection.connection.cursor()
            if self.is_quick:
                self._cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    def close(self) -> None:
        """Give the connection back; the next question opens another one."""
        if self._connection is not None:
            with contextlib.suppress(sa.exc.DBAPIError):
                # a connection that failed, or one with a short patience, is not pooled
                self._connection.invalidate()
                self._connection.close()
        self._connection = self._cursor = None


def _question(count: int, engine: Engine) -> str:
    """The driver's own SQL, with one place for each number and no other value."""
    fixed = (
        sa.select(subscribers.c.id)
        .where(MAILABLE)
        .compile(engine, compile_kwargs={"literal_binds": True})
    )
    place = "?" if engine.dialect.positional else "%s"
    return f"{fixed} AND subscribers.id IN ({', '.join([place] * count)})"
