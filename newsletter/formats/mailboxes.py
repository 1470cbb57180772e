"""Mail addresses and names as people write them.

Checked without a network, refused with a reason that never shows them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

MAX_LOCAL_OCTETS = 64  # RFC 5321, 4.5.3.1.1
MAX_OCTETS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
MAX_NAME = 200

_PLAIN = re.compile(
    r"""
        [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@
        (?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:com|org|net|edu|gov|[A-Za-z]{2})
    """,
    re.VERBOSE,
)
"""What needs no library: dot-atom, host name, a top-level domain that is surely in use. Nearly
every address."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad")  # pasted from web pages; no name needs them


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address that a message can be sent to."""

    text: str = field(repr=False)  # as written, the domain in A-labels (RFC 5890)
    key: str = field(repr=False)  # folded: the same for every spelling of one mailbox

    @property
    def local(self) -> str:
        """The part before the @; non-ASCII needs SMTPUTF8 (RFC 6531)."""
        return self.text.rpartition("@")[0]


def parse_address(text: str) -> MailAddress:
    """An address from what a person wrote.

    Raises ValueError with a reason that does not repeat it.
    """
    text = text.strip().strip("".join(_INVISIBLE))
    if reason := unprintable(text):
        raise ValueError(f"the address holds {reason}")
    if not _PLAIN.fullmatch(text) or "--" in text.rpartition("@")[2]:
        text = _validate_address(text)
    local, _, domain = text.rpartition("@")
    if len(local.encode()) > MAX_LOCAL_OCTETS:
        raise ValueError(
            f"the part of the address before the @ is longer than {MAX_LOCAL_OCTETS} characters"
        )
    if len(text.encode()) > MAX_OCTETS:
        raise ValueError(f"the address is longer than {MAX_OCTETS} characters")
    domain = domain.lower()
    return MailAddress(f"{local}@{domain}", f"{local.casefold()}@{domain}")


def _validate_address(text: str) -> str:
    from email_validator import (
        EmailNotValidError,
        validate_email,
    )  # 40 ms that plain addresses do not need

    if "@" not in text:
        raise ValueError("the address has no @")
    if text.rpartition("@")[0].startswith('"'):
        raise ValueError("the address has quotation marks before the @")
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(_reason(text)) from None  # its words repeat the address
    return f"{found.local_part}@{found.ascii_domain}"


def _reason(text: str) -> str:
    """Why the library refused it, in words of ours: its own repeat parts of the address."""
    local, _, domain = text.rpartition("@")
    if len(text) > MAX_OCTETS:
        return f"the address is longer than {MAX_OCTETS} characters"
    if len(local) > MAX_LOCAL_OCTETS:
        return f"the part of the address before the @ is longer than {MAX_LOCAL_OCTETS} characters"
    if not local or not domain:
        return "the address has nothing before or after the @"
    if re.search(r"[\s,;<>]", text):
        return "the address holds a space, comma or bracket"
    if "." not in domain:
        return "the address has no dot after the @"
    if text.count("@") > 1:
        return "the address has more than one @"
    return "this is not an address that mail can be sent to"


def clean_name(text: str) -> str:
    """A name in one line without spaces at its ends.

    Raises ValueError with a reason that does not repeat it.
    """
    text = unicodedata.normalize("NFC", text.strip(" \t\u00a0"))
    if reason := unprintable(text):
        raise ValueError(f"the name holds {reason}")
    text = " ".join("".join(each for each in text if each not in _INVISIBLE).split())
    if len(text) > MAX_NAME:
        raise ValueError(f"the name is longer than {MAX_NAME} characters")
    return text


def unprintable(text: str) -> str | None:
    """What in a text could break a header or turn its order around, in words.

    None when there is nothing.
    """
    if text.isascii() and text.isprintable():
        return None
    if not _LINE_BREAKS.isdisjoint(text):
        return "a line break"
    if not _BIDI.isdisjoint(text):
        return "a mark that turns the direction of writing"
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in text):
        return "a control character"
    return None
