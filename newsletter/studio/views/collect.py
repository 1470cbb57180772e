"""Collect: ask the sources, and see each answer as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from newsletter.entries.service import list_source_records
from newsletter.studio.crash_marker import COLLECTING
from newsletter.studio.requests import StudioRequest, event, route
from newsletter.studio.state import StudioState

if TYPE_CHECKING:
    from newsletter.sources.collector import CollectionResult

LOOK_S = 0.15


def collect(request: StudioRequest) -> Response:
    """Every source, with how it fared last."""
    settings = request.context.workspace.settings
    known = list_source_records(request.context)
    rows = [{"source": source, "record": known.get(source.name)} for source in settings.sources]
    job = request.studio.collecting
    over = (
        ""
        if job.is_running
        else next((each["said"] for each in job.events if each.get("done")), "")
    )
    return request.render_page(
        "collect", title="Collect", rows=rows, is_running=job.is_running, over=over
    )


def begin(request: StudioRequest) -> Response:
    """Begin to collect all sources, or the named ones."""
    from newsletter.sources import collector  # fetching comes with it, and takes a moment

    context = request.context
    sources = collector.chosen_sources(context, request.form.get("source", []))

    def work(tell: Callable[[dict[str, Any]], None]) -> None:
        tell({"waiting": [source.name for source in sources]})
        with request.studio.mark_activity(COLLECTING):
            done = collector.collect(context, sources, lambda each: tell(_describe_source(each)))
        tell({"done": True, "said": _over(done)})

    began = request.studio.collecting.start(work)
    if request.is_script:
        return JSONResponse({"began": began})
    return request.redirect("/collect", "Collecting has begun.")


def _over(done: Sequence[CollectionResult]) -> str:
    new, broken = sum(each.new for each in done), sum(bool(each.collected.error) for each in done)
    said = f"Done. {new} new {'entry' if new == 1 else 'entries'}."
    return f"{said} {broken} could not be read." if broken else said


def _describe_source(gathered: CollectionResult) -> dict[str, Any]:
    state, said = _describe_outcome(gathered)
    return {"name": gathered.name, "state": state, "said": said}


def _describe_outcome(gathered: CollectionResult) -> tuple[str, str]:
    collected = gathered.collected
    if collected.error is not None:
        kept = " What it gave before is kept." if gathered.record.succeeded_at else ""
        return "broken", f"Broken: {collected.error}{kept}"
    if collected.unchanged:
        return "good", f"Unchanged, {gathered.count} entries."
    if not gathered.count:
        return "quiet", "It answers, and is empty."
    skipped = len(collected.parsed.skipped)
    unread = f" {skipped} parts could not be read." if skipped else ""
    return "good", f"{gathered.count} entries, {gathered.new} new.{unread}"


async def news(request: Request) -> Response:
    """What collecting has to say, as it says it (server-sent events)."""
    studio: StudioState = request.app.state.studio
    return StreamingResponse(_news(request, studio), media_type="text/event-stream")


async def _news(request: Request, studio: StudioState) -> AsyncIterator[bytes]:
    told = 0
    while not (studio.is_closing or await request.is_disconnected()):
        running, events = studio.collecting.is_running, studio.collecting.events
        for each in events[told:]:
            yield event(each)
        told = len(events)
        if not running:
            yield event({"over": True})
            return
        await asyncio.sleep(LOOK_S)


ROUTES = [
    route("/collect", collect),
    route("/collect", begin, changes=True),
    Route("/collect/news", news),
]
