"""What holds for every answer of the public page.

Headers, known hosts, small bodies, a log without tokens.

An ASGI middleware around the whole app, so that no page can forget it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from newsletter import safe_traceback

LOG = logging.getLogger("newsletter.public")
LOG.addFilter(safe_traceback.redact_traceback)
MAX_BODY_BYTES = 4096
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors"
    " 'none'; img-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=(), browsing-topics=()",
}
"""Of every answer that does not set its own."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class TooLargeError(Exception):
    """A body of more than `MAX_BODY_BYTES`."""


class _GuardedSend:
    """Sends an answer with the headers that every one has, and remembers its status."""

    def __init__(self, send: Send, *, is_secure: bool) -> None:
        self.status = 0  # until it began
        self._send, self._is_secure = send, is_secure

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            _harden(message, secure=self._is_secure)
        try:
            await self._send(message)
        # whatever it is, nobody can be answered any more
        except Exception as error:  # noqa: BLE001
            # what came behind the request was no HTTP: no failure of ours, and no traceback of the
            # server's
            LOG.info("not answered error=%s", type(error).__name__)


@dataclass(frozen=True, slots=True)
class PublicMiddleware:
    """Wraps the app; `url` is where readers reach it."""

    app: Starlette
    url: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _GuardedSend(send, is_secure=self.url.startswith("https://"))
        await self._answer(scope, receive, answer)
        LOG.info(
            "answered method=%s path=%s status=%d ms=%.0f",
            scope["method"],
            mask_path(scope["path"]),
            answer.status,
            (time.perf_counter() - began) * 1000,
        )

    async def _answer(self, scope: Scope, receive: Receive, answer: _GuardedSend) -> None:
        headers = Headers(scope=scope)
        if not self._is_known_host(headers.get("host", "")):
            await PlainTextResponse("unknown host\n", 400)(scope, receive, answer)
        elif _parse_content_length(headers) > MAX_BODY_BYTES:
            await PlainTextResponse("too much\n", 413)(scope, receive, answer)
        else:
            await self._ask_app(scope, receive, answer)

    async def _ask_app(self, scope: Scope, receive: Receive, answer: _GuardedSend) -> None:
        try:
            await self.app(scope, _limit_body(receive), answer)
        except Exception as error:
            # answered already; passed on, the server would log it with all that its words may hold
            LOG.exception("failed error=%s", type(error).__name__)
            if not answer.status:
                raise

    def _is_known_host(self, host: str) -> bool:
        name = re.sub(r":\d+$", "", host.lower()).strip("[]")
        return name in LOOPBACK or name == (urlsplit(self.url).hostname or "")


def _harden(message: MutableMapping[str, Any], *, secure: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _parse_content_length(headers: Headers) -> int:
    written = headers.get("content-length", "0")
    return int(written) if written.isascii() and written.isdigit() else 0


# Starlette's signature
async def answer_disconnect(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """A visitor who went away before the request was whole.

    Nothing is done, and nobody hears the answer.
    """
    return Response(status_code=400)


# Starlette's signature
async def too_large(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """The answer to a body that grows too large on its way."""
    return PlainTextResponse("too much\n", 413)


def _limit_body(receive: Receive) -> Receive:
    """Counts what comes in: a body without a declared length is bounded, too."""
    seen = 0

    async def receive_message() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            raise TooLargeError
        return message

    return receive_message


def mask_path(path: str) -> str:
    """A path for the log.

    Of what may be a token only the first four characters, no address, nothing that breaks a line.
    """
    path = re.sub(r"[^/]*(?:@|%40)[^/]*", "…", path)  # a stranger may write anything there
    path = re.sub(
        r"[^/]{12,}",
        lambda found: f"{found[0][:4]}…" if "." not in found[0] else found[0][:60],
        path,
    )
    return "".join(each if each.isprintable() and each != " " else "?" for each in path)[:120]
