"""Home.

Where the issue stands, what is next, which sources need a look, and what went out before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.delivery import scheduling
from newsletter.delivery import service as delivery
from newsletter.entries.repository import SourceRecord, entries_of
from newsletter.formats.written_dates import write_day
from newsletter.issues import window
from newsletter.issues.store import issues_of
from newsletter.model import Source
from newsletter.sources.staleness import find_stale_sources, is_empty
from newsletter.studio.entry_cards import count_new
from newsletter.studio.progress import WorkflowStep, list_workflow_steps, under_way
from newsletter.studio.requests import StudioRequest, format_local_datetime, route
from newsletter.workspace.context import AppContext

LOOKED_BACK = 6  # sendings, for one that is held up or in doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAlert:
    """A source that needs a look."""

    source: Source
    said: str


def home(request: StudioRequest) -> Response:
    """The first page."""
    context = request.context
    found = list_workflow_steps(
        context, request.issue_name, new=count_new(context, request.studio.shelf)
    )
    return request.render_page(
        "home",
        title="Home",
        stations=found,
        next=_next(found),
        has_issue=request.has_issue,
        worries=tuple(_worries(context)),
        asked=bool(entries_of(context).sources()),
        sources=len(context.workspace.settings.sources),
        past=tuple(_past(context)),
        under_way=tuple(_under_way(context)),
    )


def _under_way(context: AppContext) -> Iterator[dict[str, str]]:
    """The issues whose sending a person should know of: planned ones, then the newest ones."""
    planned = (each.plan.issue for each in scheduling.all_planned(context))
    for name in dict.fromkeys((*planned, *delivery.open_ledger(context).list_newest(LOOKED_BACK))):
        if said := under_way(context, name):
            yield {"name": name, "said": said}


def _next(found: tuple[WorkflowStep, ...]) -> WorkflowStep | None:
    return next((step for step in found if not step.is_done), None)


def _worries(context: AppContext) -> Iterator[SourceAlert]:
    sources = {source.name: source for source in context.workspace.settings.sources}
    records = [
        record for record in entries_of(context).sources().values() if record.name in sources
    ]
    quiet = find_stale_sources(context, records)
    told = {record.name: _worry(record, quiet.get(record.name, "")) for record in records}
    for name, source in sources.items():
        if said := told.get(name):
            yield SourceAlert(source=source, said=said)


def _worry(record: SourceRecord, quiet: str) -> str:
    if record.error:
        since = f" since {write_day(record.failing_since_at)}" if record.failing_since_at else ""
        return f"Broken{since}: {record.error}"
    if is_empty(record):
        quiet = quiet or "it answers, and has nothing in it"
    return f"Quiet: {quiet}." if quiet else ""


def _past(context: AppContext) -> Iterator[dict[str, str]]:
    zone = context.workspace.settings.newsletter.zone
    for name in reversed(window.out_names(context)):
        issue, record = (
            issues_of(context).read(name),
            issues_of(context).read_record(name),
        )
        out_at = record.published_at if record and record.published_at else issue.until_at
        tally = delivery.read_status(context, name)
        sent = {"sending": "is being sent", "paused": "paused", "done": "sent"}.get(
            tally.state, "out"
        )
        yield {
            "name": name,
            "subject": issue.subject,
            "out": format_local_datetime(out_at, zone),
            "state": sent,
            "why": tally.why,
        }


ROUTES = [route("/", home)]
