"""The people on the list, and what becomes of their messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SubscriberState(StrEnum):
    """Only `active` is mailed."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    PENDING = "pending"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person on the list. `repr` hides who it is: being on the list is health information."""

    id: int
    address: str = field(repr=False)  # as the person wrote it
    name: str = field(default="", repr=False)
    state: SubscriberState = SubscriberState.ACTIVE
    why: str = ""
    language: str = ""  # empty: the newsletter's own
    sections: tuple[str, ...] = ()  # empty: all
    large_print: bool = False


class DeliveryStatus(StrEnum):
    """The ledger's words for one (issue, subscriber)."""

    QUEUED = "queued"  # on the frozen list, nothing done yet
    SENDING = "sending"  # the intent is on disk; the body may be on the wire
    ACCEPTED = "accepted"  # the server said 2yz after the final dot
    DEFERRED = "deferred"  # not accepted for now; tried again at `next_at`
    REFUSED = "refused"  # the server said 5yz for good, or the time to try is over
    UNKNOWN = "unknown"  # the link broke after the body: it may have arrived
    SUPPRESSED = "suppressed"  # the person left before the message was complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the ledger."""

    issue: str
    subscriber_id: int
    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    status: DeliveryStatus = DeliveryStatus.QUEUED
    message_id: str = ""  # without angle brackets; the same on every try
    attempts: int = 0
    reply: str = ""  # the server's own words, addresses masked
    is_resolved: bool = False  # in doubt, and left so by a person: asked about no more
    next_at: datetime | None = None
