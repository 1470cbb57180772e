"""Bounces in prose: the many mail systems that never took up RFC 3464.

Whether a mail is a bounce is decided by who it claims to be from and what its subject says, never
by its text alone: a person who quotes a bounce is no bounce. Who it is about is read by
flufl.bounce, which knows forty systems, and by the lines of the text. All of it is for reports; the
person is found by our token.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable

from newsletter.bounces.dsn import bare_address
from newsletter.bounces.incoming import DsnAction, RecipientStatus
from newsletter.bounces.mail_parts import DecodedMail, addresses_in
from newsletter.bounces.status_codes import (
    best_status,
    read_status,
    says_for_good,
    sounds_temporary,
    status_by_words,
)

_LOG = logging.getLogger("flufl.bounce")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False  # it logs where it stumbles, with the mail's addresses in the traceback

_DAEMON = re.compile(
    r"""
          mailer[-_.]?daemon | postmaster
        | mail[- ]?(?:delivery|system|administrator|router|server) | ^mdaemon
        | delivery[- ]?subsystem | microsoftexchange
        | ^(?:mail|smtp|daemon|root|uucp|majordomo|bounces?|ndr|undelivered)@ | mail\ error
        | jetmail | quickmail | system\ (?:administrator|attendant) | internet\ mail
        | delivery[-_ ](?:status|failure|system|agent|notification) | esmtp
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SUBJECT = re.compile(
    r"""
          un-?deliver | non[- ]?deliver | not\ (?:be\ )?deliver
        | deliver\w*[ :,]*(?:\S+\ ){0,3}(?:
              status | fail | error | problem | report | incomplete | delay | notification
            | unsuccessful | impossible | message
          )
        | return(?:ed|ing)?\ (?:mail|message|to\ sender|e-?mail)
        | failure\ (?:notice|delivery|report)
        | (?:mail|message|e-?mail|send)\S*\ (?:\S+\ )?
          (?:error|failure|failed|system\ error|returned|bounced)
        | ^(?:failure|failed|warning)\b | could\ ?n[o'’]t\ (?:be\ )?(?:deliver|sen[dt])
        | cannot\ (?:be\ )?(?:deliver|send) | can't\ (?:be\ )?(?:deliver|send) | user\ unknown
        | unknown\ user | no\ such\ user | nondeliver | \bndn\b | \bndr\b
        | invalid\ (?:recipient|address) | unzustell | nicht\ zustell | zustell(?:ung|fehler)
        | no\ (?:se\ )?(?:puede|pudo|ha\ podido|fue)\ (?:ser\ )?(?:\w+\ )?entrega
        | no\ entregado | devuelto | non\ (?:remis|distribu|consegn|recapit|deliv)
        | n[ãa]o\ (?:foi\ )?entreg | не\ доставлен | недоставлен | niedorcz | onbestelbaar
        | bounce | rejected | mail\ delivery | 宛先 | 配信 | 送信 | 不達 | エラー | 退信
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ANSWERED = re.compile(r"^\s*(?:re|fwd?|aw|wg|sv|rv)(?:\[\d+\])?\s*:", re.IGNORECASE)
_FAILING = re.compile(
    r"""
          not\ (?:be\ )?(?:\w+\ )?(?:deliver|sen[dt]|reach|process) | undeliver | un-deliver
        | unable\ to\ (?:deliver|send|relay|connect)
        | (?:could|can|did|was|were|do|does|has|have)(?:\ ?n[o'’]t|not)\ (?:\w+\ ){0,3}
          (?:deliver|sen[dt]|reach|exist|receive|accept)
        | fail(?:ed|ure) | error
        | (?:user|recipient|mailbox|address|host|domain)\S*\ (?:\S+\ ){0,4}
          (?:unknown|not\ found|invalid|full|disabled|rejected)
        | unknown | returned | delay | permanent | refused | no\ valid | retried | bounced
        | no\ such | rejected | quota | unzustellbar | zugestellt | entrega | remis | consegn
        | доставл | 配信 | 送信 | 届 | [45]\d\d[ -]
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FAILED_HEADERS = (
    "X-Failed-Recipients",
    "X-Failed-Recipient",
    "X-Mailer-Daemon-Recipients",
    "X-Bounced-Recipient",
    "X-MDBad-Address",
    "X-Actual-Recipient",
)
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
)
_LOCAL_OF_STAFF = re.compile(
    r"^(?:postmaster|mailer-daemon|abuse|support|helpdesk|noc|hostmaster|webmaster)@", re.IGNORECASE
)
_OF_THE_SENDER = re.compile(
    r"""
          \bfrom:?\W*$ | sender\W*$ | \bby\W*$ | contact\W*$ | mailto:$
        | mail\ (?:to\ )?from\W*$ | (?:write|forward\w*)\ to\W*$ | message-id:\W*$
        | return-path:\W*$ | reply-to:\W*$ | help(?:desk)?\W*$ | report(?:ed)?\ to\W*$
        | e-?mail:?\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF_THE_RECIPIENT = re.compile(
    r"""
          rcpt\ to:?\W*$ | recipient(?:\(s\)|s)?(?:\ address)?\W*$ | (?:^|\s)to:?\W*$ | for\W*$
        | address(?:\(?es\)?)?\W*$ | user\W*$ | mailbox\W*$ | unknown\W*$ | undeliverable\W*$
        | [45]\d\d\W+(?:[45]\.\d+\.\d+\W+)?$ | failed\W*$ | ^\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def looks_like_bounce(mail: DecodedMail) -> bool:
    """Whether a mail system, by its name and subject, returns a message or warns of a delay."""
    if any(name in mail.message for name in _FAILED_HEADERS):
        return True
    subject, sender = mail.header("Subject"), mail.header("From")
    daemon = bool(_DAEMON.search(sender)) or not sender
    if _ANSWERED.match(subject) and not daemon:
        return False
    returned = mail.header("Return-Path") in {"<>", "< >"}
    telling = bool(_SUBJECT.search(subject))
    if not daemon and not telling and not returned:
        return False
    if daemon and telling:
        return True
    failing = bool(_FAILING.search(mail.notice))
    evidence = bool(mail.returned or status_by_words(mail.notice) or _by_flufl(mail))
    return evidence and (daemon or failing)


def read_notice(mail: DecodedMail) -> tuple[RecipientStatus, ...]:
    """The fates in a bounce's prose: at least one, its address empty when nobody is named."""
    waiting = sounds_temporary(
        f"{mail.header('Subject')}\n{mail.notice[:6000]}"
    ) and not _GIVEN_UP.search(mail.notice)
    named = find_failed_recipients(mail)
    if not named:
        return (_fate("", mail.notice, waiting=waiting),)
    return tuple(
        _fate(each, _words_of(each, mail.notice, named), waiting=waiting) for each in named
    )


_GIVEN_UP = re.compile(
    r"""
          permanent(?:ly)?\ (?:fatal\ )?(?:error|fail) | given\ up | giving\ up | gave\ up
        | could\ not\ be\ delivered\ (?:to|for) | undeliverable
        | retry\ time\ (?:not\ reached\ )?.{0,40}exceeded | retry\ timeout\ exceeded
        | fatal\ error
    """,
    re.IGNORECASE | re.VERBOSE,
)


def _fate(address: str, words: str, *, waiting: bool) -> RecipientStatus:
    status = best_status(read_status(words), words)
    if (
        waiting and not says_for_good(words) and status != "5.1.1"
    ):  # MDaemon calls an unknown user a warning
        status = f"4{status[1:]}" if status else None
        return RecipientStatus(
            address=address, action=DsnAction.DELAYED, status=status, words=words[:500]
        )
    return RecipientStatus(address=address, status=status, words=words[:500])


def _words_of(address: str, notice: str, named: Iterable[str]) -> str:
    """What the notice says of one recipient: from its name to the next one's.

    All of it for the only one.
    """
    named = tuple(named)
    place = notice.lower().find(address.lower())
    if len(named) == 1 or place < 0:
        return notice
    others = [
        notice.lower().find(each.lower(), place + len(address)) for each in named if each != address
    ]
    return notice[place : min((each for each in others if each > 0), default=len(notice))]


def find_failed_recipients(mail: DecodedMail) -> tuple[str, ...]:
    """Who a bounce in prose is about, the surest way first."""
    for read in (_by_header, _by_flufl, _by_lines, _by_returned):
        named = tuple(dict.fromkeys(filter(None, read(mail))))
        if named:
            return named[:50]
    return ()


def _own_addresses(mail: DecodedMail) -> frozenset[str]:
    """The addresses of the bounce's own envelope: it is not about them."""
    found = mail.addresses("To", "From", "Delivered-To", "Return-Path", "Reply-To", "Sender")
    returned = addresses_in([mail.returned.get("from", ""), mail.returned.get("return-path", "")])
    return frozenset(each.lower() for each in (*found, *returned))


def _by_header(mail: DecodedMail) -> list[str]:
    return list(mail.addresses(*_FAILED_HEADERS))


def _by_flufl(mail: DecodedMail) -> list[str]:
    """What flufl.bounce finds; nothing when it stumbles (it indexes into what it did not find)."""
    from flufl.bounce import all_failures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            temporary, permanent = all_failures(mail.message)
        texts = [each.decode("ascii", "replace") for each in permanent | temporary]
    except Exception:  # noqa: BLE001 - any error of its forty detectors means: it found nobody
        return []
    found = sorted(filter(None, map(bare_address, texts)), key=mail.everything.find)
    # it reads on into the message that is given back, and takes sender and Message-ID for
    # recipients
    own = _own_addresses(mail) | {mail.returned.get("message-id", "").strip("<> ").lower()}
    told = [each for each in found if each.lower() in mail.notice.lower()]
    others = [each for each in found if each.lower() not in own]
    return [each for each in told if each in others] or others or told


def _by_lines(mail: DecodedMail) -> list[str]:
    """Addresses that stand in the text where a failed recipient stands."""
    own = _own_addresses(mail)
    found = []
    for line in mail.notice.splitlines()[:400]:
        for match in _ADDRESS.finditer(line[:1000]):
            before, address = line[: match.start()], match[0].strip("'`")
            if (
                address.lower() in own
                or _LOCAL_OF_STAFF.match(address)
                or _OF_THE_SENDER.search(before)
            ):
                continue
            if _OF_THE_RECIPIENT.search(before):
                found.append(address)
    return found


def _by_returned(mail: DecodedMail) -> list[str]:
    """Whom the returned message was for; each of ours has one recipient."""
    for name in ("x-original-to", "delivered-to", "x-envelope-to", "envelope-to", "to"):
        found = addresses_in([mail.returned.get(name, "")])
        if found:
            return list(found)
    return []
