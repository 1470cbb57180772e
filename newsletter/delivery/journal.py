"""What a sender did since its last commit, for the one who comes after its death.

Claims may be on the disk some messages ahead of the wire. A line is written here before each final
dot, and what the server answered stands before the next dot of that connection: so whoever finds
claimed rows of a dead sender knows which messages surely did not go, and no more than one of each
connection is in doubt. The lines are handed to the system, not forced to the disk: they outlive the
process, not the machine. A journal of an earlier start of the machine, or of another machine, is
not believed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.errors import StorageError
from newsletter.model import DeliveryStatus
from newsletter.platform_support import open_private, replace_file, write_at

MAX_BYTES = 1 << 20  # then it starts over with what is still open
BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutcome:
    """What became of one try."""

    subscriber_id: int
    status: DeliveryStatus
    reply: str = ""
    next_at: datetime | None = None
    bounced: bool = False  # the server says that this mailbox does not exist: never mail it again
    attempts: int = 0  # tries before this one
    tried: bool = True  # False: the message did not go, and it counts as no try


AttemptKey = tuple[int, int]
"""A subscriber and how many tries went before: an earlier try says nothing of this one."""

JournalOutcomes = Mapping[AttemptKey, DeliveryOutcome | None]
"""What is known of each try whose message may have been complete on the wire; None: no answer."""


class Journal:
    """The journal of one issue's sender."""

    def __init__(self, folder: Path, issue: str, *, boot: Path = BOOT) -> None:
        self.path = folder / f"sending-{hashlib.sha256(issue.encode()).hexdigest()[:16]}.journal"
        self._boot = _name_in(boot)
        self._handle = -1
        self._sending_id = 0
        self._size = 0
        self._open: dict[
            int, bytes
        ] = {}  # the newest line of each whose outcome is not in the ledger yet
        self._waiting: list[bytes] = []  # answers, which go with the next dot

    def begin(self, sending_id: int) -> None:
        """Start an empty one, when the rows of the sender before are settled."""
        self._sending_id = sending_id
        self._open.clear()
        self._waiting.clear()
        self._start_over()

    def note_final_dot(self, subscriber_id: int, attempts: int) -> None:
        """Say that the final dot of a message goes next.

        Raises StorageError when it cannot be said.
        """
        line = b"%d %d\n" % (subscriber_id, attempts)
        before = self._open.get(subscriber_id)
        self._open[subscriber_id] = line
        try:
            self._write((*self._waiting, line))
        except StorageError:
            if before is None:  # its dot does not go: no line may ever say that it may have gone
                del self._open[subscriber_id]
            else:
                self._open[subscriber_id] = before
            raise
        self._waiting.clear()

    def _write(self, lines: Iterable[bytes]) -> None:
        data = b"".join(lines)
        if self._size + len(data) > MAX_BYTES:
            self._start_over()
            return
        try:
            written = write_at(self._handle, data, self._size)
            if written != len(data):
                os.ftruncate(
                    self._handle, self._size
                )  # half a line would be read as the beginning of the next one
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        if written != len(data):
            raise self._unwritable("the disk is full")
        self._size += written

    def add_outcome(self, settlement: DeliveryOutcome) -> None:
        """Keep what became of a message; it is written with the next dot."""
        line = b"%s\n" % _format_outcome(settlement)
        self._open[settlement.subscriber_id] = line
        self._waiting.append(line)

    def forget_outcomes(self, settled: Iterable[DeliveryOutcome]) -> None:
        """Forget what the ledger knows by now."""
        for each in settled:
            self._open.pop(each.subscriber_id, None)

    def _start_over(self) -> None:
        head = json.dumps({"boot": self._boot, "sending": self._sending_id}).encode() + b"\n"
        data = b"".join((head, *self._open.values()))
        passing = self.path.with_suffix(".new-journal")
        try:
            self._write_new(passing, data)
            self._let_go()  # Windows replaces no file that is open; POSIX would not mind
            try:
                replace_file(passing, self.path)
            finally:  # the new one; or the old one still, which is as true as before
                self._handle = open_private(self.path, os.O_WRONLY)
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        self._size = len(data)

    def _write_new(self, passing: Path, data: bytes) -> None:
        handle = open_private(passing, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        try:
            written = os.write(handle, data)
        finally:
            os.close(handle)
        if written != len(data):
            raise self._unwritable("the disk is full")

    def _unwritable(self, why: str | None) -> StorageError:
        return StorageError(f"{self.path.parent} cannot be written ({why})")

    def close(self) -> None:
        """Write the answers without a dot where the ledger was not written; close the file."""
        if self._handle != -1 and self._waiting:
            with contextlib.suppress(StorageError):
                self._write(self._waiting)
        self._waiting.clear()
        self._let_go()

    def _let_go(self) -> None:
        if self._handle != -1:
            os.close(self._handle)
            self._handle = -1

    def read_outcomes(self, sending_id: int) -> JournalOutcomes | None:
        """What a dead sender told; None when there is no journal that can be believed."""
        try:
            head, *lines = self.path.read_bytes().split(b"\n")
            start = json.loads(head)
            if not start["boot"] or start != {"boot": self._boot, "sending": sending_id}:
                return None
            return dict(
                map(_read, lines[:-1])
            )  # what stands behind the last line's end was cut off before its dot
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _name_in(boot: Path) -> str:
    """The name of this start of this machine; empty where it has none."""
    try:
        return boot.read_text("ascii").strip()
    except OSError:
        return ""


def _format_outcome(settlement: DeliveryOutcome) -> bytes:
    each = settlement
    next_at = each.next_at.isoformat() if each.next_at else "-"
    reply = " ".join(each.reply.split())
    return (
        f"{each.subscriber_id} {each.attempts} {each.status.value} {each.bounced:d} {each.tried:d}"
        f" {next_at} {reply}"
    ).encode()


def _read(line: bytes) -> tuple[AttemptKey, DeliveryOutcome | None]:
    number, attempts, *answer = line.decode().split(" ", 6)
    this = (int(number), int(attempts))
    if not answer:
        return this, None
    status, bounced, tried, next_at, reply = answer
    return this, DeliveryOutcome(
        subscriber_id=this[0],
        status=DeliveryStatus(status),
        reply=reply,
        next_at=None if next_at == "-" else datetime.fromisoformat(next_at),
        bounced=bounced == "1",
        attempts=this[1],
        tried=tried == "1",
    )
