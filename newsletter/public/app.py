"""The public page as an ASGI app: stop, preferences, subscribe, archive. It runs behind any host.

The rules: opening a page changes nothing, since scanners of mails follow every link; only a POST acts, and acting twice
is the same as once. A wrong token, an old one and an erased person look alike. No cookie, no script, no third party.
Work on the database is done beside the event loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from newsletter.errors import StorageError, UsageError
from newsletter.issues.archive import Archive
from newsletter.public import archive as public_archive
from newsletter.public import preferences, subscribe, unsubscribe
from newsletter.public.middleware import LOG, Guard, TooLargeError, hung_up, too_large
from newsletter.public.pages import Look
from newsletter.public.rate_limit import Limit
from newsletter.public.self_service import ReaderDesk
from newsletter.workspace.context import Desk

MISSES = 30
"""Wrong links of one visitor in ten minutes; a right one works always."""
ASKED = 10
"""Addresses that one visitor may type in an hour."""
ASKED_BY_ALL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """What every page works with."""

    readers: ReaderDesk
    archive: Archive
    look: Look
    clock: Callable[[], float] = time.monotonic
    misses: Limit = field(init=False)
    asked: Limit = field(init=False)
    asked_by_all: Limit = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "misses", Limit(MISSES, 600, self.clock))
        object.__setattr__(self, "asked", Limit(ASKED, 3600, self.clock))
        object.__setattr__(self, "asked_by_all", Limit(ASKED_BY_ALL, 3600, self.clock))


def make_app(
    desk: Desk, *, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Guard:
    """The app of a workspace; raises UsageError when it has no [public] url, or no key for tokens."""
    settings = desk.workspace.settings
    if settings.public is None or not settings.public.url:
        raise UsageError('newsletter.toml: write [public] with url = "https://…", where readers reach this page')
    public = Public(readers=ReaderDesk.of(desk, clock=now), archive=Archive(desk), look=Look(settings), clock=clock)
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            HTTPException: _no_page,
            TooLargeError: too_large,
            ClientDisconnect: hung_up,
            StorageError: _busy,
            Exception: _wrong,
        },
    )
    app.router.redirect_slashes = False  # one click is answered in one request (RFC 8058, 3.1)
    app.state.public = public
    return Guard(app, settings.public.url)


async def _robots(request: Request) -> Response:
    settings = request.app.state.public.look.settings
    if settings.public.robots:
        return PlainTextResponse("User-agent: *\nDisallow: /u/\nDisallow: /p/\nDisallow: /c/\n")
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


async def _style(request: Request) -> Response:
    sheet = await run_in_threadpool(request.app.state.public.look.style_sheet)
    return Response(sheet, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def missed(request: Request) -> Response:
    """The one answer to every link that leads nowhere; after too many, another."""
    public: Public = request.app.state.public
    visitor = request.client.host if request.client else ""
    if not public.misses.allows(visitor):
        return public.look.says(request, "too_many", status=429)
    return public.look.says(request, "not_found", status=404, link="/")


async def _no_page(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 429:
        answer: Response = request.app.state.public.look.says(request, "too_many", status=429)
        return answer
    if isinstance(error, HTTPException) and error.status_code != 404:
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=headers)
    return missed(request)


def _allowed(request: Request) -> str:
    """The methods of a path, which several routes may share: Starlette tells those of the first one."""
    found = [each.methods or () for each in ROUTES if each.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for methods in found for method in methods}))


async def _busy(request: Request, error: Exception) -> Response:
    LOG.error("database refused error=%s", type(error.__cause__ or error).__name__)
    answer: Response = request.app.state.public.look.says(request, "busy", status=503)
    answer.headers["Retry-After"] = "60"
    return answer


async def _wrong(request: Request, error: Exception) -> Response:
    LOG.error("answered with an apology error=%s", type(error).__name__)  # the way comes behind it, from the guard
    answer: Response = request.app.state.public.look.says(request, "wrong", status=500)
    return answer


ROUTES = [
    Route("/u/{token}", unsubscribe.ask, methods=["GET"]),
    Route("/u/{token}", unsubscribe.leave, methods=["POST"]),
    Route("/u/{token}/why", unsubscribe.say_why, methods=["POST"]),
    Route("/p/{token}", preferences.show, methods=["GET"]),
    Route("/p/{token}", preferences.choose, methods=["POST"]),
    Route("/p/{token}/data", preferences.my_data, methods=["POST"]),
    Route("/p/{token}/erase", preferences.erase, methods=["POST"]),
    Route("/subscribe", subscribe.form, methods=["GET"]),
    Route("/subscribe", subscribe.subscribe, methods=["POST"]),
    Route("/c/{token}", subscribe.ask, methods=["GET"]),
    Route("/c/{token}", subscribe.confirm, methods=["POST"]),
    Route("/", public_archive.index, methods=["GET"]),
    Route("/atom.xml", public_archive.feed, methods=["GET"]),
    Route("/issues/{name}", public_archive.moved, methods=["GET"]),
    Route("/issues/{name}/", public_archive.issue, methods=["GET"]),
    Route("/issues/{name}/print", public_archive.large_print, methods=["GET"]),
    Route("/issues/{name}/pictures/{file}", public_archive.picture, methods=["GET"]),
    Route("/issues/{name}/{file}", public_archive.calendar, methods=["GET"]),
    Route("/robots.txt", _robots, methods=["GET"]),
    Route("/style.css", _style, methods=["GET"]),
]
