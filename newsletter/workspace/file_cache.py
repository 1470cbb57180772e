"""Files that are read once, and again when they changed.

A file counts as unchanged while its size, times, and inode do. That is not enough for one that was
changed a moment ago: two changes within one tick of the file system's clock bear the same times. So
such a file is read again until its times are old enough (as git does with its index).
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

_TICK_NS = 100_000_000  # of Linux and macOS at most 10 ms, and as much again for a busy machine
_WHOLE_SECONDS_NS = 2_000_000_000  # where times have no fraction: a tick of FAT


class _ReadFile(NamedTuple):
    content: bytes
    stamp: tuple[int, ...]
    is_settled: bool  # no later change can bear the same stamp


class FileCache:
    """The contents of files, each read again only when it changed."""

    def __init__(self) -> None:
        self._files: dict[Path, _ReadFile] = {}

    def read(self, path: Path) -> bytes | None:
        """What stands in the file now; the very same object while that does not change.

        None when there is no such file. Raises OSError when it cannot be read.
        """
        known = self._files.get(path)
        try:
            stamp = _stamp(path.stat())
            if known and known.is_settled and known.stamp == stamp:
                return known.content
            fresh = _read(path)
        except (FileNotFoundError, NotADirectoryError):
            self.forget(path)
            return None
        if known and known.content == fresh.content:
            fresh = fresh._replace(content=known.content)
        self._files[path] = fresh
        return fresh.content

    def forget(self, path: Path) -> None:
        """Read the file anew when it is asked for again, because we are changing it."""
        self._files.pop(path, None)


def _read(path: Path) -> _ReadFile:
    now_ns = time.time_ns()
    with path.open("rb") as file:
        # before the content: what is changed in between has another stamp, and is read again
        found = os.fstat(file.fileno())
        content = file.read()
    changed_ns = max(found.st_mtime_ns, found.st_ctime_ns)
    tick_ns = _TICK_NS if changed_ns % 1_000_000_000 else _WHOLE_SECONDS_NS
    return _ReadFile(content, _stamp(found), is_settled=now_ns - changed_ns > tick_ns)


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    """What no change leaves as it was: a new content at the place, or in it, or other times."""
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
