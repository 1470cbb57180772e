"""The archive for everybody.

Issues that are out, their feed, the calendar files of their events, their pictures.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from newsletter.issues.archive import ArchivedIssue
from newsletter.issues.images import media_type
from newsletter.public.state import state_of

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""Issues carry their style in themselves, and pictures of the foundation's own host."""


def _make_response(request: Request, content: str | bytes, media_type: str) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=300"}
    if state_of(request).may_be_indexed:
        headers["X-Robots-Tag"] = "all"
    return Response(content, media_type=media_type, headers=headers)


async def index(request: Request) -> Response:
    """All issues that are out."""
    return _make_response(
        request, await run_in_threadpool(state_of(request).archive.index), "text/html"
    )


async def feed(request: Request) -> Response:
    """Their Atom feed."""
    return _make_response(
        request,
        await run_in_threadpool(state_of(request).archive.feed),
        "application/atom+xml",
    )


async def _page(request: Request) -> ArchivedIssue:
    archive, name = state_of(request).archive, request.path_params["name"]
    page: ArchivedIssue | None = await run_in_threadpool(archive.page, name)
    if page is None:
        raise HTTPException(404)
    return page


async def redirect_to_issue(request: Request) -> Response:
    """To the address of an issue, whose links are relative to it."""
    await _page(request)
    root, name = state_of(request).look.root, request.path_params["name"]
    return RedirectResponse(f"{root}/issues/{quote(name)}/", 308)


async def issue(request: Request) -> Response:
    """One issue."""
    return _make_response(request, (await _page(request)).html, "text/html")


async def large_print(request: Request) -> Response:
    """One issue in large print."""
    return _make_response(request, (await _page(request)).large, "text/html")


async def picture(request: Request) -> Response:
    """A picture of an issue, for its page and for the mail: the same address for every reader."""
    archive, asked = state_of(request).archive, request.path_params
    path = await run_in_threadpool(archive.picture, asked["name"], asked["file"])
    if path is None:
        raise HTTPException(404)
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",  # a reader's web mail is another site
    }
    return Response(
        await run_in_threadpool(path.read_bytes), media_type=media_type(path), headers=headers
    )


async def calendar(request: Request) -> Response:
    """An event of an issue, for the reader's own calendar."""
    content = (await _page(request)).calendars.get(request.path_params["file"])
    if content is None:
        raise HTTPException(404)
    return _make_response(request, content, "text/calendar")
