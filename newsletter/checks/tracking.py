"""Nobody watches who clicks.

Being on the list is health information, and so is what a reader opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from urllib.parse import SplitResult, parse_qsl

from newsletter.checks.links import readdressing, short, split
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.identity import clean_url
from newsletter.model import Severity

HARMLESS = frozenset({"via", "via=ihub", "rss", "af", "fc", "ff", "v", "sort", "term"})
"""Parameters that say in which list a paper was found, and nothing of who reads it."""

COUNTS_READERS = re.compile(
    r"""
          _kx | trk_(?:contact|msg|module|sid)
        | sc_(?:campaign|channel|content|medium|outcome|src) | ns_(?:campaign|mchannel|source)
        | (?:e?mail|mailing|newsletter|nl|campaign|subscriber|recipient|contact|reader)_?id
        | i?cmp | e?cmpid | icid | ecid | emid | campaign | mkcid | mkrid | wickedid
        | wickedsource | s_kwcid | ef_id | epik | rb_clickid | e?source_?code
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Parameters of mail and campaign services that no page needs; identity keeps them, because it must
not be wrong."""
NAMES_READER = frozenset({"e", "eid", "cid", "uid", "sid", "mid", "rid", "mc"})
READER = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}", re.IGNORECASE)
CAMPAIGN = re.compile(
    r"newsletter|e-?news\b|\be-?mail(?:ing)?s?\b|campaign|\bem-20\d\d", re.IGNORECASE
)
ASKS = frozenset(
    {
        "q",
        "query",
        "search",
        "s",
        "term",
        "title",
        "topic",
        "url",
        "page",
        "type",
        "category",
        "tag",
        "p",
    }
)
"""Parameters whose values are what a reader looks for: there “newsletter” is a word like others."""

WATCHER = re.compile(
    r"""
        (?:.+\.)?(?:
            list-manage\.com | safelinks\.protection\.outlook\.com
          | urldefense\.(?:com|proofpoint\.com) | sendgrid\.net | mandrillapp\.com | rs6\.net
          | klclick\d*\.com | lnkd\.in | t\.co | bit\.ly | tinyurl\.com | ow\.ly | buff\.ly
          | goo\.gl | hubs\.l[aiy] | is\.gd | rebrand\.ly | cutt\.ly | shorturl\.at
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Shorteners, click counters of mail services, and wrappers of mail programs around links."""


MAIL_ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")


@rule(
    "link-tracks",
    Severity.WARNING,
    why=(
        "Tracking parameters tell the site which mail, and at times which person, a visitor comes"
        " from."
    ),
    remedy="Cut the address before them; the page opens without.",
    mend="Remove the tracking",
)
def link_tracks(proof: ParsedMail) -> Iterator[Violation]:
    """A link carries parameters that only watch the reader."""
    for link in proof.links:
        parts = split(link.href) if "?" in link.href else None
        if parts and parts.query and (tracking := sorted(_watching(parts))):
            change = readdressing(proof, link, partial(_without, names=frozenset(tracking)))
            yield Violation(
                link.where,
                f"The link {short(link.href)} carries {', '.join(tracking)}.",
                change=change,
            )


def _without(url: str, names: frozenset[str]) -> str:
    """The address without these parameters; everything else in it stays as it is written."""
    where, _, behind = url.partition("?")
    query, mark, fragment = behind.partition("#")
    kept = "&".join(each for each in query.split("&") if not _names(each) & names)
    return where + (f"?{kept}" if kept else "") + mark + fragment


@lru_cache(maxsize=1024)
def _watching(parts: SplitResult) -> set[str]:
    """The parameters that a cleaned address does not have.

    The host does not count: some pages need no parameter at all.
    """
    cleaned = clean_url(parts._replace(scheme="https", netloc="host.example").geturl())
    kept = split(cleaned) if cleaned else None
    if kept is None:
        return set()
    left_out = (
        _names(parts.query) - _names(kept.query) - HARMLESS if kept.query != parts.query else set()
    )
    return left_out | {
        name for name, value in parse_qsl(parts.query) if _watches(name.lower(), value)
    }


def _watches(name: str, value: str) -> bool:
    """Whether a parameter that a page might want is here for counting readers.

    Its name tells, or its value.
    """
    if COUNTS_READERS.fullmatch(name) or (name in NAMES_READER and READER.fullmatch(value)):
        return True
    return name not in ASKS and CAMPAIGN.search(value) is not None


def _names(query: str) -> set[str]:
    return {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}


@rule(
    "link-through-watcher",
    Severity.WARNING,
    why=(
        "A shortened or wrapped link hides where it leads, and its service sees every reader who"
        " follows it."
    ),
    remedy="Open it once, and use the address of the page where it ends.",
)
def link_through_watcher(proof: ParsedMail) -> Iterator[Violation]:
    """A link leads through a shortener, or through another mail's click counter."""
    for link in proof.links:
        parts = split(link.href)
        host = parts.hostname if parts else None
        if host and WATCHER.fullmatch(host):
            yield Violation(link.where, f"The link {short(link.href)} leads through {host}.")


@rule(
    "link-names-person",
    Severity.ERROR,
    why=(
        "An address in a link goes to every reader, and into the records of every server on the"
        " way."
    ),
    remedy="Cut the address out of the link, or take another link to the same page.",
)
def link_names_person(proof: ParsedMail) -> Iterator[Violation]:
    """The query of a web link holds a mail address."""
    for link in proof.links:
        parts = split(link.href) if "?" in link.href else None
        if parts and parts.scheme in {"http", "https"} and MAIL_ADDRESS.search(parts.query):
            yield Violation(link.where, f"A link to {parts.hostname} holds a mail address.")
