"""From an approved issue to its readers, and the list of who they are."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from newsletter.delivery import proof, sending
from newsletter.delivery.sending import Order
from newsletter.errors import StorageError, UsageError
from newsletter.followup import subscriptions
from newsletter.followup.subscriptions import Report, Row
from newsletter.formats.mailboxes import Address, parse_address
from newsletter.model import Delivery, DeliveryStatus, RenderedIssue, Subscriber, SubscriberState, Variant
from newsletter.pipeline import making
from newsletter.storage import issues
from newsletter.storage.ledger import LEFT_AS_IT_IS, Ledger
from newsletter.storage.people import Imported, People, Suppression
from newsletter.storage.plans import Plans
from newsletter.storage.readers import Readers
from newsletter.storage.retention import reduce_old
from newsletter.storage.standing import Tally
from newsletter.storage.wishes import HeldBackError, Wish, let_go_on, make_wish
from newsletter.workspace.context import Desk
from newsletter.workspace.credentials import keys, smtp_password
from newsletter.workspace.files import write_whole

_ADDRESS = re.compile(r"[^\s()<>,;]+@[^\s()<>,;]+")


def people(desk: Desk) -> People:
    """The list of subscribers."""
    return People(desk.store.engine, keys(desk))


def plans(desk: Desk) -> Plans:
    """When issues are to go."""
    return Plans(desk.store.engine, desk.workspace.private)


def ledger(desk: Desk) -> Ledger:
    """The record of what was sent to whom."""
    return Ledger(desk.store.engine, desk.workspace.private)


def import_list(desk: Desk, file: BinaryIO, *, name: str) -> tuple[Report, Path | None]:
    """Take a list export in: what was understood and done, and the file with the rejected lines, to be mended.

    Raises UsageError when it is no list.
    """
    mend = io.StringIO(newline="")
    report = subscriptions.import_list(people(desk), file, name=name, now=desk.now, mend=mend)
    if not report.rejected:
        return report, None
    called = _ADDRESS.sub("list", Path(name).stem)  # no file is called by a person
    path = desk.workspace.private / f"rejected-{called}.csv"
    write_whole(path, mend.getvalue(), private=True)
    return report, path


def foresee(desk: Desk, rows: Iterable[Row]) -> Imported:
    """What taking these people in would do; nothing is changed."""
    return people(desk).foresee(rows, now=desk.now)


def why_gone(desk: Desk, written: str) -> Suppression | None:
    """Why an address must never be written to, also when its person was erased; None: it may be, or it is none."""
    try:
        return people(desk).suppression(parse_address(written))
    except ValueError:
        return None


def addresses(written: Iterable[str]) -> tuple[Address, ...]:
    """Addresses as a person typed them; raises UsageError, which does not repeat them."""
    found = []
    for number, text in enumerate(written, 1):
        try:
            found.append(parse_address(text))
        except ValueError as error:
            raise UsageError(f"address {number}: {error}") from error
    return tuple(found)


def add_subscriber(desk: Desk, written: str, *, name: str = "") -> Imported:
    """Put one person on the list; one who left stays gone."""
    (address,) = addresses([written])
    return people(desk).take_in([Row(line=1, address=address, name=name)], now=desk.now)


def remove_subscribers(desk: Desk, written: Iterable[str]) -> int:
    """Note that these people want no more mail; tells how many were on the list."""
    listed = people(desk)
    removed = 0
    for address in addresses(written):
        known = listed.find(address)
        if known is None:
            listed.erase([address], now=desk.now)  # a keyed hash stays: a later import cannot bring them in
        elif listed.suppress(known.id, SubscriberState.UNSUBSCRIBED, "removed by staff", now=desk.now):
            removed += 1
    return removed


def export_list(desk: Desk, file: TextIO) -> int:
    """Write everybody as CSV; tells how many."""
    return people(desk).export(file)


def order(desk: Desk, name: str, *, approved: bool) -> tuple[Order, RenderedIssue]:
    """What is to be sent, and the mail that everybody without choices of their own gets.

    Raises NotApprovedError when `approved` is asked for and the content is not.
    """
    issue = making.load(desk, name)
    made = making.approved(desk, name) if approved else making.rendered(desk, issue)
    Readers(desk.store.engine, keys(desk)).end_pauses(now=desk.now)
    return Order(
        issue=name,
        digest=made.digest,
        settings=desk.workspace.settings,
        keys=keys(desk),
        render_variant=lambda variant: made if variant == Variant() else making.rendered(desk, issue, variant),
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
        tally = await sending.send_issue(
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
        reduce_old(desk.store.engine, before=desk.now - desk.workspace.settings.newsletter.keep_deliveries)
    return tally


def ask(desk: Desk, name: str, wish: Wish) -> None:
    """Ask the sending of an issue to pause or to stop, wherever it runs; it does within a second, or is not begun."""
    make_wish(desk.store.engine, name, wish, now=desk.now)


def go_on(desk: Desk, name: str) -> bool:
    """Forget that a person paused or stopped a sending; whether anybody had."""
    return let_go_on(desk.store.engine, name)


def is_at_work(desk: Desk, name: str) -> bool:
    """Whether a living process sends an issue, started from wherever."""
    return ledger(desk).is_at_work(name)


def run(sending_: Coroutine[Any, Any, Tally]) -> Tally:
    """Run a sending to its end, in the way that is fastest on this machine."""
    return sending.run(sending_)


def _note_out(desk: Desk, tally: Tally) -> None:
    record = issues.read_record(desk.workspace, tally.issue)
    if (tally.accepted or tally.unknown) and (record is None or record.published_at is None):
        making.publish(desk, tally.issue)


def dry_run(desk: Desk, what: Order, folder: Path, *, limit: int | None = None) -> int:
    """Write the exact messages to a folder; tells how many."""
    begun = ledger(desk).sending(what.issue)
    return proof.write_messages(
        what,
        people(desk).all(),
        folder,
        sending_id=begun.id if begun else 0,
        sent_at=begun.started_at if begun else desk.now,
        limit=limit,
    )


def send_test(desk: Desk, what: Order, address: str) -> str:
    """Send one marked copy to an address; tells the server's words."""
    return asyncio.run(proof.send_test(what, address, now=desk.now))


def status(desk: Desk, name: str) -> Tally:
    """How a sending stands."""
    return sending.status_of(ledger(desk), name)


def recipients(desk: Desk, name: str, only: Collection[DeliveryStatus] = ()) -> Iterator[Delivery]:
    """Everybody an issue goes to, or those that fared in some ways, and how it went."""
    return sending.recipients_of(ledger(desk), desk.workspace.settings, keys(desk), name, only)


def in_doubt(desk: Desk, name: str) -> Iterator[Delivery]:
    """Those of whom nobody knows whether they have it, and of whom a person has not decided yet."""
    return (each for each in fared(desk, name, DeliveryStatus.UNKNOWN) if each.reply != LEFT_AS_IT_IS)


def fared(desk: Desk, name: str, status: DeliveryStatus) -> Iterator[Delivery]:
    """Those whose messages fared in one way."""
    return ledger(desk).recipients(name, (status,))


def resolve(desk: Desk, name: str, *, resend: bool, only: Collection[int] = ()) -> Tally:
    """Settle the deliveries in doubt, all or those of some people."""
    return sending.resolve(ledger(desk), name, resend=resend, now=desk.now, only=only)


def subscribers(desk: Desk) -> Iterator[Subscriber]:
    """Everybody, in the order in which they were added."""
    return people(desk).all()
