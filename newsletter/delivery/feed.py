"""Whom to send to next: read from the ledger a page ahead, in constant memory."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime

from newsletter.delivery.recorder import Recorder
from newsletter.storage.ledger import PAGE, Due


class Feed:
    """One pass over the ledger: everybody never tried, then those whose next try was due when the pass began."""

    def __init__(self, recorder: Recorder, *, began_at: datetime, limit: int | None = None) -> None:
        self.recorder = recorder
        self.began_at = began_at
        self.left = limit  # None: no limit
        self.why_closed = ""
        self.came_again: set[int] = set()  # tried on a second link at once, after the first one ended under them
        self._ready: deque[Due] = deque()
        self._queued_after: int | None = 0  # None: all have been read
        self._deferred_after: tuple[datetime, int] | None = None
        self._dry = False
        self._reading: asyncio.Task[None] | None = None

    def close(self, why: str) -> None:
        """Hand out nobody any more."""
        self.why_closed = self.why_closed or why

    def give_back(self, due: Due) -> None:
        """Put one back in front that was handed out and surely not sent."""
        self._ready.appendleft(due)
        if self.left is not None:
            self.left += 1

    def take_ready(self) -> Due | None:
        """The next one, if it is at hand."""
        self._read_ahead()
        if self.why_closed or not self._ready or self.left == 0:
            return None
        if self.left is not None:
            self.left -= 1
        return self._ready.popleft()

    async def take(self) -> Due | None:
        """The next one; None when nobody is left in this pass."""
        while True:
            due = self.take_ready()
            if due is not None or self.why_closed or self.left == 0:
                return due
            if self._reading is not None:
                await asyncio.shield(self._reading)
            elif self._dry and not self._ready:
                return None

    def _read_ahead(self) -> None:
        if self._reading is None and not self._dry and len(self._ready) < PAGE // 2:
            self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        try:
            self._ready.extend(await self._page())
        finally:
            self._reading = None

    async def _page(self) -> list[Due]:
        run, now = self.recorder.run, self.recorder.clock.now()
        if self._queued_after is not None:
            page = await self.recorder.call(run.queued, self._queued_after, PAGE, now=now)
            self._queued_after = page[-1].subscriber.id if page else None
            return page
        page = await self.recorder.call(run.deferred, self._deferred_after, PAGE, due_at=self.began_at, now=now)
        if page:
            self._deferred_after = page[-1].mark
        else:
            self._dry = True
        return page

    async def close_reading(self) -> None:
        """Wait for a page that is still being read."""
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
