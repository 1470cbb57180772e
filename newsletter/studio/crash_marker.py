"""What a studio was about when it ended without being closed, so that the next one can say so.

Every running studio has a file with what it is about, and beside it a lock that a dead process loses
at once; a studio that is closed takes both away. They are two files, since on Windows nobody else
may read one that is locked.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

PATTERN = "studio-*.running"
COLLECTING = "collecting"
ENDED = "The studio was ended without being closed. Nothing is lost: what was saved is on the disk."
SAID = {
    COLLECTING: (
        "It was collecting: what the sources had answered is kept. Press Collect to ask the others."
    )
}


class CrashMarker:
    """The files of one running studio."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / PATTERN.replace("*", str(os.getpid()))
        self._lock = _lock_of(self.path)
        self._lock.acquire()  # first, or another studio would take this one for a dead one
        self.path.unlink(missing_ok=True)
        self.path.touch(mode=0o600)

    @contextlib.contextmanager
    def mark_activity(self, what: str) -> Iterator[None]:
        """Note what goes on, for as long as it does."""
        self.path.write_bytes(what.encode())
        try:
            yield
        finally:
            if self._lock.is_locked:
                self.path.write_bytes(b"")

    def close(self) -> None:
        """The studio is closed as it should be."""
        self.path.unlink(missing_ok=True)
        self._lock.release()
        _delete_lock(self._lock)


def broken_off(folder: Path) -> tuple[str, ...]:
    """What is to be said of each studio that ended without being closed; said once."""
    return tuple(
        said for path in sorted(folder.glob(PATTERN)) if (said := _read_crash_marker(path))
    )


def _read_crash_marker(path: Path) -> str:
    """What one file tells; empty when its studio runs."""
    lock = _lock_of(path)
    try:
        with lock.acquire(timeout=0):
            doing = path.read_bytes()[:100].decode("utf-8", "replace")
            path.unlink(missing_ok=True)
    except Timeout:
        return ""
    except OSError:
        doing = None
    _delete_lock(lock)
    if doing is None:
        return ""
    return " ".join(filter(None, (ENDED, SAID.get(doing))))


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"), mode=0o600, thread_local=False)


def _delete_lock(lock: FileLock) -> None:
    with contextlib.suppress(OSError):  # on Windows it is gone with the lock, or held by who looks
        Path(lock.lock_file).unlink(missing_ok=True)
