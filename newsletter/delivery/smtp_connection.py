"""An open connection to a mail server: messages out, replies in, many at once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import ssl
from collections import deque
from datetime import UTC, datetime

from newsletter.delivery.messages.template import Envelope
from newsletter.delivery.smtp_replies import SmtpReply

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
        if not certificate:
            return None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)

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
