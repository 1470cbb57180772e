"""What is not needed any longer is not kept: a list of patients lies about in as few places as can be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.errors import StorageError
from newsletter.pipeline.desk import Desk
from newsletter.storage.readers import KEPT_FOR
from newsletter.storage.retention import Reduced, forget_typed, reduce_old

LEFT_LYING = timedelta(days=30)
"""How long messages written to be looked at, and rejected rows of an import, stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What is gone, and what is left for a person to delete."""

    reduced: Reduced
    typed: int  # on the public page: requests never confirmed, words why people left
    files: int  # messages and rejected rows
    aside: tuple[Path, ...]  # what restores put aside; it holds old lists


def tidy(desk: Desk) -> Tidied:
    """Reduce old deliveries to counts, delete what was typed and what was left lying; raises StorageError."""
    before = desk.now - desk.workspace.settings.newsletter.keep_deliveries
    reduced = reduce_old(desk.store.engine, before=before)
    typed = forget_typed(desk.store.engine, asked_before=desk.now - KEPT_FOR, said_before=before)
    private = desk.workspace.private
    aside = tuple(sorted(private.glob("before-*")))
    return Tidied(reduced=reduced, typed=typed, files=_delete(private, desk.now - LEFT_LYING), aside=aside)


def _delete(private: Path, before: datetime) -> int:
    deleted = 0
    for path in _left_lying(private):
        try:
            if path.stat().st_mtime >= before.timestamp():
                continue
            if path.is_dir():
                deleted += sum(1 for each in path.rglob("*") if each.is_file())
                shutil.rmtree(path)
            else:
                deleted += 1
                path.unlink()
        except OSError as error:
            raise StorageError(f"{path} cannot be deleted ({error.strerror}): delete it by hand") from error
    return deleted


def _left_lying(private: Path) -> Iterator[Path]:
    yield from private.glob("rejected-*.csv")
    yield from private.glob("dry-run/*")
