"""The sending of one issue: passes over the ledger until nothing is due.

A message goes through the stages of `MessageStage`; where it stands when a link breaks decides what
is known of it: before its final dot it surely did not go, after it nobody knows (RFC 1047). Ctrl-C
sets `stop`: what is in flight is finished. Cancelling the task stops hard; both can be gone on
with.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from newsletter.config import Settings
from newsletter.delivery.clock import Clock, SystemClock, sleep_unless
from newsletter.delivery.connection import DeliveryWorker
from newsletter.delivery.due_queue import DueQueue
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.ledger_writer import LedgerWriter
from newsletter.delivery.messages.template import MessageContext, MessageTemplate, build_message_id
from newsletter.delivery.retry_policy import RetryPolicy
from newsletter.delivery.send_status import SendStatus
from newsletter.delivery.smtp import MailServer, open_smtp_connection, server_of
from newsletter.delivery.smtp_connection import SmtpConnectionError
from newsletter.delivery.throttle import DAY, Throttle
from newsletter.delivery.variants import VariantTemplates
from newsletter.errors import DeliveryError, StorageError
from newsletter.model import Delivery, DeliveryStatus, RenderedIssue, Variant
from newsletter.tokens import Keys

T = TypeVar("T")
HEARTBEAT_S = 1.0
PROGRESS_S = 0.25
# the ledger's thread needs Python's lock for moments only, and messages wait for its commits
SWITCH_S = 0.0005
AHEAD = 8  # claims for each connection before it is their turn, while nothing limits the pace


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJob:
    """What is to be sent, and by which server."""

    issue: str
    digest: str  # what was approved
    settings: Settings
    keys: Keys
    render_variant: Callable[[Variant], RenderedIssue]
    password: str | None = field(default=None, repr=False)
    folder: Path = Path()  # the workspace, where the files of DKIM keys stand

    def server(self) -> MailServer:
        """The server of the settings; raises UsageError when none is named."""
        return server_of(self.settings, self.password)

    def message_context(
        self, sending_id: int, sent_at: datetime, *, test: bool = False
    ) -> MessageContext:
        """What all messages of the sending have in common."""
        return MessageContext(
            settings=self.settings,
            keys=self.keys,
            issue=self.issue,
            sending_id=sending_id,
            sent_at=sent_at,
            sign=self._signer(sent_at),
            test=test,
        )

    def _signer(self, signed_at: datetime) -> Callable[[bytes], bytes] | None:
        if self.settings.dkim is None:
            return None
        from newsletter.delivery.messages.dkim_signing import (
            load_signer,
        )  # cryptography: only where it signs

        return load_signer(self.settings.dkim, self.folder, signed_at)


async def send_issue(
    order: SendJob,
    ledger: Ledger,
    *,
    stop: asyncio.Event | None = None,
    clock: Clock | None = None,
    on_progress: Callable[[SendStatus], None] | None = None,
    once: bool = False,
    limit: int | None = None,
    resume_restored: bool = False,
) -> SendStatus:
    """Send an issue to everybody on its frozen list who is still due, and go on until nobody is.

    `once`: one pass, no waiting for second tries. `limit`: at most so many messages. Raises
    SenderAtWorkError, NotApprovedError, RestoredLedgerError, UsageError (no server), DeliveryError
    (the server cannot be used at all) and StorageError; whatever happened until then is in the
    ledger.
    """
    server = order.server()
    clock, stop = clock or SystemClock(), stop or asyncio.Event()
    with ledger.start_session(
        order.issue, order.digest, now=clock.now(), resume_restored=resume_restored
    ) as run:
        recorder = LedgerWriter(run, clock)
        try:
            sender = await _IssueSender.create(
                order, server, ledger, recorder, stop, clock, on_progress
            )
            await sender.send(once=once, limit=limit)
        finally:
            await recorder.close()
    return ledger.read_status(order.issue)


class _IssueSender:
    """One run of a sending, with what its parts share."""

    def __init__(
        self,
        server: MailServer,
        recorder: LedgerWriter,
        context: RetryPolicy,
        variants: VariantTemplates,
        stop: asyncio.Event,
    ) -> None:
        self.server = server
        self.writer = recorder
        self.policy = context
        self.variants = variants
        self.stop = stop
        self.clock = recorder.clock
        self.on_progress: Callable[[SendStatus], None] | None = None
        self.reached = False  # the server was, at least once
        self._beaten_at = self.clock.monotonic()

    @classmethod
    async def create(
        cls,
        order: SendJob,
        server: MailServer,
        ledger: Ledger,
        recorder: LedgerWriter,
        stop: asyncio.Event,
        clock: Clock,
        on_progress: Callable[[SendStatus], None] | None,
    ) -> _IssueSender:
        run = recorder.run
        settings = order.settings.delivery
        accepted = ledger.count_accepted_since(clock.now() - DAY) if settings.per_day else []
        pace = Throttle(settings, order.settings.newsletter.zone, clock, accepted)
        context = RetryPolicy(await recorder.call(run.read_status), recorder, pace, settings)
        mailing = order.message_context(run.sending.id, run.sending.started_at)
        variants = VariantTemplates(
            lambda variant: MessageTemplate(order.render_variant(variant), mailing), order.settings
        )
        sender = cls(server, recorder, context, variants, stop)
        sender.on_progress = on_progress
        return sender

    async def send(self, *, once: bool, limit: int | None) -> None:
        """Passes until nothing is due; says in the ledger how it ended, whatever ended it."""
        await self._write_heartbeat("sending", "")
        beating = asyncio.create_task(self._keep_heartbeat())
        state, why = "paused", "the sending was stopped"
        try:
            state, why = await self._passes(once=once, limit=limit)
        except (DeliveryError, StorageError) as error:
            why = str(error)
            raise
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await asyncio.shield(self._last_words(state, why))

    async def _last_words(self, state: str, why: str) -> None:
        with contextlib.suppress(StorageError):
            await self._write_heartbeat(state, why)
        self._report_progress()

    async def _passes(self, *, once: bool, limit: int | None) -> tuple[str, str]:
        while True:
            feed = DueQueue(self.writer, began_at=self.clock.now(), limit=limit, ahead=self._ahead)
            await self._pass(feed)
            if feed.why_closed or self.stop.is_set():
                return "paused", feed.why_closed or "stopped by a person; `newsletter send` goes on"
            tally = await self.writer.call(self.writer.run.read_status)
            next_at = await self.writer.call(self.writer.run.next_at)
            if not tally.remaining and next_at is None:
                return "done", ""
            limit = feed.left
            if limit == 0 or (once and not tally.remaining):
                return "paused", _waiting(next_at, limit)
            if not tally.remaining and next_at is not None:
                await self._wait_for(next_at)

    def _ahead(self) -> int:
        return AHEAD * self.server.settings.connections if self.policy.throttle.is_free else 0

    async def _wait_for(self, next_at: datetime) -> None:
        """Wait for the next try, never long at a time: the machine's clock may be set meanwhile."""
        while (
            seconds := (next_at - self.clock.now()).total_seconds()
        ) > 0 and not self.stop.is_set():
            if seconds > timedelta(days=3).total_seconds():
                return  # the clock was set back: the ledger takes it as due
            await sleep_unless(self.stop, self.clock, min(seconds, 60.0))

    async def _pass(self, feed: DueQueue) -> None:
        """Everybody due now, on as many connections as may be.

        One that cannot work at all ends the others.
        """
        most = self.server.settings.connections
        workers = [asyncio.create_task(self._work(feed)) for _ in range(most)]
        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            failed = next((each.exception() for each in done if each.exception()), None)
            if failed is not None:
                feed.close(
                    str(failed) or "the sending was broken off"
                )  # the others finish what they have
                await asyncio.wait(workers)
                raise failed
        finally:
            for each in workers:
                each.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await feed.end()
            await self.writer.flush_pending()

    async def _work(self, feed: DueQueue) -> None:
        """One connection after the other, as long as somebody is due."""
        failures = 0
        while True:
            courier = DeliveryWorker(
                feed=feed, context=self.policy, variants=self.variants, stop=self.stop
            )
            job = await courier.next_message()
            if job is None:
                return
            try:
                link = await open_smtp_connection(self.server)
            except SmtpConnectionError as error:
                feed.give_back(job.queued)
                failures += 1
                await self._handle_connection_error(error, failures)
                continue
            except BaseException:
                feed.give_back(job.queued)
                raise
            self.reached, failures = True, 0
            await courier.send_messages(link, job)

    async def _handle_connection_error(self, error: SmtpConnectionError, failures: int) -> None:
        """A server that cannot be reached now: wait, or give up when it never could be."""
        if not self.reached and failures > 2:
            raise DeliveryError(
                f"{error}. Nothing was sent: look at [delivery] host and port"
            ) from error
        self.policy.trouble = str(error)
        await sleep_unless(self.stop, self.clock, min(2.0 ** (failures - 1), 300.0))

    async def _keep_heartbeat(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_S)
            self._report_progress()
            if self.clock.monotonic() - self._beaten_at >= HEARTBEAT_S:
                with contextlib.suppress(
                    StorageError
                ):  # the recorder will meet it too, and knows what to do
                    await self._write_heartbeat("sending", self.policy.trouble)
            await self._watch_send_control()

    async def _watch_send_control(self) -> None:
        """Stop when a person wants it, from whatever window or machine."""
        with contextlib.suppress(StorageError):
            if await self.writer.call(self.writer.run.read_send_control):
                self.stop.set()

    async def _write_heartbeat(self, state: str, why: str) -> None:
        now = self.clock.monotonic()
        seconds, self._beaten_at = now - self._beaten_at, now
        await self.writer.call(self.writer.run.write_heartbeat, state, why, seconds)

    def _report_progress(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.policy.tally())


def _waiting(next_at: datetime | None, left: int | None) -> str:
    if left == 0:
        return "as many as were asked for; `newsletter send` goes on"
    at = f" at {next_at:%Y-%m-%d %H:%M} UTC" if next_at else ""
    return f"some are tried again{at}; `newsletter send` goes on then"


def run_send(sending: Coroutine[Any, Any, T]) -> T:
    """Run a sending to its end, on uvloop where it is installed."""
    # The many objects of the imported libraries stay: looking through them for garbage was 15 % of
    # a sending's time.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    sys.setswitchinterval(SWITCH_S)
    try:
        import uvloop
    except ImportError:
        return asyncio.run(sending)
    return uvloop.run(sending)


def list_recipients(
    ledger: Ledger,
    settings: Settings,
    keys: Keys,
    issue: str,
    only: Collection[DeliveryStatus] = (),
) -> Iterator[Delivery]:
    """The deliveries of an issue, all or those of some states, with their Message-IDs."""
    sending = ledger.find_send(issue)
    if sending is None:
        return
    mailing = MessageContext(
        settings=settings, keys=keys, issue=issue, sending_id=sending.id, sent_at=sending.started_at
    )
    for delivery in ledger.recipients(issue, only):
        yield replace(delivery, message_id=build_message_id(mailing, delivery.subscriber_id))
