"""A traceback that shows local variables, as some tools make them.

Our nouns keep a reader's address and secrets back.
"""

from __future__ import annotations

import io
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.canary import ADDRESS, NAME, OF_HER, OF_THE_PASSWORD, PASSWORD, forms, told_in
from support.public_page import Page

from newsletter.bounces.classify import read_mail
from newsletter.bounces.inbox import HandledMail
from newsletter.bounces.mail_parts import decode_mail
from newsletter.bounces.repository import InboundRecord
from newsletter.bounces.service import InboxItem
from newsletter.delivery.connection import MessageInFlight
from newsletter.delivery.due_queue import QueuedRecipient
from newsletter.delivery.ledger_session import DueDelivery
from newsletter.delivery.messages.confirmation_mail import ConfirmationMail, build_confirmation
from newsletter.delivery.smtp import server_of
from newsletter.formats.mailboxes import parse_address
from newsletter.formats.spreadsheets import read_sheets
from newsletter.model import Delivery, DeliveryStatus
from newsletter.public.self_service import SelfService
from newsletter.studio.views.people import ListUpload
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.list_import import read_list
from newsletter.subscribers.opt_in import OptInRepository

SECRETS = OF_HER | OF_THE_PASSWORD | forms(NAME)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


BOUNCE = f"""\
From: MAILER-DAEMON@{ADDRESS.partition("@")[2]}
To: bounces@example.org
Subject: failure
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

<{ADDRESS}> is unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; {ADDRESS.partition("@")[2]}

Final-Recipient: rfc822; {ADDRESS}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{ADDRESS}>
--b
Content-Type: message/rfc822

To: {ADDRESS}
Subject: x

x
--b--
"""


def held(page: Page) -> dict[str, object]:
    """One of each noun that holds her, or the password, as the program makes it."""
    subscribers.add_subscriber(page.context, ADDRESS, name=NAME)
    subscriber = page.person(ADDRESS)
    assert subscriber is not None
    letter = ConfirmationMail(subject="x", text="x", recipient=ADDRESS, token="t")
    settings = page.context.workspace.settings
    asked = OptInRepository(page.people.engine, page.keys).create_request(
        parse_address("z" + ADDRESS), now=NOW, name=NAME
    )
    listing = read_list(
        io.BytesIO(f"Email,Name\n{ADDRESS},{NAME}\n{ADDRESS};,{NAME}\n".encode()), name="x"
    )
    incoming = read_mail(BOUNCE.encode())
    handled = HandledMail(
        name="1.eml", decided=InboundRecord(kind="bounce", action="counted"), recipient=ADDRESS
    )
    return {
        "address": parse_address(ADDRESS),
        "subscriber": subscriber,
        "due": DueDelivery(subscriber=subscriber),
        "job": MessageInFlight(
            queued=QueuedRecipient(due=DueDelivery(subscriber=subscriber)),
            message=build_confirmation(letter, settings, now=NOW),
        ),
        "delivery": Delivery(
            issue="x", subscriber_id=1, name=NAME, address=ADDRESS, status=DeliveryStatus.REFUSED
        ),
        "letter": letter,
        "message": build_confirmation(letter, settings, now=NOW),
        "server": server_of(settings, PASSWORD),
        "readers": SelfService.of(page.context, clock=lambda: NOW),
        "request": asked,
        "listing": listing,
        "rows": list(listing.rows),
        "sheet": list(next(read_sheets(io.BytesIO(f"Email\n{ADDRESS}\n".encode()))).rows),
        "mail": decode_mail(BOUNCE.encode()),
        "incoming": incoming,
        "fates": incoming.recipient_statuses,
        "handled": handled,
        "report": InboxItem(handled=handled, address=ADDRESS),
        "upload": ListUpload(name="list.csv", content=BOUNCE.encode()),
    }


def stumble(held: dict[str, object]) -> None:
    raise ZeroDivisionError


def test_no_noun_shows_a_reader_or_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", PASSWORD)
    page = Page(
        tmp_path / "ours", more='[delivery]\nhost = "127.0.0.1"\nsecurity = "none"\nuser = "x"\n'
    )
    nouns = held(page)
    assert [
        (name, told) for name, noun in nouns.items() if (told := told_in(repr(noun), SECRETS))
    ] == []
    try:
        stumble(nouns)
    except ZeroDivisionError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "due=DueDelivery(" in shown
    assert told_in(shown, SECRETS) == []
