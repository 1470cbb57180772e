"""Every exception that a caller is meant to catch, in one tree.

A failed *part* (one feed of ten, one recipient of a thousand) is a value; a failed *whole* is one
of these::

    NewsletterError
    ├── UsageError              exit 2: the command or the configuration is wrong
    │   ├── ConfigError         newsletter.toml: every mistake in it, at once
    │   ├── WorkspaceError      no workspace here, or it cannot be written
    │   └── IssueFileError      an issue.toml that cannot be read: file, line, remedy
    ├── SpreadsheetError        a file is no table; its caller says so as UsageError or SourceError
    ├── SourceError             one source could not be read; becomes a value in collecting
    ├── PluginError             a package that adds something does not load: which, and why
    ├── TemplateError           a template is wrong: file, line, remedy
    ├── NotApprovedError        sending was asked for content that nobody approved
    ├── SenderAtWorkError       another process sends this issue, or waits for its time
    ├── SendPausedError         a person paused or stopped the sending
    ├── RestoredLedgerError     the ledger may not know whom we mailed
    ├── StorageError            the disk or the database refused
    ├── DeliveryError           the mail server cannot be used at all
    └── MailboxError            the bounce mailbox cannot be read

What a caller has to tell apart is an attribute, such as `NotApprovedError.changed`, and never a
part of the sentence. An exception that does not leave its capability is defined there.

The words of an error say what happened, where, and what to do; they never hold a subscriber's
address.
"""

from __future__ import annotations

from dataclasses import dataclass


class NewsletterError(Exception):
    """The root. `exit_code` is what the command line ends with: 1 needs a person, 2 wrong usage."""

    exit_code = 1


class UsageError(NewsletterError):
    """The command, its options or a file that people write is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a file that a person wrote."""

    where: str  # file, line, table and key, as precise as is known
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}"


class ConfigError(UsageError):
    """newsletter.toml cannot be used. `mistakes` holds all of them, in the order of the file."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class WorkspaceError(UsageError):
    """There is no workspace here, or it cannot be read or written."""


class IssueFileError(UsageError):
    """An issue.toml, approval or other file of an issue cannot be understood."""


class SourceError(NewsletterError):
    """One source could not be read.

    The message is a sentence for staff: what was found, and what to do. `inside_host` is the host
    that was not asked because it stands inside one's own network; empty for any other failure.
    """

    def __init__(self, message: str, *, inside_host: str = "") -> None:
        self.inside_host = inside_host
        super().__init__(message)


class PluginError(NewsletterError):
    """What another package adds to the program cannot be used; nothing else is touched by it."""

    def __init__(self, name: str, package: str, reason: str) -> None:
        self.name = name  # what it adds
        self.package = package  # and its version
        super().__init__(
            f"“{name}”, which the package {package} adds, cannot be used ({reason}): update the"
            " package, or remove it"
        )


class SpreadsheetError(NewsletterError):
    """A file is no CSV or workbook that can be read; the message says what to do."""


class TemplateError(NewsletterError):
    """A template cannot be rendered: names the file and the line."""


class NotApprovedError(NewsletterError):
    """The content to be sent is not what was approved.

    `changed` says that something was approved, or begun, and is another thing now.
    """

    def __init__(self, message: str, *, changed: bool = False) -> None:
        self.changed = changed
        super().__init__(message)


class SenderAtWorkError(NewsletterError):
    """Another process is sending this issue right now, or waits for its time."""


class SendPausedError(NewsletterError):
    """A person paused or stopped the sending, and nobody let it go on."""


class RestoredLedgerError(NewsletterError):
    """The ledger may not know whom we mailed; a person has to say that it may be gone on with."""


class StorageError(NewsletterError):
    """The disk is full, a folder is read-only, or the database refused.

    `is_locked` says that somebody else has the database open, and it may work in a moment.
    """

    def __init__(self, message: str, *, is_locked: bool = False) -> None:
        self.is_locked = is_locked
        super().__init__(message)


class DeliveryError(NewsletterError):
    """The mail server cannot be used at all.

    It is not reached, not trusted, or refuses us as a whole.
    """


class MailboxError(NewsletterError):
    """The bounce mailbox cannot be read."""
