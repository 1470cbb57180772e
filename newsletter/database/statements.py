"""Statements over many keys: in parts, because a database takes only so many parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

T = TypeVar("T")
_AT_ONCE = 500  # values in one IN (…): SQLite's smallest limit is 999


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(values)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def select_in(
    connection: Connection, query: sa.Select[Any], column: sa.Column[str], values: Iterable[str]
) -> Iterator[sa.Row[Any]]:
    """The rows of a query whose column has one of many values."""
    for some in _chunks(values):
        yield from connection.execute(query.where(column.in_(some)))


def delete_in(
    connection: Connection, table: sa.Table, column: sa.Column[str], values: Iterable[str]
) -> None:
    """Delete the rows of a table whose column has one of many values."""
    for some in _chunks(values):
        connection.execute(sa.delete(table).where(column.in_(some)))


def execute_many(
    connection: Connection, statement: sa.Insert | sa.Update, rows: list[dict[str, Any]]
) -> None:
    """Run a statement once for each row; not at all for none."""
    if rows:  # with none, SQLAlchemy would run the statement once, bare
        connection.execute(statement, rows)
