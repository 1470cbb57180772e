"""What one mail to the bounce mailbox is, as values.

Nothing here knows a subscriber or decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class MailKind(StrEnum):
    """What a mail is."""

    BOUNCE = "bounce"  # a mail system says that it did not deliver, or not yet
    COMPLAINT = "complaint"  # a reader pressed “spam”; a provider passes it on
    UNSUBSCRIBE = "unsubscribe"
    AUTO_REPLY = "auto_reply"  # out of office, read receipts
    REPLY = "reply"  # a person answers
    OTHER = "other"


class DsnAction(StrEnum):
    """What a mail system did with a message (RFC 3464, 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"  # still trying
    DELIVERED = "delivered"
    RELAYED = "relayed"  # to a system that sends no reports
    EXPANDED = "expanded"  # delivered, and passed on to several


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    """What became of the message for one recipient."""

    address: str = field(
        default="", repr=False
    )  # as the mail system wrote it; empty when it did not
    action: DsnAction = DsnAction.FAILED
    status: str | None = None  # enhanced status code (RFC 3463)
    words: str = field(default="", repr=False)  # the mail system's own, for people

    @property
    def permanent(self) -> bool | None:
        """True: trying again is of no use; False: it may go another time.

        None: there was no failure.
        """
        if self.action is DsnAction.DELAYED:
            return False
        if self.action is not DsnAction.FAILED:
            return None
        return self.status is None or self.status.startswith("5")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """All that can be said of one mail without knowing our readers or our keys."""

    kind: MailKind
    recipient_statuses: tuple[
        RecipientStatus, ...
    ] = ()  # of a bounce or complaint: one for each recipient that it names
    message_ids: tuple[str, ...] = ()  # of the mails it is about or answers, without brackets
    addressed: tuple[
        str, ...
    ] = ()  # what looks like a token of ours in its own recipients and subject
    tokens: tuple[str, ...] = ()  # …and anywhere in it
    about_us: bool = (
        False  # a report on our own set-up (authentication failure), not on a reader's wish
    )
    automatic: bool = False  # no person wrote it
    subject: str = field(default="", repr=False)
    sender: str = field(
        default="", repr=False
    )  # address of From; who it claims to be, never who it is

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses that it says it is about."""
        return tuple(fate.address for fate in self.recipient_statuses if fate.address)

    @property
    def worst(self) -> RecipientStatus | None:
        """The fate that counts: a failure for good before one for now before none."""
        return min(self.recipient_statuses, key=_badness, default=None)

    @property
    def status(self) -> str | None:
        """The enhanced status code of the worst fate."""
        return self.worst.status if self.worst else None

    @property
    def permanent(self) -> bool | None:
        """Whether the worst fate is for good."""
        return self.worst.permanent if self.worst else None


def _badness(fate: RecipientStatus) -> int:
    return {True: 0, False: 1, None: 2}[fate.permanent]
