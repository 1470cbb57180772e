"""One message by itself, step by step: outside the ledger, and so never tried twice."""

from __future__ import annotations

import asyncio

from newsletter.delivery.message import Message
from newsletter.delivery.replies import Phase, Reply, is_go_ahead
from newsletter.delivery.smtp import DATA_S, ENVELOPE_S, Link, LinkError, Server, open_link
from newsletter.errors import DeliveryError


async def send_alone(message: Message, server: Server, *, called: str) -> Reply:
    """Send one message; raises DeliveryError, without the address, when it was not taken.

    `called` is what people know it by: "the test copy".
    """
    try:
        link = await open_link(server)
        try:
            phase, reply = await _handed_over(link, message)
        finally:
            await asyncio.shield(link.quit())
    except LinkError as error:
        raise DeliveryError(f"{called} did not go: {error}") from error
    if not is_go_ahead(phase, reply):
        raise DeliveryError(f"{called} did not go: {server.called} answered {reply} to {phase.value}")
    return reply


async def _handed_over(link: Link, message: Message) -> tuple[Phase, Reply]:
    """The last reply, and what it answers; raises DeliveryError when the message is larger than the server takes."""
    if why := link.too_large(len(message.content)):
        raise DeliveryError(why)
    commands = link.envelope(message.envelope, len(message.content))
    for phase, command in zip((Phase.MAIL, Phase.RCPT, Phase.DATA), commands, strict=True):
        link.write(command)
        reply = await link.replies.take(DATA_S if phase is Phase.DATA else ENVELOPE_S)
        if not is_go_ahead(phase, reply):
            return phase, reply
    link.write(message.content + b".\r\n")
    return Phase.FINAL, await link.replies.take(link.final_s)
