"""Serving a local page until the person closes it: 127.0.0.1 only, on a port that is free."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import webbrowser
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from newsletter import safe_traceback


def serve_locally(
    app: ASGIApp,
    *,
    port: int = 0,
    browse: bool = True,
    ready: Callable[[str], None],
    path: str = "",
    closing: Callable[[], None] = lambda: None,
) -> None:
    """Serve `app` until Ctrl-C. `ready` hears the address as soon as it answers.

    Then the browser is opened there.

    `closing` is called when it is to end, so that pages that listen for news can be let go.
    """
    with contextlib.suppress(KeyboardInterrupt):  # that is how a person closes it
        asyncio.run(_serve(app, port=port, browse=browse, ready=ready, path=path, closing=closing))


class _LocalServer(uvicorn.Server):
    """Tells when it is asked to end."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self.closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.closing()
        super().handle_exit(sig, frame)


async def _serve(
    app: ASGIApp,
    *,
    port: int,
    browse: bool,
    ready: Callable[[str], None],
    path: str,
    closing: Callable[[], None],
) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # inherited; or each answer waits 40 ms for an ACK
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/{path}"
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=3,
        )
        logging.getLogger("uvicorn.error").addFilter(safe_traceback.redact_traceback)
        server = _LocalServer(config, closing)
        ready(
            address
        )  # whoever asks already now waits in the listener's queue until the server takes over
        if browse:
            await asyncio.to_thread(webbrowser.open, address)
        await server.serve(sockets=[listener])
