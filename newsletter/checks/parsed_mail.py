"""A proof: one issue taken apart once, so that every rule reads the same page, links and words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import cast
from urllib.parse import unquote, urlsplit

from lxml.etree import HTMLParser, XMLSyntaxError, XPath, _Element, fromstring

from newsletter.checks.context import CheckContext
from newsletter.checks.mail_elements import (
    Anchor,
    ElementGroup,
    LinkTarget,
    Passage,
    group_elements,
)
from newsletter.model import Entry

_HIDDEN = re.compile(r"display\s*:\s*none|max-height\s*:\s*0|mso-hide\s*:\s*all", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)\s>]*)>?(?:\s+[^)]*)?\)")
"""`[words](address)` or `![words](address "title")`: is it a picture, its words, its address."""

PADDING = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u2007\u2060\ufeff]+")
"""Invisible characters with which a preheader is filled up, so that no text of the letter follows
it in the inbox."""


_PORT = re.compile(r"[^/?#]*:(?!80(?:[/?#]|$))\d")
_TEXTS = XPath(".//text()[not(parent::style or parent::script)]", smart_strings=False)
_TEXT = XPath("string()", smart_strings=False)


class ParsedMail:
    """One issue as it would go out. Every attribute is worked out when a rule first asks for it."""

    def __init__(self, context: CheckContext) -> None:
        self.context = context
        self.issue = context.issue
        self.settings = context.settings

    @cached_property
    def page(self) -> _Element:
        """The HTML part as a tree; an empty page when there is nothing to parse."""
        html = self.context.html.encode()
        try:
            found = fromstring(html, HTMLParser(encoding="utf-8", huge_tree=True))
        except XMLSyntaxError:
            found = None
        return (
            fromstring("<html><head></head><body></body></html>", HTMLParser())
            if found is None
            else found
        )

    @cached_property
    def body(self) -> _Element:
        """The body of the page."""
        found = self.page.find("body")
        return self.page if found is None else found

    @cached_property
    def markup(self) -> str:
        """The HTML part in small letters, to see quickly whether something rare can be in it."""
        return self.context.html.lower()

    @cached_property
    def html_bytes(self) -> int:
        """The size of the HTML part."""
        return len(self.context.html.encode())

    @cached_property
    def elements(self) -> tuple[_Element, ...]:
        """The body and all elements in it, in reading order, comments left out."""
        return tuple(self.body.iter("*"))

    @cached_property
    def css(self) -> str:
        """The text of all style elements."""
        return "\n".join(each.text or "" for each in self.page.iter("style"))

    @cached_property
    def element_groups(self) -> tuple[ElementGroup, ...]:
        """The elements of the body, those that look alike together.

        A mail has a thousand elements of some forty looks.
        """
        return group_elements(self.elements)

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """Name, in small letters → content of the metas of the page."""
        return {
            (each.get("name") or "").lower(): each.get("content") or ""
            for each in self.page.iter("meta")
        }

    @cached_property
    def styles(self) -> tuple[str, ...]:
        """Every style attribute of the body once, in reading order."""
        return tuple(dict.fromkeys(kind.style for kind in self.element_groups if kind.style))

    @cached_property
    def words(self) -> str:
        """All text of the body on one line, hidden text with it, invisible characters without."""
        return " ".join(" ".join(map(_without_padding, self._texts)).split())

    @cached_property
    def text_words(self) -> str:
        """All words of the text part on one line."""
        return " ".join(self.context.text.split())

    @cached_property
    def text_lines(self) -> tuple[str, ...]:
        """The lines of the text part."""
        return tuple(self.context.text.splitlines())

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The texts between two tags, stripped, those that say something."""
        return tuple(stripped for piece in self._texts if (stripped := piece.strip()))

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """The texts of the body, in reading order; what stands in a style or script is none."""
        if next(self.body.iter("style", "script"), None) is None:
            return tuple(map(str, self.body.itertext()))
        return tuple(cast("list[str]", _TEXTS(self.body)))

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """The links of the page in reading order."""
        place = self.place_of_link
        return tuple(
            Anchor(
                href=(href := (each.get("href") or "").strip()),
                words=(words := _words_of(each)),
                name=(each.get("aria-label") or words).strip(),
                where=place.get(as_printed(href), "html"),
            )
            for each in self.body.iter("a")
            if each.get("href") is not None
        )

    @cached_property
    def links(self) -> tuple[LinkTarget, ...]:
        """Every address once.

        Those of the page, then those of entries that the page does not show.
        """
        found = {anchor.href: LinkTarget(anchor.href, anchor.where) for anchor in self.anchors}
        for href, key in self.owner_of_link.items():
            if as_printed(href) not in self.on_page:
                found.setdefault(href, LinkTarget(href, key))
        return tuple(found.values())

    @cached_property
    def on_page(self) -> frozenset[str]:
        """The addresses that the page links to, in the form of `as_printed`."""
        return frozenset(as_printed(anchor.href) for anchor in self.anchors)

    @cached_property
    def owner_of_link(self) -> dict[str, str]:
        """Address as it is written → key of the first entry that has it."""
        owner: dict[str, str] = {}
        for entry in self.all_entries:
            joining = (entry.event.join,) if entry.event and entry.event.join else ()
            for href in (*entry.links, *joining):
                owner.setdefault(href.strip(), entry.key)
        return owner

    @cached_property
    def place_of_link(self) -> dict[str, str]:
        """Address as it is printed → where an editor finds it.

        The entry that has it, or the text that links to it.
        """
        place: dict[str, str] = {}
        for href, key in self.owner_of_link.items():
            place.setdefault(as_printed(href), key)
        for passage in self.own_words:
            for is_picture, _, href in MARKDOWN_LINK.findall(passage.text):
                if not is_picture:
                    place.setdefault(as_printed(href), passage.where)
        return place

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """Every address that stands in the issue itself, as it is written there."""
        texts = (
            each.text for each in self.own_words if each.where != "issue"
        )  # the footer is of every issue
        written = (href for text in texts for _, _, href in MARKDOWN_LINK.findall(text))
        of_entries = (link.strip() for entry in self.entries for link in entry.links)
        joining = (entry.event.join.strip() for entry in self.entries if entry.event)
        return frozenset(filter(None, (*written, *of_entries, *joining)))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the issue in printing order."""
        return self.issue.entries()

    @cached_property
    def all_entries(self) -> tuple[Entry, ...]:
        """The entries, and those that only the coming-up box names."""
        keys = {entry.key for entry in self.entries}
        return (*self.entries, *(entry for entry in self.issue.coming_up if entry.key not in keys))

    @cached_property
    def own_words(self) -> tuple[Passage, ...]:
        """What the editors wrote, Markdown, the footer of every issue with it.

        Empty texts left out.
        """
        passages = [Passage("letter", self.issue.letter)]
        for section in self.issue.sections:
            passages.append(Passage(section.name, section.text))
            passages.extend(Passage(entry.key, entry.note) for entry in section.entries)
        passages += [
            Passage("closing", self.issue.closing),
            Passage("issue", self.settings.theme.footer),
        ]
        return tuple(each for each in passages if each.text.strip())

    @cached_property
    def head_words(self) -> tuple[Passage, ...]:
        """Subject and preheader, as an inbox shows them."""
        pair = (
            Passage("subject", self.context.subject),
            Passage("preheader", self.context.preheader),
        )
        return tuple(each for each in pair if each.text.strip())

    @cached_property
    def _own_letters(self) -> str:
        return "\n".join(each.text for each in (*self.head_words, *self.own_words)).lower()

    def may_say(self, signs: Iterable[str]) -> bool:
        """Whether the head or own words hold one of these, in small letters.

        If not, no pattern need be tried on them.
        """
        return any(sign in self._own_letters for sign in signs)

    @property
    def day(self) -> date:
        """The day the issue is planned for: what is past or ahead is counted from it."""
        return self.issue.send_on

    @cached_property
    def own_hosts(self) -> frozenset[str]:
        """Hosts that pictures may come from, without `www.`."""
        addresses = [self.settings.newsletter.url, self.settings.theme.logo]
        if self.settings.public:
            addresses.append(self.settings.public.url)
        hosts = (
            *(urlsplit(each).hostname or "" for each in addresses),
            *self.settings.theme.image_hosts,
        )
        return frozenset(host.lower().removeprefix("www.") for host in hosts if host)

    def is_own_host(self, host: str | None) -> bool:
        """Whether pictures may come from this host."""
        return (host or "").lower().removeprefix("www.") in self.own_hosts

    @cached_property
    def places(self) -> dict[str, int]:
        """Place → its rank in the order in which a reader meets it."""
        order = ["subject", "preheader", "letter"]
        for section in self.issue.sections:
            order += [section.name, *(entry.key for entry in section.entries)]
        order += [
            "closing",
            *(entry.key for entry in self.issue.coming_up),
            "html",
            "text",
            "issue",
        ]
        ranks: dict[str, int] = {}
        for rank, place in enumerate(order):
            ranks.setdefault(place, rank)
        return ranks


def _without_padding(text: str) -> str:
    return text if text.isascii() else PADDING.sub("", text)


def text_of(element: _Element) -> str:
    """All text within an element, comments left out."""
    return cast("str", _TEXT(element))


def upgrade_to_https(href: str) -> str:
    """An address as rendering prints it: `http:` becomes `https:`.

    With a port of its own it stays, and is no link then.
    """
    if href[:7].lower() != "http://" or _PORT.match(href, 7):
        return href
    return f"https://{href[7:]}"


@lru_cache(maxsize=4096)
def as_printed(href: str) -> str:
    """What an address and the one that rendering makes of it have in common.

    Https, and no percent signs.
    """
    return unquote(upgrade_to_https(href.strip()))


def _words_of(anchor: _Element) -> str:
    text = text_of(anchor) if len(anchor) else anchor.text or ""
    if words := " ".join(text.split()):
        return words
    alts = (each.get("alt") or "" for each in anchor.iter("img"))
    return " ".join(" ".join(alts).split())


def is_hidden(element: _Element) -> bool:
    """Whether a style of the element itself or of one around it hides it."""
    return any(hides(each.get("style") or "") for each in (element, *element.iterancestors()))


@lru_cache(maxsize=512)
def hides(style: str) -> bool:
    """Whether a style attribute hides its element."""
    return _HIDDEN.search(style) is not None
