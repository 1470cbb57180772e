"""A sender hears what a person wants of it, from whatever window or machine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from support.loopback_smtp import Loopback
from support.post_office import ISSUE, PostOffice, counts

from newsletter.delivery.clock import SystemClock
from newsletter.delivery.pause_stop import SendControl, set_send_control
from newsletter.delivery.sender import send_issue

MANY = tuple(f"reader{n}@example.org" for n in range(60))


async def test_a_wish_stops_a_sending_after_what_is_in_flight(tmp_path: Path) -> None:
    office = PostOffice.opened(tmp_path, MANY)
    server = Loopback()
    async with server.running():
        order = office.order(server.port, "per_minute = 600\n")
        sending = asyncio.create_task(send_issue(order, office.ledger, clock=SystemClock()))
        while not server.messages:  # noqa: ASYNC110 - as another process would look
            await asyncio.sleep(0.02)
        await asyncio.to_thread(
            set_send_control, office.ledger.engine, ISSUE, SendControl.PAUSE, now=datetime.now(UTC)
        )
        tally = await sending
    assert (tally.state, tally.wish) == ("paused", SendControl.PAUSE)
    assert 0 < tally.accepted < 60
    assert counts(tally) == {
        "accepted": len(server.messages),
        "remaining": 60 - len(server.messages),
    }
    assert "paused by a person" in tally.why


async def test_a_wish_is_heard_while_nobody_is_due(tmp_path: Path) -> None:
    office = PostOffice.opened(tmp_path)
    server = Loopback(script=lambda command, *_: "450 later" if command == "RCPT" else None)
    async with server.running():
        sending = asyncio.create_task(
            send_issue(office.order(server.port), office.ledger, clock=SystemClock())
        )
        # as another process would look
        while counts(office.ledger.read_status(ISSUE)) != {"deferred": 3}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await asyncio.to_thread(
            set_send_control, office.ledger.engine, ISSUE, SendControl.STOP, now=datetime.now(UTC)
        )
        tally = await sending
    assert (tally.state, tally.why) == (
        "paused",
        "stopped by a person: 0 of 3 have it; 3 get nothing until somebody lets it go on",
    )
