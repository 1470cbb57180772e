"""Statements about many rows at once, written once for each number of rows and given to the driver as they are.

For the two statements of every commit of a sending. Each call of the driver gives Python's lock away, and a busy sender
takes it: a commit of ten messages in twenty calls waited longer for its turn than for the disk. Values are the
driver's own: text, numbers, None.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Engine

from newsletter.errors import StorageError

Statement = sa.UpdateBase | sa.TextClause


class Prepared:
    """A statement that `build` writes for a number of rows; its parameters are numbered from 0: `id0`, `id1`, …"""

    def __init__(self, build: Callable[[int], Statement], dialect: Dialect) -> None:
        self._build = build
        self._dialect = dialect
        self._written: dict[int, tuple[str, Mapping[str, Any], list[str] | None]] = {}

    def run(self, connection: Connection, count: int, values: Mapping[str, Any]) -> int:
        """Run it for `count` rows; how many were changed."""
        sql, fixed, order = self._of(count)
        all_values = {**fixed, **values}
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, all_values if order is None else [all_values[name] for name in order])
            changed: int = cursor.rowcount
        finally:
            cursor.close()
        return changed

    def _of(self, count: int) -> tuple[str, Mapping[str, Any], list[str] | None]:
        if count not in self._written:
            compiled = self._build(count).compile(dialect=self._dialect)
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            self._written[count] = str(compiled), fixed, getattr(compiled, "positiontup", None)
        return self._written[count]


@contextlib.contextmanager
def driver_errors(engine: Engine) -> Iterator[None]:
    """Tell what the driver refused as `database.translated` does."""
    try:
        yield
    except engine.dialect.loaded_dbapi.Error as error:
        raise StorageError(f"the database refused: {error}") from error
