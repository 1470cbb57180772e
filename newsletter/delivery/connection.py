"""One connection's work: message after message, and what is known of each when something breaks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto

from newsletter.delivery.clock import sleep_unless
from newsletter.delivery.due_queue import DueQueue, QueuedRecipient
from newsletter.delivery.ledger_session import DueDelivery
from newsletter.delivery.messages.template import OutgoingMessage
from newsletter.delivery.retry_policy import RetryPolicy
from newsletter.delivery.smtp_connection import (
    DATA_S,
    ENVELOPE_S,
    SmtpConnection,
    SmtpConnectionError,
)
from newsletter.delivery.smtp_replies import SmtpPhase, SmtpReply, is_go_ahead, judge_reply
from newsletter.delivery.variants import VariantTemplates

END = b".\r\n"
AT_ONCE = (
    1 << 18
)  # a message up to this size goes in one piece with its end, when its claim is there already
BROKEN_OFF = "the sending was broken off before the server answered"
NO_SMTPUTF8 = (
    "cannot be addressed: the mail server takes no letters beyond ASCII before the @ (SMTPUTF8)"
)


class MessageStage(Enum):
    """How far a message has come."""

    OFFERED = auto()  # the envelope is on its way
    CLAIMED = auto()  # the body may be, without its end
    ENDED = auto()  # so is the final dot


@dataclass(slots=True)
class MessageInFlight:
    """A reader's message on its way."""

    queued: QueuedRecipient
    message: OutgoingMessage
    stage: MessageStage = MessageStage.OFFERED
    offered: bool = (
        False  # its envelope is already on the wire, behind the dot of the message before
    )

    @property
    def due(self) -> DueDelivery:
        """The delivery that is tried."""
        return self.queued.due


class DeliveryWorker:
    """Carries messages over one link."""

    def __init__(
        self,
        *,
        feed: DueQueue,
        context: RetryPolicy,
        variants: VariantTemplates,
        stop: asyncio.Event,
    ) -> None:
        self.queue = feed
        self.policy = context
        self.variants = variants
        self.stop = stop

    async def next_message(self) -> MessageInFlight | None:
        """The next one to be sent, when its moment has come.

        None when nobody is left or sending stops.
        """
        pace = self.policy.throttle
        while not self.stop.is_set() and not self.queue.why_closed:
            if closed_s := pace.compute_closed_s():
                self.policy.trouble = "waiting: quiet hours, or the messages of a day are used up"
                await sleep_unless(self.stop, pace.clock, min(closed_s, 60.0))
                continue
            turn = await self.queue.take()
            if turn is None:
                return None
            await sleep_unless(self.stop, pace.clock, pace.claim())
            if self.stop.is_set():
                self.queue.give_back(turn)
                return None
            return self._build_message(turn)
        return None

    def _build_message(self, turn: QueuedRecipient) -> MessageInFlight:
        reader = turn.due.subscriber
        return MessageInFlight(turn, self.variants.template_for(reader).fill(reader))

    def _following(self, link: SmtpConnection) -> MessageInFlight | None:
        """One whose envelope may ride behind the dot of the message before."""
        if not link.pipelining or self._is_used_up(link) or self.stop.is_set():
            return None
        turn = self.queue.take_ready()
        if turn is None:
            return None
        if not self.policy.throttle.claim_now():
            self.queue.give_back(turn)
            return None
        job = self._build_message(turn)
        if (job.message.envelope.needs_smtputf8 and not link.smtputf8) or link.too_large(
            len(job.message.content)
        ):
            self.queue.give_back(turn)
            return None
        return job

    def _is_used_up(self, link: SmtpConnection) -> bool:
        most = self.policy.settings.per_connection
        return bool(most) and link.offered >= most

    async def send_messages(self, link: SmtpConnection, job: MessageInFlight | None) -> None:
        """Send one after the other until nobody is left or the link is at its end."""
        following: list[MessageInFlight] = []
        try:
            while job is not None:
                job = await self._send_one(link, job, following)
                if job is None and link.is_open and not self._is_used_up(link):
                    job = await self.next_message()
            if link.is_open:
                await link.quit()
        finally:
            self._abort(link, following)

    async def _send_one(
        self, link: SmtpConnection, job: MessageInFlight, following: list[MessageInFlight]
    ) -> MessageInFlight | None:
        """Send one message; returns the one whose envelope went behind it."""
        if job.message.envelope.needs_smtputf8 and not link.smtputf8:
            self.policy.mark_refused(job.due, NO_SMTPUTF8)
            return None
        if why := link.too_large(len(job.message.content)):
            self.queue.close(f"{why}. Nobody is refused for it")
            self.queue.give_back(job.queued)
            return None
        try:
            phase, reply = await self._converse(link, job, following)
        except SmtpConnectionError as error:
            self._broken(link, job, str(error))
            self._abort(link, following)
            return None
        except _UnsubscribedError:
            self.policy.skip_suppressed(job.due)
            self._abort(link, following)  # without its end it is no message
            return None
        except asyncio.CancelledError:
            self._abandon_job(job)
            raise
        return await self._handle_reply(link, job, phase, reply, following)

    async def _handle_reply(
        self,
        link: SmtpConnection,
        job: MessageInFlight,
        phase: SmtpPhase,
        reply: SmtpReply,
        following: list[MessageInFlight],
    ) -> MessageInFlight | None:
        """Settle a message by its reply.

        The one whose envelope went behind it, while the link is good.
        """
        verdict = judge_reply(phase, reply)
        if verdict.close and self._may_retry_at_once(link, job):
            self.policy.throttle.slow_down()
            self._retry_at_once(job)
        else:
            self.policy.apply_verdict(job.due, verdict, reply)
        if verdict.pause:
            self.queue.close(
                f"the mail server says: {reply}. Look into it, then `newsletter send` goes on"
            )
        if verdict.close or (verdict.pause and following):
            self._abort(link, following)
            return None
        if phase is not SmtpPhase.FINAL and not await self._reset(link):
            return None
        return following.pop() if following else None

    async def _converse(
        self, link: SmtpConnection, job: MessageInFlight, following: list[MessageInFlight]
    ) -> tuple[SmtpPhase, SmtpReply]:
        """The reply that decides, and what it answers."""
        refused = await self._offer(link, job)
        if refused is not None:
            return refused
        granted = self.queue.claim(job.queued)
        job.stage = MessageStage.CLAIMED
        content = job.message.content
        at_once = granted.done() and len(content) <= AT_ONCE
        if not at_once:
            link.write(content)
        if not await granted:
            raise _UnsubscribedError
        if not at_once:
            await link.reader.drain()
            content = b""
        if not await self.policy.writer.final_check.may_send(job.due.subscriber.id):
            raise _UnsubscribedError
        if link.reader.waiting:
            raise SmtpConnectionError("the server answered before the message was complete")
        behind = self._envelope_behind(link, following)
        self.policy.writer.note_final_dot(job.due)
        job.stage = MessageStage.ENDED
        link.write_together(content, END + behind)
        return SmtpPhase.FINAL, await link.reader.read_reply(link.final_s)

    def _envelope_behind(self, link: SmtpConnection, following: list[MessageInFlight]) -> bytes:
        job = self._following(link)
        if job is None:
            return b""
        following.append(job)
        job.offered = True
        link.offered += 1
        return b"".join(link.envelope(job.message.envelope, len(job.message.content)))

    async def _offer(
        self, link: SmtpConnection, job: MessageInFlight
    ) -> tuple[SmtpPhase, SmtpReply] | None:
        """Hand in the envelope.

        None when the server waits for the message, else the reply that refuses it.
        """
        commands = link.envelope(job.message.envelope, len(job.message.content))
        if not job.offered:
            job.offered = True
            link.offered += 1
            if link.pipelining:
                link.write(b"".join(commands))
        if link.pipelining:
            return await self._read_envelope_replies(link)
        for phase, command in zip(
            (SmtpPhase.MAIL, SmtpPhase.RCPT, SmtpPhase.DATA), commands, strict=True
        ):
            link.write(command)
            reply = await link.reader.read_reply(DATA_S if phase is SmtpPhase.DATA else ENVELOPE_S)
            if not is_go_ahead(phase, reply):
                return phase, reply
        return None

    async def _read_envelope_replies(
        self, link: SmtpConnection
    ) -> tuple[SmtpPhase, SmtpReply] | None:
        """RFC 2920: all three replies are read; the first one that refuses decides."""
        refused: tuple[SmtpPhase, SmtpReply] | None = None
        for phase in (SmtpPhase.MAIL, SmtpPhase.RCPT, SmtpPhase.DATA):
            try:
                reply = await link.reader.read_reply(
                    DATA_S if phase is SmtpPhase.DATA else ENVELOPE_S
                )
            except SmtpConnectionError:
                if refused is None:
                    raise
                return refused
            if refused is None and not is_go_ahead(phase, reply):
                refused = phase, reply
            elif refused is not None and phase is SmtpPhase.DATA and reply.code == 354:
                # a server that waits for a message to nobody gets an empty one (RFC 2920, 3.1)
                link.write(END)
                await link.reader.read_reply(link.final_s)
        return refused

    async def _reset(self, link: SmtpConnection) -> bool:
        """Leave a refused envelope behind; whether the link is still good."""
        try:
            link.write(b"RSET\r\n")
            reply = await link.reader.read_reply(ENVELOPE_S)
        except SmtpConnectionError:
            reply = None
        if reply is None or reply.code != 250:
            link.abort()
            return False
        return True

    def _abort(self, link: SmtpConnection, following: list[MessageInFlight]) -> None:
        link.abort()
        while following:
            self.queue.give_back(following.pop().queued)

    def _broken(self, link: SmtpConnection, job: MessageInFlight, words: str) -> None:
        if job.stage is MessageStage.ENDED:
            self.policy.mark_unknown(job.due, words)
        elif job.stage is MessageStage.OFFERED and self._may_retry_at_once(link, job):
            self._retry_at_once(job)
        else:
            self.policy.defer(job.due, words)

    def _may_retry_at_once(self, link: SmtpConnection, job: MessageInFlight) -> bool:
        """A link at its end, with nothing said against this reader.

        Once more on a fresh one, at once.
        """
        return (
            job.stage is MessageStage.OFFERED
            and link.offered > 1
            and job.due.subscriber.id not in self.queue.retried_at_once
        )

    def _retry_at_once(self, job: MessageInFlight) -> None:
        self.queue.retried_at_once.add(job.due.subscriber.id)
        self.queue.give_back(job.queued)

    def _abandon_job(self, job: MessageInFlight) -> None:
        if job.stage is MessageStage.ENDED:
            self.policy.mark_unknown(job.due, BROKEN_OFF)
        elif job.queued.granted is not None:
            self.policy.writer.withdraw(job.due, job.queued.granted)


class _UnsubscribedError(Exception):
    """The person left before the message was complete."""
