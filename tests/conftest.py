"""What all tests share: the recorded data beside the checkout, and workspaces of their own."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from support import postgresql_server as server
from support.checkout import MINIMAL, NOW, ROOT
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail
from support.website import Site, website

# A busy machine is no failure: timings are never asserted in tests.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded data; tests that read it are skipped where it is missing."""
    folder = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the recorded data (../shared) is not beside this checkout")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with just what is required, in a path with a space."""
    folder = tmp_path / "our newsletter"
    folder.mkdir()
    (folder / "newsletter.toml").write_text(MINIMAL, "utf-8")
    return folder


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on 127.0.0.1."""
    with website() as made:
        yield made


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


@pytest.fixture
def mail_server() -> Iterator[Loopback]:
    """A mail server of our own on 127.0.0.1, in a thread."""
    with serving_mail() as server:
        yield server
