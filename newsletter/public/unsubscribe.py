"""Stopping the mails: one click of a mail program (RFC 8058), or a button on a page.

Whatever is POSTed to a right link stops the mails, in that one request; what the body says is not
looked at.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.public.pages import first, read_form
from newsletter.public.self_service import MAX_REASON_CHARACTERS
from newsletter.public.state import state_of


async def show_unsubscribe_form(request: Request) -> Response:
    """The page that a link opens; it asks, and asks no database."""
    public = state_of(request)
    if not public.readers.can_unsubscribe(request.path_params["token"]):
        raise HTTPException(404)
    words = public.look.words(request)
    page: Response = public.look.page(
        request,
        "button.html.jinja",
        words["leave_title"],
        text=words["leave_text"],
        button=words["leave_button"],
        one_click=True,
    )
    return page


async def unsubscribe_reader(request: Request) -> Response:
    """Stop the mails."""
    public, token = state_of(request), request.path_params["token"]
    await request.body()
    if not await run_in_threadpool(public.readers.unsubscribe, token):
        raise HTTPException(404)
    words, root = public.look.words(request), public.look.root
    page: Response = public.look.page(
        request,
        "left.html.jinja",
        words["left_title"],
        why_url=f"{root}/u/{token}/why",
        max_farewell=MAX_REASON_CHARACTERS,
    )
    return page


async def save_unsubscribe_reason(request: Request) -> Response:
    """A word why, kept without who."""
    public = state_of(request)
    why = first(await read_form(request), "why")
    if not await run_in_threadpool(
        public.readers.save_unsubscribe_reason, request.path_params["token"], why
    ):
        raise HTTPException(404)
    page: Response = public.look.message_page(request, "why_thanks", link="/")
    return page
