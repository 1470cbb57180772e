"""What all pages of one running studio share: the workspace, its secrets, what is going on, and one lock for changes."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from newsletter.pipeline.desk import Desk
from newsletter.storage.workspace import open_workspace
from newsletter.studio.jobs import Countdown, Job

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from newsletter.studio.shelf import Shelf

T = TypeVar("T")
KEPT = 100
"""Things that wait for a second request: what can be undone, what was looked at before it is taken."""


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Room:
    """One running studio. `token` is in the opened address, `session` in the cookie, `csrf` in each page's forms."""

    folder: Path
    clock: Callable[[], datetime] = _clock
    undo_s: float = 60.0  # how long a sending waits for a second thought
    token: str = field(default_factory=_secret, repr=False)
    session: str = field(default_factory=_secret, repr=False)
    csrf: str = field(default_factory=_secret, repr=False)
    changing: threading.RLock = field(default_factory=threading.RLock)
    collecting: Job = field(default_factory=Job)
    countdown: Countdown | None = None
    shelf: Shelf | None = None
    is_closing: bool = False
    _opening: threading.Lock = field(default_factory=threading.Lock)
    _engines: dict[str, Engine] = field(default_factory=dict)
    _notices: list[str] = field(default_factory=list)
    _kept: OrderedDict[str, object] = field(default_factory=OrderedDict, repr=False)

    def desk(self) -> Desk:
        """The workspace as its files stand at this moment, on one engine for all requests."""
        from newsletter.storage.database import open_database
        from newsletter.storage.entries import EntryStore

        desk = Desk(open_workspace(self.folder), self.clock())
        address = desk.workspace.settings.newsletter.database
        # never `changing`: who changes something waits for other requests in `Call.desk`, which all share one lock (Python < 3.12)
        with self._opening:
            if address not in self._engines:
                self._engines[address] = open_database(address, self.folder)
        desk.store = EntryStore(self._engines[address])  # of its own: a store holds one open transaction
        return desk

    def close(self) -> None:
        """Let go the pages that listen for news."""
        self.is_closing = True

    def say(self, sentence: str) -> None:
        """Something for the next page that is shown."""
        self._notices.append(sentence)

    def said(self) -> tuple[str, ...]:
        """What is to be said now, and is then forgotten."""
        notices, self._notices = tuple(self._notices), []
        return notices

    def keep(self, thing: object) -> str:
        """Keep something between two requests; gives the name to ask for it by."""
        name = secrets.token_urlsafe(9)
        self._kept[name] = thing
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return name

    def take(self, name: str, kind: type[T]) -> T | None:
        """What was kept under a name, once; None when it is gone, or another kind of thing."""
        thing = self._kept.pop(name, None)
        return thing if isinstance(thing, kind) else None
