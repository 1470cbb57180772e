"""One plain mail to one person who just asked for it: a link to confirm.

It is no issue, and stands in no ledger.

It is marked as automatic (RFC 3834), so that nobody's out-of-office answers it, and tells no
illness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parseaddr

from newsletter.config import Settings
from newsletter.delivery.messages.encoded_text import (
    encode_header_text,
    encode_quoted_printable,
    to_header,
)
from newsletter.delivery.messages.template import Envelope, OutgoingMessage, sending_domain


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationMail:
    """What the person reads."""

    subject: str
    text: str  # lines divided by \\n
    recipient: str = field(repr=False)
    token: str = field(repr=False)  # makes the Message-ID


def build_confirmation(
    letter: ConfirmationMail, settings: Settings, *, now: datetime
) -> OutgoingMessage:
    """The exact bytes of a letter; pure."""
    name, address = parseaddr(settings.newsletter.sender)
    domain = sending_domain(settings)
    sender = f"{address.rpartition('@')[0]}@{domain}"
    message_id = f"{letter.token}@{domain}"
    headers = (
        b"From: " + to_header(name, sender),
        b"To: " + to_header("", letter.recipient),
        b"Subject: " + encode_header_text(letter.subject, used=9),
        b"Date: " + format_datetime(now.replace(microsecond=0)).encode("ascii"),
        b"Message-ID: <" + message_id.encode("ascii") + b">",
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: quoted-printable",
    )
    content = b"\r\n".join((*headers, b"", encode_quoted_printable(letter.text), b""))
    return OutgoingMessage(
        envelope=Envelope(sender=sender, recipient=letter.recipient),
        message_id=message_id,
        content=content,
    )
