"""The time that sending goes by; tests bring their own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime: ...  # aware, UTC; may jump when the machine's clock is set

    def monotonic(self) -> float: ...  # seconds; never jumps

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)


async def sleep_unless(stop: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Sleep, but no longer than until `stop` is set."""
    if seconds <= 0 or stop.is_set():
        return
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((sleeping, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in (sleeping, stopping):
            each.cancel()
        await asyncio.gather(sleeping, stopping, return_exceptions=True)
