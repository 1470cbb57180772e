"""From the bytes of a mail to what it is; pure, and true for any bytes.

The order decides: a complaint is sure by its form, a report too; a wish to stop comes before “a
program wrote it”, since mail programs send it for their users; prose comes last.
"""

from __future__ import annotations

import re

from newsletter.bounces import autoreplies
from newsletter.bounces.complaints import read_complaint
from newsletter.bounces.dsn import read_loose_report, read_notification, read_report
from newsletter.bounces.incoming import DsnAction, InboundMail, MailKind, RecipientStatus
from newsletter.bounces.mail_parts import DecodedMail, decode_mail
from newsletter.bounces.prose_bounces import looks_like_bounce, read_notice

__all__ = ["read_mail"]

_TOKEN = re.compile(r"(?<![A-Za-z2-7])[A-Za-z2-7]{45}(?![A-Za-z2-7])")
_MESSAGE_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
_LABELLED_ID = re.compile(r"(?im)message[ -]?id:?\s*<?([^<>\s@,;]{1,200}@[^<>\s@,;]{1,200})>?")
_OWN = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "Subject",
)
MAX_IDS = 40


def read_mail(content: bytes) -> InboundMail:
    """What a mail is, whom it is about, and what in it may be a token of ours.

    Any bytes are a mail.
    """
    mail = decode_mail(content)
    kind, fates, about_us = _recognise(mail)
    sender = mail.addresses("From")
    return InboundMail(
        kind=kind,
        recipient_statuses=fates,
        about_us=about_us,
        automatic=autoreplies.is_automatic(mail) or autoreplies.is_bulk(mail),
        message_ids=_message_ids(mail),
        addressed=_tokens(
            "\n".join(" ".join(map(str, mail.message.get_all(name, []))) for name in _OWN)
        ),
        tokens=_tokens(mail.everything),
        subject=mail.header("Subject"),
        sender=sender[0] if sender else "",
    )


def _recognise(mail: DecodedMail) -> tuple[MailKind, tuple[RecipientStatus, ...], bool]:
    complaint = read_complaint(mail)
    if complaint is not None:
        return MailKind.COMPLAINT, complaint.recipient_statuses, complaint.about_us
    told, fates = read_notification(mail)
    if told == "complaint":
        return MailKind.COMPLAINT, fates, False
    fates = fates or read_report(mail)
    if fates:
        return (
            (MailKind.BOUNCE if any(_is_failure(each) for each in fates) else MailKind.OTHER),
            fates,
            False,
        )
    if autoreplies.asks_to_stop(mail):
        return MailKind.UNSUBSCRIBE, (), False
    if looks_like_bounce(mail):
        return MailKind.BOUNCE, read_loose_report(mail) or read_notice(mail), False
    if autoreplies.is_automatic(mail):
        return MailKind.AUTO_REPLY, (), False
    return (MailKind.REPLY if autoreplies.is_answer(mail) else MailKind.OTHER), (), False


def _is_failure(fate: RecipientStatus) -> bool:
    return fate.action in {DsnAction.FAILED, DsnAction.DELAYED}


def _message_ids(mail: DecodedMail) -> tuple[str, ...]:
    """The ids of the mails that it is about or answers; never its own."""
    found = [mail.returned.get(name, "") for name in ("message-id", "x-original-message-id")]
    ids = [
        match[0].strip("<>") for each in found if (match := re.search(r"[^<>\s]+@[^<>\s]+", each))
    ]
    for name in ("In-Reply-To", "References", "X-Original-Message-ID", "Original-Message-ID"):
        ids += _MESSAGE_ID.findall(mail.header(name))
    for block in (*mail.reports, mail.feedback or {}):
        for name in ("original-message-id", "x-original-message-id", "message-id"):
            ids += [block[name].strip("<> ")] if name in block else []
    ids += _LABELLED_ID.findall(mail.notice)
    return tuple(dict.fromkeys(each for each in ids if each))[:MAX_IDS]


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.lower() for each in _TOKEN.findall(text)))[:MAX_IDS]
