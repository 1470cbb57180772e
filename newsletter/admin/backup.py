"""A backup.

All that is needed to go on elsewhere, in one file for the owner alone, there whole or not at all.

The database is copied by SQLite's own online backup, so that a sending may run meanwhile: what is
copied is one moment of it. Left out is what only this machine knows (locks, witnesses of sendings)
or nobody needs (messages written to be looked at, rejected rows, what an earlier restore put
aside). A database of PostgreSQL is kept by its own `pg_dump`.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import IO

from newsletter import config
from newsletter.database.engine import database_file
from newsletter.errors import StorageError
from newsletter.platform_support import replace_file
from newsletter.workspace.folder import Workspace

FORMAT = 1
MANIFEST = "backup.json"
DATABASE = "database.sqlite3"
FILES = "files/"
"""Before the path of each file of the workspace in the archive."""
ASIDE = "before-restore-"
"""How the folder begins that a restore puts what it replaces into."""

_TOP = (config.FILE_NAME, "glossary.toml", ".gitignore")
_FOLDERS = ("templates", "issues", ".newsletter")
_LEFT_OUT = (
    "*.lock",
    "*.running",
    "*.witness",
    "*.new",
    "rejected-*",
    "dry-run",
    "smtp-password",
    "before-*",
    "restored",
    ".*",
)
_FOUND_OUT = ("__pycache__", "jinja2-*", "style-sheet-*.json")
"""What is made of templates for the next process: some of it is code, and another machine makes its
own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupResult:
    """A backup that was made."""

    path: Path
    files: int  # of the workspace, without the database
    has_database: bool  # False: it is PostgreSQL's, or there is none yet


def write_backup(workspace: Workspace, target: Path, *, now: datetime) -> BackupResult:
    """Put everything into `target`, or into a dated file when that is a folder.

    Raises StorageError.
    """
    if target.is_dir():
        target /= f"newsletter-{now:%Y-%m-%dT%H%M%SZ}.tar.gz"
    try:
        with (
            _whole(target) as file,
            tempfile.TemporaryDirectory(prefix=".backup-", dir=_private(workspace)) as passing,
        ):
            database = _snapshot(workspace, Path(passing))
            count = _write(file, workspace, database, now)
    except (OSError, sqlite3.Error) as error:
        words = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageError(
            f"{target} was not written ({words}); what was there is unchanged"
        ) from error
    return BackupResult(path=target, files=count, has_database=database is not None)


def _private(workspace: Workspace) -> Path:
    workspace.private.mkdir(mode=0o700, exist_ok=True)
    return workspace.private


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A file of mode 0600 beside `target` that takes its place when all went well."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        replace_file(Path(name), target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _snapshot(workspace: Workspace, folder: Path) -> Path | None:
    """One moment of the database as a file; None when it is not SQLite's, or was never made."""
    source = database_file(workspace.settings.newsletter.database, workspace.folder)
    if source is None or not source.is_file():
        return None
    copy = folder / DATABASE
    copy.touch(mode=0o600)
    with (
        contextlib.closing(sqlite3.connect(source)) as live,
        contextlib.closing(sqlite3.connect(copy)) as taken,
    ):
        live.backup(taken)  # all pages in one read transaction: writers go on, and are not in it
        taken.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    return copy


def _write(file: IO[bytes], workspace: Workspace, database: Path | None, now: datetime) -> int:
    told = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "database": "sqlite" if database else "elsewhere",
    }
    count = 0
    with (
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=int(now.timestamp())) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        _add(archive, MANIFEST, json.dumps(told, indent=1).encode(), 0o600, now)
        for path, name in sorted(_files(workspace), key=lambda pair: pair[1]):
            with contextlib.suppress(FileNotFoundError):  # made anew in this moment, or taken away
                _add(archive, FILES + name, path.read_bytes(), path.stat().st_mode & 0o777, now)
                count += 1
        if database is not None:
            head = _head(DATABASE, database.stat().st_size, 0o600, now)
            with database.open("rb") as content:
                archive.addfile(head, content)
    return count


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int, now: datetime) -> None:
    archive.addfile(_head(name, len(content), mode, now), io.BytesIO(content))


def _head(name: str, size: int, mode: int, now: datetime) -> tarfile.TarInfo:
    """Without the names and numbers of this machine's accounts."""
    head = tarfile.TarInfo(name)
    head.size, head.mode, head.mtime = size, mode, int(now.timestamp())
    return head


def _files(workspace: Workspace) -> Iterator[tuple[Path, str]]:
    """What is kept beside the database, each once: (file, its path from the workspace)."""
    found = {name: workspace.folder / name for name in (*_TOP, *_list_configured_files(workspace))}
    database = database_file(workspace.settings.newsletter.database, workspace.folder)
    for folder in _FOLDERS:
        for path in (workspace.folder / folder).rglob("*"):
            within = path.relative_to(workspace.folder)
            left_out = any(
                fnmatch(part, each)
                for part in within.parts[1:]
                for each in (*_LEFT_OUT, *_FOUND_OUT)
            )
            of_database = database is not None and str(path).startswith(
                str(database)
            )  # its -wal and -shm, too
            if not left_out and not of_database:
                found[within.as_posix()] = path
    return ((path, name) for name, path in found.items() if path.is_file())


def _list_configured_files(workspace: Workspace) -> Iterator[str]:
    """Files within the workspace that newsletter.toml names.

    Pages and tables of staff, keys for signing.
    """
    settings = workspace.settings
    written = [each.url for each in settings.sources if each.url and "://" not in each.url]
    written += [each.file for each in settings.dkim.keys] if settings.dkim else []
    for each in written:
        path = Path(os.path.normpath(workspace.path(each)))
        if path.is_relative_to(workspace.folder):
            yield path.relative_to(workspace.folder).as_posix()
