"""The database.

One engine for SQLite and PostgreSQL, brought to the newest layout by the program itself.

SQLite runs in WAL mode with `synchronous=FULL`: what was committed survives a crash and a power
cut. The file and its folder are for the owner alone, since a list of patients is health
information.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from newsletter.errors import StorageError
from newsletter.platform_support import open_private

BUSY_TIMEOUT_MS = 30_000
MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""


def open_database(url: str, folder: Path) -> Engine:
    """An engine on an up-to-date database; a relative SQLite path is taken from `folder`.

    Raises StorageError when it cannot be opened, created or brought up to date.
    """
    address = _address(url, folder)
    if address.database and address.get_backend_name() == "sqlite":
        _private_file(Path(address.database))
    with translate_errors(address):
        engine = _engine(address)
        _bring_up_to_date(engine)
    return engine


def is_sound(engine: Engine) -> bool:
    """Whether SQLite finds nothing damaged in its file; a server looks after its own."""
    if engine.dialect.name != "sqlite":
        return True
    with translate_errors(engine.url), engine.begin() as connection:
        found: str = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
    return found == "ok"


def database_file(url: str, folder: Path) -> Path | None:
    """The file of an SQLite database; None for a database on a server, or one in memory."""
    address = _address(url, folder)
    if (
        address.get_backend_name() != "sqlite"
        or not address.database
        or address.database == ":memory:"
    ):
        return None
    return Path(address.database)


def _address(url: str, folder: Path) -> sa.URL:
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise StorageError(
            'newsletter.toml, [newsletter] database: write "sqlite:///.newsletter/newsletter.db" or'
            ' "postgresql+psycopg://user@host/name"'
        ) from error
    if (
        address.get_backend_name() != "sqlite"
        or not address.database
        or address.database == ":memory:"
    ):
        return address
    return address.set(database=str(folder / address.database))


def _private_file(path: Path) -> None:
    """Make folder and file before SQLite does, so that nobody else can ever read them."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(open_private(path, os.O_CREAT | os.O_RDWR))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror}): give yourself the right to write there"
        ) from error


def _engine(address: sa.URL) -> Engine:
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(
            address, pool_pre_ping=True, hide_parameters=True
        )  # no address in an error
    engine = sa.create_engine(
        address,
        poolclass=NullPool,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    # The driver would begin transactions by itself and too late; we begin them (SQLAlchemy's
    # documented recipe).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("only_reads"):
        connection.exec_driver_sql("BEGIN")
    elif options.get("eager"):
        _begin_eagerly(connection)
    else:
        # IMMEDIATE: a writer waits for its turn at the start, instead of failing in the middle.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_eagerly(connection: Connection) -> None:
    """Ask for the turn every few milliseconds.

    SQLite's own waits grow to 100 ms, so that whoever writes all the time would win.
    """
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=3")
    cursor.close()
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except sa.exc.OperationalError:
            if time.monotonic() > until:
                raise


def only_reading(engine: Engine) -> Engine:
    """The same database for transactions that write nothing: in SQLite they wait for no writer."""
    return engine.execution_options(only_reads=True)


def eager(engine: Engine) -> Engine:
    """The same database for short transactions that somebody waits for, beside a busy sender."""
    return engine.execution_options(eager=True)


def _bring_up_to_date(engine: Engine) -> None:
    with engine.begin() as connection:
        tables = sa.inspect(connection).get_table_names()
        if not tables:
            make_tables(connection)
        elif "alembic_version" not in tables or _revision(connection) != _newest_revision():
            migrate(connection)


def make_tables(connection: Connection) -> None:
    """The newest layout in a database that is empty, noted as Alembic would.

    Just as the migrations would leave it.
    """
    from newsletter.database import tables as database_tables

    database_tables.METADATA.create_all(connection)
    connection.exec_driver_sql(_VERSION_TABLE)
    # our file
    connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{_newest_revision()}')")  # noqa: S608


def migrate(connection: Connection) -> None:
    """Step by step to the newest layout."""
    from alembic import (
        command,
    )  # a quarter of a second that neither a new nor an up-to-date database needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")


def _revision(connection: Connection) -> str | None:
    """The step that the database stands at."""
    found: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return found


def _newest_revision() -> str:
    """The steps are numbered by their file names: 0002_people_and_deliveries.py."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


@contextlib.contextmanager
def translate_errors(address: sa.URL) -> Iterator[None]:
    """Tell what the database refused in words for people, without the statement and its values."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        where = Path(address.database).name if address.database else address.get_backend_name()
        hint = (
            "; is the disk full? Make room and run the command again"
            if _sqlite_code(error.orig) in _MAY_BE_FULL
            else ""
        )
        said = (str(error.orig).splitlines() or [""])[
            0
        ]  # PostgreSQL's second line, DETAIL, repeats the values
        raise StorageError(
            f"the database {where} refused: {said}{hint}", is_locked=is_locked(error.orig)
        ) from error


def is_locked(error: BaseException | None) -> bool:
    """Whether SQLite refused because somebody else has the file open."""
    return _sqlite_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _sqlite_code(error: BaseException | None) -> int:
    """SQLite's own number for an error, without what details it; 0 for one of another kind."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


_MAY_BE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
"""SQLite tells of a full disk in two ways, the second one when it cannot make room for its own
work."""
