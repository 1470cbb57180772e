"""What one person chose, what is kept about them, and their erasure. The link is their key.

No page shows an address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.model import Subscriber, SubscriberState
from newsletter.public import subscribe
from newsletter.public.pages import first, read_form
from newsletter.public.self_service import MAY_RESUBSCRIBE, Preferences
from newsletter.public.state import state_of
from newsletter.public.translations import LANGUAGES, NAMES

MAIL_STATES = frozenset({SubscriberState.ACTIVE, SubscriberState.PAUSED})


async def _person(request: Request) -> Subscriber:
    """Whose page it is; raises the same 404 for a wrong token and an erased person."""
    readers = state_of(request).readers
    person: Subscriber | None = await run_in_threadpool(
        readers.find_subscriber, request.path_params["token"]
    )
    if person is None:
        raise HTTPException(404)
    return person


async def show_preferences(request: Request) -> Response:
    """The page of choices."""
    return await _page(request, await _person(request))


async def save_preferences(request: Request) -> Response:
    """Keep what was chosen, and show the page again."""
    public, person = state_of(request), await _person(request)
    form = await read_form(request)
    words = public.look.words(request)
    match first(form, "do"):
        case "save":
            await run_in_threadpool(public.readers.save_preferences, person, _choices(form))
        case "pause":
            months = first(form, "months")
            count = int(months) if months.isascii() and months.isdigit() and len(months) < 4 else 1
            await run_in_threadpool(public.readers.pause, person, count)
        case "come_back":
            await run_in_threadpool(public.readers.resubscribe, person)
        case "leave":
            await run_in_threadpool(
                public.readers.unsubscribe_from_preferences, request.path_params["token"]
            )
        case "address":
            return await _ask_for_address(request, person, first(form, "address"))
        case _:
            return await _page(request, person)
    return await _page(request, await _person(request), notice=words["saved"])


def _choices(form: Mapping[str, list[str]]) -> Preferences:
    language = form.get("language", [""])[0]
    return Preferences(
        sections=tuple(form.get("section", [])),
        language=language if language in LANGUAGES else "",
        large_print="large_print" in form,
    )


async def _ask_for_address(request: Request, person: Subscriber, written: str) -> Response:
    public = state_of(request)
    words = public.look.words(request)
    task = await subscribe.prepare_link_mail(request, written, kind="move", person=person)
    if task is None:
        return await _page(request, person, problem=words["address_wrong"], status=400)
    return await _page(request, person, notice=words["address_asked_text"], task=task)


async def _page(
    request: Request,
    person: Subscriber,
    *,
    notice: str = "",
    problem: str = "",
    status: int = 200,
    task: BackgroundTask | None = None,
) -> Response:
    public = state_of(request)
    words = public.look.words(request)
    until = await run_in_threadpool(public.readers.get_pause_end, person)
    page: Response = public.look.page(
        request,
        "preferences.html.jinja",
        words["preferences_title"],
        status=status,
        person=person,
        token=request.path_params["token"],
        sections=public.look.settings.sections,
        languages=NAMES,
        state_text=_state_text(request, person, until),
        may_come_back=person.state in MAY_RESUBSCRIBE,
        may_pause=person.state in MAIL_STATES,
        may_leave=person.state in MAIL_STATES,
        notice=notice,
        problem=problem,
    )
    page.background = task
    return page


def _state_text(request: Request, person: Subscriber, until: datetime | None) -> str:
    look = state_of(request).look
    words: Mapping[str, str] = look.words(request)
    match person.state:
        case SubscriberState.ACTIVE:
            return ""
        case SubscriberState.PAUSED if until is not None:
            return words["paused_text"].format(day=look.day(request, until))
        case SubscriberState.PAUSED:
            return words["paused_no_end"]
        case SubscriberState.BOUNCED | SubscriberState.COMPLAINED:
            return words["stopped_state_text"]
        case _:
            return words["left_state_text"]


async def download_data(request: Request) -> Response:
    """Everything stored about the person, as a JSON file."""
    public, person = state_of(request), await _person(request)
    kept = await run_in_threadpool(public.readers.collect_personal_data, person)
    text = json.dumps(kept, ensure_ascii=False, indent=2, default=_plain)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(text, media_type="application/json", headers=headers)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def erase_subscriber(request: Request) -> Response:
    """Erase the person, once the box is marked."""
    public, person = state_of(request), await _person(request)
    form = await read_form(request)
    if first(form, "sure") != "yes":
        words = public.look.words(request)
        return await _page(request, person, problem=words["erase_not_sure"], status=400)
    await run_in_threadpool(public.readers.erase, person, request.path_params["token"])
    page: Response = public.look.message_page(request, "erased", link="/")
    return page
