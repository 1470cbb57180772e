"""From an approved issue to its readers, and the list of who they are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Iterator
from pathlib import Path
from typing import Any

from newsletter.delivery import dry_run as delivery_dry_run
from newsletter.delivery import sender
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.pause_stop import SendControl, clear_send_control, set_send_control
from newsletter.delivery.retention import reduce_old
from newsletter.delivery.schedule_repository import ScheduleRepository
from newsletter.delivery.send_status import SendStatus
from newsletter.delivery.sender import SendJob
from newsletter.errors import SendPausedError, StorageError, UsageError
from newsletter.issues import approval, render
from newsletter.issues.store import issues_of
from newsletter.model import Delivery, DeliveryStatus, RenderedIssue, Variant
from newsletter.subscribers.opt_in import OptInRepository
from newsletter.subscribers.service import open_subscribers
from newsletter.workspace.context import AppContext
from newsletter.workspace.credentials import load_keys, smtp_password


def open_schedule(context: AppContext) -> ScheduleRepository:
    """When issues are to go."""
    return ScheduleRepository(context.engine, context.workspace.private)


def open_ledger(context: AppContext) -> Ledger:
    """The record of what was sent to whom."""
    return Ledger(context.engine, context.workspace.private)


def build_send_job(
    context: AppContext, name: str, *, approved: bool
) -> tuple[SendJob, RenderedIssue]:
    """What is to be sent, and the mail that everybody without choices of their own gets.

    Raises NotApprovedError when `approved` is asked for and the content is not.
    """
    issue = render.load_issue(context, name)
    made = (
        approval.render_approved(context, name) if approved else render.render_mail(context, issue)
    )
    OptInRepository(context.engine, load_keys(context)).end_pauses(now=context.now)
    return SendJob(
        issue=name,
        digest=made.digest,
        settings=context.workspace.settings,
        keys=load_keys(context),
        render_variant=lambda variant: (
            made if variant == Variant() else render.render_mail(context, issue, variant)
        ),
        password=smtp_password(context),
        folder=context.workspace.folder,
    ), made


async def send_job(
    context: AppContext,
    what: SendJob,
    *,
    stop: asyncio.Event,
    on_progress: Callable[[SendStatus], None] = lambda _: None,
    once: bool = False,
    limit: int | None = None,
    resume_restored: bool = False,
) -> SendStatus:
    """Send an approved issue; from the first message that is accepted on, it counts as out.

    Raises UsageError while nobody is on the list, SendPausedError when a person stopped it and nobody
    let it go on, and all that `send_issue` raises.
    """
    begun = read_status(context, what.issue)
    if not begun.total and not open_subscribers(context).count():  # the list is frozen at the start
        raise UsageError(
            "nobody is on the list: bring people in with “newsletter subscribers import FILE”"
        )
    if begun.wish:
        said = begun.why if begun.total else f"{begun.wish} was asked for by a person"
        raise SendPausedError(
            f"{what.issue}: {said}. To go on: newsletter send {what.issue} --go-on"
        )

    def report_progress(tally: SendStatus) -> None:
        _note_out(context, tally)
        on_progress(tally)

    try:
        tally = await sender.send_issue(
            what,
            open_ledger(context),
            stop=stop,
            on_progress=report_progress,
            once=once,
            limit=limit,
            resume_restored=resume_restored,
        )
    finally:
        if read_status(context, what.issue).total:
            open_schedule(context).delete(what.issue)
    _note_out(context, tally)
    with contextlib.suppress(
        StorageError
    ):  # the issue is out; the next one, or `newsletter tidy`, will do it
        reduce_old(
            context.engine,
            before=context.now - context.workspace.settings.newsletter.keep_deliveries,
        )
    return tally


def request_send_control(context: AppContext, name: str, wish: SendControl) -> None:
    """Ask the sending of an issue to pause or to stop, wherever it runs.

    It does within a second, or is not begun.
    """
    set_send_control(context.engine, name, wish, now=context.now)


def resume_send(context: AppContext, name: str) -> bool:
    """Forget that a person paused or stopped a sending; whether anybody had."""
    return clear_send_control(context.engine, name)


def is_at_work(context: AppContext, name: str) -> bool:
    """Whether a living process sends an issue, started from wherever."""
    return open_ledger(context).is_at_work(name)


def run_send(sending_: Coroutine[Any, Any, SendStatus]) -> SendStatus:
    """Run a sending to its end, in the way that is fastest on this machine."""
    return sender.run_send(sending_)


def _note_out(context: AppContext, tally: SendStatus) -> None:
    record = issues_of(context).read_record(tally.issue)
    if (tally.accepted or tally.unknown) and (record is None or record.published_at is None):
        approval.publish_issue(context, tally.issue)


def write_dry_run(
    context: AppContext, what: SendJob, folder: Path, *, limit: int | None = None
) -> int:
    """Write the exact messages to a folder; tells how many."""
    begun = open_ledger(context).find_send(what.issue)
    return delivery_dry_run.write_messages(
        what,
        open_subscribers(context).all(),
        folder,
        sending_id=begun.id if begun else 0,
        sent_at=begun.started_at if begun else context.now,
        limit=limit,
    )


def send_test(context: AppContext, what: SendJob, address: str) -> str:
    """Send one marked copy to an address; tells the server's words."""
    return asyncio.run(delivery_dry_run.send_test(what, address, now=context.now))


def read_status(context: AppContext, name: str) -> SendStatus:
    """How a sending stands."""
    return sender.read_status(open_ledger(context), name)


def list_recipients(
    context: AppContext, name: str, only: Collection[DeliveryStatus] = ()
) -> Iterator[Delivery]:
    """Everybody an issue goes to, or those that fared in some ways, and how it went."""
    return sender.list_recipients(
        open_ledger(context), context.workspace.settings, load_keys(context), name, only
    )


def list_unknown(context: AppContext, name: str) -> Iterator[Delivery]:
    """Those of whom nobody knows whether they have it, and of whom a person has not decided yet."""
    return (
        each
        for each in list_deliveries(context, name, DeliveryStatus.UNKNOWN)
        if not each.is_resolved
    )


def list_deliveries(context: AppContext, name: str, status: DeliveryStatus) -> Iterator[Delivery]:
    """Those whose messages fared in one way."""
    return open_ledger(context).recipients(name, (status,))


def resolve_unknown(
    context: AppContext, name: str, *, resend: bool, only: Collection[int] = ()
) -> SendStatus:
    """Settle the deliveries in doubt, all or those of some people."""
    return sender.resolve_unknown(
        open_ledger(context), name, resend=resend, now=context.now, only=only
    )
