"""Where the links lead, and what they say.

A reader knows before the click, and nobody watches it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from newsletter import composition
from newsletter.checks.context import LinkState
from newsletter.checks.mail_elements import LinkTarget
from newsletter.checks.parsed_mail import ParsedMail, as_printed, upgrade_to_https
from newsletter.checks.rules import Violation, rule
from newsletter.identity import address_key
from newsletter.model import Issue, Severity

SCHEMES = frozenset({"https", "mailto", "tel"})
GENERIC = re.compile(
    r"""
          click(?:\ here)? | here | (?:read|learn|see|find\ out)\ more
        | more(?:\ info(?:rmation)?)? | (?:this\ )?(?:link|page|website) | details | view
        | (?:haga\ )?clic\ aquí | aquí | (?:leer|ver)\ más | más(?:\ información)? | enlace
    """,
    re.IGNORECASE | re.VERBOSE,
)

CUT = re.compile(r"…|%E2%80%A6|\.\.\.$", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE)


def short(url: str) -> str:
    """An address as findings name it: not longer than a line."""
    return url if len(url) <= 90 else url[:89] + "…"


@lru_cache(maxsize=4096)
def split(url: str) -> SplitResult | None:
    """The parts of an address; None when it cannot be one."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts


@rule(
    "link-scheme",
    Severity.ERROR,
    why="Only https:, mailto: and tel: are safe and work in every mail program.",
    remedy=(
        "Write the whole address, beginning with https://. A site that has only http:// is better"
        " left out."
    ),
    mend="Use https",
)
def link_scheme(proof: ParsedMail) -> Iterator[Violation]:
    """A link is relative, empty, or of another scheme than https, mailto and tel.

    An entry may have an http: link, as long as the page does not print it so.
    """
    for link in proof.links:
        if link.href.startswith("#") and _is_place(link.href[1:], proof):
            continue
        parts = split(
            link.href if as_printed(link.href) in proof.on_page else upgrade_to_https(link.href)
        )
        if parts is None or parts.scheme.lower() not in SCHEMES:
            shown = f"“{short(link.href)}”" if link.href else "nothing"
            is_http = parts is not None and parts.scheme.lower() == "http"
            change = readdressing(proof, link, upgrade_to_https) if is_http else None
            yield Violation(
                link.where,
                f"A link leads to {shown}: not an https, mailto or tel address.",
                change=change,
            )


def readdressing(
    proof: ParsedMail, link: LinkTarget, to: Callable[[str], str]
) -> Callable[[Issue], Issue] | None:
    """The change that writes a link as `to` does, wherever it stands in the issue.

    None when it stands nowhere there.
    """
    written = [href for href in proof.own_addresses if as_printed(href) == as_printed(link.href)]

    def change(issue: Issue) -> Issue:
        for href in written:
            issue = composition.replace_link(issue, href, to(href))
        return issue

    return change if written else None


def _is_place(name: str, proof: ParsedMail) -> bool:
    return any(name in {each.get("id"), each.get("name")} for each in proof.elements)


@rule(
    "link-unsafe-host",
    Severity.ERROR,
    why=(
        "Numbers for a host, or a name and password in an address, are the marks of fraud: filters"
        " and readers refuse them."
    ),
    remedy="Use the public name of the site, without anything before an @.",
)
def link_unsafe_host(proof: ParsedMail) -> Iterator[Violation]:
    """A web link names an IP address, an inside name or credentials, or has no host."""
    for link in proof.links:
        parts = split(link.href)
        if parts is None or parts.scheme.lower() not in {"http", "https"}:
            continue
        if wrong := _wrong_with_host(parts):
            yield Violation(link.where, f"The link {_without_credentials(parts)} {wrong}.")


def _wrong_with_host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return "has no host"
    if "@" in parts.netloc:
        return "has a name or password in it"
    if _is_number(host):
        return "names a number instead of a host"
    if "." not in host:
        return "leads to a name that only your own network knows"
    return None


def _is_number(host: str) -> bool:
    """Whether the host is an IP address, also as browsers read it: 2130706433, 0x7f.1."""
    if ":" not in host and host.rpartition(".")[2].isalpha():
        return False  # nearly all: a top-level domain in letters
    try:
        ip_address(host)
    except ValueError:
        return all(
            re.fullmatch(r"\d+|0x[0-9a-f]+", each, re.IGNORECASE) for each in host.split(".")
        )
    return True


def _without_credentials(parts: SplitResult) -> str:
    return short(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())


@rule(
    "link-text-generic",
    Severity.WARNING,
    why=(
        "Who listens to the mail hears the links alone: “click here” says nothing, and spam filters"
        " know it."
    ),
    remedy="Let the link say where it leads: the title of the paper, “Register for the webinar”.",
)
def link_text_generic(proof: ParsedMail) -> Iterator[Violation]:
    """A link says “click here” or another word that fits every link."""
    for anchor in proof.anchors:
        if GENERIC.fullmatch(anchor.words.strip(" .!:…→»>")):
            yield Violation(
                anchor.where, f"A link reads “{anchor.words}” (to {short(anchor.href)})."
            )


@rule(
    "link-without-text",
    Severity.WARNING,
    why="A link that shows and says nothing cannot be found by eye, keyboard or screen reader.",
    remedy="Give the link words, or its picture an alt text.",
)
def link_without_text(proof: ParsedMail) -> Iterator[Violation]:
    """A link has neither words nor a picture with an alt text."""
    for anchor in proof.anchors:
        if not anchor.name:
            yield Violation(anchor.where, f"The link to {short(anchor.href)} has no text.")


@rule(
    "link-cut",
    Severity.ERROR,
    why="An address that was shortened with “…” when it was copied leads nowhere.",
    remedy="Copy the whole address from its page.",
)
def link_cut(proof: ParsedMail) -> Iterator[Violation]:
    """A link holds an ellipsis, or ends in three dots."""
    for link in proof.links:
        if CUT.search(link.href):
            yield Violation(link.where, f"The link {short(link.href)} is cut.")


@rule(
    "link-shows-another",
    Severity.WARNING,
    why=(
        "A link that shows one address and leads to another is what fraud looks like; filters and"
        " readers are warned of it."
    ),
    remedy="Let the words be the title of the page, or the address it really leads to.",
)
def link_shows_another(proof: ParsedMail) -> Iterator[Violation]:
    """The words of a link are an address on another site than the one it leads to."""
    for anchor in proof.anchors:
        shown = ADDRESS.fullmatch(anchor.words)
        parts = split(anchor.href)
        if shown and parts and parts.hostname and not _same_site(shown[1], parts.hostname):
            yield Violation(
                anchor.where, f"A link shows {short(anchor.words)} and leads to {parts.hostname}."
            )


def _same_site(one: str, other: str) -> bool:
    one, other = (each.lower().removeprefix("www.") for each in (one, other))
    return one == other or one.endswith("." + other) or other.endswith("." + one)


@rule(
    "link-text-twice",
    Severity.WARNING,
    why="Who listens to a list of the links cannot tell two with the same words apart.",
    remedy="Name in each what it leads to; an aria-label does too.",
)
def link_text_twice(proof: ParsedMail) -> Iterator[Violation]:
    """The same words lead to different places."""
    first: dict[str, str] = {}
    told: set[str] = set()
    for anchor in proof.anchors:
        name = anchor.name.casefold()
        if name and first.setdefault(name, anchor.href) != anchor.href and name not in told:
            told.add(name)
            yield Violation(anchor.where, f"“{short(anchor.name)}” leads to different places.")


@rule(
    "link-dead",
    Severity.WARNING,
    why="Readers who meet a page that is gone trust the next link less.",
    remedy="Find where the page is now, or take another source: the DOI, PubMed, the register.",
)
def link_dead(proof: ParsedMail) -> Iterator[Violation]:
    """A link was tried, and its page or its host is gone."""
    for link in proof.links:
        answer = proof.context.links.get(link.href)
        if answer and answer.state is LinkState.DEAD:
            yield Violation(
                link.where,
                f"The link {short(link.href)} is dead: {answer.reason or 'the page is gone'}.",
            )


@rule(
    "link-unreachable",
    Severity.WARNING,
    why="The site gave no answer when it was tried; it may be down, or too slow for a phone.",
    remedy="Open the link yourself; check again later.",
)
def link_unreachable(proof: ParsedMail) -> Iterator[Violation]:
    """A link was tried, and its server did not answer in time or failed."""
    for link in proof.links:
        answer = proof.context.links.get(link.href)
        if answer and answer.state is LinkState.UNREACHABLE:
            yield Violation(
                link.where,
                f"The link {short(link.href)} gave no answer:"
                f" {answer.reason or 'nobody knows why'}.",
            )


@rule(
    "link-moved",
    Severity.WARNING,
    why="A page that has moved for good will one day stop to tell where.",
    remedy="Use the new address.",
    mend="Use the new address",
)
def link_moved(proof: ParsedMail) -> Iterator[Violation]:
    """A link was tried, and its page has moved for good (more than a www. or a slash)."""
    for link in proof.links:
        answer = proof.context.links.get(link.href)
        if (
            answer
            and answer.state is LinkState.MOVED
            and address_key(answer.final_url) != address_key(link.href)
        ):
            change = readdressing(proof, link, _constantly(answer.final_url))
            words = f"The link {short(link.href)} has moved to {short(answer.final_url)}."
            yield Violation(link.where, words, change=change)


def _constantly(new: str) -> Callable[[str], str]:
    return lambda _: new
