"""A workspace with people in it, ready to send to a loopback server."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter import config
from newsletter.database.engine import open_database
from newsletter.delivery.ledger import Ledger
from newsletter.delivery.send_status import SendStatus
from newsletter.delivery.sender import SendJob
from newsletter.formats.mailboxes import parse_address
from newsletter.model import RenderedIssue
from newsletter.subscribers.list_import import ImportRow
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.tokens import Keys

ISSUE = "2026-11"
DIGEST = "d" * 64
KEYS = Keys(b"an invented secret")
CAST = ("ann@example.org", "bob@example.org", "carla@example.org")
RENDERED = RenderedIssue(
    subject="November",
    preheader="",
    html='<p>Dear reader-name.invalid <a href="https://reader.invalid/unsubscribe">leave</a></p>\n'
    + "<p>x</p>\n" * 50,
    text="Dear reader-name.invalid\nLeave: https://reader.invalid/unsubscribe\n",
    digest=DIGEST,
    fallback_name="reader",
)


class QuickClock:
    """Time that passes by itself, and jumps ahead where somebody sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.slept)

    def monotonic(self) -> float:
        return time.monotonic() + self.slept

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        await asyncio.sleep(0)


@dataclass
class PostOffice:
    folder: Path
    people: SubscriberRepository
    ledger: Ledger

    @classmethod
    def opened(cls, folder: Path, addresses: tuple[str, ...] = CAST) -> PostOffice:
        engine = open_database("sqlite:///newsletter.db", folder)
        office = cls(folder, SubscriberRepository(engine, KEYS), Ledger(engine, folder))
        rows = [
            ImportRow(line=1, address=parse_address(each), name=each.split("@")[0].title())
            for each in addresses
        ]
        office.people.import_rows(rows, now=datetime.now(UTC))
        return office

    def order(
        self, port: int, more: str = "", *, password: str | None = None, host: str = "127.0.0.1"
    ) -> SendJob:
        text = SETTINGS.format(port=port, host=host)
        if "security" not in more:
            text += 'security = "none"\n'
        if "per_minute" not in more:
            text += "per_minute = 0\n"
        if "connections" not in more:
            text += "connections = 1\n"
        return SendJob(
            issue=ISSUE,
            digest=DIGEST,
            settings=config.parse(text + more),
            keys=KEYS,
            render_variant=lambda variant: RENDERED,
            password=password,
        )

    def statuses(self) -> dict[str, str]:
        return {
            each.address.split("@")[0]: each.status.value for each in self.ledger.recipients(ISSUE)
        }

    def replies(self) -> dict[str, str]:
        return {each.address.split("@")[0]: each.reply for each in self.ledger.recipients(ISSUE)}


def counts(tally: SendStatus) -> dict[str, int]:
    """The counts that are not zero."""
    names = ("accepted", "deferred", "refused", "unknown", "suppressed", "remaining")
    assert sum(getattr(tally, name) for name in names) == tally.total
    return {name: getattr(tally, name) for name in names if getattr(tally, name)}


SETTINGS = """
[newsletter]
title = "LMS Research Monthly"
from = "LMS News <news@example.org>"
[inbox]
address = "bounces@example.org"
[delivery]
host = "{host}"
port = {port}
"""
