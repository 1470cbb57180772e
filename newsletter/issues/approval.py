"""Approve exactly this content, by one person or two, and note that an issue is out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsletter.errors import NotApprovedError, UsageError
from newsletter.issues.record_file import Approval, IssueRecord
from newsletter.issues.render import load_issue, render_issue, render_mail
from newsletter.issues.review import check_issue_mail
from newsletter.issues.store import issues_of
from newsletter.model import RenderedIssue, Severity
from newsletter.workspace.context import AppContext


def approve_issue(context: AppContext, name: str, *, by: str = "") -> RenderedIssue:
    """Approve exactly this content; raises NotApprovedError when something blocks it."""
    _, made, findings = check_issue_mail(context, name)
    blocking = [finding for finding in findings if finding.severity is Severity.ERROR]
    if blocking:
        listed = "\n".join(f"  {each.where}: {each.message} {each.remedy}" for each in blocking)
        raise NotApprovedError(f"{name} cannot be approved; this has to be mended first:\n{listed}")
    render_issue(context, name)
    record = issues_of(context).read_record(name) or IssueRecord()
    approval = (
        record.approval if record.approval and record.approval.digest == made.digest else None
    )
    approval = approval or Approval(digest=made.digest, approved_at=context.now, by=by)
    issues_of(context).write_record(name, replace(record, approval=approval))
    return made


def approve_as_second(context: AppContext, name: str, *, by: str) -> None:
    """Note a second person who approves the content that the first one did.

    Raises NotApprovedError when it is not approved as it stands, UsageError without a name, or with
    that of the first.
    """
    render_approved(context, name)
    record = issues_of(context).read_record(name) or IssueRecord()
    first = record.approval
    if not by or first is None:
        raise UsageError("write the name of the second person")
    if first.by.casefold() == by.casefold():
        raise UsageError(f"{first.by} approved it already: a second person is another one")
    issues_of(context).write_record(
        name,
        replace(record, approval=replace(first, second=by, second_at=context.now)),
    )


def render_approved(context: AppContext, name: str) -> RenderedIssue:
    """The approved mail of an issue.

    Raises NotApprovedError when nobody approved it, or it was changed since.
    """
    made = render_mail(context, load_issue(context, name))
    record = issues_of(context).read_record(name)
    if record is None or record.approval is None:
        raise NotApprovedError(
            f"{name} is not approved: look at it with “newsletter preview {name}”, then “newsletter"
            f" approve {name}”"
        )
    if record.approval.digest != made.digest:
        raise NotApprovedError(
            f"{name} was changed after it was approved on"
            f" {record.approval.approved_at:%Y-%m-%d %H:%M} UTC: look at it again, then “newsletter"
            f" approve {name}”",
            changed=True,
        )
    return made


def publish_issue(context: AppContext, name: str) -> datetime:
    """Note that an issue is out: it counts as the last issue from now on. Tells since when."""
    issues_of(context).read(name)
    record = issues_of(context).read_record(name) or IssueRecord()
    published_at = record.published_at or context.now
    issues_of(context).write_record(name, replace(record, published_at=published_at))
    return published_at


def is_published(context: AppContext, name: str) -> bool:
    """Whether the issue counts as out."""
    return find_published_at(context, name) is not None


def find_published_at(context: AppContext, name: str) -> datetime | None:
    """Since when an issue is out; None while it is not, or was only planned to be."""
    record = issues_of(context).read_record(name)
    return record.published_at if record else None


def find_approval(context: AppContext, name: str) -> Approval | None:
    """Who approved which content of an issue; None when nobody did."""
    record = issues_of(context).read_record(name)
    return record.approval if record else None
