"""The last look before the final dot: is the person still to be mailed?

A claim says so as of its commit, which may lie some messages back. Where the database answers in
microseconds, each message asks for itself; where an answer takes a round trip, those who wait ask
together, and no look serves one who asked after it began.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from newsletter.delivery.clock import Clock
from newsletter.errors import StorageError
from newsletter.subscribers.suppression_check import SuppressionCheck

RETRIES_S = (0.2, 1.0, 3.0, 5.0)
"""A disk that is full or a database that is locked may be free again in a moment."""


class FinalCheck:
    """Asks for the messages of all connections."""

    def __init__(self, lookout: SuppressionCheck, clock: Clock) -> None:
        self._suppressions = lookout
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "lookout")
        self._questions: list[tuple[int, asyncio.Future[bool]]] = []
        self._check: asyncio.Task[None] | None = None

    async def may_send(self, subscriber_id: int) -> bool:
        """Whether the person may be mailed at this moment.

        Raises StorageError when the database does not say.
        """
        for wait_s in RETRIES_S:
            try:
                return await self._is_mailable(subscriber_id)
            except StorageError:
                await self._clock.sleep(wait_s)
        return await self._is_mailable(subscriber_id)

    async def _is_mailable(self, subscriber_id: int) -> bool:
        if self._suppressions.is_quick:
            return subscriber_id in self._suppressions.mailable((subscriber_id,))
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._questions.append((subscriber_id, answer))
        if self._check is None:
            self._check = asyncio.create_task(self._check_waiting())
        return await answer

    async def _check_waiting(self) -> None:
        """Ask for all who wait, until nobody does."""
        loop = asyncio.get_running_loop()
        try:
            while self._questions:
                await asyncio.sleep(0)  # the other connections that are ready now come along
                asking, self._questions = self._questions, []
                numbers = [number for number, _ in asking]
                try:
                    mailable = await loop.run_in_executor(
                        self._thread, self._suppressions.mailable, numbers
                    )
                except StorageError as error:
                    _answer(asking, error)
                else:
                    _answer(asking, mailable)
        finally:
            self._check = None

    async def close(self) -> None:
        """Give the connection back, when a look that is on its way has come home."""
        if self._check is not None:
            await asyncio.gather(self._check, return_exceptions=True)
        self._thread.shutdown()
        self._suppressions.close()


def _answer(
    asking: list[tuple[int, asyncio.Future[bool]]], found: frozenset[int] | StorageError
) -> None:
    for number, answer in asking:
        if answer.done():  # broken off meanwhile
            continue
        if isinstance(found, StorageError):
            answer.set_exception(found)
        else:
            answer.set_result(number in found)
