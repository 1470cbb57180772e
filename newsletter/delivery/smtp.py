"""A connection to a mail server on which every reply belongs to a command.

aiosmtplib connects, starts TLS and logs in. Then a protocol of ours takes the transport over: the
library's own loses the later of several replies that arrive together, and cannot tell whether a
link broke before or after the final dot. Nothing above this module sees aiosmtplib.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import re
import ssl
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import aiosmtplib

from newsletter.config import DeliverySettings, Login, Security, Settings
from newsletter.delivery.message import Envelope, sending_domain
from newsletter.delivery.smtp_replies import SmtpReply, mask_addresses
from newsletter.errors import DeliveryError, UsageError

CONNECT_S = 300.0  # RFC 5321, 4.5.3.2.1: the greeting may take five minutes
ENVELOPE_S = 300.0  # 4.5.3.2.2 and .3: MAIL and RCPT
DATA_S = 120.0  # 4.5.3.2.4
BLOCK_S = 180.0  # 4.5.3.2.5: a part of the message
FINAL_S = 600.0  # 4.5.3.2.6: the reply to the dot
QUIT_S = 5.0  # nothing hangs on it
MAX_REPLY_BYTES = 1 << 16
_REPLY_LINE = re.compile(rb"[2-5]\d\d(?:[ -]|$)").match


class SmtpConnectionError(Exception):
    """This connection is of no more use; another one may be.

    The words are for people, without addresses.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A mail server and how we come before it."""

    settings: DeliverySettings
    ehlo_name: str
    password: str | None = field(default=None, repr=False)
    final_s: float = FINAL_S

    @property
    def label(self) -> str:
        """The server in messages for people."""
        return self.settings.socket or f"{self.settings.host}:{self.settings.port}"


def server_of(settings: Settings, password: str | None) -> MailServer:
    """The mail server of the settings; raises UsageError when none is named."""
    delivery = settings.delivery
    if not delivery.host and not delivery.socket:
        raise UsageError("newsletter.toml, [delivery] host: name the mail server to send by")
    return MailServer(
        settings=delivery,
        ehlo_name=delivery.ehlo_name or sending_domain(settings),
        password=password,
    )


class ReplyReader(asyncio.Protocol):
    """Gathers the server's replies in their order, however they are cut into packets."""

    def __init__(self, *, block_s: float = BLOCK_S) -> None:
        self._block_s = block_s
        self._buffer = b""
        self._lines: list[str] = []
        self._ready: deque[SmtpReply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._broken: str | None = None
        self._writable: asyncio.Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._take_line(line.rstrip(b"\r"))
        if len(self._buffer) + sum(map(len, self._lines)) > MAX_REPLY_BYTES:
            self._break("the server sent an endless reply")
        self._wake()

    def _take_line(self, line: bytes) -> None:
        if self._broken:
            return  # after nonsense nothing can be told apart any more
        reply = _reply(line)
        if reply is None:
            self._break("the server sent something that is no reply")
            return
        if line[3:4] == b"-":
            self._lines.append(reply.words)
            return
        if self._lines:
            reply = SmtpReply(reply.code, _join_lines([*self._lines, reply.words]))
            self._lines = []
        self._ready.append(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(
            "the server closed the connection" if exc is None else "the connection was lost"
        )
        self._wake()

    def _break(self, why: str) -> None:
        self._broken = self._broken or why
        self.resume_writing()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    @property
    def waiting(self) -> int:
        """Replies that nobody asked for yet."""
        return len(self._ready)

    @property
    def broken(self) -> str | None:
        """Why nothing more will come; replies that came before may still wait."""
        return self._broken

    async def drain(self) -> None:
        """Wait until the system has taken what was written; raises LinkError."""
        if self._writable is not None:
            try:
                await asyncio.wait_for(asyncio.shield(self._writable), self._block_s)
            except TimeoutError:
                raise SmtpConnectionError("the server stopped taking the message") from None
        if self._broken:
            raise SmtpConnectionError(self._broken)

    async def read_reply(self, timeout_s: float) -> SmtpReply:
        """The next reply in order; raises LinkError when none comes."""
        while not self._ready:
            if self._broken:
                raise SmtpConnectionError(self._broken)
            self._waiter = asyncio.get_running_loop().create_future()
            timer = asyncio.get_running_loop().call_later(timeout_s, self._out_of_time)
            try:
                await self._waiter
            finally:
                timer.cancel()
        return self._ready.popleft()

    def _out_of_time(self) -> None:
        self._break("the server did not answer in time")
        self._wake()


@functools.lru_cache(maxsize=64)  # a server says the same few things all the time
def _reply(line: bytes) -> SmtpReply | None:
    """A line as a reply; None when it is none."""
    return (
        SmtpReply(int(line[:3]), line[4:].decode("utf-8", "replace").strip())
        if _REPLY_LINE(line)
        else None
    )


def _join_lines(lines: list[str]) -> str:
    """Several lines of a reply as one; an enhanced status code stands once."""
    status = re.match(r"[245]\.\d{1,3}\.\d{1,3}\s+", lines[0])
    if status is None:
        return " ".join(filter(None, lines))
    return " ".join(filter(None, (lines[0], *(line.removeprefix(status[0]) for line in lines[1:]))))


class SmtpConnection:
    """An open connection, ready for envelopes. After any LinkError it is only good for `abort`."""

    def __init__(
        self,
        transport: asyncio.WriteTransport,
        replies: ReplyReader,
        extensions: dict[str, str],
        *,
        final_s: float,
    ) -> None:
        self._transport = transport
        self.reader = replies
        self.extensions = extensions
        self.pipelining = "pipelining" in extensions
        self.smtputf8 = "smtputf8" in extensions
        largest = extensions.get("size", "")
        self.largest_bytes = (
            int(largest) if largest.isdecimal() else 0
        )  # 0: no limit is told (RFC 1870, 3)
        self.final_s = final_s
        self.offered = 0  # envelopes
        self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether an envelope may still be handed in."""
        return not self._closed and self.reader.broken is None

    @property
    def certificate_expiry(self) -> datetime | None:
        """When the server's certificate runs out; None on a link without TLS."""
        certificate = self._transport.get_extra_info("peercert")
        return (
            datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
            if certificate
            else None
        )

    def write(self, data: bytes) -> None:
        """Hand bytes to the system; whether they arrive, the replies tell."""
        self._transport.write(data)

    def write_together(self, *parts: bytes) -> None:
        """Hand several pieces to the system in one call."""
        self._transport.writelines(parts)

    def envelope(self, envelope: Envelope, size: int) -> tuple[bytes, bytes, bytes]:
        """MAIL, RCPT and DATA for a message of `size` bytes."""
        mail = f"MAIL FROM:<{envelope.sender}>"
        if "size" in self.extensions:
            mail += f" SIZE={size}"
        if envelope.needs_smtputf8:
            mail += " SMTPUTF8"
        return (
            mail.encode() + b"\r\n",
            b"RCPT TO:<" + envelope.recipient.encode() + b">\r\n",
            b"DATA\r\n",
        )

    def too_large(self, size: int) -> str:
        """Why the server will not take a message of `size` bytes, as it said in its greeting.

        Empty when it may.
        """
        if not self.largest_bytes or size <= self.largest_bytes:
            return ""
        return (
            f"the message has {size:,} bytes and the mail server takes {self.largest_bytes:,} at"
            " most (SIZE): shorten the issue, or send it by another server"
        )

    def abort(self) -> None:
        """Drop the connection at once: what was not ended by a dot is not a message."""
        self._closed = True
        self._transport.abort()

    async def quit(self) -> None:
        """Say good-bye; that it fails undoes nothing."""
        with contextlib.suppress(SmtpConnectionError):
            self.write(b"QUIT\r\n")
            await self.reader.read_reply(QUIT_S)
        self._closed = True
        self._transport.close()


async def open_smtp_connection(server: MailServer) -> SmtpConnection:
    """A connection that is safe to send on.

    Raises LinkError when it may work later, DeliveryError when it will not without a person: a
    server that is not the one it says, no encryption, a refused login.
    """
    if server.settings.protocol == "lmtp":
        return await _open_lmtp(server)
    client = _client(server)
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await _greet(client)
    except asyncio.CancelledError:
        client.close()
        raise
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        raise _login_error(server, error) from None  # its words may repeat what we sent
    except aiosmtplib.SMTPResponseException as error:
        client.close()
        words = str(SmtpReply(error.code, error.message))
        if 500 <= error.code < 600:
            raise DeliveryError(f"{server.label} refuses us: {words}") from None
        raise SmtpConnectionError(f"{server.label} answered {words}") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise _connect_error(server, error) from error
    transport = client.transport
    if transport is None or transport.is_closing():
        raise SmtpConnectionError(f"{server.label} closed the connection")
    replies = ReplyReader()
    transport.set_protocol(replies)
    extensions = {name.lower(): value for name, value in client.esmtp_extensions.items()}
    return SmtpConnection(
        cast(asyncio.WriteTransport, transport), replies, extensions, final_s=server.final_s
    )


class _SmtpClient(aiosmtplib.SMTP):
    """Hangs up at once, also when connecting fails.

    Over TLS it would wait for the server's good-bye, which may not come.
    """

    def close(self) -> None:
        transport = self.transport
        super().close()
        if transport is not None:
            cast(asyncio.WriteTransport, transport).abort()


def _client(server: MailServer) -> aiosmtplib.SMTP:
    settings = server.settings
    by_socket = bool(settings.socket)
    oauth = settings.user and settings.login is Login.XOAUTH2

    async def token() -> str:
        return server.password or ""

    return _SmtpClient(
        hostname=None if by_socket else settings.host,
        port=None if by_socket else settings.port,
        socket_path=settings.socket or None,
        username=settings.user or None,
        password=server.password if settings.user and not oauth else None,
        oauth_token_generator=token if oauth else None,
        local_hostname=server.ehlo_name,
        timeout=CONNECT_S,
        use_tls=settings.security is Security.TLS,
        start_tls=settings.security
        is Security.STARTTLS,  # True or False: None would fall back to clear text
        tls_context=None if settings.security is Security.NONE else tls_context(settings),
    )


def tls_context(settings: DeliverySettings) -> ssl.SSLContext:
    """What proves that a server is the one it says: the system's authorities, or one of our own."""
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:
        raise DeliveryError(
            f"newsletter.toml, [delivery] ca_file: {settings.ca_file} cannot be read as"
            f" certificates ({error.strerror})"
        ) from error


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def _login_error(server: MailServer, error: aiosmtplib.SMTPAuthenticationError) -> Exception:
    words = str(SmtpReply(error.code, _without(error.message, server.password or "")))
    if 400 <= error.code < 500:
        return SmtpConnectionError(f"{server.label} cannot check the login now: {words}")
    return DeliveryError(
        f"{server.label} refuses the login: {words}. Look at [delivery] user, and at"
        " NEWSLETTER_SMTP_PASSWORD"
    )


def _without(words: str, password: str) -> str:
    """A server's words without our password, plain or in the base64 of a login."""

    def tells(word: str) -> bool:
        with contextlib.suppress(ValueError):
            return password.encode() in base64.b64decode(word + "=" * (-len(word) % 4))
        return False

    if not password:
        return words
    words = words.replace(password, "…")
    return re.sub(
        r"[A-Za-z0-9+/]{8,}={0,2}",
        lambda found: "…" if tells(found[0].rstrip("=")) else found[0],
        words,
    )


def _connect_error(server: MailServer, error: Exception) -> Exception:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return DeliveryError(
            f"{server.label} is not surely the server it says ({cause.verify_message}): "
            "look at [delivery] host, or name its authority in ca_file"
        )
    if "STARTTLS extension not supported" in str(error):
        return DeliveryError(
            f"{server.label} offers no encryption (STARTTLS), and nothing was sent: try security ="
            ' "tls" and port 465'
        )
    if not isinstance(
        error, OSError
    ):  # lost links and time-outs are OSErrors too; what is left is the login
        return DeliveryError(
            f"{server.label} offers no way to log in that we know: look at [delivery] login and"
            " user"
        )
    return SmtpConnectionError(f"{server.label} cannot be reached: {mask_addresses(str(error))}")


async def _open_lmtp(server: MailServer) -> SmtpConnection:
    """LMTP (RFC 2033) to a relay on this machine, by unix socket or port."""
    loop = asyncio.get_running_loop()
    settings = server.settings
    try:
        if settings.socket:
            transport, replies = await loop.create_unix_connection(ReplyReader, settings.socket)
        else:
            transport, replies = await loop.create_connection(
                ReplyReader, settings.host, settings.port
            )
    except OSError as error:
        raise SmtpConnectionError(
            f"{server.label} cannot be reached: {error.strerror or error.__class__.__name__}"
        ) from error
    link = SmtpConnection(transport, replies, {}, final_s=server.final_s)
    try:
        greeting = await replies.read_reply(CONNECT_S)
        link.write(f"LHLO {server.ehlo_name}\r\n".encode())
        hello = await replies.read_reply(ENVELOPE_S)
    except SmtpConnectionError:
        link.abort()
        raise
    if greeting.code != 220 or hello.code != 250:
        link.abort()
        raise SmtpConnectionError(
            f"{server.label} answered {hello if greeting.code == 220 else greeting}"
        )
    words = hello.words.lower().split()
    known: dict[str, str] = {
        name: "" for name in ("pipelining", "size", "smtputf8") if name in words
    }
    if "size" in known:
        known["size"] = "".join(
            words[words.index("size") + 1 :][:1]
        )  # or the next extension, which is no figure
    return SmtpConnection(transport, replies, known, final_s=server.final_s)
