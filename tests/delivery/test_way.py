"""The whole way of a sending: a list, the people, a loopback server, the ledger."""

import io
from datetime import UTC, datetime

import pytest
from support.loopback_smtp import Loopback

from newsletter import config
from newsletter.database.engine import open_database
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.sender import (
    SendJob,
    list_recipients,
    send_issue,
)
from newsletter.model import DeliveryStatus, RenderedIssue
from newsletter.subscribers.list_import import ImportRow, read_list
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.tokens import Keys

LIST = b"""Email,First name,Last name,Status
ann@example.org,Ann,Example,active
bob@example.org,Bob,Example,subscribed
gone@example.org,Gone,Example,unsubscribed
broken,No,Body,active
"""


@pytest.mark.parametrize("extensions", [("PIPELINING", "SIZE 10000000"), ()])
async def test_a_list_becomes_messages_and_a_ledger(tmp_path, extensions):
    keys = Keys(b"an invented secret")
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    people = SubscriberRepository(engine, keys)
    rows = read_list(io.BytesIO(LIST), name="list.csv").rows
    imported = people.import_rows(
        [row for row in rows if isinstance(row, ImportRow)], now=datetime.now(UTC)
    )
    assert (imported.added, imported.updated, imported.unchanged, imported.suppressed) == (
        3,
        0,
        0,
        0,
    )

    ledger = Ledger(engine, tmp_path)
    async with Loopback(extensions=extensions).running() as server:
        order = SendJob(
            issue="2026-11",
            digest="d" * 64,
            settings=config.parse(SETTINGS.format(port=server.port)),
            keys=keys,
            render_variant=lambda variant: RENDERED,
        )
        tally = await send_issue(order, ledger)
    assert server.recipients() == {"ann@example.org": 1, "bob@example.org": 1}
    assert (tally.accepted, tally.total, tally.state) == (2, 2, "done")
    assert ledger.read_status("2026-11") == tally

    sent = list(list_recipients(ledger, order.settings, keys, "2026-11"))
    assert [each.status for each in sent] == [DeliveryStatus.ACCEPTED] * 2
    assert all(f"Message-ID: <{each.message_id}>".encode() in m.content
               for each, m in zip(sent, sorted(server.messages, key=lambda m: m.recipient), strict=True))  # fmt: skip
    assert ledger.resolve_unknown("2026-11", resend=True, now=datetime.now(UTC)).accepted == 2


SETTINGS = """
[newsletter]
title = "LMS Research Monthly"
from = "LMS News <news@example.org>"
[delivery]
host = "127.0.0.1"
port = {port}
security = "none"
per_minute = 0
"""

RENDERED = RenderedIssue(
    subject="November",
    preheader="",
    html='<p>Dear reader-name.invalid <a href="https://reader.invalid/unsubscribe">leave</a></p>\n',
    text="Dear reader-name.invalid\nLeave: https://reader.invalid/unsubscribe\n",
    digest="d" * 64,
    fallback_name="reader",
)
