"""One run over the bounce mailbox: read, decide, write down, put away, in this order.

After a crash anywhere the next run goes on: a letter whose decision is on record is only put away.
Letters that wait for a person stay where they are, unread, and are told of in every run until
somebody takes them away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from newsletter.bounces.bounce_mailbox import Mailbox, MailboxMessage
from newsletter.bounces.classify import read_mail
from newsletter.bounces.incoming import InboundMail, MailKind
from newsletter.bounces.policy import InboundDecision, InboundOutcome, decide_outcome, identify_mail
from newsletter.bounces.repository import (
    AlreadyDecidedError,
    InboundMailRepository,
    InboundRecord,
    InboundTransaction,
)
from newsletter.tokens import Keys

LOG = logging.getLogger(__name__)
BATCH = 20
"""Letters decided in one commit: a disk takes tens of them in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledMail:
    """One letter, and what was decided on it, now or in an earlier run."""

    name: str
    decided: InboundRecord
    recipient: str = field(
        default="", repr=False
    )  # an address that the mail names; for reports alone
    new: bool = False


@dataclass(frozen=True, slots=True)
class InboxProcessor:
    """The bounce mailbox, the keys of our tokens, and the record of what was decided."""

    mailbox: Mailbox
    keys: Keys
    record: InboundMailRepository

    def run(self, *, now: Callable[[], datetime]) -> Iterator[HandledMail]:
        """Work through all that is there; a letter is yielded when it is done."""
        letters = self.mailbox.messages()
        known = self.record.load_decisions(letter.place for letter in letters)
        source = iter(letters)
        while batch := list(islice(source, BATCH)):
            mails = {letter.place: self._read(letter, known.get(letter.place)) for letter in batch}
            try:
                handled = self._decide_all(batch, mails, now())
            except AlreadyDecidedError:  # another process was quicker: what it wrote is there now
                handled = self._decide_all(batch, mails, now())
            for letter, each in handled:
                if each.decided.action != InboundOutcome.NEEDS_A_PERSON:
                    self.mailbox.archive(letter)
                yield each

    def _read(self, letter: MailboxMessage, known: InboundRecord | None) -> InboundMail | None:
        """The mail; None when it need not be read any more, or is gone."""
        if known is not None and known.action != InboundOutcome.NEEDS_A_PERSON:
            return None
        content = self.mailbox.content(letter)
        if content is None:
            return None
        try:
            return read_mail(content)
        # a mail that cannot be read waits for a person, and stops no other
        except Exception as error:  # noqa: BLE001
            # a traceback could hold an address
            LOG.error("mail not understood error=%s", type(error).__name__)  # noqa: TRY400
            return InboundMail(kind=MailKind.OTHER)

    def _decide_all(
        self, letters: list[MailboxMessage], mails: Mapping[str, InboundMail | None], now: datetime
    ) -> list[tuple[MailboxMessage, HandledMail]]:
        """In one commit: what becomes of each letter, whether decided now or before."""
        handled = []
        with self.record.begin() as deciding:
            known = deciding.load_decisions([letter.place for letter in letters])
            for letter in letters:
                mail, before = mails[letter.place], known.get(letter.place)
                named = next(iter(mail.recipients), "") if mail else ""
                if before is not None:
                    handled.append(
                        (letter, HandledMail(name=letter.name, decided=before, recipient=named))
                    )
                elif mail is not None:
                    decision = self._decide(mail, deciding)
                    decided = known[letter.place] = _build_record(mail, decision)
                    deciding.write(letter.place, decided, decision.effect, now=now)
                    handled.append(
                        (
                            letter,
                            HandledMail(
                                name=letter.name, decided=decided, recipient=named, new=True
                            ),
                        )
                    )
        return handled

    def _decide(self, mail: InboundMail, deciding: InboundTransaction) -> InboundDecision:
        kind, token = identify_mail(mail, self.keys)
        if token is None:
            return decide_outcome(mail, kind, None)
        if not deciding.knows(token.subscriber_id):
            # erased since, or a test copy: there is nobody to do anything to, and nothing for staff
            return InboundDecision(kind=kind, outcome=InboundOutcome.IGNORED)
        in_a_row = (
            deciding.count_consecutive_bounces(token.subscriber_id, token.sending_id)
            if kind is MailKind.BOUNCE
            else 0
        )
        return decide_outcome(mail, kind, token, in_a_row=in_a_row)


def _build_record(mail: InboundMail, decision: InboundDecision) -> InboundRecord:
    token = decision.token
    return InboundRecord(
        kind=decision.kind,
        action=decision.outcome,
        status=mail.status,
        permanent=mail.permanent,
        subscriber_id=token.subscriber_id if token else None,
        sending_id=token.sending_id if token else None,
    )
