"""Where an issue stands on its way from collecting to the last mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from newsletter.delivery import service as delivery
from newsletter.delivery.pause_stop import SendControl
from newsletter.delivery.scheduling import ScheduleState
from newsletter.entries.service import find_last_collection
from newsletter.errors import NewsletterError
from newsletter.formats.local_time import format_local_datetime
from newsletter.issues import review
from newsletter.issues import service as issues
from newsletter.issues.approval import find_approval
from newsletter.model import Finding, Severity
from newsletter.studio import send_process
from newsletter.workspace.context import AppContext

FRESH = timedelta(days=3)
"""Sources that were collected within this time need not be asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowStep:
    """One step of the way."""

    name: str
    is_done: bool
    said: str


def list_workflow_steps(context: AppContext, name: str, *, new: int) -> tuple[WorkflowStep, ...]:
    """Every step with where it stands, in one sentence each."""
    there = issues.has_issue(context, name)
    issue = issues.read_issue(context, name) if there else None
    inside, has_letter = len(issue.entries()) if issue else 0, bool(issue and issue.letter)
    chosen = _chosen(inside, new, asked=find_last_collection(context) is not None)
    return (
        _collect(context),
        WorkflowStep(name="Choose", is_done=there and not new, said=chosen),
        WorkflowStep(name="Write", is_done=has_letter, said=_describe_letter(there, has_letter)),
        *_build_check_steps(context, name, there=there),
        _send(context, name),
    )


def _collect(context: AppContext) -> WorkflowStep:
    if not context.workspace.settings.sources:
        return WorkflowStep(
            name="Collect", is_done=False, said="There is no source yet: add the first one there."
        )
    last = find_last_collection(context)
    if last is None:
        return WorkflowStep(
            name="Collect", is_done=False, said="The sources have not been asked yet."
        )
    zone = context.workspace.settings.newsletter.zone
    there = last.astimezone(zone)
    said = f"Last collected on {there:%A} {there.day} {there:%B at %H:%M}."
    return WorkflowStep(name="Collect", is_done=context.now - last < FRESH, said=said)


def _chosen(inside: int, new: int, *, asked: bool) -> str:
    if not (inside or new):
        return (
            "Nothing new to choose from: collect again when it is time."
            if asked
            else "Nothing to choose from yet."
        )
    if not inside:
        return f"{_describe_waiting(new)} for this issue."
    return f"{inside} in the issue." + (f" {new} more wait for a look." if new else "")


def _describe_waiting(count: int) -> str:
    return "1 entry waits" if count == 1 else f"{count} entries wait"


def _describe_letter(there: bool, letter: bool) -> str:  # noqa: FBT001 - two facts
    if not there:
        return "Begins when the issue is made."
    return "The letter is written." if letter else "The letter is still empty."


def _build_check_steps(
    context: AppContext, name: str, *, there: bool
) -> tuple[WorkflowStep, WorkflowStep]:
    not_approved = WorkflowStep(name="Approve", is_done=False, said="")
    if not there:
        return WorkflowStep(name="Check", is_done=False, said=""), not_approved
    try:
        _, made, findings = review.check_issue_mail(context, name)
    except NewsletterError as error:
        return WorkflowStep(name="Check", is_done=False, said=str(error)), not_approved
    return _check(findings), _approve(context, name, made.digest)


def _check(findings: Sequence[Finding]) -> WorkflowStep:
    blocking = sum(each.severity is Severity.ERROR for each in findings)
    counted = f"{blocking} to mend, {len(findings) - blocking} to look at."
    said = counted if findings else "Nothing to mend."
    return WorkflowStep(name="Check", is_done=not blocking, said=said)


def _approve(context: AppContext, name: str, digest: str) -> WorkflowStep:
    approval = find_approval(context, name)
    if approval is None:
        return WorkflowStep(name="Approve", is_done=False, said="Not yet.")
    if approval.digest != digest:
        return WorkflowStep(name="Approve", is_done=False, said="Changed since it was approved.")
    by = f" by {approval.by}" if approval.by else ""
    return WorkflowStep(name="Approve", is_done=True, said=f"Approved as it stands{by}.")


def _send(context: AppContext, name: str) -> WorkflowStep:
    tally = delivery.open_ledger(context).read_status(name)
    said = under_way(context, name) or (
        f"{tally.accepted:,} of {tally.total:,} accepted." if tally.total else "Not begun."
    )
    return WorkflowStep(
        name="Send", is_done=tally.state == "done" or tally.wish is SendControl.STOP, said=said
    )


def under_way(context: AppContext, name: str) -> str:
    """What a person should know of a sending that is planned, on its way, held up or in doubt.

    Empty when it is none.
    """
    standing = send_process.load_send_view(context, name)
    planned, tally = standing.planned, standing.tally
    if planned is not None:
        at = format_local_datetime(
            planned.plan.at, context.workspace.settings.newsletter.zone, with_place=True
        )
        return {
            ScheduleState.WAITED_FOR: f"Planned for {at}.",
            ScheduleState.ALONE: f"Planned for {at}, and nothing waits for it.",
            ScheduleState.MISSED: f"It was to go on {at}, and did not go.",
        }[planned.waiting]
    have = f"{tally.accepted:,} of {tally.total:,} have it"
    if standing.is_at_work:
        return f"On its way: {have}."
    if tally.state == "paused" and tally.wish is not SendControl.STOP:
        return f"Paused: {have}."
    doubtful = sum(1 for _ in delivery.list_unknown(context, name)) if tally.unknown else 0
    return f"{doubtful} in doubt: decide what is to be done." if doubtful else ""
