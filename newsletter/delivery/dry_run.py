"""Messages for looking at: written to a folder, or one marked copy to one address.

Nothing here touches the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from newsletter.delivery.messages.template import MessageTemplate, OutgoingMessage
from newsletter.delivery.sender import SendJob
from newsletter.delivery.smtp import MailServer, open_smtp_connection
from newsletter.delivery.smtp_connection import (
    DATA_S,
    ENVELOPE_S,
    SmtpConnection,
    SmtpConnectionError,
)
from newsletter.delivery.smtp_replies import SmtpPhase, SmtpReply, is_go_ahead
from newsletter.delivery.variants import VariantTemplates
from newsletter.errors import DeliveryError, StorageError, UsageError
from newsletter.formats.mailboxes import parse_address
from newsletter.model import Subscriber, SubscriberState, Variant

NO_SUBSCRIBER = 0
"""The number in the links of a test copy: whoever follows them changes nothing."""


def write_messages(
    order: SendJob,
    readers: Iterable[Subscriber],
    folder: Path,
    *,
    sending_id: int,
    sent_at: datetime,
    limit: int | None = None,
) -> int:
    """Write each active reader's exact message to `folder`, numbered, mode 0600; returns how many.

    With the `sending_id` and start of a sending that was begun, they are the very bytes of it.
    Raises StorageError.
    """
    mailing = order.message_context(sending_id, sent_at)
    variants = VariantTemplates(
        lambda variant: MessageTemplate(order.render_variant(variant), mailing), order.settings
    )
    written = 0
    try:
        for each in (
            *reversed(folder.parents),
            folder,
        ):  # `parents=True` would let others read those in between
            each.mkdir(mode=0o700, exist_ok=True)
        for reader in readers:
            if reader.state is not SubscriberState.ACTIVE:
                continue
            if written == limit:
                break
            written += 1
            path = folder / f"{written:07}.eml"
            path.touch(mode=0o600)
            path.write_bytes(variants.template_for(reader).fill(reader).content)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror})") from error
    return written


async def send_test(order: SendJob, address: str, *, now: datetime, name: str = "") -> str:
    """Send one copy, marked in its subject, to an address; returns the server's words.

    Raises UsageError when it is no address, DeliveryError when the server does not take it.
    """
    try:
        reader = Subscriber(id=NO_SUBSCRIBER, address=parse_address(address).text, name=name)
    except ValueError as error:
        raise UsageError(f"--test: {error}") from error
    server = order.server()
    message = MessageTemplate(
        order.render_variant(Variant()), order.message_context(0, now, test=True)
    ).fill(reader)
    return str(await send_single_message(message, server, called="the test copy"))


async def send_single_message(
    message: OutgoingMessage, server: MailServer, *, called: str
) -> SmtpReply:
    """Send one message; raises DeliveryError, without the address, when it was not taken.

    `label` is what people know it by: "the test copy".
    """
    try:
        link = await open_smtp_connection(server)
        try:
            phase, reply = await _transmit_message(link, message)
        finally:
            await asyncio.shield(link.quit())
    except SmtpConnectionError as error:
        raise DeliveryError(f"{called} did not go: {error}") from error
    if not is_go_ahead(phase, reply):
        raise DeliveryError(
            f"{called} did not go: {server.label} answered {reply} to {phase.value}"
        )
    return reply


async def _transmit_message(
    link: SmtpConnection, message: OutgoingMessage
) -> tuple[SmtpPhase, SmtpReply]:
    """The last reply, and what it answers.

    Raises DeliveryError when the message is larger than the server takes.
    """
    if why := link.too_large(len(message.content)):
        raise DeliveryError(why)
    commands = link.envelope(message.envelope, len(message.content))
    for phase, command in zip(
        (SmtpPhase.MAIL, SmtpPhase.RCPT, SmtpPhase.DATA), commands, strict=True
    ):
        link.write(command)
        reply = await link.reader.read_reply(DATA_S if phase is SmtpPhase.DATA else ENVELOPE_S)
        if not is_go_ahead(phase, reply):
            return phase, reply
    link.write(message.content + b".\r\n")
    return SmtpPhase.FINAL, await link.reader.read_reply(link.final_s)
