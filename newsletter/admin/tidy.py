"""What is not needed any longer is not kept.

A list of patients lies about in as few places as can be.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.delivery.retention import RetentionResult, forget_typed, reduce_old
from newsletter.errors import StorageError
from newsletter.issues import images
from newsletter.issues.issue_file import ISSUE_FILE
from newsletter.issues.store import issue_folder, issues_of
from newsletter.subscribers.opt_in import KEPT_FOR
from newsletter.workspace.context import AppContext

LEFT_LYING = timedelta(days=30)
"""How long messages written to be looked at, rejected rows of an import, and pictures that nothing
shows stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyResult:
    """What is gone, and what is left for a person to delete."""

    reduced: RetentionResult
    typed: int  # on the public page: requests never confirmed, words why people left
    files: int  # messages and rejected rows
    pictures: int  # those that were put into an issue and taken out again
    aside: tuple[Path, ...]  # what restores put aside; it holds old lists


def tidy_workspace(context: AppContext) -> TidyResult:
    """Reduce old deliveries to counts, delete what was typed and what was left lying.

    Raises StorageError.
    """
    before = context.now - context.workspace.settings.newsletter.keep_deliveries
    reduced = reduce_old(context.engine, before=before)
    typed = forget_typed(context.engine, asked_before=context.now - KEPT_FOR, said_before=before)
    private = context.workspace.private
    aside = tuple(sorted(private.glob("before-*")))
    left_lying = context.now - LEFT_LYING
    return TidyResult(
        reduced=reduced,
        typed=typed,
        files=_delete(_find_leftover_files(private), left_lying),
        pictures=_delete(_find_unused_pictures(context), left_lying),
        aside=aside,
    )


def _delete(paths: Iterable[Path], before: datetime) -> int:
    deleted = 0
    for path in paths:
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
            raise StorageError(
                f"{path} cannot be deleted ({error.strerror}): delete it by hand"
            ) from error
    return deleted


def _find_unused_pictures(context: AppContext) -> Iterator[Path]:
    """Pictures that no text names.

    Neither of the issue, nor of a version of it, nor of a step that can be undone.

    An issue that is out keeps all of its own: mails that were sent ask for them.
    """
    for name in issues_of(context).names():
        record = issues_of(context).read_record(name)
        kept = images.list_uploads(context.workspace, name)
        if not kept or (record and record.published_at):
            continue
        folder = issue_folder(context.workspace, name)
        texts = [
            folder / ISSUE_FILE,
            *(context.workspace.private / "versions" / folder.name).rglob("*.*"),
        ]
        said = "".join(path.read_text("utf-8", "replace") for path in texts if path.is_file())
        yield from (path for path in kept if path.name not in said)


def _find_leftover_files(private: Path) -> Iterator[Path]:
    yield from private.glob("rejected-*.csv")
    yield from private.glob("dry-run/*")
