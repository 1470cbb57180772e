"""The public page as an ASGI app: stop, preferences, subscribe, archive. It runs behind any host.

The rules: opening a page changes nothing, since scanners of mails follow every link; only a POST
acts, and acting twice is the same as once. A wrong token, an old one and an erased person look
alike. No cookie, no script, no third party. Work on the database is done beside the event loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from newsletter.errors import StorageError, UsageError
from newsletter.issues.archive import Archive
from newsletter.public import archive_pages as public_archive
from newsletter.public import preferences, subscribe, unsubscribe
from newsletter.public.middleware import (
    LOG,
    PublicMiddleware,
    TooLargeError,
    answer_disconnect,
    too_large,
)
from newsletter.public.pages import PageRenderer
from newsletter.public.self_service import SelfService
from newsletter.public.state import PublicState, state_of
from newsletter.workspace.context import AppContext


def make_app(
    context: AppContext,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PublicMiddleware:
    """The app of a workspace.

    Raises UsageError when it has no [public] url, or no key for tokens.
    """
    settings = context.workspace.settings
    if settings.public is None or not settings.public.url:
        raise UsageError(
            'newsletter.toml: write [public] with url = "https://…", where readers reach this page'
        )
    public = PublicState(
        readers=SelfService.of(context, clock=now),
        archive=Archive(context),
        look=PageRenderer(settings),
        clock=clock,
    )
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            HTTPException: _no_page,
            TooLargeError: too_large,
            ClientDisconnect: answer_disconnect,
            StorageError: _busy,
            Exception: _wrong,
        },
    )
    app.router.redirect_slashes = False  # one click is answered in one request (RFC 8058, 3.1)
    app.state.public = public
    return PublicMiddleware(app, settings.public.url)


async def _robots(request: Request) -> Response:
    if state_of(request).may_be_indexed:
        return PlainTextResponse("User-agent: *\nDisallow: /u/\nDisallow: /p/\nDisallow: /c/\n")
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


async def _style(request: Request) -> Response:
    sheet = await run_in_threadpool(state_of(request).look.style_sheet)
    return Response(sheet, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def answer_not_found(request: Request) -> Response:
    """The one answer to every link that leads nowhere; after too many, another."""
    public: PublicState = state_of(request)
    visitor = request.client.host if request.client else ""
    if not public.misses.allows(visitor):
        return public.look.message_page(request, "too_many", status=429)
    return public.look.message_page(request, "not_found", status=404, link="/")


async def _no_page(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 429:
        answer: Response = state_of(request).look.message_page(request, "too_many", status=429)
        return answer
    if isinstance(error, HTTPException) and error.status_code != 404:
        headers = {"Allow": _list_methods(request)} if error.status_code == 405 else error.headers
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=headers)
    return answer_not_found(request)


def _list_methods(request: Request) -> str:
    """The methods of a path, which several routes may share: Starlette knows the first's alone."""
    found = [
        each.methods or () for each in ROUTES if each.matches(request.scope)[0] is not Match.NONE
    ]
    return ", ".join(sorted({method for methods in found for method in methods}))


async def _busy(request: Request, error: Exception) -> Response:
    LOG.error("database refused error=%s", type(error.__cause__ or error).__name__)
    answer: Response = state_of(request).look.message_page(request, "busy", status=503)
    answer.headers["Retry-After"] = "60"
    return answer


async def _wrong(request: Request, error: Exception) -> Response:
    LOG.error(
        "answered with an apology error=%s", type(error).__name__
    )  # the way comes behind it, from the guard
    answer: Response = state_of(request).look.message_page(request, "wrong", status=500)
    return answer


ROUTES = [
    Route("/u/{token}", unsubscribe.show_unsubscribe_form, methods=["GET"]),
    Route("/u/{token}", unsubscribe.unsubscribe_reader, methods=["POST"]),
    Route("/u/{token}/why", unsubscribe.save_unsubscribe_reason, methods=["POST"]),
    Route("/p/{token}", preferences.show_preferences, methods=["GET"]),
    Route("/p/{token}", preferences.save_preferences, methods=["POST"]),
    Route("/p/{token}/data", preferences.download_data, methods=["POST"]),
    Route("/p/{token}/erase", preferences.erase_subscriber, methods=["POST"]),
    Route("/subscribe", subscribe.show_subscribe_form, methods=["GET"]),
    Route("/subscribe", subscribe.request_subscription, methods=["POST"]),
    Route("/c/{token}", subscribe.show_confirmation_form, methods=["GET"]),
    Route("/c/{token}", subscribe.confirm_request, methods=["POST"]),
    Route("/", public_archive.index, methods=["GET"]),
    Route("/atom.xml", public_archive.feed, methods=["GET"]),
    Route("/issues/{name}", public_archive.redirect_to_issue, methods=["GET"]),
    Route("/issues/{name}/", public_archive.issue, methods=["GET"]),
    Route("/issues/{name}/print", public_archive.large_print, methods=["GET"]),
    Route("/issues/{name}/pictures/{file}", public_archive.picture, methods=["GET"]),
    Route("/issues/{name}/{file}", public_archive.calendar, methods=["GET"]),
    Route("/robots.txt", _robots, methods=["GET"]),
    Route("/style.css", _style, methods=["GET"]),
]
