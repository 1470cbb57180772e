"""Complaints.

A reader pressed “this is spam”, and the provider passes it on (RFC 5965, and those before it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.bounces.dsn import bare_address
from newsletter.bounces.incoming import DsnAction, RecipientStatus
from newsletter.bounces.mail_parts import DecodedMail, Fields, addresses_in

_NOT_OF_A_READER = frozenset({"auth-failure", "dmarc", "not-spam"})
"""Feedback that says nothing of a reader's wish: RFC 6591, RFC 6430."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a feedback report says."""

    recipient_statuses: tuple[RecipientStatus, ...]
    about_us: bool  # it tells of our set-up, and nobody asked to be left alone


def read_complaint(mail: DecodedMail) -> Complaint | None:
    """The complaint in a mail; None when it is none."""
    feedback = mail.feedback
    if feedback is None and not _says_so(mail):
        return None
    feedback = feedback or {}
    about_us = feedback.get("feedback-type", "abuse").strip().lower() in _NOT_OF_A_READER
    return Complaint(recipient_statuses=_recipients(feedback, mail.returned), about_us=about_us)


def _says_so(mail: DecodedMail) -> bool:
    """A report that is not built as the standard wants, or Microsoft's, which never followed it."""
    if mail.message.get_param("report-type") == "feedback-report":
        return True
    if re.search(r"(?im)^feedback-type:", mail.everything) and re.search(
        r"(?im)^user-agent:", mail.everything
    ):
        return bool(mail.returned)
    subject = mail.header("Subject").lower()
    return subject.startswith("complaint about message from ") and bool(mail.returned)


def _recipients(feedback: Fields, returned: Fields) -> tuple[RecipientStatus, ...]:
    for name in ("original-rcpt-to", "removal-recipient", "redacted-address"):
        address = bare_address(feedback.get(name, ""))
        if address:
            return (RecipientStatus(address=address, action=DsnAction.DELIVERED),)
    named = addresses_in([returned.get(name, "") for name in ("x-hmxmroriginalrecipient", "to")])
    return tuple(RecipientStatus(address=each, action=DsnAction.DELIVERED) for each in named[:20])
