"""A mail server on the loopback address, in a thread, because the one who sends runs a loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.loopback_smtp import Loopback

LONGEST_S = 120.0  # a test that failed opens no gate


class Gate:
    """Holds mails up behind the first so many, until it is opened: a script for a server."""

    def __init__(self, *, after: int) -> None:
        self.after = after
        self.opened = threading.Event()

    def __call__(self, command: str, number: int, connection: int) -> object:
        return self.hold if command == "DATA" and number > self.after else None

    async def hold(self, writer: asyncio.StreamWriter) -> bool:
        await asyncio.to_thread(self.opened.wait, LONGEST_S)
        writer.write(b"354 go on\r\n")
        return True


@contextmanager
def serving_mail(server: Loopback | None = None) -> Iterator[Loopback]:
    """A server that takes everything, until its script says otherwise."""
    server = server or Loopback()
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def serve() -> None:
        async with server.running():
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
