"""An empty PostgreSQL database for every test that asks for one."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator

import postgresql as server
import psycopg
import pytest
from psycopg import sql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A server of this run alone, in which databases are made."""
    if server.BINARIES is None or (os.getuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with server.running() as address:
        yield address


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    """As newsletter.toml names it. Tests run in any order, and none may see what another left."""
    name = f"news_{secrets.token_hex(8)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return postgresql_server.replace("postgresql:", "postgresql+psycopg:").replace(
        "/postgres?", f"/{name}?"
    )
