"""What a mail server's reply means for one message; pure.

Only a 2yz after the final dot is *accepted*. What the server has against us (quota, policy, login,
the sender) is never held against a reader: the reader waits, and the whole issue stops until a
person has looked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.model import DeliveryStatus

MAX_WORDS = 500


class SmtpPhase(StrEnum):
    """Which of our commands a reply answers."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    FINAL = "the final dot"


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """A reply, its lines joined."""

    code: int
    words: str

    @property
    def status_code(self) -> tuple[int, int, int] | None:
        """The enhanced status code (RFC 3463) at its beginning."""
        found = re.match(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)", self.words)
        return (int(found[1]), int(found[2]), int(found[3])) if found else None

    def __str__(self) -> str:
        """Code and words, with addresses masked: the ledger shows them to people."""
        return f"{self.code} {mask_addresses(self.words)}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyVerdict:
    """What follows from a reply."""

    status: DeliveryStatus
    pause: bool = False  # the whole issue: the server has something against us
    slow: bool = False  # it is too much for the server
    close: bool = False  # this connection is at its end
    bounced: bool = False  # this mailbox does not exist


ACCEPTED = ReplyVerdict(status=DeliveryStatus.ACCEPTED)
_MAILBOX_GONE = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
"""X.1.1 and the like: no such mailbox or domain, moved, null MX, disabled (RFC 3463, RFC 7505)."""

_AGAINST_US = re.compile(
    r"""
          daily\ .{0,40}(?:limit|quota) | (?:sending|message|rate|hourly|daily)\ (?:limit|quota)
        | limit\ exceeded | too\ many\ messages | quota\ exceeded\ for\ sender
        | authentication\ required | not\ authenticated
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TOO_LARGE = (3, 4)  # X.3.4: for this system, and the next reader's message is as large
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_SLOW_CODES = frozenset({421, 450, 451, 452, 454})


def mask_addresses(words: str) -> str:
    """A server's words in one line without the addresses in them."""
    if "@" not in words and words.isprintable() and len(words) <= MAX_WORDS:
        return words
    words = re.sub(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:]+", "…@…", words)
    printable = "".join(each if each.isprintable() else " " for each in words)
    return " ".join(printable.split())[:MAX_WORDS]


def is_go_ahead(phase: SmtpPhase, reply: SmtpReply) -> bool:
    """Whether the server wants us to go on."""
    return reply.code == 354 if phase is SmtpPhase.DATA else 200 <= reply.code < 300


def judge_reply(phase: SmtpPhase, reply: SmtpReply) -> ReplyVerdict:
    """What a reply means for the message that it answers."""
    if phase is SmtpPhase.FINAL and 200 <= reply.code < 300:
        return ACCEPTED
    if 400 <= reply.code < 500:
        return ReplyVerdict(
            status=DeliveryStatus.DEFERRED,
            slow=reply.code in _SLOW_CODES,
            close=reply.code == 421,
            pause=_is_quota(reply),
        )
    if 500 <= reply.code < 600:
        return _for_good(phase, reply)
    # a 2yz to DATA, a 3yz elsewhere: the two sides no longer speak of the same thing
    return ReplyVerdict(status=DeliveryStatus.DEFERRED, close=True)


def _for_good(phase: SmtpPhase, reply: SmtpReply) -> ReplyVerdict:
    if (
        phase is SmtpPhase.MAIL
        or reply.code in _LOGIN_CODES
        or _is_quota(reply)
        or _is_policy(reply)
    ):
        return ReplyVerdict(status=DeliveryStatus.DEFERRED, pause=True)
    status = reply.status_code
    bounced = status is not None and status[0] == 5 and status[1:] in _MAILBOX_GONE
    return ReplyVerdict(status=DeliveryStatus.REFUSED, bounced=bounced)


def _is_quota(reply: SmtpReply) -> bool:
    status = reply.status_code
    return (status is not None and status[1:] == (4, 5)) or bool(_AGAINST_US.search(reply.words))


def _is_policy(reply: SmtpReply) -> bool:
    status = reply.status_code
    return status is not None and (status[1] in {5, 7} or status[1:] == _TOO_LARGE)
