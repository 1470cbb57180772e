"""Group commits: many connections, one writer of the ledger.

What became of a message and the wish to finish the next one ride in the same commit; while one
commit is on its way to the disk, the next one gathers. A wish is granted only when it is on the
disk, and never before the outcomes that were handed in earlier. What happens between two commits is
in the journal before the next final dot: so no more than one message of each connection is ever in
doubt when the process dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from newsletter.delivery.clock import Clock
from newsletter.delivery.final_check import RETRIES_S, FinalCheck
from newsletter.delivery.journal import DeliveryOutcome
from newsletter.delivery.ledger_session import DueDelivery, LedgerSession
from newsletter.errors import StorageError
from newsletter.model import DeliveryStatus
from newsletter.subscribers.suppression_check import SuppressionCheck

T = TypeVar("T")
GATHER_S = 0.02
"""Outcomes wait so long for company, unless something else goes to the disk before."""


class LedgerWriter:
    """Writes a run of the ledger on a thread of its own."""

    def __init__(self, run: LedgerSession, clock: Clock, *, gather_s: float = GATHER_S) -> None:
        self.run = run
        self.clock = clock
        self._gather_s = gather_s
        self.final_check = FinalCheck(SuppressionCheck(run.engine), clock)
        self.failed: StorageError | None = None
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._settled: list[DeliveryOutcome] = []
        self._claims: list[tuple[int, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._gathering: asyncio.TimerHandle | None = None

    async def call(self, function: Callable[..., T], *args: object, **named: object) -> T:
        """Run a function of the ledger on its thread, in turn with the commits."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: function(*args, **named))

    def record_outcome(self, settlement: DeliveryOutcome) -> None:
        """Record what became of a message, with the next commit."""
        self.run.journal.add_outcome(settlement)
        self._settled.append(settlement)
        if self._writing is None:
            self._gather()

    def note_final_dot(self, due: DueDelivery) -> None:
        """Called before the final dot of a message; raises StorageError when it must not go."""
        self.run.journal.note_final_dot(due.subscriber.id, due.attempts)

    def put_back(self, due: DueDelivery) -> None:
        """The message surely did not go, and nobody is to blame: as if it had not been tried."""
        status = DeliveryStatus.DEFERRED if due.next_at else DeliveryStatus.QUEUED
        self.record_outcome(
            DeliveryOutcome(
                subscriber_id=due.subscriber.id,
                status=status,
                next_at=due.next_at,
                attempts=due.attempts,
                tried=False,
            )
        )

    def withdraw(self, due: DueDelivery, granted: asyncio.Future[bool]) -> None:
        """Take a wish back, whether it was granted, is on its way to the disk, or still waits."""
        if not granted.cancel() and not granted.cancelled():
            granted.exception()  # the sending has met it elsewhere
        self.put_back(due)

    def claim(self, subscriber_id: int) -> asyncio.Future[bool]:
        """Ask to finish a message.

        The answer comes when it is on the disk: False when the person left.

        The future raises StorageError when the ledger cannot be written.
        """
        granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._claims.append((subscriber_id, granted))
        self._start()
        return granted

    def _gather(self) -> None:
        if self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(self._gather_s, self._start)

    def _start(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Commit until nobody waits for a wish.

        Outcomes that came meanwhile wait for company again.
        """
        try:
            while True:
                await asyncio.sleep(0)  # the other connections that are ready now come along
                # of several that take claims back the last one counts
                settled = list({each.subscriber_id: each for each in self._settled}.values())
                self._settled = []
                claims = [each for each in self._claims if not each[1].cancelled()]
                self._claims = []
                if settled or claims:
                    await self._commit(settled, claims)
                if not self._claims:
                    return
        finally:
            self._writing = None
            if self._settled:
                self._gather()

    async def _commit(
        self, settled: list[DeliveryOutcome], claims: list[tuple[int, asyncio.Future[bool]]]
    ) -> None:
        wanted = [number for number, _ in claims]
        try:
            allowed = await self._persistently(settled, wanted)
        except StorageError as error:
            self.failed = error
            for _, granted in claims:
                if not granted.done():
                    granted.set_exception(error)
            return
        self.run.journal.forget_outcomes(settled)
        left = set(allowed)
        for number, granted in claims:
            if not granted.done():
                granted.set_result(number in left)
            left.discard(number)  # nobody is granted twice, not even in one commit

    async def _persistently(
        self, settled: list[DeliveryOutcome], wanted: list[int]
    ) -> frozenset[int]:
        for wait_s in RETRIES_S:
            try:
                return await self.call(self.run.commit_step, settled, wanted, now=self.clock.now())
            except StorageError:
                await self.clock.sleep(wait_s)
        return await self.call(self.run.commit_step, settled, wanted, now=self.clock.now())

    async def flush_pending(self) -> None:
        """Write what is left."""
        while self._settled or self._claims or self._writing is not None:
            self._start()
            if self._writing is not None:
                await asyncio.shield(self._writing)

    async def close(self) -> None:
        """Write what is left and give the ledger's connection back."""
        await self.flush_pending()
        await self.final_check.close()
        await self.call(self.run.close)
        self._thread.shutdown()
