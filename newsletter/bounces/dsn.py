"""Delivery status notifications (RFC 3464), and the same facts in the JSON of a cloud relay."""

from __future__ import annotations

import json
import re
from typing import Any

from newsletter.bounces.incoming import DsnAction, RecipientStatus
from newsletter.bounces.mail_parts import DecodedMail, Fields, blocks
from newsletter.bounces.status_codes import best_status, parse_status_field

_ACTIONS = {each.value: each for each in DsnAction} | {
    "failure": DsnAction.FAILED,
    "fail": DsnAction.FAILED,
    "expired": DsnAction.FAILED,
    "error": DsnAction.FAILED,
    "delivery-delayed": DsnAction.DELAYED,
    "deliverable": DsnAction.DELIVERED,
    "success": DsnAction.DELIVERED,
}
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_ADDRESS = re.compile(r"[^\s<>;,()]+@[^\s<>;,()]+[^\s<>;,().]")


def read_report(mail: DecodedMail) -> tuple[RecipientStatus, ...]:
    """One fate for each recipient of a delivery report; empty when the mail holds none."""
    return tuple(_fate(each, mail.notice) for each in mail.reports if _is_of_recipient(each))


def read_loose_report(mail: DecodedMail) -> tuple[RecipientStatus, ...]:
    """The same where the lines of a report stand in a mail's own text.

    Ask it only for a mail that looks like a bounce.
    """
    found = blocks(mail.whole_text)
    return tuple(
        _fate(each, mail.notice)
        for each in found
        if any(name in each for name in _RECIPIENT_FIELDS[:2])
    )


def _is_of_recipient(block: Fields) -> bool:
    return any(name in block for name in _RECIPIENT_FIELDS) or (
        "status" in block and "action" in block
    )


def _fate(block: Fields, notice: str) -> RecipientStatus:
    words = " ".join(
        filter(None, (block.get("diagnostic-code", ""), block.get("x-supplementary-info", "")))
    )
    declared = parse_status_field(block.get("status", ""))
    status = best_status(declared, words) if words else best_status(declared, notice)
    action = _action(block.get("action", ""), status)
    if action is DsnAction.FAILED and status and status.startswith("2"):
        action = DsnAction.DELIVERED
    return RecipientStatus(address=_recipient(block), action=action, status=status, words=words)


def _action(written: str, status: str | None) -> DsnAction:
    word = re.match(r"[a-z-]*", written.strip().lower())
    known = _ACTIONS.get(word[0] if word else "")
    if known:
        return known
    return DsnAction.DELIVERED if status and status.startswith("2") else DsnAction.FAILED


def _recipient(block: Fields) -> str:
    """The address of `rfc822; user@host` (RFC 3464, 2.3.2); the first field that holds one."""
    for name in _RECIPIENT_FIELDS:
        address = bare_address(block.get(name, "").rpartition(";")[2])
        if address:
            return address
    return ""


def bare_address(written: str) -> str:
    """The address in `<user@host>`, `(user@host)` or `"first last"@host`.

    Empty when there is none.
    """
    written = written.strip().strip("<>").strip()
    if re.fullmatch(r'"[^"\r\n]{1,64}"@[^\s<>@]+', written):
        return written
    found = _ADDRESS.search(written)
    return found[0].strip("<>\"'") if found else ""


def read_notification(mail: DecodedMail) -> tuple[str, tuple[RecipientStatus, ...]]:
    """What a notification of Amazon SES reports: `bounce`, `complaint` or `delivery`, and statuses.

    The kind is empty for anything else.
    """
    text = re.sub(r"\r?\n ?", "", mail.notice.partition("\n--")[0]).strip()
    if not text.startswith("{") or "otificationType" not in text:
        return "", ()
    told = _json(text)
    if isinstance(told.get("Message"), str):
        told = _json(told["Message"])
    kind = str(told.get("notificationType") or told.get("eventType") or "").lower()
    part = told.get(kind)
    if not isinstance(part, dict):
        return "", ()
    rows = part.get(_RECIPIENTS.get(kind, ""), part.get("recipients"))
    return kind, tuple(
        _read_ses_recipient(each, kind, part) for each in (rows if isinstance(rows, list) else ())
    )


def _json(text: str) -> dict[str, Any]:
    try:
        told, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


_RECIPIENTS = {
    "bounce": "bouncedRecipients",
    "complaint": "complainedRecipients",
    "delivery": "recipients",
}


def _read_ses_recipient(row: Any, kind: str, part: dict[str, Any]) -> RecipientStatus:
    row = row if isinstance(row, dict) else {"emailAddress": row}
    words = str(row.get("diagnosticCode") or part.get("smtpResponse") or "")
    declared = parse_status_field(str(row.get("status") or ""))
    return RecipientStatus(
        address=bare_address(str(row.get("emailAddress") or "")),
        action=DsnAction.FAILED if kind == "bounce" else DsnAction.DELIVERED,
        status=None if kind == "complaint" else best_status(declared, words),
        words=words,
    )
