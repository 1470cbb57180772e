"""Who may use the studio.

The browser that was opened with this start's address, and no other page in it.

Every request has to name 127.0.0.1 as its host (a name of a stranger's that leads here is refused),
and to carry the cookie that the opened address gave (SameSite=Strict, not readable by scripts). A
change has to come from a page of ours, by its Origin, and to name the token of that page.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.studio.state import StudioState

HOSTS = frozenset({"127.0.0.1", "localhost"})
CSRF_HEADER = "x-csrf-token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
    " 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data: 'self'; frame-ancestors"
    " 'self'; form-action 'none'; base-uri 'none'; sandbox allow-same-origin"
)
"""Of a mail in its frame: no script runs in it; the page may ask how far it is scrolled."""

CLOSED = (
    "This page is closed to you. Open the studio by the address that “newsletter studio” printed"
    " when it started."
)
FOREIGN = (
    "This did not come from a page of the studio, and nothing was changed. Load the page again,"
    " then repeat it."
)


class AuthMiddleware:
    """ASGI middleware around the whole studio."""

    def __init__(self, app: ASGIApp, studio: StudioState) -> None:
        self.app, self.studio = app, studio

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # there are no web sockets here
        refused = self._refusal(scope)
        await (refused or self.app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in HOSTS:
            return PlainTextResponse("This name does not lead to the studio.", 400)
        # cookies know no ports: one name for each
        cookie = f"studio_{host.rpartition(':')[2] if ':' in host else 80}"
        if token := parse_qs(scope["query_string"].decode("latin-1")).get("token"):
            return self._entry(token[0], cookie, scope["path"])
        if not hmac.compare_digest(
            cookie_parser(headers.get("cookie", "")).get(cookie, "").encode(),
            self.studio.session.encode(),
        ):
            return PlainTextResponse(CLOSED, 403)
        if scope["method"] not in {"GET", "HEAD"} and not self._is_ours(headers, host):
            return PlainTextResponse(FOREIGN, 403)
        return None

    def _entry(self, token: str, cookie: str, path: str) -> Response:
        if not hmac.compare_digest(token.encode(), self.studio.token.encode()):
            return PlainTextResponse(CLOSED, 403)
        answer = RedirectResponse(
            path if path.startswith("/") and not path.startswith("//") else "/", 303
        )
        answer.set_cookie(cookie, self.studio.session, httponly=True, samesite="strict", path="/")
        return answer

    def _is_ours(self, headers: Headers, host: str) -> bool:
        token = headers.get(CSRF_HEADER, "")
        return headers.get("origin") == f"http://{host}" and (
            not token or hmac.compare_digest(token.encode(), self.studio.csrf.encode())
        )


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", POLICY)
            headers.setdefault("Cache-Control", "no-store")
            headers["Referrer-Policy"] = "same-origin"
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
        await send(message)

    return send_with_headers
