"""What every stage works on: one workspace, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.workspace.folder import Workspace

if TYPE_CHECKING:
    from newsletter.entries.repository import EntryStore


@dataclass
class Desk:
    """One workspace at one moment; opens the database when it is first needed."""

    workspace: Workspace
    now: datetime

    @cached_property
    def store(self) -> EntryStore:
        """The entries seen; raises StorageError when the database cannot be used."""
        from newsletter.database.engine import open_database
        from newsletter.entries.repository import EntryStore

        return EntryStore(open_database(self.workspace.settings.newsletter.database, self.workspace.folder))
