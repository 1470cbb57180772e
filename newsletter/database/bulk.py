"""Statements about many rows at once, written once for each number of rows.

For the two statements of every commit of a sending. Each call of the driver gives Python's lock
away, and a busy sender takes it: a commit of ten messages in twenty calls waited longer for its
turn than for the disk. Values are the driver's own: text, numbers, None.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Engine

from newsletter.errors import StorageError

Statement = sa.UpdateBase | str
"""A statement of SQLAlchemy's, or SQL with `:name` for each value: long ones are translated much
faster as text."""


class BulkStatement:
    """A statement that `build` writes for a number of rows.

    Its parameters are numbered from 0: `id0`, `id1`, …
    """

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
            cursor.execute(
                sql, all_values if order is None else [all_values[name] for name in order]
            )
            changed: int = cursor.rowcount
        finally:
            cursor.close()
        return changed

    def _of(self, count: int) -> tuple[str, Mapping[str, Any], list[str] | None]:
        if count not in self._written:
            statement = self._build(count)
            if isinstance(statement, str):
                self._written[count] = _translate_placeholders(statement, self._dialect)
                return self._written[count]
            compiled = statement.compile(dialect=self._dialect)
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            self._written[count] = str(compiled), fixed, getattr(compiled, "positiontup", None)
        return self._written[count]


def _translate_placeholders(
    sql: str, dialect: Dialect
) -> tuple[str, Mapping[str, Any], list[str] | None]:
    """The SQL with values marked as the driver wants, and their order where it wants no names."""
    if dialect.positional:
        return re.sub(r":\w+", "?", sql), {}, re.findall(r":(\w+)", sql)
    return re.sub(r":(\w+)", r"%(\1)s", sql), {}, None


@contextlib.contextmanager
def driver_errors(engine: Engine) -> Iterator[None]:
    """Tell what the driver refused as `database.translated` does."""
    try:
        yield
    except engine.dialect.loaded_dbapi.Error as error:
        raise StorageError(f"the database refused: {error}") from error
