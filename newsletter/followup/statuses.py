"""Enhanced status codes (RFC 3463): read where they stand, and said for the many systems that only use words.

A code that a system gives is believed before words; a code that says nothing (x.0.0) gives way to one that does.
"""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"(?<![\w.:/-])([245])\.(\d{1,3})\.(\d{1,3})(?![\w:-]|\.\d)")
_REPLY = re.compile(r"(?<![\w.:/-])([45])([0-5])\d(?=[ -]|$|[:;,.)\]])")

_WORDS = (
    # (class where no code tells it, subject.detail, what systems write); the first that fits counts
    ("5", "3.4", r"(?:message|mail|size|attachment)\S* (?:\w+ ){0,4}(?:too (?:big|large)|exceed)|too (?:big|large)"),
    (
        "5",
        "2.2",
        r"over ?quota|quota (?:\w+ ){0,3}(?:exceed|full)|exceed\w* (?:\w+ ){0,5}(?:quota|storage|space)"
        r"|mailbox (?:\w+ ){0,3}(?:full|size limit)|(?:inbox|account|mailbox) is (?:\w+ )?full|is full\b|over the maximum"
        r"|(?:disk|storage|mailbox) space|(?:disk|storage) (?:quota|full)|out of storage|too much mail data",
    ),
    (
        "5",
        "2.1",
        r"(?:account|mailbox|user|address|recipient)\S* (?:\w+ ){0,5}"
        r"(?:disabled|inactive|suspended|deactivated|locked|closed|terminated|expired|not active|discontinued)"
        r"|(?:disabled|inactive|suspended|deactivated) (?:\w+ )?(?:account|mailbox|user|recipient)|not accepting",
    ),
    (
        "5",
        "1.6",
        r"user has moved|address (?:has )?(?:moved|changed)|has moved to|no longer (?:at|with|valid|in use|available)",
    ),
    (
        "5",
        "1.2",
        r"(?:host|domain|domain name|hostname|server)\S* (?:\S+ ){0,3}(?:unknown|not found|does ?n[o']t exist|invalid)"
        r"|unknown (?:host|domain)|(?:un|not )rout(?:e)?able|no such (?:host|domain)|(?:dns|mx)\b.{0,40}(?:error|fail)"
        r"|illegal host|name server|bad destination (?:host|system)|couldn't find any host|no mx\b|nxdomain",
    ),
    (
        "5",
        "1.1",
        r"(?:user|recipient|mailbox|address|account|person|name|alias|local part|mail drop|subscriber|addressee)\S*"
        r" (?:\S+ ){0,5}?(?:unknown|not found|(?:does|do|did) ?n[o']t (?:exist|have|match)|unavailable|invalid|not known"
        r"|not exist|not valid|not listed|not a (?:valid|known)|could ?n[o']t be found|not recognized|undeliverable)"
        r"|(?:unknown|no such|invalid|non-?existent|not a (?:valid|known)|bad|illegal|no valid|undefined|unrecognized) "
        r"(?:\S+ ){0,2}?(?:user|recipient|mailbox|address|account|person|name|alias|local|e-?mail|destination|here)"
        r"|no mailbox here|have an? \S* ?account|no account by that name|not a valid mailbox|not our customer"
        r"|does not like recipient|no users? here by that name|not listed in|destination address rejected",
    ),
    (
        "5",
        "7.1",
        r"\bspam\b|black ?list|block ?list|\bblocked\b|denied|\bpolicy\b|not (?:authori[sz]ed|permitted|allowed)"
        r"|\bspf\b|\bdkim\b|\bdmarc\b|relay|\brbl\b|reputation|virus|unsolicited|prohibited|content (?:filter|reject)"
        r"|refused to accept|administrative",
    ),
    (
        "4",
        "4.7",
        r"expired|retry time|time(?:d)? ?out|too long|will be retried|delayed|retr(?:y|ied) (?:for|until)|"
        r"(?:could|can) ?not (?:be )?(?:connect|reach)|connection (?:refused|reset|timed|was|lost|dropped)|try again later"
        r"|unable to connect|no route to host|retry|not (?:yet )?been delivered|temporar",
    ),
)
_MEANINGS = tuple((class_, detail, re.compile(words, re.IGNORECASE)) for class_, detail, words in _WORDS)

_TEMPORARY = re.compile(
    r"\bwarning\b|temporar|will (?:be retried|retry|keep trying|continue)|has been delayed|delivery (?:is )?delayed|still "
    r"trying|not yet been delivered|do not need to resend|no action is required|delayed",
    re.IGNORECASE,
)


def read_status(text: str) -> str | None:
    """The first enhanced code in a Status field or a server's words: `5.1.1`; one that tells more goes first."""
    found = [".".join(str(int(part)) for part in each.groups()) for each in _ENHANCED.finditer(text)]
    telling = [code for code in found if not says_nothing(code)]
    return next(iter(telling + found), None)


def says_nothing(status: str) -> bool:
    """Whether a code only tells its class (RFC 3463, 3.1: other undefined status)."""
    return status.endswith(".0.0")


def status_by_words(words: str) -> str | None:
    """A code for what a server says in a three-digit reply and in words; None when neither tells anything."""
    words = re.sub(r"\s+", " ", words[:4000])
    reply = _REPLY.search(words)
    for class_, detail, meaning in _MEANINGS:
        if meaning.search(words):
            return f"{reply[1] if reply else class_}.{detail}"
    return f"{reply[1]}.0.0" if reply else None


def best_status(declared: str | None, words: str) -> str | None:
    """What counts of a code that was declared and of a server's words beside it."""
    if declared and not says_nothing(declared):
        return declared
    said = read_status(words)
    if said and not says_nothing(said):
        return said
    told = status_by_words(words)
    known = declared or said
    if known and told:
        return known if says_nothing(told) else f"{told[0] if _REPLY.search(words) else known[0]}{told[1:]}"
    return known or told


def sounds_temporary(words: str) -> bool:
    """Whether a notice says that it is a warning and the message still under way."""
    return bool(_TEMPORARY.search(words))
