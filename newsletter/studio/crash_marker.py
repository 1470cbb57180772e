"""What a studio was about when it ended without being closed, so that the next one can say so.

Every running studio holds a lock on a file of its own, which a dead process loses at once; a studio
that is closed takes its file away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

PATTERN = "studio-*.running"
COLLECTING = "collecting"
ENDED = "The studio was ended without being closed. Nothing is lost: what was saved is on the disk."
SAID = {
    COLLECTING: (
        "It was collecting: what the sources had answered is kept. Press Collect to ask the others."
    )
}


class CrashMarker:
    """The file of one running studio."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / PATTERN.replace("*", str(os.getpid()))
        self._handle = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    @contextlib.contextmanager
    def mark_activity(self, what: str) -> Iterator[None]:
        """Note what goes on, for as long as it does."""
        os.pwrite(self._handle, what.encode(), 0)
        try:
            yield
        finally:
            if self._handle >= 0:
                os.ftruncate(self._handle, 0)

    def close(self) -> None:
        """The studio is closed as it should be."""
        self.path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = -1


def broken_off(folder: Path) -> tuple[str, ...]:
    """What is to be said of each studio that ended without being closed; said once."""
    return tuple(
        said for path in sorted(folder.glob(PATTERN)) if (said := _read_crash_marker(path))
    )


def _read_crash_marker(path: Path) -> str:
    """What one file tells; empty when its studio runs."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        doing = os.read(handle, 100).decode("utf-8", "replace")
        path.unlink(missing_ok=True)
    except OSError:
        return ""
    finally:
        os.close(handle)
    return " ".join(filter(None, (ENDED, SAID.get(doing))))
