"""Write: subject, letter and notes with the mail beside them.

Every change is on the disk at once, and nothing is written over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from newsletter import composition
from newsletter.errors import NewsletterError, UsageError
from newsletter.issues import editor, glossary, images, text_undo
from newsletter.issues import service as issues
from newsletter.issues.approval import is_published
from newsletter.model import Issue
from newsletter.studio.hints import Hint, WritingAdviser
from newsletter.studio.mail_frame import LOOKS, display_sender
from newsletter.studio.requests import StudioRequest, event, route
from newsletter.studio.state import StudioState
from newsletter.workspace.context import AppContext

LOOK_S = 0.5
HEADS_UNHINTED = frozenset({"subject", "preheader"})
"""One line each: the checks say what is to be said of them."""


def write(request: StudioRequest) -> Response:
    """The whole issue as fields."""
    if not request.has_issue:
        return request.render_page("no_issue", title="Write")
    context, settings = request.context, request.context.workspace.settings
    issue = issues.read_issue(context, request.issue_name)
    texts = composition.texts_of(issue)
    return request.render_page(
        "write",
        title="Write",
        issue=issue,
        versions={place: editor.compute_version(text) for place, text in texts.items()},
        orders=_order_versions(issue),
        styles=settings.sections,
        sender=display_sender(settings),
        looks=LOOKS,
        file_version=editor.file_version(context, request.issue_name),
        hints=_find_hints(context, issue),
        glossary=glossary.list_terms(context),
        ahead=text_undo.read_undo_state(context, issue),
        has_public_page=images.is_reachable(context),
        is_out=is_published(context, request.issue_name),
    )


def _order_versions(issue: Issue) -> dict[str, str]:
    return {each.name: editor.order_version(issue, each.name) for each in issue.sections}


def _find_hints(context: AppContext, issue: Issue) -> dict[str, list[Hint]]:
    """What there is to say of the words at each place but the heads."""
    adviser = WritingAdviser.of(issue, context.workspace.settings, glossary.glossary(context))
    texts = composition.texts_of(issue).items()
    return {place: adviser.hints(text) for place, text in texts if place not in HEADS_UNHINTED}


def save(request: StudioRequest) -> Response:
    """Save what was written at one place, unless somebody else wrote there meanwhile."""
    place, text = request.form_value("place"), request.form_value("text")
    edited = editor.save_text(
        request.context, request.issue_name, place, text, seen=request.form_value("seen")
    )
    if request.is_script:
        told = {"conflict": edited.conflict, "text": edited.text, "version": edited.version}
        return JSONResponse({**told, **_around(request, place, edited.text)})
    if edited.conflict:
        raise UsageError(
            f"This was changed in another window meanwhile. It says there:\n\n{edited.text}\n\nYou"
            f" wrote:\n\n{text}"
        )
    return request.redirect(f"/issues/{request.issue_name}/write", "Saved.")


def _around(request: StudioRequest, place: str, text: str) -> dict[str, Any]:
    """What the page shows besides, after words were saved at a place.

    Hints on them, what Undo would do now.
    """
    context = request.context
    issue = issues.read_issue(context, request.issue_name)
    adviser = WritingAdviser.of(issue, context.workspace.settings, glossary.glossary(context))
    return {
        "file": editor.file_version(context, request.issue_name),
        "hints": (
            [asdict(hint) for hint in adviser.hints(text)] if place not in HEADS_UNHINTED else []
        ),
        "ahead": asdict(text_undo.read_undo_state(context, issue)),
    }


def order(request: StudioRequest) -> Response:
    """Move an entry up or down in its section, or put a section in another order."""
    section, keys = request.form_value("section"), request.form.get("key", [])
    if not editor.save_order(
        request.context, request.issue_name, section, keys, seen=request.form_value("seen")
    ):
        raise UsageError(
            "this section was changed in another window meanwhile; load the page again, then"
            " move it"
        )
    issue = issues.read_issue(request.context, request.issue_name)
    return JSONResponse(
        {
            "version": editor.order_version(issue, section),
            "file": editor.file_version(request.context, request.issue_name),
            "ahead": asdict(text_undo.read_undo_state(request.context, issue)),
        }
    )


def step(request: StudioRequest) -> Response:
    """One entry a step up or down: what the buttons do where no script runs."""
    issue = issues.read_issue(request.context, request.issue_name)
    key, by = request.form_value("key"), -1 if request.form_value("to") == "up" else 1
    for section in issue.sections:
        keys = [entry.key for entry in section.entries]
        if key in keys:
            place = keys.index(key)
            keys.insert(max(0, place + by), keys.pop(place))
            editor.save_order(
                request.context,
                issue.name,
                section.name,
                keys,
                seen=editor.order_version(issue, section.name),
            )
    return request.redirect(f"/issues/{request.issue_name}/write", "Moved.")


def texts(request: StudioRequest) -> Response:
    """Every text as the file says now, for a window that learns that it was changed elsewhere."""
    context = request.context
    issue = issues.read_issue(context, request.issue_name)
    found, hints = composition.texts_of(issue), _find_hints(context, issue)
    return JSONResponse(
        {
            "file": editor.file_version(request.context, request.issue_name),
            "texts": {
                place: {"text": text, "version": editor.compute_version(text)}
                for place, text in found.items()
            },
            "orders": _order_versions(issue),
            "hints": {place: [asdict(hint) for hint in told] for place, told in hints.items()},
            "glossary": glossary.list_terms(context),
            "ahead": asdict(text_undo.read_undo_state(context, issue)),
        }
    )


async def news(request: Request) -> Response:
    """Says whenever the issue's file changed, by whomever (server-sent events)."""
    studio: StudioState = request.app.state.studio
    return StreamingResponse(
        _news(request, studio, request.path_params["issue"]), media_type="text/event-stream"
    )


async def _news(request: Request, studio: StudioState, name: str) -> AsyncIterator[bytes]:
    last = request.query_params.get("seen", "")
    while not (studio.is_closing or await request.is_disconnected()):
        try:
            found = await run_in_threadpool(lambda: editor.file_version(studio.context(), name))
        except NewsletterError as error:
            last = ""  # that it can be read again is news
            yield event({"error": str(error)})
        else:
            if found != last:
                last = found
                yield event({"file": found})
        await asyncio.sleep(LOOK_S)


ROUTES = [
    route("/issues/{issue}/write", write),
    route("/issues/{issue}/texts", texts),
    route("/issues/{issue}/save", save, changes=True),
    route("/issues/{issue}/order", order, changes=True),
    route("/issues/{issue}/step", step, changes=True),
    Route("/issues/{issue}/news", news),
]
