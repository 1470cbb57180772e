"""A small file beside the database that tells whether the ledger is the one we wrote last.

A database put back from a backup does not know whom we mailed since. The witness is written after
each beat of the ledger, so a true ledger is never behind it; and a file that was copied or restored
carries a change time of the file system later than the time that is written in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from newsletter.errors import StorageError
from newsletter.platform_support import open_private, replace_file

RESTORED = "restored"
"""The file that `newsletter restore` leaves here: issues that the ledger does not know may be out
all the same."""
TOLERANCE_S = 10  # between reading the clock and the file system's own stamp


class RestoreGuard:
    """The witness of one issue's sending."""

    def __init__(self, folder: Path, issue: str, database: Path | None) -> None:
        self.path = folder / f"sending-{hashlib.sha256(issue.encode()).hexdigest()[:16]}.witness"
        self.database = database  # None: a server's, which has no file here

    def write(self, beats: int) -> None:
        """Say that the ledger has come to this beat; raises StorageError when the disk refuses."""
        told = {"beats": beats, "written_at": time.time(), "file": self._file_number()}
        passing = self.path.with_suffix(".new")
        try:
            handle = open_private(passing, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(told, file)
            replace_file(passing, self.path)
        except OSError as error:
            raise StorageError(
                f"{self.path.parent} cannot be written ({error.strerror})"
            ) from error
        # an issue was begun after a restore, with a person's word: from here on the ledger knows
        # all
        if not beats:
            (self.path.parent / RESTORED).unlink(missing_ok=True)

    def is_at(self, beats: int) -> bool:
        """Whether the newest beat of the ledger was written from here."""
        told = self._read()
        return told is not None and told["beats"] == beats

    def explain_doubt(self, beats: int | None) -> str | None:
        """Why the ledger may be an old or copied one, as a sentence; None when it is ours.

        `beats` is what the ledger says of itself; None: it knows nothing of this issue.
        """
        told = self._read()
        if told is None:
            # it is written before the first beat, and the first beat comes before the first message
            if beats:
                return "the ledger was brought here from another place"
            return self._read_restore_marker()
        if beats is None:
            return "this issue was sent before, and the ledger does not know it"
        if told["beats"] > beats:
            return "the ledger is older than the last sending"
        if told["file"] != self._file_number():
            return "the database was replaced by another file"
        if self.path.stat().st_ctime > told["written_at"] + TOLERANCE_S:
            return "the folder of the database was copied or put back from a backup"
        return None

    def _read_restore_marker(self) -> str | None:
        """Whether a backup was put back, and no issue was begun since."""
        try:
            said = (self.path.parent / RESTORED).read_text("utf-8").strip()
        except OSError:
            return None
        return said or "a backup was put back"

    def _read(self) -> dict[str, Any] | None:
        try:
            told = json.loads(self.path.read_text("utf-8"))
            return {
                "beats": int(told["beats"]),
                "written_at": float(told["written_at"]),
                "file": told["file"],
            }
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _file_number(self) -> int:
        return 0 if self.database is None else self.database.stat().st_ino
