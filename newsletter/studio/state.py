"""What all pages of one running studio share.

The workspace, its secrets, what is going on, and one lock for changes.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from newsletter.config import FILE_NAME
from newsletter.entries.shared_entries import SharedEntries
from newsletter.issues.service import SharedIssues
from newsletter.studio.jobs import BackgroundJob
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

if TYPE_CHECKING:
    from newsletter.studio.crash_marker import CrashMarker
    from newsletter.studio.entry_cards import EntryCards

T = TypeVar("T")
STASH_SIZE = 100
"""Things that wait for a second request: what can be undone, what was looked at first."""


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class StudioState:
    """One running studio.

    `token` is in the opened address, `session` in the cookie, `csrf` in each page's forms.
    """

    folder: Path
    clock: Callable[[], datetime] = _clock
    undo_s: float = 60.0  # how long a sending waits for a second thought
    token: str = field(default_factory=_secret, repr=False)
    session: str = field(default_factory=_secret, repr=False)
    csrf: str = field(default_factory=_secret, repr=False)
    changing: threading.RLock = field(default_factory=threading.RLock)
    collecting: BackgroundJob = field(default_factory=BackgroundJob)
    shelf: EntryCards | None = None
    logbook: CrashMarker | None = None
    is_closing: bool = False
    entries: SharedEntries = field(default_factory=SharedEntries, repr=False)
    issues: SharedIssues = field(default_factory=SharedIssues, repr=False)
    _flashes: list[str] = field(default_factory=list)
    _stash: OrderedDict[str, object] = field(default_factory=OrderedDict, repr=False)

    def context(self) -> AppContext:
        """The workspace as its files stand at this moment, on one engine for all requests."""
        context = AppContext(open_workspace(self.folder), self.clock())
        # never `changing`: who changes something waits for other requests in
        # `StudioRequest.context`, which all share one lock (Python < 3.12)
        self.entries.share(context)
        self.issues.share(context)
        return context

    def mark_activity(self, what: str) -> AbstractContextManager[None]:
        """Note what goes on, for whoever starts the studio again after a crash."""
        return self.logbook.mark_activity(what) if self.logbook else nullcontext()

    @property
    def has_newsletter(self) -> bool:
        """Whether there is a newsletter in the folder yet."""
        return (self.folder / FILE_NAME).is_file()

    def release_database(self) -> None:
        """Let go of the database and of what was worked out from it.

        It is about to be another one.
        """
        with self.changing:
            self.entries.release()
            self.shelf = None

    def close(self) -> None:
        """Let go the pages that listen for news, and say that it ended as it should."""
        self.is_closing = True
        if self.logbook is not None:
            self.logbook.close()
            self.logbook = None

    def flash(self, sentence: str) -> None:
        """Something for the next page that is shown."""
        self._flashes.append(sentence)

    @property
    def has_flash(self) -> bool:
        """Whether there is something for the next page that is shown."""
        return bool(self._flashes)

    def pop_flashes(self) -> tuple[str, ...]:
        """What is to be said now, and is then forgotten."""
        notices, self._flashes = tuple(self._flashes), []
        return notices

    def stash(self, thing: object) -> str:
        """Keep something between two requests; gives the name to ask for it by."""
        name = secrets.token_urlsafe(9)
        self._stash[name] = thing
        while len(self._stash) > STASH_SIZE:
            self._stash.popitem(last=False)
        return name

    def pop(self, name: str, kind: type[T]) -> T | None:
        """What was kept under a name, once; None when it is gone, or another kind of thing."""
        thing = self._stash.pop(name, None)
        return thing if isinstance(thing, kind) else None

    def latest(self, kind: type[T]) -> tuple[str, T] | None:
        """The newest thing of a kind that is kept, with its name; it stays kept."""
        kept = (
            (name, thing)
            for name, thing in reversed(self._stash.items())
            if isinstance(thing, kind)
        )
        return next(kept, None)
