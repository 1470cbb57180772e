"""Which mail provider an address is at, told by its domain alone.

No network is asked. So a firm or hospital whose mail Google or Microsoft keeps counts as `OTHER`.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Provider(StrEnum):
    """Those that many private people are with; they decide on a whole list at once."""

    GMAIL = "gmail"
    YAHOO = "yahoo"
    MICROSOFT = "microsoft"
    APPLE = "apple"
    GMX = "gmx"
    PROTON = "proton"
    COMCAST = "comcast"
    TELEKOM = "telekom"
    ORANGE = "orange"
    OTHER = "other"


TITLES = {
    Provider.GMAIL: "Gmail",
    Provider.YAHOO: "Yahoo and AOL",
    Provider.MICROSOFT: "Outlook and Hotmail",
    Provider.APPLE: "iCloud",
    Provider.GMX: "GMX and Web.de",
    Provider.PROTON: "Proton",
    Provider.COMCAST: "Comcast",
    Provider.TELEKOM: "T-Online",
    Provider.ORANGE: "Orange",
    Provider.OTHER: "all others",
}

_DOMAINS = {
    Provider.GMAIL: "gmail.com googlemail.com",
    # the mail of AT&T and Verizon is kept by Yahoo
    Provider.YAHOO: (
        "ymail.com rocketmail.com myyahoo.com verizon.net att.net sbcglobal.net bellsouth.net"
        " aim.com"
    ),
    Provider.MICROSOFT: "msn.com passport.com windowslive.com",
    Provider.APPLE: "icloud.com me.com mac.com privaterelay.appleid.com",
    Provider.GMX: "web.de mail.com email.de",
    Provider.PROTON: "proton.me protonmail.com protonmail.ch pm.me",
    Provider.COMCAST: "comcast.net xfinity.com",
    Provider.TELEKOM: "t-online.de magenta.de",
    Provider.ORANGE: "orange.fr wanadoo.fr",
}
_KNOWN = {domain: provider for provider, domains in _DOMAINS.items() for domain in domains.split()}
_NATIONAL = {
    "yahoo": Provider.YAHOO,
    "aol": Provider.YAHOO,
    "hotmail": Provider.MICROSOFT,
    "live": Provider.MICROSOFT,
    "outlook": Provider.MICROSOFT,
    "gmx": Provider.GMX,
}
"""Under the endings of many countries: yahoo.fr, hotmail.co.uk, outlook.com.br."""
_NATIONAL_DOMAIN = re.compile(rf"({'|'.join(_NATIONAL)})\.(?:com?\.)?[a-z]{{2,3}}")
_APART = frozenset({"yahoo.co.jp"})  # a firm of its own, with machines of its own


def provider_of(domain: str) -> Provider:
    """The provider of a domain in small letters."""
    if domain in _KNOWN:
        return _KNOWN[domain]
    national = _NATIONAL_DOMAIN.fullmatch(domain)
    return _NATIONAL[national[1]] if national and domain not in _APART else Provider.OTHER
