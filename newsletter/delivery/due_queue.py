"""Whom to send to next.

Read from the ledger a page ahead, in constant memory, and claimed some messages ahead.

While nothing slows the sending, the next few are claimed together, so that no connection waits for
the disk. Who leaves behind a claim is seen by the last look before the message is complete.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.delivery.ledger_session import PAGE, DueDelivery
from newsletter.delivery.ledger_writer import LedgerWriter


@dataclass(slots=True)
class QueuedRecipient:
    """One whose turn it is, and the claim that was asked for already."""

    due: DueDelivery
    granted: asyncio.Future[bool] | None = None


class DueQueue:
    """One pass over the ledger.

    Everybody never tried, then those whose next try was due when the pass began.
    """

    def __init__(
        self,
        recorder: LedgerWriter,
        *,
        began_at: datetime,
        limit: int | None = None,
        ahead: Callable[[], int] = lambda: 0,
    ) -> None:
        self.recorder = recorder
        self._ahead = ahead  # how many may be claimed before it is their turn
        self._next: deque[QueuedRecipient] = deque()  # claimed, or given back
        self.began_at = began_at
        self.left = limit  # None: no limit
        self.why_closed = ""
        self.retried_at_once: set[int] = (
            set()
        )  # tried on a second link at once, after the first one ended under them
        self._ready: deque[DueDelivery] = deque()
        self._queued_after: int | None = 0  # None: all have been read
        self._deferred_after: tuple[datetime, int] | None = None
        self._dry = False
        self._reading: asyncio.Task[None] | None = None

    def close(self, why: str) -> None:
        """Hand out nobody any more."""
        self.why_closed = self.why_closed or why

    def claim(self, turn: QueuedRecipient) -> asyncio.Future[bool]:
        """The claim of one who was handed out: the one that was asked for ahead, if any."""
        if turn.granted is None:
            turn.granted = self.recorder.claim(turn.due.subscriber.id)
        return turn.granted

    def _withdraw(self, turn: QueuedRecipient) -> None:
        if turn.granted is not None:
            self.recorder.withdraw(turn.due, turn.granted)
            turn.granted = None

    def _claim_ahead(self) -> None:
        most = self._ahead() if self.left is None else min(self._ahead(), self.left)
        if len(self._next) * 2 > most:
            return  # half of them at a time: a commit costs the same for many as for one
        while self._ready and len(self._next) < most:
            turn = QueuedRecipient(self._ready.popleft())
            self.claim(turn)
            self._next.append(turn)

    def give_back(self, turn: QueuedRecipient) -> None:
        """Put one back in front that was handed out and surely not sent."""
        self._withdraw(turn)
        self._next.appendleft(turn)
        if self.left is not None:
            self.left += 1

    def take_ready(self) -> QueuedRecipient | None:
        """The next one, if it is at hand."""
        self._read_ahead()
        if self.why_closed or self.left == 0:
            return None
        self._claim_ahead()
        if not self._next and not self._ready:
            return None
        if self.left is not None:
            self.left -= 1
        return self._next.popleft() if self._next else QueuedRecipient(self._ready.popleft())

    async def take(self) -> QueuedRecipient | None:
        """The next one; None when nobody is left in this pass."""
        while True:
            turn = self.take_ready()
            if turn is not None or self.why_closed or self.left == 0:
                return turn
            if self._reading is not None:
                await asyncio.shield(self._reading)
            elif self._dry and not self._ready and not self._next:
                return None

    def _read_ahead(self) -> None:
        if self._reading is None and not self._dry and len(self._ready) < PAGE // 2:
            self._reading = asyncio.get_running_loop().create_task(self._read())
            # who waits for the page hears of a database that refuses; where nobody waits, it is
            # read again
            self._reading.add_done_callback(lambda read: read.cancelled() or read.exception())

    async def _read(self) -> None:
        try:
            self._ready.extend(await self._page())
        finally:
            self._reading = None

    async def _page(self) -> list[DueDelivery]:
        run, now = self.recorder.run, self.recorder.clock.now()
        if self._queued_after is not None:
            page = await self.recorder.call(run.fetch_queued, self._queued_after, PAGE, now=now)
            self._queued_after = page[-1].subscriber.id if page else None
            return page
        page = await self.recorder.call(
            run.fetch_deferred, self._deferred_after, PAGE, due_at=self.began_at, now=now
        )
        if page:
            self._deferred_after = page[-1].mark
        else:
            self._dry = True
        return page

    async def end(self) -> None:
        """Take the claims back that nobody used, and wait for a page that is still being read."""
        while self._next:
            self._withdraw(self._next.popleft())
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
