"""Putting a backup back.

First all of it beside, looked at whole, then each file in its place at once.

What is replaced is kept in a folder of its own. Who left since the backup stays gone, and no issue
is mailed from what was put back until a person says so (see `witness`).
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from sqlalchemy.engine import Engine

from newsletter import config
from newsletter.admin.backup import ASIDE, DATABASE, FILES, FORMAT, MANIFEST
from newsletter.config import Settings
from newsletter.database.engine import database_file, is_locked, open_database
from newsletter.delivery.restore_guard import RESTORED
from newsletter.errors import StorageError, UsageError
from newsletter.platform_support import is_file_name, replace_file
from newsletter.subscribers.reconcile import keep_gone
from newsletter.workspace.files import write_whole

SECRET = ".newsletter/secret"  # noqa: S105 - where it lies


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """What a restore did."""

    made_at: datetime  # the backup
    files: int  # put in place; those that were the same are not counted
    has_database: bool  # False: the backup holds none, it is PostgreSQL's
    gone: (
        int | None
    )  # people of the backup who left since; None: there was no database to ask, or it is damaged
    aside: Path | None  # where lies what was replaced


def restore(archive: Path, folder: Path, *, force: bool, now: datetime) -> RestoreResult:
    """Put the backup `archive` into `folder`.

    Raises UsageError when it is none, when the folder has a database and not `force`, or when it is
    of another newsletter; StorageError when the disk refuses or the database is in use. Then
    nothing was changed.
    """
    present = _present(folder)
    if present is not None and not force:
        raise UsageError(
            f"{folder} has a database, and nothing was changed. With --force the backup takes its"
            " place: what is there is kept aside, and who left since stays gone"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as passing:
            return _Restore(folder, Path(passing), present, now).of(archive, force=force)
    except OSError as error:
        raise StorageError(
            f"{error.filename or folder} cannot be written ({error.strerror})"
        ) from error


def _present(folder: Path) -> Settings | None:
    """The settings of the workspace that is there, if it has a database."""
    try:
        settings = config.load(folder / config.FILE_NAME)
    except UsageError:  # none, or a spoilt one, which is a reason to restore
        settings = config.parse('[newsletter]\ntitle = "-"\nfrom = "a@b"')
        return settings if (folder / ".newsletter" / "newsletter.db").is_file() else None
    database = database_file(settings.newsletter.database, folder)
    return settings if database is None or database.is_file() else None


class _Restore:
    """One restore: `passing` is a folder beside the files it will replace."""

    def __init__(
        self, folder: Path, passing: Path, present: Settings | None, now: datetime
    ) -> None:
        self.folder, self.passing, self.present, self.now = folder, passing, present, now
        self.aside = folder / ".newsletter" / f"{ASIDE}{now:%Y%m%dT%H%M%SZ}"
        self.files = passing / "files"
        self.database = passing / DATABASE

    def of(self, archive: Path, *, force: bool) -> RestoreResult:
        made_at = _unpack(archive, self.passing)
        settings = config.load(self.files / config.FILE_NAME)
        target = (
            database_file(settings.newsletter.database, self.folder)
            if self.database.is_file()
            else None
        )
        if target is None and self.database.is_file():
            raise _no_backup(archive)  # it names another database than it holds
        self._look_elsewhere(target, settings, force=force)
        self._join_secrets()
        gone = self._keep_gone() if self.database.is_file() else None
        private = self.folder / ".newsletter"
        private.mkdir(mode=0o700, exist_ok=True)
        private.chmod(0o700)
        # first the mark: whatever happens from here on, nothing is mailed without a person's word
        mark = f"a backup of {made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC was put back here"
        write_whole(private / RESTORED, mark, private=True)
        count = sum(self._place(path) for path in sorted(self.files.rglob("*")) if path.is_file())
        if target is not None:
            self._place_database(target)
        return RestoreResult(
            made_at=made_at,
            files=count,
            has_database=target is not None,
            gone=gone,
            aside=self.aside if self.aside.is_dir() else None,
        )

    def _look_elsewhere(self, target: Path | None, settings: Settings, *, force: bool) -> None:
        """The backup's own newsletter.toml may name a database outside of the folder.

        Raises UsageError if it is there.
        """
        if self.present is not None or target is None or not target.is_file():
            return
        if not force:
            raise UsageError(
                f"there is a database at {target}, and nothing was changed. See --force"
            )
        self.present = settings

    def _join_secrets(self) -> None:
        """Links signed since the backup go on working.

        Raises UsageError when it is another newsletter's secret.
        """
        here, ours = self.folder / SECRET, self.files / SECRET
        if not here.is_file() or not ours.is_file():
            return
        present, restored = _lines(here), _lines(ours)
        if not present or not restored or self.present is None:
            return
        if present[-1] != restored[-1]:  # the oldest key, which addresses are hashed with
            raise UsageError(
                f"the backup is of another newsletter than {self.folder} (its secret is another"
                " one), and nothing was changed: put it into an empty folder with --into"
            )
        newer = [*present[:-1], *(each for each in restored[:-1] if each not in present)]
        ours.write_bytes("\n".join([*newer, present[-1], ""]).encode())

    def _keep_gone(self) -> int | None:
        if self.present is None:
            return None
        with contextlib.ExitStack() as stack:
            old = self._old_database()
            if old is None:
                return None
            stack.callback(old.dispose)
            new = open_database(f"sqlite:///{self.database}", self.passing)
            stack.callback(new.dispose)
            gone = keep_gone(old, new, now=self.now)
        _one_file(self.database)
        return gone

    def _old_database(self) -> Engine | None:
        """The database that is there until now, nobody else using it; None when it is damaged."""
        assert self.present is not None
        url = self.present.newsletter.database
        file = database_file(url, self.folder)
        if file is None:
            return open_database(url, self.folder)
        try:
            _one_file(file)
            return open_database(url, self.folder)
        except (StorageError, sqlite3.DatabaseError) as error:
            if error.is_locked if isinstance(error, StorageError) else is_locked(error):
                raise StorageError(
                    f"{file} is in use, and nothing was changed: stop `newsletter send` and"
                    " `newsletter serve` first"
                ) from error
            return None

    def _place(self, path: Path) -> bool:
        """Put one file in its place; tells whether another one, or none, was there."""
        name = path.relative_to(self.files)
        target = self.folder / name
        if target.is_file() and target.read_bytes() == path.read_bytes():
            return False
        self._put(path, target, self.aside / name)
        return True

    def _put(self, path: Path, target: Path, aside: Path) -> None:
        private = target.is_relative_to(self.folder / ".newsletter")
        target.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        if target.exists():
            _make_private(aside.parent, self.folder / ".newsletter")
            shutil.copy2(target, aside)
            aside.chmod(0o600)
        replace_file(path, target)

    def _place_database(self, target: Path) -> None:
        if target.is_file():
            with contextlib.suppress(
                sqlite3.DatabaseError
            ):  # a damaged one has no log that could be taken in
                _one_file(target)
        for beside in ("-wal", "-shm"):
            log = target.with_name(target.name + beside)
            if log.exists():
                _make_private(self.aside, self.folder / ".newsletter")
                # of the old database; it would spoil the new one
                replace_file(log, self.aside / log.name)
        self.database.chmod(0o600)
        self._put(self.database, target, self.aside / target.name)


def _make_private(folder: Path, below: Path) -> None:
    for each in (*reversed(folder.relative_to(below).parents), folder.relative_to(below)):
        (below / each).mkdir(mode=0o700, exist_ok=True)


def _lines(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]


def _one_file(database: Path) -> None:
    """Take the log into the file and leave none.

    Raises sqlite3.OperationalError when somebody else has it open.
    """
    with contextlib.closing(sqlite3.connect(database, timeout=2)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _unpack(archive: Path, folder: Path) -> datetime:
    """Everything of the archive into `folder`, looked at; returns when it was made."""
    try:
        with gzip.open(archive) as stream, tarfile.open(fileobj=stream, mode="r:") as packed:
            for member in packed:
                _unpack_one(packed, member, folder)
            while stream.read(1 << 20):  # to the end, where the checksum stands
                pass
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        made_at = datetime.fromisoformat(told["made_at"])
        whole = told["format"] == FORMAT and (folder / "files" / config.FILE_NAME).is_file()
        if not whole or (told["database"] == "sqlite" and not _is_sound(folder / DATABASE)):
            raise _no_backup(archive)
    except FileNotFoundError as error:
        if error.filename == str(archive):
            raise UsageError(f"{archive} is not there") from error
        raise _no_backup(archive) from error
    except (
        gzip.BadGzipFile,
        tarfile.TarError,
        EOFError,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        sqlite3.DatabaseError,
    ) as error:
        raise _no_backup(archive) from error
    return made_at


def _no_backup(archive: Path) -> UsageError:
    return UsageError(
        f"{archive} is no whole backup of this program, and nothing was changed: take another one"
    )


def _unpack_one(packed: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Plain files alone, and none outside; raises ValueError."""
    path = PurePosixPath(member.name)
    ours = member.name in {MANIFEST, DATABASE} or member.name.startswith(FILES)
    content = packed.extractfile(member) if member.isreg() else None
    if content is None or not ours or not _stays_inside(path):
        raise ValueError(member.name)
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if ".newsletter" in path.parts or member.name == DATABASE else member.mode & 0o777
    with os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode), "wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)


def _stays_inside(path: PurePosixPath) -> bool:
    r"""Whether it is a plain path below a folder; on Windows `..\x` and `C:x` are not."""
    return not path.is_absolute() and ".." not in path.parts and all(map(is_file_name, path.parts))


def _is_sound(database: Path) -> bool:
    with contextlib.closing(
        sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    ) as connection:
        found: tuple[str] = connection.execute("PRAGMA quick_check").fetchone()
    return found == ("ok",)
