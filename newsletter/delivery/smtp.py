"""A connection to a mail server on which every reply belongs to a command.

aiosmtplib connects, starts TLS and logs in. Then a protocol of ours takes the transport over: the
library's own loses the later of several replies that arrive together, and cannot tell whether a
link broke before or after the final dot. Nothing above this module sees aiosmtplib.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from dataclasses import dataclass, field
from typing import Any, cast

import aiosmtplib

from newsletter.config import DeliverySettings, Login, Security, Settings
from newsletter.delivery.messages.template import sending_domain
from newsletter.delivery.smtp_connection import (
    ENVELOPE_S,
    FINAL_S,
    ReplyReader,
    SmtpConnection,
    SmtpConnectionError,
)
from newsletter.delivery.smtp_replies import SmtpReply, mask_addresses
from newsletter.errors import DeliveryError, UsageError
from newsletter.platform_support import has_unix_sockets

CONNECT_S = 300.0  # RFC 5321, 4.5.3.2.1: the greeting may take five minutes


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
    if delivery.socket and not has_unix_sockets():
        raise UsageError(
            "newsletter.toml, [delivery] socket: this computer has no unix sockets: name the host"
            " and port of the mail server instead"
        )
    return MailServer(
        settings=delivery,
        ehlo_name=delivery.ehlo_name or sending_domain(settings),
        password=password,
    )


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

    async def starttls(self, **options: Any) -> aiosmtplib.SMTPResponse:
        """As the library does, but a server that offers none is told by the type of the error."""
        if self.is_ehlo_or_helo_needed:
            await _greet(self)
        if not self.supports_extension("starttls"):
            raise _NoEncryptionError("the server offers no STARTTLS")
        return await super().starttls(**options)


class _NoEncryptionError(aiosmtplib.SMTPException):
    """The server offers no STARTTLS, and we do not send without."""


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
    if isinstance(error, _NoEncryptionError):
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
    transport, replies = await _connect_lmtp(server)
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
        answer = hello if greeting.code == 220 else greeting
        raise SmtpConnectionError(f"{server.label} answered {answer}")
    return SmtpConnection(transport, replies, _extensions_in(hello), final_s=server.final_s)


async def _connect_lmtp(server: MailServer) -> tuple[asyncio.WriteTransport, ReplyReader]:
    loop, settings = asyncio.get_running_loop(), server.settings
    try:
        if settings.socket:
            return await loop.create_unix_connection(ReplyReader, settings.socket)
        return await loop.create_connection(ReplyReader, settings.host, settings.port)
    except OSError as error:
        raise SmtpConnectionError(
            f"{server.label} cannot be reached: {error.strerror or error.__class__.__name__}"
        ) from error


def _extensions_in(hello: SmtpReply) -> dict[str, str]:
    """The extensions that we make use of, with the figure of SIZE."""
    words = hello.words.lower().split()
    known: dict[str, str] = {
        name: "" for name in ("pipelining", "size", "smtputf8") if name in words
    }
    if "size" in known:
        # or the next extension, which is no figure
        known["size"] = "".join(words[words.index("size") + 1 :][:1])
    return known
