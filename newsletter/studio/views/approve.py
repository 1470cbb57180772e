"""Approve: the proof sheet, and the names of who approves exactly this content."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from newsletter import rendering
from newsletter.errors import UsageError
from newsletter.issues import approval as issue_approval
from newsletter.issues import render, review
from newsletter.issues.store import issues_of
from newsletter.model import Severity
from newsletter.studio.auth_middleware import MAIL_POLICY
from newsletter.studio.requests import StudioRequest, format_local_datetime, route


def approve(request: StudioRequest) -> Response:
    """What would be approved, and what was."""
    if not request.has_issue:
        return request.render_page("no_issue", title="Approve")
    _, made, findings = review.check_issue_mail(request.context, request.issue_name)
    record = issues_of(request.context).read_record(request.issue_name)
    approval = record.approval if record else None
    zone = request.context.workspace.settings.newsletter.zone
    return request.render_page(
        "approve",
        title="Approve",
        made=made,
        blocking=sum(each.severity is Severity.ERROR for each in findings),
        warnings=sum(each.severity is Severity.WARNING for each in findings),
        approval=approval,
        approved=format_local_datetime(approval.approved_at, zone) if approval else "",
        approved_too=format_local_datetime(approval.second_at, zone)
        if approval and approval.second_at
        else "",
        is_valid=approval is not None and approval.digest == made.digest,
    )


def proof(request: StudioRequest) -> Response:
    """The proof sheet, for its frame."""
    context = request.context
    issue = render.load_issue(context, request.issue_name)
    html = rendering.render_proof(issue, context.workspace.settings, render.environment(context))
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


def note(request: StudioRequest) -> Response:
    """Note that somebody approves just what they were shown."""
    made = render.render_mail(
        request.context, render.load_issue(request.context, request.issue_name)
    )
    if request.form_value("digest") != made.digest:
        raise UsageError(
            "the issue was changed after this page was shown: look at it again, then approve it"
        )
    issue_approval.approve_issue(request.context, request.issue_name, by=_name(request))
    return request.redirect(
        f"/issues/{request.issue_name}/send",
        "Approved, exactly as it stands. Any later change voids this.",
    )


def note_second(request: StudioRequest) -> Response:
    """Note that a second person approves it too."""
    issue_approval.approve_as_second(request.context, request.issue_name, by=_name(request))
    return request.redirect(
        f"/issues/{request.issue_name}/approve",
        "Noted: two people approve it, exactly as it stands.",
    )


def _name(request: StudioRequest) -> str:
    return " ".join(request.form_value("by").split())[:100]


ROUTES = [
    route("/issues/{issue}/approve", approve),
    route("/issues/{issue}/proof.html", proof),
    route("/issues/{issue}/approve", note, changes=True),
    route("/issues/{issue}/approve/second", note_second, changes=True),
]
