"""Home.

Where the issue stands, what is next, which sources need a look, and what went out before.
"""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response

from newsletter.delivery import scheduling
from newsletter.delivery import service as delivery
from newsletter.entries.service import find_last_collection
from newsletter.formats.local_time import format_local_datetime
from newsletter.issues import service as issues
from newsletter.issues import window
from newsletter.issues.approval import find_published_at
from newsletter.studio.entry_cards import count_new
from newsletter.studio.progress import WorkflowStep, list_workflow_steps, under_way
from newsletter.studio.requests import StudioRequest, route
from newsletter.workspace.context import AppContext

LOOKED_BACK = 6  # sendings, for one that is held up or in doubt


def home(request: StudioRequest) -> Response:
    """The first page."""
    from newsletter.sources.source_alerts import list_alerts  # with fetching, which takes a moment

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
        worries=tuple(list_alerts(context)),
        asked=find_last_collection(context) is not None,
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


def _past(context: AppContext) -> Iterator[dict[str, str]]:
    zone = context.workspace.settings.newsletter.zone
    for name in reversed(window.out_names(context)):
        issue = issues.read_issue(context, name)
        out_at = find_published_at(context, name) or issue.until_at
        tally = delivery.open_ledger(context).read_status(name)
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
