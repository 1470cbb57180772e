"""Links that may stand in an issue: secure, absolute, and never one label for two places.

A plain `http:` address is written as `https:`, because what a patient reads is nobody else's
business on the way. One with a port of its own has no such other form, and is printed as words
alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SAYS_NOTHING = re.compile(
    r"""
        (?:
            click\ here | here | read\ more | learn\ more | more | link | this\ link | details
          | see\ more | find\ out\ more | view | more\ info
        )\W*
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Labels that tell nothing to a person who listens to the links alone."""
_MAY_STAND = re.compile(r"(?:[A-Za-z0-9._~/:?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_HTTP = 80
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().–-]{7,}\d(?![\w])")
_CONTACT = re.compile(f"{_MAIL.pattern}|{_PHONE.pattern}")
OWN_PICTURE = re.compile(r"pictures/[A-Za-z0-9][\w.-]*", re.ASCII)
"""A picture that lies beside the issue: in the folder `pictures` of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and where it leads; the label alone when `url` is empty."""

    label: str
    url: str = ""


@lru_cache(maxsize=4096)
def sanitize_url(url: str) -> str:
    """`url` as it may be printed; empty when not for readers (javascript:, file:, relative)."""
    try:
        parts = urlsplit(url.strip())
        scheme, address, port = parts.scheme.lower(), _ascii(parts.netloc), parts.port
    except ValueError:
        return ""
    rest = _encode_url_tail(urlunsplit(("", "", parts.path, parts.query, parts.fragment)))
    match scheme:
        case "https" | "http" if parts.hostname:
            if scheme == "http" and port not in {None, _HTTP}:
                return ""
            return f"https://{address.removesuffix(f':{_HTTP}')}{rest}"
        case "mailto" | "tel" if parts.path:
            return f"{scheme}:{rest}"
        case _:
            return ""


def _ascii(netloc: str) -> str:
    """A host with letters of its own script, as mail programs find it (RFC 3490).

    Raises ValueError for no host name.
    """
    return netloc if netloc.isascii() else netloc.encode("idna").decode("ascii")


def _encode_url_tail(rest: str) -> str:
    """What follows the host, percent-encoded where it has to be (RFC 3986, section 2)."""
    if _MAY_STAND.fullmatch(rest):
        return rest
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(rest, safe="%/:?#@!$&'()*+,;=~"))


def host(url: str) -> str:
    """`nlmsf.org` of `https://www.nlmsf.org/news`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def contacts(text: str) -> tuple[Link, ...]:
    """`text` in pieces, mail addresses and phone numbers as links that a finger can tap."""
    pieces: list[Link] = []
    start = 0
    for found in _CONTACT.finditer(text):
        if found.start() > start:
            pieces.append(Link(label=text[start : found.start()]))
        pieces.append(Link(label=found[0], url=_contact_url(found[0])))
        start = found.end()
    if start < len(text):
        pieces.append(Link(label=text[start:]))
    return tuple(pieces)


def _contact_url(text: str) -> str:
    if "@" in text:
        return f"mailto:{text}"
    return "tel:" + ("+" if text.startswith("+") else "") + re.sub(r"\D", "", text)


class LinkLabels:
    """Gives each link of a page a label that no other place has.

    Readers who list the links hear only those.
    """

    def __init__(self) -> None:
        self._places: dict[str, str] = {}

    def link(self, label: str, url: str) -> Link:
        """A link with this label, and a number behind it when the label leads elsewhere."""
        if not url:
            return Link(label=label)
        free = label = f"{label} ({host(url)})" if _SAYS_NOTHING.fullmatch(label.strip()) else label
        number = 1
        while self._places.setdefault(_heard(free), url) != url:
            number += 1
            free = f"{label} ({number})"
        return Link(label=free, url=url)


def _heard(label: str) -> str:
    return " ".join(label.split()).lower()
