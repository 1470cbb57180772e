"""Where bounces arrive: a folder of .eml files, or an IMAP mailbox. Nothing here decides anything.

A letter is never changed or marked as read; it is put away only when what was decided on it is on
disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from newsletter.bounces.mail_parts import MAX_BYTES
from newsletter.config import InboxSettings, Login, Security
from newsletter.errors import MailboxError, UsageError
from newsletter.platform_support import limit_wait

PROCESSED = "Processed"
TIMEOUT_S = 60
IDLE_S = 20 * 60  # RFC 2177 wants less than 29 minutes
POLL_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxMessage:
    """One mail in the mailbox."""

    place: str  # the same for this mail for ever
    name: str  # for people: file name, or UID


class Mailbox(Protocol):
    """What a run of the inbox needs."""

    def messages(self) -> Sequence[MailboxMessage]:
        """What is there, the oldest first."""

    def content(self, letter: MailboxMessage) -> bytes | None:
        """Its bytes, at most `MAX_BYTES`; None when somebody took it away."""

    def archive(self, letter: MailboxMessage) -> None:
        """Move it to where it is looked at no more; it may be gone already."""

    def wait(self, timeout_s: float) -> None:
        """Until something may have arrived, or the time is over."""


@dataclass
class FolderMailbox:
    """`.eml` files in a folder.

    Those that are done go to the folder `Processed` below it, where that can be written.
    """

    folder: Path
    _paths: dict[str, Path] = field(default_factory=dict)

    def messages(self) -> Sequence[MailboxMessage]:
        """Raises MailboxError when the folder cannot be read."""
        try:
            paths = sorted(
                each
                for each in self.folder.iterdir()
                if each.suffix.lower() == ".eml" and each.is_file()
            )
        except OSError as error:
            raise MailboxError(
                f"newsletter.toml, [inbox] folder: {self.folder} cannot be read ({error.strerror})"
            ) from error
        self._paths = {}
        found = []
        for path in paths:
            digest = self._digest(path)
            if digest:
                letter = MailboxMessage(place=f"file:{digest}", name=path.name)
                self._paths[path.name] = path
                found.append(letter)
        return found

    @staticmethod
    def _digest(path: Path) -> str:
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:  # taken away by another program, or not ours to read
            return ""

    def content(self, letter: MailboxMessage) -> bytes | None:
        try:
            with self._paths[letter.name].open("rb") as file:
                return file.read(MAX_BYTES)
        except OSError:
            return None

    def archive(self, letter: MailboxMessage) -> None:
        path = self._paths[letter.name]
        done = self.folder / PROCESSED
        with contextlib.suppress(
            OSError
        ):  # a folder that cannot be written: the decision on record is enough
            done.mkdir(mode=0o700, exist_ok=True)
            path.replace(_free(done / path.name))

    def wait(self, timeout_s: float) -> None:
        """Look every few seconds: works on every file system."""
        time.sleep(min(POLL_S, timeout_s))


def _free(path: Path) -> Path:
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


class ImapMailbox:
    """An IMAP mailbox by imap-tools.

    The folder INBOX is read, those that are done go to `Processed`.
    """

    def __init__(self, box: Any, name: str) -> None:
        self.box = box
        self.name = name
        self.validity = str(box.folder.status("INBOX", ["UIDVALIDITY"])["UIDVALIDITY"])
        # what a server can do it tells in full only after the login, and imaplib asked before
        self.abilities = frozenset(
            str(box.client.capability()[1][-1], "ascii", "replace").upper().split()
        )
        if not box.folder.exists(PROCESSED):
            box.folder.create(PROCESSED)

    def messages(self) -> Sequence[MailboxMessage]:
        with _translate_errors():
            uids = sorted(self.box.uids("UNDELETED"), key=int)
        return [
            MailboxMessage(place=f"imap:{self.name}:{self.validity}:{uid}", name=f"UID {uid}")
            for uid in uids
        ]

    def content(self, letter: MailboxMessage) -> bytes | None:
        with _translate_errors():
            status, parts = self.box.client.uid(
                "FETCH", _uid(letter), f"(BODY.PEEK[]<0.{MAX_BYTES}>)"
            )
        if status != "OK":
            return None
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def archive(self, letter: MailboxMessage) -> None:
        with _translate_errors():
            if "MOVE" in self.abilities:
                self.box.client.uid(
                    "MOVE", _uid(letter), PROCESSED
                )  # one step; imap-tools' own asks the old list
                return
            self.box.copy(_uid(letter), PROCESSED)
            self.box.client.uid("STORE", _uid(letter), "+FLAGS", r"(\Deleted)")
            if "UIDPLUS" in self.abilities:  # a plain EXPUNGE would take what others marked, too
                self.box.client.uid("EXPUNGE", _uid(letter))

    def wait(self, timeout_s: float) -> None:
        """IDLE (RFC 2177) where the server has it."""
        with _translate_errors():
            if "IDLE" in self.abilities:
                self._idle(min(IDLE_S, timeout_s))
            else:
                time.sleep(min(POLL_S * 12, timeout_s))
                self.box.client.noop()

    def _idle(self, timeout_s: float) -> None:
        until, idle = time.monotonic() + timeout_s, self.box.idle
        idle.start()
        while (left_s := until - time.monotonic()) > 0:
            if idle.poll(timeout=limit_wait(left_s)):
                break
        idle.stop()


def _uid(letter: MailboxMessage) -> str:
    return letter.place.rpartition(":")[2]


@contextlib.contextmanager
def open_mailbox(
    settings: InboxSettings, workspace: Path, password: str | None
) -> Iterator[Mailbox]:
    """The configured mailbox.

    Raises UsageError when there is none, MailboxError when it cannot be reached.
    """
    if settings.folder:
        yield FolderMailbox(workspace / Path(settings.folder).expanduser())
    elif settings.host:
        yield from _imap(settings, password)
    else:
        raise UsageError(
            'newsletter.toml: write [inbox] with folder = "…" (of .eml files), or host, user and'
            " address"
        )


def _imap(settings: InboxSettings, password: str | None) -> Iterator[Mailbox]:
    if not password:
        raise UsageError(
            "there is no password for the bounce mailbox: set NEWSLETTER_INBOX_PASSWORD, or"
            " NEWSLETTER_INBOX_PASSWORD_FILE"
        )
    with contextlib.ExitStack() as stack:
        with _translate_errors(settings.host):
            connection = stack.enter_context(
                contextlib.closing(_ImapConnection(settings, password))
            )
            box = ImapMailbox(connection.box, f"{settings.host}/{settings.user}")
        yield box


class _ImapConnection:
    """A logged-in connection that is closed whatever happens."""

    def __init__(self, settings: InboxSettings, password: str) -> None:
        from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.security is Security.TLS:
            self.box: Any = MailBox(
                settings.host, settings.port, timeout=TIMEOUT_S, ssl_context=context
            )
        elif settings.security is Security.STARTTLS:
            self.box = MailBoxStartTls(
                settings.host, settings.port, timeout=TIMEOUT_S, ssl_context=context
            )
        else:
            self.box = MailBoxUnencrypted(settings.host, settings.port, timeout=TIMEOUT_S)
        try:
            log_in = self.box.xoauth2 if settings.login is Login.XOAUTH2 else self.box.login
            log_in(settings.user, password)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self.box.client.logout()
        with contextlib.suppress(OSError):  # where there was nobody left to say good-bye to
            self.box.client.shutdown()


@contextlib.contextmanager
def _translate_errors(host: str = "") -> Iterator[None]:
    """IMAP's errors as one of ours; they never hold more than the server's words."""
    from imap_tools import ImapToolsError

    try:
        yield
    except (imaplib.IMAP4.error, ImapToolsError, OSError) as error:
        where = f" at {host}" if host else ""
        said = " ".join(str(error).split())[:300]
        raise MailboxError(
            f"the bounce mailbox{where} cannot be read: {said or type(error).__name__}"
        ) from error
