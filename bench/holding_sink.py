"""A mail server that takes everything and holds each of its replies back.

A round trip, as a distant server has.

.venv/bin/python bench/holding_sink.py PORT MILLISECONDS

On SIGTERM it prints `mesg=N`, the number of messages it took. It keeps none of them.
"""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop

END = b"\r\n.\r\n"
HELLO = b"250-holding\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n"
OK = b"250 2.0.0 ok\r\n"
REPLIES = {b"EHLO": HELLO, b"HELO": OK, b"MAIL": OK, b"RCPT": OK, b"RSET": OK}


class Session(asyncio.BufferedProtocol):
    """One connection. What comes together is answered together, after the wait."""

    taken = 0

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        self.space = bytearray(1 << 18)
        self.line = b""
        self.tail = b""  # the last bytes of a message that is not over
        self.in_message = False

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(b"220 holding\r\n")

    def get_buffer(self, _hint: int) -> bytearray:
        return self.space

    def buffer_updated(self, count: int) -> None:
        data, replies = bytes(memoryview(self.space)[:count]), []
        while data:
            data = self.message(data, replies) if self.in_message else self.commands(data, replies)
        if replies:
            asyncio.get_running_loop().call_later(
                self.wait_s, self.transport.write, b"".join(replies)
            )

    def message(self, data: bytes, replies: list[bytes]) -> bytes:
        """Pass over a message; what comes behind it."""
        data = self.tail + data
        end = data.find(END)
        if end < 0:
            self.tail = data[-4:]
            return b""
        self.in_message = False
        Session.taken += 1
        replies.append(OK)
        return data[end + len(END) :]

    def commands(self, data: bytes, replies: list[bytes]) -> bytes:
        """Answer one command; what comes behind it."""
        line, ended, rest = (self.line + data).partition(b"\n")
        if not ended:
            self.line = line
            return b""
        self.line = b""
        verb = line[:4].upper()
        if verb == b"DATA":
            self.in_message, self.tail = True, b"\r\n"
            replies.append(b"354 go on\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
            return b""
        else:
            replies.append(REPLIES.get(verb, b"500 what?\r\n"))
        return rest


async def serve(port: int, wait_s: float) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with await loop.create_server(lambda: Session(wait_s), "127.0.0.1", port, backlog=1024):
        await stop.wait()
        print(f"mesg={Session.taken}", file=sys.stderr)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
