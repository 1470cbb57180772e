"""One plain mail to one person who just asked for it: a link to confirm. Not an issue, and in no ledger.

It is marked as automatic (RFC 3834), so that nobody's out-of-office answers it, and tells no illness.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parseaddr

from newsletter.config import Settings
from newsletter.delivery.message import (
    Envelope,
    Message,
    encoded_words,
    quoted,
    sending_domain,
    to_header,
)
from newsletter.delivery.proof import hand_over
from newsletter.delivery.replies import is_go_ahead
from newsletter.delivery.smtp import LinkError, Server, open_link
from newsletter.errors import DeliveryError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the person reads."""

    subject: str
    text: str  # lines divided by \\n
    recipient: str = field(repr=False)
    token: str = field(repr=False)  # makes the Message-ID


def message_of(letter: Letter, settings: Settings, *, now: datetime) -> Message:
    """The exact bytes of a letter; pure."""
    name, address = parseaddr(settings.newsletter.sender)
    domain = sending_domain(settings)
    sender = f"{address.rpartition('@')[0]}@{domain}"
    message_id = f"{letter.token}@{domain}"
    headers = (
        b"From: " + to_header(name, sender),
        b"To: " + to_header("", letter.recipient),
        b"Subject: " + encoded_words(letter.subject, used=9),
        b"Date: " + format_datetime(now.replace(microsecond=0)).encode("ascii"),
        b"Message-ID: <" + message_id.encode("ascii") + b">",
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: quoted-printable",
    )
    content = b"\r\n".join((*headers, b"", quoted(letter.text), b""))
    return Message(envelope=Envelope(sender=sender, recipient=letter.recipient), message_id=message_id, content=content)


def server_of(settings: Settings, password: str | None) -> Server:
    """The mail server of the settings; raises UsageError when none is named."""
    delivery = settings.delivery
    if not delivery.host and not delivery.socket:
        raise UsageError("newsletter.toml, [delivery] host: name the mail server to send by")
    return Server(settings=delivery, ehlo_name=delivery.ehlo_name or sending_domain(settings), password=password)


async def send_letter(message: Message, server: Server) -> None:
    """Send one message; raises DeliveryError, without the address, when it was not taken."""
    try:
        link = await open_link(server)
        try:
            phase, reply = await hand_over(link, message)
        finally:
            await asyncio.shield(link.quit())
    except LinkError as error:
        raise DeliveryError(f"the mail did not go: {error}") from error
    if not is_go_ahead(phase, reply):
        raise DeliveryError(f"the mail did not go: {server.called} answered {reply} to {phase.value}")
