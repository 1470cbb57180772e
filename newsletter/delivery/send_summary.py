"""What a person is told before a send begins, and the names of its counts, in every face alike."""

from __future__ import annotations

from datetime import datetime

from newsletter.delivery.send_status import SendStatus
from newsletter.formats.local_time import format_local_datetime
from newsletter.model import SubscriberState
from newsletter.subscribers.service import open_subscribers
from newsletter.workspace.context import AppContext

COUNT_LABELS = {
    "accepted": "accepted by the server",
    "deferred": "to be tried again",
    "refused": "refused",
    "unknown": "in doubt",
    "suppressed": "left, and not written to",
    "remaining": "not yet sent",
    "total": "in all",
}
"""The counts of a SendStatus, in the order of the command line, as people call them."""


def count_recipients(context: AppContext, status: SendStatus) -> int:
    """How many people an issue goes to: once begun, those of its own list who still wait."""
    if status.total:
        return status.remaining + status.deferred
    return open_subscribers(context).count()


def describe_send(context: AppContext, status: SendStatus, subject: str, at: datetime) -> str:
    """The sentence that a person confirms before an issue goes at a moment."""
    settings = context.workspace.settings
    moment = format_local_datetime(at, settings.newsletter.zone, with_place=True)
    count = count_recipients(context, status)
    people = "person" if count == 1 else "people"
    server = settings.delivery.host or settings.delivery.socket
    others = _describe_inactive(context)
    return f"On {moment} “{subject}” goes to {count:,} {people} through {server}{others}."


def _describe_inactive(context: AppContext) -> str:
    """Who is on the list and gets nothing, as the end of a sentence; empty when there is nobody."""
    count = open_subscribers(context).count
    left = sum(count(state) for state in SubscriberState if state is not SubscriberState.ACTIVE)
    are = "is" if left == 1 else "are"
    return f"; {left:,} who left or {are} not active {are} not written to" if left else ""
