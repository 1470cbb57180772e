"""The pictures of an issue, in its folder `pictures`: named by what is in them, so that none is ever another one.

A picture is fetched by strangers' browsers and mail programs. What is handed out is therefore of a kind that cannot
hold a script, and lies in that folder itself.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from newsletter.workspace.files import write_if_new
from newsletter.workspace.folder import Workspace, issue_folder

FOLDER = "pictures"
KINDS = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp"}
"""Ending → media type, of what may be handed out."""

_OURS = re.compile(r"[0-9a-f]{20}\.[a-z]{3,4}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,120}", re.ASCII)


def keep(workspace: Workspace, issue: str, content: bytes, *, ending: str) -> str:
    """Put a picture beside the issue; gives its path from there: `pictures/…`. Raises StorageError.

    Its name is a hash: the name that the file had before may tell of a person, and nobody can guess this one.
    """
    path = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:20]}{ending}"
    write_if_new(issue_folder(workspace, issue) / path, content)
    return path


def find(workspace: Workspace, issue: str, file: str) -> Path | None:
    """The file of a picture; None when there is none of this name, or it is not of a kind that is handed out."""
    if not _NAME.fullmatch(file) or Path(file).suffix.lower() not in KINDS:
        return None
    path = issue_folder(workspace, issue) / FOLDER / file
    return path if path.is_file() and not path.is_symlink() else None


def names(workspace: Workspace, issue: str) -> frozenset[str]:
    """The pictures that may be handed out, as texts name them: `pictures/…`."""
    folder = issue_folder(workspace, issue) / FOLDER
    return frozenset(f"{FOLDER}/{path.name}" for path in folder.glob("*") if find(workspace, issue, path.name))


def kept_by_us(workspace: Workspace, issue: str) -> tuple[Path, ...]:
    """The pictures that `keep` has put there, by their names; never one that a person laid beside the issue."""
    folder = issue_folder(workspace, issue) / FOLDER
    return tuple(sorted(path for path in folder.glob("*") if _OURS.fullmatch(path.name) and path.is_file()))


def media_type(path: Path) -> str:
    """What a picture is handed out as."""
    return KINDS[path.suffix.lower()]
