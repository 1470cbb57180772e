"""What comes back after a sending, and what readers decide for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from newsletter import config
from newsletter.bounces.bounce_mailbox import Mailbox, open_mailbox
from newsletter.bounces.inbox import HandledMail, InboxProcessor
from newsletter.bounces.repository import InboundMailRepository
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.subscribers.service import _keys
from newsletter.workspace.context import AppContext
from newsletter.workspace.credentials import INBOX_PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One mail of the bounce mailbox, for staff."""

    handled: HandledMail
    address: str | None = field(repr=False)  # the person's; of nobody we know, what the mail names


@contextmanager
def open_inbox(context: AppContext) -> Iterator[tuple[Mailbox, InboxProcessor]]:
    """The configured bounce mailbox.

    Raises UsageError when there is none, MailboxError when it cannot be read.
    """
    workspace = context.workspace
    with open_mailbox(
        workspace.settings.inbox, workspace.folder, config.secret(INBOX_PASSWORD)
    ) as mailbox:
        yield (
            mailbox,
            InboxProcessor(mailbox, _keys(context), InboundMailRepository(context.engine)),
        )


def process_inbox(
    context: AppContext, inbox: InboxProcessor, *, live: bool = False
) -> Iterator[InboxItem]:
    """Work through the mailbox once.

    `live`: each decision at its own moment, not at that of the command.
    """
    listed = SubscriberRepository(context.engine, inbox.keys)
    for handled in inbox.run(now=(lambda: datetime.now(UTC)) if live else (lambda: context.now)):
        number = handled.decided.subscriber_id
        person = listed.get(number) if number is not None else None
        yield InboxItem(
            handled=handled, address=person.address if person else handled.recipient or None
        )
