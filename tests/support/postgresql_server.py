"""Debian's PostgreSQL, reached by a socket in a folder of its own.

As many may run at once as there are suites.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = max(
    Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), default=None
)
OWNER = "news"


@contextmanager
def running() -> Iterator[str]:
    """The address of a server until the block ends, without the name of a database: `.../NAME?host=...` is made of it."""
    # in /tmp itself: the path of a socket has 107 characters at most
    with tempfile.TemporaryDirectory(prefix="newsletter-postgresql-", dir="/tmp") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        _run("initdb", "-D", folder / "data", "-A", "trust", "-U", OWNER, "--no-sync")
        options = f"-c listen_addresses= -k {folder} -c fsync=off"
        _run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://{OWNER}@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


def _run(program: str, *arguments: object) -> None:
    """As ourselves; PostgreSQL refuses to run as root, then as Debian's own user."""
    assert BINARIES is not None
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    command = [*prefix, str(BINARIES / program), *map(str, arguments)]
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
