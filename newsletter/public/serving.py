"""Serving the public page until it is told to stop: for a reverse proxy on the same machine, which brings TLS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from newsletter.errors import UsageError


def serve(app: ASGIApp, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve `app` until SIGINT or SIGTERM, finishing what was begun. `ready` hears the address.

    Raises UsageError when the port is taken.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"--host {host} --port {port} cannot be used ({error.strerror}): choose another one"
        ) from error
    with listener:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,  # its lines would hold tokens; ours do not
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listener.getsockname()[1]}/")
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
