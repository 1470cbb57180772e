"""What readers can do for themselves: stop, pause, choose, subscribe, see what is kept, be erased.

One object serves many requests at the same time. A token stands for a person; without a right one
nothing is known and nothing happens. What a stranger types about an address is answered alike, on
the list or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from newsletter.config import Settings
from newsletter.delivery.dry_run import send_single_message
from newsletter.delivery.messages.confirmation_mail import ConfirmationMail, build_confirmation
from newsletter.delivery.smtp import server_of
from newsletter.formats.mailboxes import MailAddress, clean_name, parse_address
from newsletter.model import Subscriber, SubscriberState
from newsletter.subscribers.opt_in import ConfirmationResult, OptInRequest
from newsletter.subscribers.service import SubscriberStores, open_stores
from newsletter.tokens import Purpose
from newsletter.workspace import credentials
from newsletter.workspace.context import AppContext

MONTH = timedelta(days=30)
LONGEST_PAUSE_MONTHS = 12
MAY_RESUBSCRIBE = frozenset(
    {SubscriberState.UNSUBSCRIBED, SubscriberState.PAUSED, SubscriberState.PENDING}
)
MAX_REASON_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person can choose; None leaves it as it is."""

    sections: tuple[str, ...] | None = None  # empty: all
    language: str | None = None
    large_print: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfService:
    """The stages behind the public page."""

    settings: Settings
    stores: SubscriberStores
    clock: Callable[[], datetime]
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, context: AppContext, *, clock: Callable[[], datetime]) -> SelfService:
        """Self-service for the readers of a workspace; raises UsageError or StorageError."""
        return cls(
            settings=context.workspace.settings,
            stores=open_stores(context),
            clock=clock,
            password=credentials.smtp_password(context),
        )

    @contextmanager
    def hold_connection(self) -> Iterator[None]:
        """Keep the database open meanwhile.

        When the last one closes it, SQLite tidies up, which takes a disk's time.
        """
        with closing(self.stores.subscribers.engine.raw_connection()):
            yield

    def can_unsubscribe(self, token: str) -> bool:
        """Whether a token is one to stop with; asks no database."""
        return self.stores.keys.read(Purpose.UNSUBSCRIBE, token) is not None

    def unsubscribe(self, token: str) -> bool:
        """Never write to this person again; once or often is the same.

        False when the token is none of ours.
        """
        found = self.stores.keys.read(Purpose.UNSUBSCRIBE, token)
        if found is None:
            return False
        self.stores.unsubscribes.unsubscribe(
            found.subscriber_id, sending_id=found.sending_id, now=self.clock()
        )
        return True

    def save_unsubscribe_reason(self, token: str, words: str) -> bool:
        """Keep why somebody left, without who; False when the token is none of ours."""
        if not self.can_unsubscribe(token):
            return False
        told = " ".join("".join(each if each.isprintable() else " " for each in words).split())[
            :MAX_REASON_CHARACTERS
        ]
        if told:
            self.stores.requests.save_unsubscribe_reason(told, on=self.clock().date())
        return True

    def find_subscriber(self, token: str) -> Subscriber | None:
        """Whose preferences a token opens.

        None when it is none of ours, or the person is erased.
        """
        found = self.stores.keys.read(Purpose.PREFERENCES, token)
        return self.stores.subscribers.get(found.subscriber_id) if found else None

    def get_pause_end(self, person: Subscriber) -> datetime | None:
        """Until when the person gets nothing; None when there is no pause."""
        return (
            self.stores.requests.get_pause_end(person.id)
            if person.state is SubscriberState.PAUSED
            else None
        )

    def save_preferences(self, person: Subscriber, choices: Preferences) -> None:
        """Keep what a person chose; sections that are not configured are passed over."""
        known = {style.name for style in self.settings.sections}
        sections = choices.sections
        if sections is not None:
            sections = tuple(each for each in sections if each in known)
            sections = () if len(sections) == len(known) else sections
        self.stores.subscribers.change(
            person.id,
            now=self.clock(),
            sections=sections,
            language=choices.language,
            large_print=choices.large_print,
        )

    def pause(self, person: Subscriber, months: int) -> None:
        """No mail for some months, 1 to 12; only for somebody who gets them."""
        if person.state in {SubscriberState.ACTIVE, SubscriberState.PAUSED}:
            now = self.clock()
            months = max(1, min(months, LONGEST_PAUSE_MONTHS))
            self.stores.requests.pause(person.id, now + months * MONTH, now=now)

    def resubscribe(self, person: Subscriber) -> bool:
        """Write again to somebody who paused or left by themselves; False for any other reason."""
        if person.state not in MAY_RESUBSCRIBE:
            return False
        self.stores.subscribers.change(person.id, now=self.clock(), state=SubscriberState.ACTIVE)
        return True

    def unsubscribe_from_preferences(self, token: str) -> None:
        """As `unsubscribe_reader`, with a token for the preferences."""
        found = self.stores.keys.read(Purpose.PREFERENCES, token)
        if found is not None:
            self.stores.unsubscribes.unsubscribe(
                found.subscriber_id, sending_id=found.sending_id, now=self.clock()
            )

    def erase(self, person: Subscriber, token: str) -> None:
        """Erase a person; a keyed hash of the address stays, so that no list brings them back."""
        self.unsubscribe_from_preferences(token)
        address = parse_address(person.address)
        self.stores.requests.erase(person.id, address)
        self.stores.subscribers.erase([address], now=self.clock())

    def collect_personal_data(self, person: Subscriber) -> Mapping[str, Any]:
        """Everything stored about a person."""
        return self.stores.requests.collect_personal_data(person.id)

    def request_confirmation(
        self, written: str, *, name: str = "", language: str = "", person: Subscriber | None = None
    ) -> OptInRequest | None:
        """Somebody wants to subscribe with an address, or `person` to change to it.

        None when no mail is to go.

        Raises ValueError, with a reason that does not repeat it, when it is no address.
        """
        address = parse_address(written)
        return self.stores.requests.create_request(
            address,
            now=self.clock(),
            name=_name(name),
            language=language,
            subscriber_id=person.id if person else None,
        )

    def build_confirmation(
        self, request: OptInRequest, subject: str, text: str
    ) -> ConfirmationMail:
        """The mail with the link; `text` has a place `{link}`."""
        token = self.stores.keys.sign(Purpose.CONFIRM, request.id)
        url = self.settings.public.url.rstrip("/") if self.settings.public else ""
        return ConfirmationMail(
            subject=subject,
            text=text.replace("{link}", f"{url}/c/{token}"),
            recipient=request.address,
            token=token,
        )

    async def send_confirmation(self, letter: ConfirmationMail) -> None:
        """Send a mail now; raises DeliveryError or UsageError."""
        message = build_confirmation(letter, self.settings, now=self.clock())
        await send_single_message(
            message, server_of(self.settings, self.password), called="the mail"
        )

    def find_request(self, token: str) -> OptInRequest | None:
        """The request of a confirmation link that still waits."""
        found = self.stores.keys.read(Purpose.CONFIRM, token)
        if found is None:
            return None
        return self.stores.requests.find_request(found.subscriber_id, now=self.clock())

    def confirm(self, token: str) -> ConfirmationResult:
        """Do what was asked; the link works once."""
        request = self.find_request(token)
        if request is None:
            return ConfirmationResult.GONE
        return self.stores.requests.confirm(request.id, _address(request), now=self.clock())


def _address(request: OptInRequest) -> MailAddress:
    return parse_address(request.address)


def _name(written: str) -> str:
    """A name as typed; nothing where it cannot be printed."""
    try:
        return clean_name(written)
    except ValueError:
        return ""
