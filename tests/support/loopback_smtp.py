"""A mail server on the loopback address that does what its script says."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

DROP = "drop"
"""A script's answer that closes the connection without a word."""


@dataclass
class Received:
    """One message as it came."""

    sender: str
    recipient: str
    content: bytes
    connection: int


@dataclass
class Loopback:
    """`script(command, number, connection)` gives a reply, DROP or None for the usual one.

    `command` is GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (while it comes), DOT or
    QUIT; `number` counts this command over all connections from 1; `connection` from 1. A reply may
    be a function that gets the writer, and returns True when it said what is usual.
    """

    script: Callable[[str, int, int], object] = lambda command, number, connection: None
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES")
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    lenient: bool = False  # takes DATA without a recipient, as RFC 2920 allows
    port: int = 0
    messages: list[Received] = field(default_factory=list)
    commands: Counter = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    recipient_of: dict[int, str] = field(
        default_factory=dict
    )  # of the envelope that each connection hands in
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    lost_replies: int = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Loopback]:
        self._tasks: set[asyncio.Task] = set()
        server = await asyncio.start_server(
            self._serve,
            "127.0.0.1",
            self.port,
            ssl=self.tls if self.implicit_tls else None,
            limit=1 << 24,
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def running_at(self, path: str) -> AsyncIterator[Loopback]:
        self._tasks = set()
        server = await asyncio.start_unix_server(self._serve, path, limit=1 << 20)
        try:
            yield self
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def recipients(self) -> Counter:
        return Counter(message.recipient for message in self.messages)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await _Session(self, reader, writer, self.connections).run()
        except (ConnectionError, asyncio.IncompleteReadError, _DroppedError, ssl.SSLError):
            pass
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            writer.transport.abort()


class _DroppedError(Exception):
    pass


class _Session:
    def __init__(self, server: Loopback, reader, writer, number: int) -> None:
        self.server, self.reader, self.writer, self.number = server, reader, writer, number
        self.sender = self.recipient = ""
        self.encrypted = server.implicit_tls

    async def say(self, command: str, usual: str) -> bool:
        """Answer a command; whether with the usual reply."""
        self.server.commands[command] += 1
        scripted = self.server.script(command, self.server.commands[command], self.number)
        if scripted == DROP:
            raise _DroppedError
        if callable(scripted):
            as_usual = await scripted(self.writer)
            if self.writer.transport.is_closing():
                raise _DroppedError
            return bool(as_usual)
        reply = usual if scripted is None else str(scripted)
        self.writer.write(reply.replace("\n", "\r\n").encode() + b"\r\n")
        await self.writer.drain()
        if reply.startswith("421"):
            raise _DroppedError
        return scripted is None or reply[:1] in "23"

    async def run(self) -> None:
        await self.say("GREETING", "220 loopback")
        while True:
            line = (await self.reader.readuntil(b"\n")).decode().strip()
            self.server.lines.append(line)
            verb = line.split(" ")[0].split(":")[0].upper()
            match verb:
                case "EHLO" | "LHLO":
                    await self.say("EHLO", self._hello())
                case "HELO":
                    await self.say("HELO", "250 loopback")
                case "STARTTLS":
                    if await self.say("STARTTLS", "220 go on"):
                        await self.writer.start_tls(self.server.tls)
                        self.encrypted = True
                case "AUTH":
                    await self.say("AUTH", "235 2.7.0 welcome")
                case "MAIL":
                    if self.sender:
                        self.writer.write(b"503 5.5.1 nested MAIL\r\n")
                    elif await self.say("MAIL", "250 2.1.0 ok"):
                        self.sender = _path(line)
                case "RCPT":
                    self.server.recipient_of[self.number] = _path(line)
                    if not self.sender:
                        self.writer.write(b"503 5.5.1 MAIL first\r\n")
                    elif await self.say("RCPT", "250 2.1.5 ok"):
                        self.recipient = _path(line)
                case "DATA":
                    if not self.recipient and not self.server.lenient:
                        self.writer.write(b"503 5.5.1 RCPT first\r\n")
                    elif await self.say("DATA", "354 go on"):
                        await self._message()
                case "RSET":
                    self.sender = self.recipient = ""
                    await self.say("RSET", "250 2.0.0 ok")
                case "QUIT":
                    await self.say("QUIT", "221 2.0.0 bye")
                    return
                case _:
                    self.writer.write(b"500 5.5.2 what?\r\n")

    def _hello(self) -> str:
        offered = list(self.server.extensions)
        if self.server.tls and not self.encrypted:
            offered.append("STARTTLS")
        words = ["loopback", *offered]
        return "\n".join(f"250{' ' if word is words[-1] else '-'}{word}" for word in words)

    async def _message(self) -> None:
        content = await self.reader.readuntil(b"\n")
        if (
            content != b".\r\n"
            and self.server.script("BODY", self.server.commands["DATA"], self.number) == DROP
        ):
            self.server.lost_replies += 1  # the sender may have written all of it by now
            raise _DroppedError
        while content != b".\r\n" and not content.endswith(b"\r\n.\r\n"):
            content += await self.reader.readuntil(b".\r\n")
        content = re.sub(rb"(\A|\r\n)\.", rb"\1", content[:-3])
        sender, recipient, self.sender, self.recipient = self.sender, self.recipient, "", ""
        if not recipient:
            self.writer.write(b"554 5.5.1 no valid recipients\r\n")
            return
        taken = Received(sender, recipient, content, self.number)
        self.server.commands["TAKEN"] += 1
        lost = self.server.script("TAKEN", self.server.commands["TAKEN"], self.number) == DROP
        if lost:
            self.server.messages.append(taken)  # it has it, and the reply is lost
            self.server.lost_replies += 1
            raise _DroppedError
        if await self.say("DOT", "250 2.0.0 ok: queued as 4ABC"):
            self.server.messages.append(taken)


def _path(line: str) -> str:
    return re.search(r"<([^>]*)>", line)[1]
