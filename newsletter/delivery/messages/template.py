"""An issue as the exact bytes of a message; pure.

Built once for each variant, with places; for each reader only the places are filled. The message is
7-bit (quoted-printable), every line is ended by CRLF and none begins with a dot, so that what is
signed is what goes over the wire. A place stands alone between two soft line breaks: whatever is
put there, no line grows too long.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parseaddr
from enum import IntEnum
from urllib.parse import quote

from newsletter.config import Settings
from newsletter.delivery.messages.encoded_text import (
    SOFT,
    encode_header_text,
    encode_place,
    encode_quoted_printable,
    format_mailbox,
    to_header,
)
from newsletter.model import RenderedIssue, Subscriber
from newsletter.placeholders import Placeholder
from newsletter.tokens import Keys, Purpose


class MergeField(IntEnum):
    """What of a message is a reader's own."""

    TO = 0
    NAME_TEXT = 1
    NAME_HTML = 2
    MESSAGE_ID = 3
    UNSUBSCRIBE = 4
    PREFERENCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the mail server is told before the message."""

    sender: str
    recipient: str = field(repr=False)

    @property
    def needs_smtputf8(self) -> bool:
        """Whether the recipient's local part is not ASCII (RFC 6531)."""
        return not self.recipient.isascii()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One reader's message, and its envelope."""

    envelope: Envelope
    message_id: str  # without angle brackets
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContext:
    """What all messages of one sending have in common."""

    settings: Settings
    keys: Keys
    issue: str
    sending_id: int
    sent_at: datetime
    sign: Callable[[bytes], bytes] | None = field(default=None, repr=False)  # adds DKIM signatures
    test: bool = False
    _inbox: tuple[str, str] = field(
        init=False, repr=False
    )  # local part and domain of the bounce mailbox

    def __post_init__(self) -> None:
        local, _, domain = parseaddr(self.settings.inbox.address)[1].rpartition("@")
        object.__setattr__(self, "_inbox", (local, ascii_domain(domain)))

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address that readers see."""
        return parseaddr(self.settings.newsletter.sender)

    @property
    def domain(self) -> str:
        """The domain of `from`, in A-labels."""
        return sending_domain(self.settings)

    @property
    def mailbox(self) -> str:
        """Where answers are read that carry a token in the subject."""
        settings = self.settings.newsletter
        return parseaddr(settings.reply_to)[1] or self.sender[1]

    def return_path(self, token: str) -> str:
        """The envelope sender.

        The bounce mailbox with this message's token, or the plain `from`.
        """
        local, domain = self._inbox
        if not local:
            return f"{self.sender[1].rpartition('@')[0]}@{self.domain}"
        return f"{local}+{token}@{domain}"

    def links(self) -> Mapping[Placeholder, tuple[str, MergeField, str]]:
        """Mark → the link before the token, the token's place, the link after it."""
        return {
            Placeholder.UNSUBSCRIBE: (
                self._link("u", MergeField.UNSUBSCRIBE) or self.unsubscribe_by_mail()
            ),
            Placeholder.PREFERENCES: (
                self._link("p", MergeField.PREFERENCES)
                or (f"mailto:{self.mailbox}?subject=preferences%20", MergeField.PREFERENCES, "")
            ),
        }

    def _link(self, path: str, place: MergeField) -> tuple[str, MergeField, str] | None:
        public = self.settings.public
        return (f"{public.url.rstrip('/')}/{path}/", place, "") if public and public.url else None

    def unsubscribe_by_mail(self) -> tuple[str, MergeField, str]:
        """`mailto:` with the token behind a + of the bounce mailbox, or in a subject."""
        local, domain = self._inbox
        if not local:
            return (
                f"mailto:{quote(self.mailbox, safe='@+')}?subject=unsubscribe%20",
                MergeField.UNSUBSCRIBE,
                "",
            )
        return (
            f"mailto:{quote(local, safe='')}+",
            MergeField.UNSUBSCRIBE,
            f"@{domain}?subject=unsubscribe",
        )


def sending_domain(settings: Settings) -> str:
    """The domain of `from`, in A-labels."""
    return ascii_domain(parseaddr(settings.newsletter.sender)[1].rpartition("@")[2])


def ascii_domain(domain: str) -> str:
    """A domain in A-labels (RFC 5890)."""
    return domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii")


class MessageTemplate:
    """One variant of an issue as bytes with places. `fill` makes a reader's message of it."""

    def __init__(self, rendered: RenderedIssue, mailing: MessageContext) -> None:
        self.mailing = mailing
        self._fallback_name = rendered.fallback_name
        pieces = [*_headers(rendered, mailing), *_bodies(rendered, mailing)]
        joined = _join_pieces(pieces)
        self._literal = joined
        self._places = [
            (index, piece) for index, piece in enumerate(joined) if isinstance(piece, MergeField)
        ]
        self._wanted = {place for _, place in self._places}
        self._domain = mailing.domain

    def fill(self, reader: Subscriber) -> OutgoingMessage:
        """The message of a reader; the same bytes on every try."""
        mailing = self.mailing
        message_token = mailing.keys.sign(Purpose.BOUNCE, reader.id, mailing.sending_id)
        values: dict[MergeField, bytes] = {
            MergeField.TO: to_header(reader.name, reader.address),
            MergeField.MESSAGE_ID: message_token.encode("ascii"),
            MergeField.UNSUBSCRIBE: (
                mailing.keys.sign(Purpose.UNSUBSCRIBE, reader.id, mailing.sending_id).encode(
                    "ascii"
                )
            ),
        }
        if MergeField.PREFERENCES in self._wanted:
            token = mailing.keys.sign(Purpose.PREFERENCES, reader.id, mailing.sending_id)
            values[MergeField.PREFERENCES] = token.encode("ascii")
        if MergeField.NAME_TEXT in self._wanted or MergeField.NAME_HTML in self._wanted:
            name = reader.name or self._fallback_name
            escaped = html.escape(name)
            values[MergeField.NAME_TEXT] = placed = encode_place(name)
            values[MergeField.NAME_HTML] = placed if escaped == name else encode_place(escaped)
        # the places are filled next
        content: list[bytes] = list(self._literal)  # type: ignore[arg-type]
        for index, place in self._places:
            content[index] = values[place]
        complete = b"".join(content)
        return OutgoingMessage(
            envelope=Envelope(sender=mailing.return_path(message_token), recipient=reader.address),
            message_id=f"{message_token}@{self._domain}",
            content=complete if mailing.sign is None else mailing.sign(complete),
        )


def build_message_id(mailing: MessageContext, subscriber_id: int) -> str:
    """The Message-ID, without brackets, of a reader's message; known without building it."""
    return (
        f"{mailing.keys.sign(Purpose.BOUNCE, subscriber_id, mailing.sending_id)}@{mailing.domain}"
    )


TemplatePart = bytes | MergeField


def _headers(rendered: RenderedIssue, mailing: MessageContext) -> list[TemplatePart]:
    settings = mailing.settings.newsletter
    name, address = mailing.sender
    subject = ("[Test] " if mailing.test else "") + rendered.subject
    pieces: list[TemplatePart] = [
        b"From: ", format_mailbox(name, f"{address.rpartition('@')[0]}@{mailing.domain}", used=6), b"\r\n",
        b"To: ", MergeField.TO, b"\r\n",
        b"Subject: ", encode_header_text(subject, used=9), b"\r\n",
        b"Date: ", format_datetime(mailing.sent_at).encode("ascii"), b"\r\n",
        b"Message-ID: <", MergeField.MESSAGE_ID, b"@" + mailing.domain.encode("ascii") + b">\r\n",
    ]  # fmt: skip
    if settings.reply_to:
        reply_name, reply_address = parseaddr(settings.reply_to)
        pieces += [b"Reply-To: ", format_mailbox(reply_name, reply_address, used=10), b"\r\n"]
    pieces += [
        b"MIME-Version: 1.0\r\n",
        b"List-Id: ",
        format_mailbox(settings.title, f"newsletter.{mailing.domain}", used=9),
    ]
    pieces += [b"\r\n", *_unsubscribe_header(mailing)]
    pieces.append(f"Feedback-ID: {_feedback_id(mailing)}\r\n".encode("ascii"))
    boundary = _boundary(rendered)
    pieces.append(
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    )
    return pieces


def _unsubscribe_header(mailing: MessageContext) -> list[TemplatePart]:
    """RFC 2369 and RFC 8058.

    No address is ever folded, -Post stands if and only if there is an https one.
    """
    by_mail = mailing.unsubscribe_by_mail()
    web = mailing.links()[Placeholder.UNSUBSCRIBE]
    if not web[0].startswith("https://"):
        return [
            b"List-Unsubscribe: <",
            by_mail[0].encode(),
            by_mail[1],
            by_mail[2].encode(),
            b">\r\n",
        ]
    return [
        b"List-Unsubscribe: <", web[0].encode("ascii"), web[1], b">,\r\n <",
        by_mail[0].encode("ascii"), by_mail[1], by_mail[2].encode("ascii"), b">\r\n",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ]  # fmt: skip


def _feedback_id(mailing: MessageContext) -> str:
    """Gmail's: the issue, the kind, the sender of 5 to 15 characters; nothing of the reader."""
    issue = re.sub(r"[^A-Za-z0-9_-]", "-", mailing.issue)[:40] or "issue"
    who = re.sub(r"[^a-z0-9]", "", mailing.domain)[:15].ljust(5, "0")
    return f"{issue}:newsletter:{who}"


def _boundary(rendered: RenderedIssue) -> str:
    """Cannot stand in a quoted-printable part: there = has two digits or a line's end behind it.

    RFC 2045, section 6.7.
    """
    return f"=_{re.sub(r'[^0-9a-zA-Z]', '', rendered.digest)[:32]}"


def _bodies(rendered: RenderedIssue, mailing: MessageContext) -> list[TemplatePart]:
    boundary = _boundary(rendered).encode("ascii")
    links = mailing.links()
    text = _split_at_marks(
        rendered.text, {**links, Placeholder.NAME: ("", MergeField.NAME_TEXT, "")}, str
    )
    page = _split_at_marks(
        rendered.html, {**links, Placeholder.NAME: ("", MergeField.NAME_HTML, "")}, html.escape
    )
    return [
        b"--" + boundary + b"\r\n" + _part_headers("plain"), *text,
        b"\r\n--" + boundary + b"\r\n" + _part_headers("html"), *page,
        b"\r\n--" + boundary + b"--\r\n",
    ]  # fmt: skip


def _part_headers(subtype: str) -> bytes:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding:"
        " quoted-printable\r\n\r\n"
    ).encode("ascii")


def _split_at_marks(
    text: str,
    values: Mapping[Placeholder, tuple[str, MergeField, str]],
    escape: Callable[[str], str],
) -> list[TemplatePart]:
    """A text part in quoted-printable with places where its marks stood."""
    text = re.sub(r"\r\n?|\n", "\n", text)
    pieces: list[TemplatePart] = []
    done, carried = 0, ""  # `carried`: the end of a link, which stands in the next literal
    for found in re.finditer("|".join(map(re.escape, values)), text):
        before, place, after = values[Placeholder(found[0])]
        literal = carried + text[done : found.start()] + escape(before)
        pieces += [encode_quoted_printable(literal, goes_on=True), place, SOFT]
        done, carried = found.end(), escape(after)
    return [*pieces, encode_quoted_printable(carried + text[done:])]


def _join_pieces(pieces: Sequence[TemplatePart]) -> list[TemplatePart]:
    """Neighbouring bytes as one."""
    joined: list[TemplatePart] = []
    for piece in pieces:
        if isinstance(piece, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
