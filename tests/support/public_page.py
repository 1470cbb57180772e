"""A public page with three people on the list, one issue that is out, and a mail server on the loopback address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.formats.mailboxes import parse_address
from newsletter.issues.record_file import IssueRecord
from newsletter.issues.store import issues_of
from newsletter.model import Subscriber
from newsletter.public.app import make_app
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.tokens import Keys, Purpose
from newsletter.workspace import credentials
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace
from support.visitor import Visitor

SETTINGS = """\
[newsletter]
title = "Circle News"
from = "Circle <news@example.org>"
reply_to = "office@example.org"
address = "1 Main Street, Denver"
[public]
url = "https://news.example.org"
"""
ISSUE = """\
subject = "November & more"
send_on = 2026-11-01
until = 2026-11-01T00:00:00Z
letter = "Hello"
[[section]]
name = "events"
[[section.entry]]
key = "url:https://example.org/webinar"
title = "A webinar"
links = ["https://example.org/webinar"]
event = {starts = 2026-12-09T18:00:00Z, place = "Online"}
"""
CAST = ("ann@example.org", "bob@example.org", "carla@example.org")


@dataclass
class Clock:
    """Time that stands still until it is told to pass."""

    now: datetime = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    seconds: float = 0.0

    def passes(self, time: timedelta) -> None:
        self.now += time
        self.seconds += time.total_seconds()


@dataclass
class Page:
    """The page, its people, and their links."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    more: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / ".newsletter").mkdir(mode=0o700, exist_ok=True)
        (self.folder / ".newsletter" / "secret").write_text("an invented secret\n")
        (self.folder / "newsletter.toml").write_text(SETTINGS + self.more)
        self.context = AppContext(open_workspace(self.folder), self.clock.now)
        self.app = make_app(
            self.context, clock=lambda: self.clock.seconds, now=lambda: self.clock.now
        )
        self.visitor = Visitor(self.app)
        for address in CAST:
            subscribers.add_subscriber(self.context, address, name=address.split("@")[0].title())

    @property
    def people(self) -> SubscriberRepository:
        return subscribers.open_subscribers(self.context)

    @property
    def keys(self) -> Keys:
        return credentials.load_keys(self.context)

    def person(self, address: str = "ann@example.org") -> Subscriber | None:
        return self.people.find(parse_address(address))

    def link(self, purpose: Purpose, number: int = 1) -> str:
        path = {Purpose.UNSUBSCRIBE: "u", Purpose.PREFERENCES: "p", Purpose.CONFIRM: "c"}[purpose]
        return f"/{path}/{self.keys.sign(purpose, number, 5)}"

    def add_issue(self, name: str = "2026-11", *, out: bool = True) -> None:
        folder = self.folder / "issues" / name
        folder.mkdir(parents=True)
        (folder / "issue.toml").write_text(ISSUE)
        if out:
            issues_of(self.context).write_record(
                name,
                IssueRecord(published_at=self.clock.now),
            )
