"""One sender for each issue: a lease that a living process holds and a dead one loses at once.

On SQLite it is a lock on a file beside the database (by filelock, on every system), on PostgreSQL an
advisory lock: both are given back by the system itself, so that no clock decides who is alive.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import translate_errors
from newsletter.errors import SenderAtWorkError, StorageError

TRIES = 20  # a moment, since `status` looks at the lock by taking it for an instant
PAUSE_S = 0.01
LOOK_S = 0.002  # for so long two that look at the same time may be in the way of each other


@contextlib.contextmanager
def lease(engine: Engine, folder: Path, issue: str) -> Iterator[None]:
    """Hold the right to send an issue; raises SenderAtWorkError when another process has it."""
    if engine.dialect.name == "sqlite":
        with _lock_file(folder, issue):
            yield
        return
    with translate_errors(engine.url), engine.connect() as connection:
        _lock_session(connection, issue)
        try:
            yield
        finally:
            with contextlib.suppress(
                sa.exc.SQLAlchemyError
            ):  # the session is gone, and the lock with it
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_number(issue))))
            # a lock lives as long as its session, which must not go back to the pool
            connection.invalidate()


def _lock_session(connection: Connection, issue: str) -> None:
    for _ in range(TRIES):
        taken = connection.execute(
            sa.select(sa.func.pg_try_advisory_lock(_number(issue)))
        ).scalar_one()
        connection.commit()
        if taken:
            return
        time.sleep(PAUSE_S)
    raise _at_work(issue)


def is_held(engine: Engine, folder: Path, issue: str) -> bool:
    """Whether a living process is sending this issue."""
    if engine.dialect.name == "sqlite":
        return _is_locked(_file_lock(folder, issue))
    with translate_errors(engine.url), engine.connect() as connection:
        free = connection.execute(
            sa.select(sa.func.pg_try_advisory_lock(_number(issue)))
        ).scalar_one()
        if free:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_number(issue))))
        return not free


def _at_work(issue: str) -> SenderAtWorkError:
    return SenderAtWorkError(
        f"another process is sending issue {issue} right now: look with `newsletter status"
        f" {issue}`, or stop it first"
    )


def _number(issue: str) -> int:
    digest = hashlib.sha256(f"newsletter sending {issue}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _file_lock(folder: Path, issue: str) -> FileLock:
    """The lock, not taken: on each call another one, since one that is held may be taken again."""
    path = folder / f"sending-{hashlib.sha256(issue.encode()).hexdigest()[:16]}.lock"
    return FileLock(path, mode=0o600, thread_local=False)


@contextlib.contextmanager
def _lock_file(folder: Path, issue: str) -> Iterator[None]:
    lock = _file_lock(folder, issue)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=TRIES * PAUSE_S, poll_interval=PAUSE_S)
    except Timeout:
        raise _at_work(issue) from None
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written ({error.strerror}): nothing was sent"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _is_locked(lock: FileLock) -> bool:
    """Whether a process holds it; found out by taking it for an instant, if there is a file at all."""
    if not Path(lock.lock_file).exists():
        return False
    try:
        with lock.acquire(timeout=LOOK_S, poll_interval=LOOK_S):
            return False
    except Timeout:
        return True
