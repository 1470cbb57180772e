from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from newsletter.database import tables
from newsletter.database.engine import is_locked, migrate, open_database, translate_errors
from newsletter.database.tables import UtcDateTime
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import EntryRepository
from newsletter.errors import StorageError
from newsletter.model import Entry, Ids

URL = "sqlite:///.newsletter/newsletter.db"


def differences(engine: Engine) -> list[object]:
    with engine.begin() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), tables.METADATA))


def layout(engine: Engine) -> dict[str, object]:
    """Each table's columns, keys and indexes, whatever their order."""
    look = sa.inspect(engine)
    return {
        table: {
            "columns": [
                (each["name"], str(each["type"]), each["nullable"])
                for each in look.get_columns(table)
            ],
            "primary key": look.get_pk_constraint(table),
            "foreign keys": sorted(map(str, look.get_foreign_keys(table))),
            "indexes": sorted(map(str, look.get_indexes(table))),
            "unique": sorted(map(str, look.get_unique_constraints(table))),
        }
        for table in look.get_table_names()
    }


def migrated(folder: Path) -> Engine:
    engine = sa.create_engine(f"sqlite:///{folder}/migrated.db")
    with engine.begin() as connection:
        migrate(connection)
    return engine


def step_back(connection: Connection, revision: str) -> None:
    """The columns of `deliveries`, and the step, as an older program left them."""
    connection.exec_driver_sql("ALTER TABLE deliveries DROP COLUMN resolved")
    connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def revision(engine: Engine) -> str:
    with engine.connect() as connection:
        found: str = connection.exec_driver_sql(
            "SELECT version_num FROM alembic_version"
        ).scalar_one()
    return found


def test_the_migrations_make_just_the_tables_of_the_code(tmp_path: Path) -> None:
    assert differences(migrated(tmp_path)) == []


def test_a_new_database_is_just_as_the_migrations_would_leave_it(tmp_path: Path) -> None:
    new, old = open_database(URL, tmp_path), migrated(tmp_path)
    assert layout(new) == layout(old)
    assert revision(new) == revision(old)


def test_a_database_of_an_older_program_is_brought_up_to_date(tmp_path: Path) -> None:
    with open_database(URL, tmp_path).begin() as connection:
        for table in (
            "pauses",
            "requests",
            "farewells",
            "incoming_mails",
            "outcomes",
            "plans",
            "wishes",
        ):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        step_back(connection, "0002")
    assert differences(open_database(URL, tmp_path)) == []


def test_counts_of_old_sendings_are_kept_by_an_update(tmp_path: Path) -> None:
    with open_database(URL, tmp_path).begin() as connection:
        connection.exec_driver_sql("DROP TABLE outcomes")
        columns = "sending_id BIGINT, status VARCHAR(10), deliveries INTEGER NOT NULL, PRIMARY KEY (sending_id, status)"
        connection.exec_driver_sql(f"CREATE TABLE outcomes ({columns})")
        connection.exec_driver_sql(
            "INSERT INTO outcomes VALUES (1, 'accepted', 90), (1, 'refused', 2)"
        )
        step_back(connection, "0005")
    with open_database(URL, tmp_path).begin() as connection:
        assert set(connection.execute(sa.select(tables.outcomes))) == {
            (1, "other", "accepted", 90),
            (1, "other", "refused", 2),
        }


LEFT_AS_IT_IS = "left as it is by a person; not sent again"


def check_old_ledger(url: str, folder: Path) -> None:
    """Deliveries that a person left in doubt are known from now on by a column, and not by a reply."""
    engine = open_database(url, folder)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO deliveries (sending_id, subscriber_id, status, attempts, reply) VALUES"
            f" (1, 1, 'unknown', 1, '{LEFT_AS_IT_IS}'), (1, 2, 'unknown', 1, 'the link broke'),"
            f" (1, 3, 'queued', 1, '{LEFT_AS_IT_IS}'), (1, 4, 'accepted', 1, '250 ok')"
        )
        step_back(connection, "0006")
    engine.dispose()
    engine = open_database(url, folder)
    rows = sa.select(tables.deliveries.c["subscriber_id", "status", "reply", "resolved"])
    with engine.begin() as connection:
        assert sorted(map(tuple, connection.execute(rows))) == [
            (1, "unknown", "", True),
            (2, "unknown", "the link broke", False),
            (3, "queued", "", False),
            (4, "accepted", "250 ok", False),
        ]
    assert differences(engine) == []
    engine.dispose()


def test_who_was_left_in_doubt_is_known_after_an_update(tmp_path: Path) -> None:
    check_old_ledger(URL, tmp_path)


def test_who_was_left_in_doubt_is_known_after_an_update_of_postgresql(
    postgresql: str, tmp_path: Path
) -> None:
    check_old_ledger(postgresql, tmp_path)


def test_a_database_is_opened_again_as_it_is(tmp_path: Path) -> None:
    ingest_entries(
        EntryRepository(open_database(URL, tmp_path)), "a", [Entry(title="A")], datetime.now(UTC)
    )
    assert len(EntryRepository(open_database(URL, tmp_path)).all()) == 1


def test_file_and_folder_are_for_the_owner_alone(tmp_path: Path) -> None:
    open_database(URL, tmp_path)
    assert stat.S_IMODE((tmp_path / ".newsletter").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / ".newsletter/newsletter.db").stat().st_mode) == 0o600


def test_what_was_committed_survives_a_power_cut(tmp_path: Path) -> None:
    with open_database(URL, tmp_path).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"\[newsletter\] database: write"):
        open_database("newsletter.db", tmp_path)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").write_text(
        "not a database, but long enough to be looked at " * 50, "utf-8"
    )
    with pytest.raises(
        StorageError, match=r"the database newsletter\.db refused: file is not a database"
    ):
        open_database("sqlite:///newsletter.db", tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".newsletter").write_text("a file stands where the folder should be", "utf-8")
    with pytest.raises(StorageError, match="cannot be written"):
        open_database(URL, tmp_path)


def test_instants_are_aware_and_sort_as_text() -> None:
    column = UtcDateTime()
    dialect = sa.create_engine("sqlite://").dialect
    there = datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=-5)))
    written = column.process_bind_param(there, dialect)
    assert written == "2026-11-23T14:00:00.000000+00:00"
    assert column.process_result_value(written, dialect) == there
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None


def test_the_same_program_runs_on_postgresql(postgresql: str, tmp_path: Path) -> None:
    engine = open_database(postgresql, tmp_path)
    assert differences(engine) == []
    store = EntryRepository(engine)
    ingest_entries(
        store,
        "a",
        [Entry(title="A paper about leiomyosarcoma", ids=Ids(doi="10.1000/x"))],
        datetime.now(UTC),
    )
    ingest_entries(
        store,
        "b",
        [Entry(title="A paper about leiomyosarcoma", ids=Ids(doi="10.1000/x"))],
        datetime.now(UTC),
    )
    (entry,) = store.all()
    assert entry.sources == ("a", "b")
    engine.dispose()


def test_a_locked_database_is_known_by_its_number_and_not_by_its_words(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(file, timeout=0)) as two:
        one.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            two.execute("BEGIN IMMEDIATE")
    caught.value.args = ("la base de datos está en uso",)
    assert is_locked(caught.value)
    refused = sa.exc.OperationalError("BEGIN", {}, caught.value)
    with pytest.raises(StorageError) as told, translate_errors(sa.make_url("sqlite:///some.db")):
        raise refused
    assert told.value.is_locked
    assert not is_locked(sqlite3.OperationalError("database is locked"))


def test_a_full_disk_is_known_by_its_number_and_not_by_its_words(tmp_path: Path) -> None:
    engine, words = open_database(URL, tmp_path), ("x" * 100_000,)
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sa.exc.OperationalError) as caught:
            connection.exec_driver_sql("INSERT INTO farewells VALUES (1, '', ?)", words)
    caught.value.orig.args = ("no queda sitio",)
    hint = "no queda sitio; is the disk full"
    with pytest.raises(StorageError, match=hint), translate_errors(engine.url):
        raise caught.value
