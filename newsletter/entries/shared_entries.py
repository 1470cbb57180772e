"""One database and the entries read from it, for the many contexts of one process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.workspace.context import AppContext

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from newsletter.entries.repository import CachedEntry


@dataclass(eq=False)
class SharedEntries:
    """What many requests to one running program read from, by the address of the database."""

    _engines: dict[str, Engine] = field(default_factory=dict)
    _read: dict[str, dict[str, CachedEntry]] = field(default_factory=dict, repr=False)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def share(self, context: AppContext) -> None:
        """Let a context use the one database; raises StorageError when it cannot be opened."""
        from newsletter.database.engine import open_database
        from newsletter.entries.repository import EntryRepository

        address = context.workspace.settings.newsletter.database
        with self._opening:
            if address not in self._engines:
                self._engines[address] = open_database(address, context.workspace.folder)
        context.engine = self._engines[address]
        # its own repository, which holds one open transaction; what was read is shared
        context.hold(EntryRepository(context.engine, self._read.setdefault(address, {})))

    def release(self) -> None:
        """Let go of the database and of what was read: it is about to be another one."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        self._read.clear()
