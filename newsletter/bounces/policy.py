"""What follows from a mail: a pure decision over what it is and whose token it carries.

A person is found by our token alone. Without one nothing happens to anybody, whatever the mail says. Whoever is gone
for good is suppressed at once, as is whoever complains or asks to stop; what may pass is counted; what is held against
us is told to staff; what a human being wrote waits for a human being.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsletter.bounces.incoming import Action, Incoming, Kind
from newsletter.bounces.repository import Suppressing
from newsletter.bounces.status_codes import blames_us, means_gone
from newsletter.model import SubscriberState
from newsletter.tokens import Keys, Purpose, Token

ENOUGH = 3
"""Issues in a row that came back, after which a person is asked."""


class Outcome(StrEnum):
    """What is done about a mail."""

    SUPPRESSED = "suppressed"
    COUNTED = "counted"
    IGNORED = "ignored"
    NEEDS_A_PERSON = "needs_a_person"
    SENDERS_PROBLEM = "senders_problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The kind as it turned out, what is done, and to whom."""

    kind: Kind
    outcome: Outcome
    token: Token | None = None
    effect: Suppressing | None = None


def find_token(mail: Incoming, keys: Keys) -> Token | None:
    """Whose mail it is about; the mail's own recipient address goes before anything that it quotes."""
    purposes = {
        Kind.BOUNCE: (Purpose.BOUNCE, Purpose.UNSUBSCRIBE),
        Kind.COMPLAINT: (Purpose.BOUNCE, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES),
        Kind.UNSUBSCRIBE: (Purpose.UNSUBSCRIBE,),
    }.get(mail.kind, ())
    return _read(mail.tokens, purposes, keys, first=mail.addressed)


def _read(
    tokens: tuple[str, ...], purposes: tuple[Purpose, ...], keys: Keys, *, first: tuple[str, ...] = ()
) -> Token | None:
    for purpose in purposes:
        for each in (*first, *tokens):
            token = keys.read(purpose, each)
            if token is not None:
                return token
    return None


def recognise(mail: Incoming, keys: Keys) -> tuple[Kind, Token | None]:
    """The kind of a mail, now that its tokens can be read, and the person.

    Whatever is sent to an unsubscribe address of ours asks to stop, unless it is a report: mail programs send such mails
    for their users, and mark them as automatic.
    """
    if mail.kind not in {Kind.BOUNCE, Kind.COMPLAINT}:
        token = _read(mail.addressed, (Purpose.UNSUBSCRIBE,), keys)
        if token is not None:
            return Kind.UNSUBSCRIBE, token
    return mail.kind, find_token(mail, keys)


def decide(mail: Incoming, kind: Kind, token: Token | None, *, in_a_row: int = 0) -> Decision:
    """What to do; `token` is None when nobody of ours is meant; `in_a_row` counts issues that came back, this one too."""
    match kind:
        case Kind.BOUNCE:
            return _on_bounce(mail, token, in_a_row)
        case Kind.COMPLAINT:
            return _on_complaint(mail, token)
        case Kind.UNSUBSCRIBE:
            return _on_wish(token)
        case Kind.AUTO_REPLY:
            return Decision(kind=kind, outcome=Outcome.IGNORED)
        case _:
            machine = mail.automatic or (kind is Kind.OTHER and bool(mail.fates))
            return Decision(kind=kind, outcome=Outcome.IGNORED if machine else Outcome.NEEDS_A_PERSON)


def _on_bounce(mail: Incoming, token: Token | None, in_a_row: int) -> Decision:
    worst = mail.worst
    if token is None or worst is None or worst.action is not Action.FAILED:
        return Decision(kind=Kind.BOUNCE, outcome=Outcome.IGNORED, token=token)
    if means_gone(worst.status, worst.words):
        why = f"the mail system says that this mailbox is gone ({worst.status})"
        effect = Suppressing(state=SubscriberState.BOUNCED, why=why)
        return Decision(kind=Kind.BOUNCE, outcome=Outcome.SUPPRESSED, token=token, effect=effect)
    if blames_us(worst.status):
        return Decision(kind=Kind.BOUNCE, outcome=Outcome.SENDERS_PROBLEM, token=token)
    outcome = Outcome.NEEDS_A_PERSON if in_a_row >= ENOUGH else Outcome.COUNTED
    return Decision(kind=Kind.BOUNCE, outcome=outcome, token=token)


def _on_complaint(mail: Incoming, token: Token | None) -> Decision:
    if mail.about_us:
        return Decision(kind=Kind.COMPLAINT, outcome=Outcome.SENDERS_PROBLEM, token=token)
    if token is None:
        return Decision(kind=Kind.COMPLAINT, outcome=Outcome.NEEDS_A_PERSON)
    effect = Suppressing(state=SubscriberState.COMPLAINED, why="reported our mail as spam")
    return Decision(kind=Kind.COMPLAINT, outcome=Outcome.SUPPRESSED, token=token, effect=effect)


def _on_wish(token: Token | None) -> Decision:
    if token is None:
        return Decision(kind=Kind.UNSUBSCRIBE, outcome=Outcome.NEEDS_A_PERSON)
    effect = Suppressing(state=SubscriberState.UNSUBSCRIBED, why="asked by mail")
    return Decision(kind=Kind.UNSUBSCRIBE, outcome=Outcome.SUPPRESSED, token=token, effect=effect)
