"""Which files were opened for reading, by whatever means: Python tells of each (PEP 578)."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OPENED: Counter[Path] = Counter()
_COUNTS = threading.Event()


def _note(event: str, given: tuple[object, ...]) -> None:
    if event != "open" or not _COUNTS.is_set():
        return
    path, mode, _ = given
    if mode in {"r", "rb"} and isinstance(path, str | os.PathLike):
        _OPENED[Path(path)] += 1


sys.addaudithook(_note)  # can never be taken away again


@contextmanager
def counting_opened() -> Iterator[Counter[Path]]:
    """How often each file was opened for reading inside the block."""
    _OPENED.clear()
    _COUNTS.set()
    try:
        yield _OPENED
    finally:
        _COUNTS.clear()
