"""What Windows does otherwise than Linux and macOS, decided here and nowhere else.

No other module asks which system it runs on: it calls a function of this one. `IS_POSIX` is read at
each call, so that a test on Linux can take the other way.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

IS_POSIX = os.name == "posix"

REPLACE_S = 2.0
"""For so long a file may be held open by another program: an editor, or one that looks for viruses."""
PAUSE_S = 0.02
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""What no name of a file may hold on Windows."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:\.|$)", re.IGNORECASE)
_NEW_GROUP, _NO_WINDOW = 0x00000200, 0x08000000  # CREATE_… in subprocess, on Windows alone


def has_file_modes() -> bool:
    """Whether the mode of a file says who may read it.

    Windows has access lists instead, which a file inherits from the folder of its user.
    """
    return IS_POSIX


def has_unix_sockets() -> bool:
    """Whether asyncio reaches a server by a unix socket here."""
    return IS_POSIX


def is_file_name(name: str) -> bool:
    """Whether a file or folder may be called so on this computer."""
    if IS_POSIX:
        return bool(name) and "/" not in name and "\0" not in name
    is_reserved = _RESERVED.match(name) or name.endswith((".", " "))
    return bool(name) and not is_reserved and not FORBIDDEN.search(name)


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a file of bytes, which is made for its owner alone where `flags` make it.

    Not inherited by other processes (PEP 446). Raises OSError.
    """
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)


def write_at(handle: int, data: bytes, position: int) -> int:
    """Write into an open file at a place; how many bytes went, which a full disk makes fewer.

    The handle is used by one thread at a time. Raises OSError.
    """
    if IS_POSIX:
        return os.pwrite(handle, data, position)
    os.lseek(handle, position, os.SEEK_SET)
    return os.write(handle, data)


def replace_file(source: Path, target: Path) -> None:
    """Put a file in the place of another at once; raises OSError.

    Windows refuses while anybody has one of them open, so it is tried again for a moment.
    """
    until = time.monotonic() + (0 if IS_POSIX else REPLACE_S)
    while True:
        try:
            source.replace(target)
            return
        except PermissionError:
            if time.monotonic() >= until:
                raise
            time.sleep(PAUSE_S)


def choose_start_method(available: list[str]) -> str:
    """How processes that read documents begin: by a fork server, or each from nothing."""
    return "forkserver" if IS_POSIX and "forkserver" in available else "spawn"


def detach_process() -> dict[str, Any]:
    """Arguments for Popen, by which a process outlives the one that started it, and its terminal."""
    if IS_POSIX:
        return {"start_new_session": True}
    return {"creationflags": _NEW_GROUP | _NO_WINDOW}


@contextlib.contextmanager
def handle_stop_signals(stop: Callable[[int], None]) -> Iterator[None]:
    """Call `stop` in the running event loop with each signal that asks the program to end.

    Without it Ctrl-C would be a KeyboardInterrupt in the middle of something.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in list_stop_signals()}

    def pass_on(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        loop.call_soon_threadsafe(stop, number)  # it also wakes a loop that waits

    for number in before:
        if IS_POSIX:
            loop.add_signal_handler(number, stop, number)
        else:
            signal.signal(number, pass_on)
    try:
        yield
    finally:
        for number, handler in before.items():
            if IS_POSIX:
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


def list_stop_signals() -> tuple[int, ...]:
    """Ctrl-C, the end that a service manager asks for, and Ctrl-Break where there is one."""
    named = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGBREAK"))
    return tuple(number for number in named if number is not None)


def prepare_output(stream: TextIO) -> None:
    """Let no sentence fail because a stream cannot write one of its characters.

    A terminal keeps its own encoding, and shows ? for what it lacks. What goes into a file or to
    another program is UTF-8 (for JSON: RFC 8259, 8.1) and never loses a letter; where
    PYTHONIOENCODING asks for another encoding, what that lacks is an error.
    """
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None or _is_unicode(stream.encoding):
        return
    if stream.isatty():
        reconfigure(errors="replace")
    elif not os.environ.get("PYTHONIOENCODING"):
        reconfigure(encoding="utf-8")


def keep_line_ends(stream: TextIO) -> None:
    """Write line ends as they come: a CSV brings its own, to which Windows would add another."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and not IS_POSIX:
        reconfigure(newline="")


def limit_wait(seconds: float) -> float:
    """How long to wait for a network at once: on Windows no Ctrl-C is seen before it is over."""
    return seconds if IS_POSIX else min(seconds, 1.0)


def _is_unicode(encoding: str | None) -> bool:
    return (encoding or "").lower().replace("_", "-") in {"utf-8", "utf8", "utf-16-le"}
