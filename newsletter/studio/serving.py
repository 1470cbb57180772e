"""Serving a local page until the person closes it: 127.0.0.1 only, on a port that is free."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import webbrowser
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp


def serve_locally(
    app: ASGIApp, *, port: int = 0, browse: bool = True, ready: Callable[[str], None], path: str = ""
) -> None:
    """Serve `app` until Ctrl-C. `ready` hears the address as soon as it answers; then the browser is opened there."""
    with contextlib.suppress(KeyboardInterrupt):  # that is how a person closes it
        asyncio.run(_serve(app, port=port, browse=browse, ready=ready, path=path))


async def _serve(app: ASGIApp, *, port: int, browse: bool, ready: Callable[[str], None], path: str) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/{path}"
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,  # pages that listen for news never end by themselves
        )
        server = uvicorn.Server(config)
        ready(address)  # whoever asks already now waits in the listener's queue until the server takes over
        if browse:
            await asyncio.to_thread(webbrowser.open, address)
        await server.serve(sockets=[listener])
