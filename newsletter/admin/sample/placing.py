"""Files put into a folder all together or not at all, and never over one that stands there.

newsletter.toml comes last, because a folder that has one is a workspace: whoever is interrupted
before has none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from newsletter import config
from newsletter.errors import WorkspaceError

Files = dict[Path, str]
"""Path from the workspace → text."""

PRIVATE = (".newsletter", "subscribers.csv")
"""Names that only their owner may read: being on the list is health information."""


def place(folder: Path, files: Mapping[Path, str]) -> None:
    """Write `files` below `folder`, which is made when it is missing.

    Raises WorkspaceError and leaves nothing behind.
    """
    written: list[Path] = []
    try:
        _refuse_taken(folder, files)
        for path in sorted(files, key=lambda each: each.name == config.FILE_NAME):
            _write(folder, path, files[path], written)
    except OSError as error:
        _take_back(written)
        raise WorkspaceError(
            f"{folder} cannot be made a workspace: {error.strerror} ({error.filename}); "
            "choose a folder that you may write to, on a disk with room"
        ) from error


def _refuse_taken(folder: Path, files: Mapping[Path, str]) -> None:
    if (folder / config.FILE_NAME).exists():
        raise WorkspaceError(
            f"{folder} is a workspace already (it has a {config.FILE_NAME}): work in it with"
            f" newsletter -C {folder}, or choose another folder"
        )
    if taken := [str(path) for path in files if (folder / path).exists()]:
        raise WorkspaceError(
            f"{folder} already has {', '.join(taken)}, which a new workspace would write over: "
            "move it away, or choose an empty folder"
        )


def _write(folder: Path, path: Path, text: str, written: list[Path]) -> None:
    """Write one file; everything that was made for it is noted in `written` at once."""
    private = path.parts[0] in PRIVATE
    _make_folders((folder / path).parent, 0o700 if private else 0o777, written)
    number = os.open(
        folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666
    )
    written.append(folder / path)
    with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _make_folders(folder: Path, mode: int, written: list[Path]) -> None:
    if folder.is_dir():
        return
    _make_folders(folder.parent, 0o777, written)
    folder.mkdir(mode)
    written.append(folder)


def _take_back(written: list[Path]) -> None:
    """Remove what was written, the newest first.

    A folder that somebody else has used meanwhile stays.
    """
    for path in reversed(written):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:
            continue
