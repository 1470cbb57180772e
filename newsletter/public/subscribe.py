"""Subscribing with double opt-in, and a new address.

Nothing holds until its own mailbox has confirmed it.

The answer is the same for every address, on the list or not, and comes equally fast: the mail goes
out after it.
"""

from __future__ import annotations

from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.errors import NewsletterError
from newsletter.formats.mailboxes import parse_address
from newsletter.model import Subscriber
from newsletter.public.middleware import LOG
from newsletter.public.pages import first, read_form
from newsletter.public.state import state_of
from newsletter.subscribers.opt_in import ConfirmationResult


async def show_subscribe_form(request: Request) -> Response:
    """The form."""
    return _form(request)


def _form(request: Request, *, problem: str = "", status: int = 200) -> Response:
    look = state_of(request).look
    heading = look.words(request)["subscribe_title"]
    page: Response = look.page(
        request, "subscribe.html.jinja", heading, problem=problem, status=status
    )
    return page


async def request_subscription(request: Request) -> Response:
    """Take an address, and send a link to it."""
    look = state_of(request).look
    fields = await read_form(request)
    task = await prepare_link_mail(
        request, first(fields, "address"), kind="confirm", name=first(fields, "name")
    )
    if task is None:
        return _form(request, problem=look.words(request)["address_wrong"], status=400)
    page: Response = look.message_page(request, "asked", link="/")
    page.background = task
    return page


async def prepare_link_mail(
    request: Request, written: str, *, kind: str, name: str = "", person: Subscriber | None = None
) -> BackgroundTask | None:
    """What is to be done after the answer; None when this is no address.

    Raises a 429 for one who asks too often.
    """
    public = state_of(request)
    try:
        parse_address(written)
    except ValueError:
        return None
    visitor = request.client.host if request.client else ""
    if not public.asked.allows(visitor) or not public.asked_by_all.allows(""):
        raise HTTPException(429)
    return BackgroundTask(_send_link, request, written, kind, name, person)


async def _send_link(
    request: Request, written: str, kind: str, name: str, person: Subscriber | None
) -> None:
    """Note the request and send its link; a failure is told to staff, never to the visitor."""
    public = state_of(request)
    language, words = public.look.language(request), public.look.words(request)
    newsletter = public.look.settings.newsletter
    blanks: dict[str, Any] = {
        "title": newsletter.title,
        "address": newsletter.address,
        "link": "{link}",
    }

    def note() -> Any:
        return public.readers.request_confirmation(
            written, name=name, language=language, person=person
        )

    try:
        noted = await run_in_threadpool(note)
        if noted is not None:
            subject = words[f"{kind}_subject"].format(**blanks)
            letter = public.readers.build_confirmation(
                noted, subject, words[f"{kind}_mail"].format(**blanks)
            )
            await public.readers.send_confirmation(letter)
    except NewsletterError as error:
        LOG.error("confirmation not sent error=%s", error)


async def show_confirmation_form(request: Request) -> Response:
    """The page that the link opens; it asks."""
    public = state_of(request)
    waiting = await run_in_threadpool(public.readers.find_request, request.path_params["token"])
    if waiting is None:
        return _gone(request)
    words = public.look.words(request)
    kind = "confirm" if waiting.subscriber_id is None else "confirm_move"
    page: Response = public.look.page(
        request,
        "button.html.jinja",
        words[f"{kind}_title"],
        text=words[f"{kind}_text"],
        button=words[f"{kind}_button"],
        one_click=False,
    )
    return page


async def confirm_request(request: Request) -> Response:
    """The button of it."""
    public = state_of(request)
    await request.body()
    done = await run_in_threadpool(public.readers.confirm, request.path_params["token"])
    if done is ConfirmationResult.GONE:
        return _gone(request)
    words = public.look.words(request)
    text = words[
        "confirmed_text" if done is ConfirmationResult.SUBSCRIBED else "confirmed_move_text"
    ]
    page: Response = public.look.page(
        request,
        "words.html.jinja",
        words["confirmed_title"],
        text=text,
        with_contact=False,
        link="/",
        link_text=words["home"],
    )
    return page


def _gone(request: Request) -> Response:
    """A link that was used, one that is too old and one that never was: all the same."""
    public = state_of(request)
    if not public.misses.allows(request.client.host if request.client else ""):
        raise HTTPException(429)
    page: Response = public.look.message_page(
        request, "confirmed_gone", status=404, link="/subscribe", link_words="ask_again"
    )
    return page
