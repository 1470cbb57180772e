"""A web server on the loopback address, for measurements that fetch."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

from aiohttp import web


def serving(path: str, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> int:
    """Serve what `answer` says to requests for `path`, in a thread that ends with the process.

    Gives the port.
    """
    started: list[int] = []
    ready = threading.Event()

    async def run() -> None:
        app = web.Application()
        app.router.add_get(path, answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        started.append(runner.addresses[0][1])
        ready.set()
        await asyncio.sleep(600)

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    ready.wait(10)
    return started[0]
