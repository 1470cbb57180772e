"""One run over the bounce mailbox: read, decide, write down, put away, in this order.

After a crash anywhere the next run goes on: a letter whose decision is on record is only put away. Letters that wait
for a person stay where they are, unread, and are told of in every run until somebody takes them away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.followup.bounces import read_mail
from newsletter.followup.deciding import Decision, Outcome, decide, recognise
from newsletter.followup.incoming import Incoming, Kind
from newsletter.followup.mailbox import Letter, Mailbox
from newsletter.storage.incoming import Decided, IncomingMails
from newsletter.tokens import Keys, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One letter, and what was decided on it, now or in an earlier run."""

    name: str
    decided: Decided
    named: str = field(default="", repr=False)  # an address that the mail names; for reports alone
    new: bool = False


@dataclass(frozen=True, slots=True)
class Inbox:
    """The bounce mailbox, the keys of our tokens, and the record of what was decided."""

    mailbox: Mailbox
    keys: Keys
    record: IncomingMails

    def run(self, *, now: Callable[[], datetime]) -> Iterator[Handled]:
        """Work through all that is there; a letter is yielded when it is done."""
        letters = self.mailbox.letters()
        known = self.record.decided(letter.place for letter in letters)
        for letter in letters:
            before = known.get(letter.place)
            handled = Handled(name=letter.name, decided=before) if before else self._handle(letter, now())
            if handled is None:
                continue
            if handled.decided.action != Outcome.NEEDS_A_PERSON:
                self.mailbox.put_away(letter)
            yield handled

    def _handle(self, letter: Letter, now: datetime) -> Handled | None:
        content = self.mailbox.content(letter)
        if content is None:  # somebody took it away meanwhile
            return None
        mail = read_mail(content)
        decision = self._decide(mail)
        decided = _decided(mail, decision)
        new = self.record.decide(letter.place, decided, decision.effect, now=now)
        return Handled(name=letter.name, decided=decided, named=next(iter(mail.recipients), ""), new=new)

    def _decide(self, mail: Incoming) -> Decision:
        kind, token = recognise(mail, self.keys)
        if token is not None and not self.record.knows(token.subscriber_id):
            # erased since, or a test copy: there is nobody to do anything to, and nothing for staff
            return Decision(kind=kind, outcome=Outcome.IGNORED)
        return decide(mail, kind, token, in_a_row=self._in_a_row(kind, token))

    def _in_a_row(self, kind: Kind, token: Token | None) -> int:
        if kind is not Kind.BOUNCE or token is None:
            return 0
        return self.record.bounced_in_a_row(token.subscriber_id, token.sending_id)


def _decided(mail: Incoming, decision: Decision) -> Decided:
    token = decision.token
    return Decided(
        kind=decision.kind,
        action=decision.outcome,
        status=mail.status,
        permanent=mail.permanent,
        subscriber_id=token.subscriber_id if token else None,
        sending_id=token.sending_id if token else None,
    )
