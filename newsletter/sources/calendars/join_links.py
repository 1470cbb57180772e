"""Where an event takes place, and the link by which one joins it.

Organisers put the link wherever their program has room: in a property of its own, as the place, as
the event's address, or somewhere in the description. A link of a meeting service is surer than any
other.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import icalendar

from newsletter.formats.markup_text import one_line, paragraphs

_OWN = (
    "CONFERENCE",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
)
_MEETINGS = """
    zoom.us zoom.com zoomgov.com teams.microsoft.com teams.live.com meet.google.com webex.com
    gotomeeting.com goto.com gotowebinar.com meet.jit.si whereby.com bluejeans.com ringcentral.com
    livestorm.co streamyard.com crowdcast.io on24.com bigmarker.com demio.com hopin.com skype.com
"""
_REGISTRATIONS = (
    "eventbrite.com eventbrite.co.uk eventbrite.ca eventbrite.de meetup.com tickettailor.com lu.ma"
)
_LINK = re.compile(r"https?://[^\s<>\"'\\^`{|}\u2018-\u201f]{1,2000}", re.IGNORECASE)
_INVITES = re.compile(
    r"\b(?:join|regist\w*|rsvp|sign[- ]?up|inscr[ií]\w*|anmeld\w*|zoom|teams|webinar)\b",
    re.IGNORECASE,
)
_ONLINE = re.compile(
    r"""
        (?:
            online | virtual(?:ly)? | zoom | webinar | web | internet | en\ línea
          | microsoft\ teams(?:\ meeting)? | teams
        )
    """,
    re.VERBOSE,
)


def place_and_link(event: icalendar.Component) -> tuple[str, str]:
    """Place in words, and the https link to join or register; each empty when there is none."""
    own = [link for name in _OWN for value in _values(event, name) for link in _links(value)]
    where = " ".join(_values(event, "LOCATION"))
    description = "\n".join(_values(event, "DESCRIPTION") + _values(event, "X-ALT-DESC"))
    invited = [
        link
        for link, at in _find_links(description)
        if _INVITES.search(description, max(0, at - 80), at)
    ]
    everywhere = [
        *own,
        *_links(where),
        *(link for value in _values(event, "URL") for link in _links(value)),
    ]
    everywhere += _links(description)
    link = (
        next((each for each in own if _is_https(each)), "")
        or _of_hosts(everywhere, _MEETINGS)
        or _of_hosts(everywhere, _REGISTRATIONS)
        or next(filter(_is_https, _links(where)), "")
        or next(filter(_is_https, invited), "")
    )
    return _place(where, link), link


def web_address(text: str) -> str:
    """The http(s) address that a text is, or empty."""
    text = text.strip()
    return text if _LINK.fullmatch(text) and _hostname(text) else ""


def _place(where: str, link: str) -> str:
    words = one_line(_LINK.sub(" ", paragraphs(where))).strip(" ,;|()[]-–—:/")
    if words and not _ONLINE.fullmatch(words.lower()):
        return words[:300]
    return "Online" if words or link else ""


def _values(event: icalendar.Component, name: str) -> list[str]:
    """All values of a property; 20,000 characters of each are looked at."""
    value: Any = event.get(name)
    values = value if isinstance(value, list) else [value]
    return [str(each)[:20_000] for each in values if isinstance(each, str)]


def _links(text: str) -> list[str]:
    """Every http(s) address in a text."""
    return [link for link, _ in _find_links(text)]


def _find_links(text: str) -> list[tuple[str, int]]:
    links = ((_trim_link(found[0]), found.start()) for found in _LINK.finditer(text))
    return [(link, at) for link, at in links if _hostname(link)]


def _trim_link(link: str) -> str:
    """Without the full stop or bracket of the sentence it stands in, and with `&amp;` undone."""
    link = link.replace("&amp;", "&").rstrip(".,;:!?*_]")
    while link.endswith(")") and link.count(")") > link.count("("):
        link = link[:-1].rstrip(".,;:!?")
    return link


def _of_hosts(links: list[str], hosts: str) -> str:
    return next(
        (link for link in links if _is_https(link) and _is_of(_hostname(link), hosts.split())), ""
    )


def _is_of(hostname: str, hosts: list[str]) -> bool:
    return any(hostname == host or hostname.endswith(f".{host}") for host in hosts)


def _is_https(link: str) -> bool:
    return link.lower().startswith("https://")


def _hostname(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").lower()
    except ValueError:  # a bracket that is no IPv6 address
        return ""
