"""Files that are there whole or not at all.

Written beside, flushed to the disk, then put in place.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from newsletter.errors import StorageError
from newsletter.platform_support import has_file_modes, replace_file


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Put `content` at `path`, or leave what was there.

    Mode 0600 if `private`, else what the umask gives.

    Raises StorageError when the folder cannot be written or the disk is full.
    """
    content = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content, private=private)
    except OSError as error:
        raise StorageError(
            f"{path} was not written ({error.strerror}); what was there is unchanged"
        ) from error


def write_if_new(path: Path, content: str | bytes) -> bool:
    """`write_whole`, unless just this is there already: a file's time says when it changed."""
    content = content.encode() if isinstance(content, str) else content
    with contextlib.suppress(OSError):
        if path.read_bytes() == content:
            return False
    write_whole(path, content)
    return True


def _replace(path: Path, content: bytes, *, private: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private and has_file_modes():
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
        replace_file(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
