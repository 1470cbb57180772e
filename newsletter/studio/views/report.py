"""Report: what became of an issue, by mail provider, against those before it.

Counts alone, and nobody's name.
"""

from __future__ import annotations

from starlette.responses import Response

from newsletter.formats.local_time import format_local_datetime
from newsletter.reports import report as report_report
from newsletter.reports.report import UNCOUNTED
from newsletter.studio.requests import StudioRequest, route
from newsletter.subscribers import service as subscribers


def report(request: StudioRequest) -> Response:
    """The page of one issue."""
    found = report_report.build_issue_report(request.context, request.issue_name)
    zone = request.context.workspace.settings.newsletter.zone
    return request.render_page(
        "report",
        title=f"What became of {found.issue}",
        report=found,
        sent=format_local_datetime(found.started_at, zone),
        columns=COLUMNS,
        uncounted=UNCOUNTED,
        farewells=subscribers.list_unsubscribe_reasons(request.context, found.started_at),
    )


COLUMNS = {
    "accepted": "accepted",
    "refused": "refused",
    "bounced": "came back",
    "complained": "called spam",
    "left": "left",
    "in_doubt": "in doubt",
}

ROUTES = [route("/issues/{issue}/report", report)]
