"""From an approved issue to its readers, and the list of who they are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Iterator
from pathlib import Path
from typing import Any

from newsletter.delivery import dry_run as delivery_dry_run
from newsletter.delivery import sender
from newsletter.delivery.ledger import LEFT_AS_IT_IS, Ledger
from newsletter.delivery.pause_stop import HeldBackError, Wish, let_go_on, make_wish
from newsletter.delivery.retention import reduce_old
from newsletter.delivery.schedule_repository import Plans
from newsletter.delivery.send_status import Tally
from newsletter.delivery.sender import Order
from newsletter.errors import StorageError, UsageError
from newsletter.issues import approval, render
from newsletter.issues import repository as issue_repository
from newsletter.model import Delivery, DeliveryStatus, RenderedIssue, Variant
from newsletter.subscribers.opt_in import Readers
from newsletter.subscribers.service import people
from newsletter.workspace.context import Desk
from newsletter.workspace.credentials import keys, smtp_password


def plans(desk: Desk) -> Plans:
    """When issues are to go."""
    return Plans(desk.engine, desk.workspace.private)


def ledger(desk: Desk) -> Ledger:
    """The record of what was sent to whom."""
    return Ledger(desk.engine, desk.workspace.private)


def order(desk: Desk, name: str, *, approved: bool) -> tuple[Order, RenderedIssue]:
    """What is to be sent, and the mail that everybody without choices of their own gets.

    Raises NotApprovedError when `approved` is asked for and the content is not.
    """
    issue = render.load(desk, name)
    made = approval.approved(desk, name) if approved else render.rendered(desk, issue)
    Readers(desk.engine, keys(desk)).end_pauses(now=desk.now)
    return Order(
        issue=name,
        digest=made.digest,
        settings=desk.workspace.settings,
        keys=keys(desk),
        render_variant=lambda variant: made if variant == Variant() else render.rendered(desk, issue, variant),
        password=smtp_password(desk),
        folder=desk.workspace.folder,
    ), made


async def send(
    desk: Desk,
    what: Order,
    *,
    stop: asyncio.Event,
    on_progress: Callable[[Tally], None] = lambda _: None,
    once: bool = False,
    limit: int | None = None,
    resume_restored: bool = False,
) -> Tally:
    """Send an approved issue; from the first message that is accepted on, it counts as out.

    Raises UsageError while nobody is on the list, HeldBackError when a person stopped it and nobody let it go on, and
    all that `send_issue` raises.
    """
    begun = status(desk, what.issue)
    if not begun.total and not people(desk).count():  # the list is frozen at the start
        raise UsageError("nobody is on the list: bring people in with “newsletter subscribers import FILE”")
    if begun.wish:
        said = begun.why if begun.total else f"{begun.wish} was asked for by a person"
        raise HeldBackError(f"{what.issue}: {said}. To go on: newsletter send {what.issue} --go-on")

    def progressed(tally: Tally) -> None:
        _note_out(desk, tally)
        on_progress(tally)

    try:
        tally = await sender.send_issue(
            what,
            ledger(desk),
            stop=stop,
            on_progress=progressed,
            once=once,
            limit=limit,
            resume_restored=resume_restored,
        )
    finally:
        if status(desk, what.issue).total:
            plans(desk).forget(what.issue)
    _note_out(desk, tally)
    with contextlib.suppress(StorageError):  # the issue is out; the next one, or `newsletter tidy`, will do it
        reduce_old(desk.engine, before=desk.now - desk.workspace.settings.newsletter.keep_deliveries)
    return tally


def ask(desk: Desk, name: str, wish: Wish) -> None:
    """Ask the sending of an issue to pause or to stop, wherever it runs; it does within a second, or is not begun."""
    make_wish(desk.engine, name, wish, now=desk.now)


def go_on(desk: Desk, name: str) -> bool:
    """Forget that a person paused or stopped a sending; whether anybody had."""
    return let_go_on(desk.engine, name)


def is_at_work(desk: Desk, name: str) -> bool:
    """Whether a living process sends an issue, started from wherever."""
    return ledger(desk).is_at_work(name)


def run(sending_: Coroutine[Any, Any, Tally]) -> Tally:
    """Run a sending to its end, in the way that is fastest on this machine."""
    return sender.run(sending_)


def _note_out(desk: Desk, tally: Tally) -> None:
    record = issue_repository.read_record(desk.workspace, tally.issue)
    if (tally.accepted or tally.unknown) and (record is None or record.published_at is None):
        approval.publish(desk, tally.issue)


def dry_run(desk: Desk, what: Order, folder: Path, *, limit: int | None = None) -> int:
    """Write the exact messages to a folder; tells how many."""
    begun = ledger(desk).sending(what.issue)
    return delivery_dry_run.write_messages(
        what,
        people(desk).all(),
        folder,
        sending_id=begun.id if begun else 0,
        sent_at=begun.started_at if begun else desk.now,
        limit=limit,
    )


def send_test(desk: Desk, what: Order, address: str) -> str:
    """Send one marked copy to an address; tells the server's words."""
    return asyncio.run(delivery_dry_run.send_test(what, address, now=desk.now))


def status(desk: Desk, name: str) -> Tally:
    """How a sending stands."""
    return sender.status_of(ledger(desk), name)


def recipients(desk: Desk, name: str, only: Collection[DeliveryStatus] = ()) -> Iterator[Delivery]:
    """Everybody an issue goes to, or those that fared in some ways, and how it went."""
    return sender.recipients_of(ledger(desk), desk.workspace.settings, keys(desk), name, only)


def in_doubt(desk: Desk, name: str) -> Iterator[Delivery]:
    """Those of whom nobody knows whether they have it, and of whom a person has not decided yet."""
    return (each for each in fared(desk, name, DeliveryStatus.UNKNOWN) if each.reply != LEFT_AS_IT_IS)


def fared(desk: Desk, name: str, status: DeliveryStatus) -> Iterator[Delivery]:
    """Those whose messages fared in one way."""
    return ledger(desk).recipients(name, (status,))


def resolve(desk: Desk, name: str, *, resend: bool, only: Collection[int] = ()) -> Tally:
    """Settle the deliveries in doubt, all or those of some people."""
    return sender.resolve(ledger(desk), name, resend=resend, now=desk.now, only=only)
