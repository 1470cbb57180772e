"""Enhanced status codes (RFC 3463).

Read where they stand, and said for the many systems that only use words.

A code that a system gives is believed before words; a code that says nothing (x.0.0) gives way to
one that does.
"""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"(?<![\w.:/-])([245])\.([0-7])\.(\d{1,3})(?![\w-]|[.:]\d)")
_REPLY = re.compile(r"(?<![\w.:/-])([45])([0-5])\d(?=[ -]|$|[:;,.)\]])")

_POLICY = r"""
      \bspam\b | black\ ?list | block\ ?list | \bblocked\b | \bdenied\b | \bpolicy\b
    | not\ (?:authori[sz]ed|permitted|allowed) | \bspf\b | \bdkim\b | \bdmarc\b
    | relay(?:ing)?\ (?:not|access|prohib|denied) | unable\ to\ relay | \brbl\b | reputation
    | virus | unsolicited | prohibited | content\ (?:filter|reject) | refused\ to\ accept
    | sender\ (?:\w+\ ){0,3}(?:rejected|refused|denied)
"""
_RATE = r"""
    at\ a\ rate | too\ (?:many|fast|much\ mail) | rate\ limit | throttl | try\ again | temporar
"""

_WORDS = (
    # (class where no code tells it, subject.detail, what systems write); the first that fits counts
    (
        "5",
        "3.4",
        r"""
            # the message is too large
              \b(?:message|mail|size|attachments?)\b\ (?:\w+\ ){0,4}
              (?:too\ (?:big|large)|exceed)
            | too\ (?:big|large)
        """,
    ),
    (
        "5",
        "2.2",
        r"""
            # the mailbox is full
              over\ ?quota | quota\ (?:\w+\ ){0,3}(?:exceed|full)
            | exceed\w*\ (?:\w+\ ){0,5}(?:quota|storage|space)
            | mailbox\ (?:\w+\ ){0,3}(?:full|size\ limit)
            | (?:inbox|account|mailbox)\ is\ (?:\w+\ )?full | is\ full\b
            | over\ the\ maximum | (?:disk|storage|mailbox)\ space
            | (?:disk|storage)\ (?:quota|full) | out\ of\ storage | too\ much\ mail\ data
        """,
    ),
    ("5", "7.1", _POLICY),
    (
        "5",
        "2.1",
        r"""
            # the mailbox is closed
              (?:account|mailbox|user|address|recipient)\S*\ (?:\w+\ ){0,5}(?:
                  disabled | inactive | suspended | deactivated | locked | closed
                | terminated | expired | not\ active | discontinued
              )
            | (?:disabled|inactive|suspended|deactivated)\ (?:\w+\ )?
              (?:account|mailbox|user|recipient)
            | not\ accepting
        """,
    ),
    (
        "5",
        "1.6",
        r"""
            # its owner has moved
              user\ has\ moved | address\ (?:has\ )?(?:moved|changed) | has\ moved\ to
            | no\ longer\ (?:at|with|valid|in\ use|available)
        """,
    ),
    (
        "5",
        "1.2",
        r"""
            # there is no such host
              (?:host|domain|domain\ name|hostname|server)\S*\ (?:\S+\ ){0,3}
              (?:unknown|not\ found|does\ ?n[o']t\ exist)
            | unknown\ (?:host|domain) | (?:un|not\ )rout(?:e)?able
            | no\ such\ (?:host|domain) | illegal\ host | bad\ destination\ (?:host|system)
            | couldn't\ find\ any\ host | no\ mx\b | nxdomain
        """,
    ),
    (
        "5",
        "1.1",
        r"""
            # there is no such mailbox
              (?:
                  user | recipient | mailbox | address | account | person | name | alias
                | local\ part | mail\ drop | subscriber | addressee
              )\S*\ (?:\S+\ ){0,5}?(?:
                  unknown | not\ found | (?:does|do|did)\ ?n[o']t\ (?:exist|have|match)
                | unavailable | invalid | not\ known | not\ exist | not\ valid | not\ listed
                | not\ a\ (?:valid|known) | could\ ?n[o']t\ be\ found | not\ recognized
                | undeliverable
              )
            | (?:
                  unknown | no\ such | invalid | non-?existent | not\ a\ (?:valid|known)
                | bad | illegal | no\ valid | undefined | unrecognized
              )\ (?:\S+\ ){0,2}?(?:
                  user | recipient | mailbox | address | account | person | alias | local
                | e-?mail | destination | here
              )
            | no\ mailbox\ here | have\ an?\ \S*\ ?account | no\ account\ by\ that\ name
            | not\ a\ valid\ mailbox | not\ our\ customer | does\ not\ like\ recipient
            | no\ users?\ here\ by\ that\ name | not\ listed\ in
            | destination\ address\ rejected
        """,
    ),
    ("4", "4.3", r"name\ (?:service|server) | (?:dns|mx)\b.{0,40}(?:error|fail)"),
    (
        "4",
        "4.7",
        r"""
            # it took too long
              expired | retry\ time | time(?:d)?\ ?out | too\ long | will\ be\ retried
            | delayed | retr(?:y|ied)\ (?:for|until)
            | (?:could|can)\ ?not\ (?:be\ )?(?:connect|reach)
            | connection\ (?:refused|reset|timed|was|lost|dropped) | try\ again\ later
            | unable\ to\ connect | no\ route\ to\ host | retry
            | not\ (?:yet\ )?been\ delivered | temporar
        """,
    ),
)
_MEANINGS = tuple(
    (class_, detail, re.compile(words, re.IGNORECASE | re.VERBOSE))
    for class_, detail, words in _WORDS
)

_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_OURS = re.compile(r"[45]\.(?:7\.(?!13$)\d+|5\.\d+|6\.\d+|1\.[78]|3\.4|2\.3|4\.5)")
_DOUBT = re.compile(f"{_POLICY} | {_RATE}", re.IGNORECASE | re.VERBOSE)

_TEMPORARY = re.compile(
    r"""
          \bwarning\b | temporar | will\ (?:be\ retried|retry|keep\ trying|continue)
        | has\ been\ delayed | delivery\ (?:is\ )?delayed | still\ trying
        | attempts\ will\ (?:continue|be\ made) | not\ yet\ been\ delivered
        | do\ not\ need\ to\ resend | no\ action\ is\ required | delayed
    """,
    re.IGNORECASE | re.VERBOSE,
)


def parse_status_field(text: str) -> str | None:
    """The code in a Status field: `5.1.1`, with or without a comment."""
    found = _ENHANCED.search(text)
    return ".".join(str(int(part)) for part in found.groups()) if found else None


def read_status(words: str) -> str | None:
    """The first code of a failure in a server's words; one that tells more goes first."""
    found = [
        ".".join(str(int(part)) for part in each.groups())
        for each in _ENHANCED.finditer(words)
        if each[1] != "2"
    ]
    telling = [code for code in found if not says_nothing(code)]
    return next(iter(telling + found), None)


def means_gone(status: str | None, words: str) -> bool:
    """Whether this mailbox is not there any more, so that it must never be mailed again.

    Not when the words beside the code speak of policy or of speed: Gmail says 5.2.1 to a mailbox
    that gets too much.
    """
    return status in _GONE and not _DOUBT.search(words)


def blames_us(status: str | None) -> bool:
    """Whether the reason lies with the sender (RFC 3463, 3.5-3.8).

    Policy, authentication, protocol, content or a quota of the sender's.
    """
    return bool(status and _OURS.fullmatch(status))


def says_nothing(status: str) -> bool:
    """Whether a code only tells its class (RFC 3463, 3.1: other undefined status)."""
    return status.endswith(".0.0")


def status_by_words(words: str) -> str | None:
    """A code for what a server says in a three-digit reply and in words.

    None when neither tells anything.
    """
    words = re.sub(r"\s+", " ", words[:4000])
    reply = _REPLY.search(words)
    for class_, detail, meaning in _MEANINGS:
        if meaning.search(words):
            return f"{reply[1] if reply else class_}.{detail}"
    return f"{reply[1]}.0.0" if reply else None


def best_status(declared: str | None, words: str) -> str | None:
    """What counts of a code that a report declares and of the server's own words beside it.

    The server's own code goes first: a report was seen to say 5.1.1 above “550 5.7.1 IP address
    blacklisted”.
    """
    said = read_status(words)
    for code in (said, declared):
        if code and not says_nothing(code):
            return code
    known, told = declared or said, status_by_words(words)
    if known and told and not says_nothing(told):
        return f"{known[0]}{told[1:]}"
    return known or told


def says_for_good(words: str) -> bool:
    """Whether a server's own code in these words, enhanced or of three digits, is one for good."""
    reply = _REPLY.search(words)
    return (read_status(words) or (reply[1] if reply else "")).startswith("5")


def sounds_temporary(words: str) -> bool:
    """Whether a notice says that it is a warning and the message still under way."""
    return bool(_TEMPORARY.search(words))
