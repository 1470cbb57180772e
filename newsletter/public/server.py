"""Serving the public page until it is told to stop.

For a reverse proxy on the same machine, which brings TLS.

Nothing of a failure is logged but its kind and its way: its words may hold what a stranger sent.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from newsletter import safe_traceback
from newsletter.errors import UsageError

LOG = logging.getLogger("newsletter.public")


OWN_MACHINE = "127.0.0.1,::1"


def serve(
    app: ASGIApp, *, host: str, port: int, ready: Callable[[str], None], proxy: str = OWN_MACHINE
) -> None:
    """Serve `app` until SIGINT or SIGTERM, finishing what was begun. `ready` hears the address.

    `proxy`: addresses and networks of the web server before it, whose X-Forwarded-For says who the
    visitor is. Raises UsageError when one of them is none, or the port is taken.
    """
    trusted = [_network(each) for each in proxy.split(",")]
    listener = listening(host, port)
    with listener:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,  # its lines would hold tokens; ours do not
            lifespan="off",
            ws="none",
            server_header=False,
            forwarded_allow_ips=trusted,
            timeout_graceful_shutdown=10,
        )
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listener.getsockname()[1]}/")
        logging.getLogger("uvicorn.error").addFilter(safe_traceback.redact_traceback)
        asyncio.run(_serve(uvicorn.Server(config), listener))


def _network(written: str) -> str:
    try:
        return str(ipaddress.ip_network(written.strip()))
    except ValueError as error:
        raise UsageError(
            f"--proxy {written.strip()}: write an address or a network, as in 10.88.0.0/16"
        ) from error


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; raises UsageError when the port is taken.

    What it accepts inherits TCP_NODELAY. asyncio sets that only where the listener names its
    protocol, and without it the second write of an answer waits 40 ms for the acknowledgement of
    the first (Nagle's algorithm, delayed ACK).
    """
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise UsageError(
            f"--host {host} --port {port} cannot be used ({error.strerror}): choose another one"
        ) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    asyncio.get_running_loop().set_exception_handler(_log_loop_error)
    await server.serve(sockets=[listener])


# asyncio's signature
def _log_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # noqa: ARG001
    """What asyncio would log with a traceback.

    Uvicorn stumbles over some requests that are no HTTP.
    """
    LOG.warning("not understood error=%s", type(context.get("exception")).__name__)
