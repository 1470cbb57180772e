"""What follows from a mail: a pure decision over what it is and whose token it carries.

A person is found by our token alone. Without one nothing happens to anybody, whatever the mail
says. Whoever is gone for good is suppressed at once, as is whoever complains or asks to stop; what
may pass is counted; what is held against us is told to staff; what a human being wrote waits for a
human being.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsletter.bounces.incoming import DsnAction, InboundMail, MailKind
from newsletter.bounces.repository import SuppressionEffect
from newsletter.bounces.status_codes import blames_us, means_gone
from newsletter.model import SubscriberState
from newsletter.tokens import Keys, Purpose, Token

SOFT_BOUNCE_LIMIT = 3
"""Issues in a row that came back, after which a person is asked."""


class InboundOutcome(StrEnum):
    """What is done about a mail."""

    SUPPRESSED = "suppressed"
    COUNTED = "counted"
    IGNORED = "ignored"
    NEEDS_A_PERSON = "needs_a_person"
    SENDERS_PROBLEM = "senders_problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundDecision:
    """The kind as it turned out, what is done, and to whom."""

    kind: MailKind
    outcome: InboundOutcome
    token: Token | None = None
    effect: SuppressionEffect | None = None


def find_token(mail: InboundMail, keys: Keys) -> Token | None:
    """Whose mail it is about.

    The mail's own recipient address goes before anything that it quotes.
    """
    purposes = {
        MailKind.BOUNCE: (Purpose.BOUNCE, Purpose.UNSUBSCRIBE),
        MailKind.COMPLAINT: (Purpose.BOUNCE, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES),
        MailKind.UNSUBSCRIBE: (Purpose.UNSUBSCRIBE,),
    }.get(mail.kind, ())
    return _read(mail.tokens, purposes, keys, first=mail.addressed)


def _read(
    tokens: tuple[str, ...],
    purposes: tuple[Purpose, ...],
    keys: Keys,
    *,
    first: tuple[str, ...] = (),
) -> Token | None:
    for purpose in purposes:
        for each in (*first, *tokens):
            token = keys.read(purpose, each)
            if token is not None:
                return token
    return None


def identify_mail(mail: InboundMail, keys: Keys) -> tuple[MailKind, Token | None]:
    """The kind of a mail, now that its tokens can be read, and the person.

    Whatever is sent to an unsubscribe address of ours asks to stop, unless it is a report: mail
    programs send such mails for their users, and mark them as automatic.
    """
    if mail.kind not in {MailKind.BOUNCE, MailKind.COMPLAINT}:
        token = _read(mail.addressed, (Purpose.UNSUBSCRIBE,), keys)
        if token is not None:
            return MailKind.UNSUBSCRIBE, token
    return mail.kind, find_token(mail, keys)


def decide_outcome(
    mail: InboundMail, kind: MailKind, token: Token | None, *, in_a_row: int = 0
) -> InboundDecision:
    """What to do; `token` is None when nobody of ours is meant.

    `in_a_row` counts issues that came back, this one too.
    """
    match kind:
        case MailKind.BOUNCE:
            return _on_bounce(mail, token, in_a_row)
        case MailKind.COMPLAINT:
            return _on_complaint(mail, token)
        case MailKind.UNSUBSCRIBE:
            return _on_unsubscribe(token)
        case MailKind.AUTO_REPLY:
            return InboundDecision(kind=kind, outcome=InboundOutcome.IGNORED)
        case _:
            machine = mail.automatic or (kind is MailKind.OTHER and bool(mail.recipient_statuses))
            return InboundDecision(
                kind=kind,
                outcome=InboundOutcome.IGNORED if machine else InboundOutcome.NEEDS_A_PERSON,
            )


def _on_bounce(mail: InboundMail, token: Token | None, in_a_row: int) -> InboundDecision:
    worst = mail.worst
    if token is None or worst is None or worst.action is not DsnAction.FAILED:
        return InboundDecision(kind=MailKind.BOUNCE, outcome=InboundOutcome.IGNORED, token=token)
    if means_gone(worst.status, worst.words):
        why = f"the mail system says that this mailbox is gone ({worst.status})"
        effect = SuppressionEffect(state=SubscriberState.BOUNCED, why=why)
        return InboundDecision(
            kind=MailKind.BOUNCE, outcome=InboundOutcome.SUPPRESSED, token=token, effect=effect
        )
    if blames_us(worst.status):
        return InboundDecision(
            kind=MailKind.BOUNCE, outcome=InboundOutcome.SENDERS_PROBLEM, token=token
        )
    outcome = (
        InboundOutcome.NEEDS_A_PERSON if in_a_row >= SOFT_BOUNCE_LIMIT else InboundOutcome.COUNTED
    )
    return InboundDecision(kind=MailKind.BOUNCE, outcome=outcome, token=token)


def _on_complaint(mail: InboundMail, token: Token | None) -> InboundDecision:
    if mail.about_us:
        return InboundDecision(
            kind=MailKind.COMPLAINT, outcome=InboundOutcome.SENDERS_PROBLEM, token=token
        )
    if token is None:
        return InboundDecision(kind=MailKind.COMPLAINT, outcome=InboundOutcome.NEEDS_A_PERSON)
    effect = SuppressionEffect(state=SubscriberState.COMPLAINED, why="reported our mail as spam")
    return InboundDecision(
        kind=MailKind.COMPLAINT, outcome=InboundOutcome.SUPPRESSED, token=token, effect=effect
    )


def _on_unsubscribe(token: Token | None) -> InboundDecision:
    if token is None:
        return InboundDecision(kind=MailKind.UNSUBSCRIBE, outcome=InboundOutcome.NEEDS_A_PERSON)
    effect = SuppressionEffect(state=SubscriberState.UNSUBSCRIBED, why="asked by mail")
    return InboundDecision(
        kind=MailKind.UNSUBSCRIBE, outcome=InboundOutcome.SUPPRESSED, token=token, effect=effect
    )
