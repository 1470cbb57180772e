"""Addresses of entries: absolute, http(s), and without the spaces that some feeds leave in them."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from newsletter.identity import clean_url

LONGEST = 4_000
_FORBIDDEN = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]')  # RFC 3986, 2: must be percent-encoded
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_BARE_HOST = re.compile(r"www\.[a-z0-9-]+\.[a-z]", re.IGNORECASE)


def absolute_link(link: str, base: str = "") -> str | None:
    """`link` as an absolute http(s) address, taken from `base` where it is relative.

    None when it is none.
    """
    link = re.sub(r"[\t\r\n]", "", link).strip()
    if not link or len(link) > LONGEST:
        return None
    if _BARE_HOST.match(link):
        link = f"http://{link}"
    link = re.sub(
        r"^feed:(?=//(?!https?:))", "http:", re.sub(r"^feed:(?://)?(?=https?:)", "", link)
    )
    try:
        return _repair_link(link if _SCHEME.match(link) else urljoin(base, link))
    except ValueError:  # a bracket too many, a port that is no number
        return None


def _repair_link(link: str) -> str | None:
    link = _FORBIDDEN.sub(lambda found: f"%{ord(found[0]):02X}", link)
    parts = urlsplit(link)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or "%" in parts.netloc:
        return None
    return link


def strip_tracking(link: str) -> str:
    """The address without what only follows readers.

    An address without such parts stays as it is written.
    """
    cleaned = clean_url(link) if "?" in link else None
    return cleaned if cleaned and urlsplit(cleaned).query != urlsplit(link).query else link
