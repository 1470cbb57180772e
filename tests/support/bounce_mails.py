"""Mails as providers write them, about messages of ours; invented, and built here."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.tokens import Keys, Purpose

KEYS = Keys(b"an invented secret")
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DSN = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: bounces@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <dsn-1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b
Content-Type: text/rfc822-headers

From: LMS News <news@example.org>
To: {address}
Subject: November
Message-ID: <{message_id}>

--b--
"""

ARF = """\
From: feedback@provider.example
To: bounces@example.org
Subject: FW: November
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {type}
User-Agent: Feedback/1.0
Version: 1

--b
Content-Type: message/rfc822

From: LMS News <news@example.org>
To: redacted@provider.example
Message-ID: <{message_id}>
Subject: November

Dear reader
--b--
"""


def bounce_token(subscriber_id: int, sending_id: int = 1) -> str:
    return KEYS.sign(Purpose.BOUNCE, subscriber_id, sending_id)


def leave_token(subscriber_id: int, sending_id: int = 1) -> str:
    return KEYS.sign(Purpose.UNSUBSCRIBE, subscriber_id, sending_id)


def bounce(
    token: str = "",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    words: str = "550 User unknown",
    address: str = "ann@example.net",
) -> bytes:
    message_id = f"{token or 'other'}@example.org"
    return DSN.format(
        address=address, action=action, status=status, words=words, message_id=message_id
    ).encode()


def complaint(token: str = "", kind: str = "abuse") -> bytes:
    return ARF.format(type=kind, message_id=f"{token or 'other'}@example.org").encode()


def plain(body: str = "Hello", **headers: str) -> bytes:
    given = {"From": "Ann <ann@example.net>", "To": "news@example.org", "Subject": "Hello"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    return "\n".join([*lines, "", body]).encode()
