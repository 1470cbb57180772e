"""A proof: one issue taken apart once, so that every rule reads the same page, links and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, cast
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html
from lxml.etree import ParserError, XPath

from newsletter.checks.context import Context
from newsletter.model import Entry

HIDDEN = re.compile(r"display\s*:\s*none|max-height\s*:\s*0|mso-hide\s*:\s*all", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)\s>]*)>?(?:\s+[^)]*)?\)")
"""`[words](address)` or `![words](address "title")`: whether it is a picture, its words, its address."""

PADDING = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u2007\u2060\ufeff]+")
"""Invisible characters with which a preheader is filled up, so that no text of the letter follows it in the inbox."""


_TEXTS = XPath(".//text()[not(parent::style or parent::script)]", smart_strings=False)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the editor's own, and where they stand."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """One link of the page."""

    href: str
    words: str  # what is read there: text, else the alt of its image
    name: str  # what a screen reader says: aria-label, else `words`
    where: str  # key of the entry or name of the text whose link it is, else "html"


@dataclass(frozen=True, slots=True)
class Link:
    """An address that the mail or one of its entries names, once."""

    href: str
    where: str


class Look(NamedTuple):
    """One element among those that rules look at by the thousand."""

    element: lxml_html.HtmlElement
    parent: lxml_html.HtmlElement | None
    own: tuple[str, str | None, str | None]  # tag, style and bgcolor: like ones look alike under like parents


class Proof:
    """One issue as it would go out. Every attribute is worked out when a rule first asks for it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.issue = context.issue
        self.settings = context.settings

    @cached_property
    def page(self) -> lxml_html.HtmlElement:
        """The HTML part as a tree; an empty page when there is nothing to parse."""
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            return lxml_html.document_fromstring(self.context.html.encode(), parser=parser)
        except ParserError:
            return lxml_html.document_fromstring("<html><head></head><body></body></html>")

    @cached_property
    def body(self) -> lxml_html.HtmlElement:
        """The body of the page."""
        found = self.page.find("body")
        return self.page if found is None else found

    @cached_property
    def elements(self) -> tuple[lxml_html.HtmlElement, ...]:
        """All elements of the body in reading order, comments left out."""
        return tuple(self.body.iter("*"))

    @cached_property
    def css(self) -> str:
        """The text of all style elements."""
        return "\n".join(each.text or "" for each in self.page.iter("style"))

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """What decides how the text of each element looks, in reading order."""
        return tuple(
            Look(each, each.getparent(), (each.tag, each.get("style"), each.get("bgcolor"))) for each in self.elements
        )

    @cached_property
    def styled(self) -> tuple[tuple[lxml_html.HtmlElement, str], ...]:
        """The elements of the body that have a style attribute, with it; the body among them."""
        return tuple((each, style) for each in self.elements if (style := each.get("style")))

    @cached_property
    def words(self) -> str:
        """All text of the body on one line, hidden text with it, invisible characters without."""
        return " ".join(PADDING.sub("", " ".join(self._texts)).split())

    @cached_property
    def text_words(self) -> str:
        """All words of the text part on one line."""
        return " ".join(self.context.text.split())

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The texts between two tags, stripped, those that say something."""
        return tuple(stripped for piece in self._texts if (stripped := piece.strip()))

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """The texts of the body, in reading order; what stands in a style or script is none."""
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
            for each in self.elements
            if each.tag == "a" and each.get("href") is not None
        )

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every address once: those of the page, then those of entries that the page does not show."""
        found = {anchor.href: Link(anchor.href, anchor.where) for anchor in self.anchors}
        for href, key in self.owner_of_link.items():
            if as_printed(href) not in self.on_page:
                found.setdefault(href, Link(href, key))
        return tuple(found.values())

    @cached_property
    def on_page(self) -> frozenset[str]:
        """The addresses that the page links to, in the form of `as_printed`."""
        return frozenset(as_printed(anchor.href) for anchor in self.anchors)

    @cached_property
    def owner_of_link(self) -> dict[str, str]:
        """Address as it is written → key of the first entry that has it."""
        owner: dict[str, str] = {}
        for entry in self.printed:
            joining = (entry.event.join,) if entry.event and entry.event.join else ()
            for href in (*entry.links, *joining):
                owner.setdefault(href.strip(), entry.key)
        return owner

    @cached_property
    def place_of_link(self) -> dict[str, str]:
        """Address as it is printed → where an editor finds it: the entry that has it, or the text that links to it."""
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
        texts = (each.text for each in self.own_words if each.where != "issue")  # the footer is of every issue
        written = (href for text in texts for _, _, href in MARKDOWN_LINK.findall(text))
        of_entries = (link.strip() for entry in self.entries for link in entry.links)
        joining = (entry.event.join.strip() for entry in self.entries if entry.event)
        return frozenset(filter(None, (*written, *of_entries, *joining)))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the issue in printing order."""
        return self.issue.entries()

    @cached_property
    def printed(self) -> tuple[Entry, ...]:
        """The entries, and those that only the coming-up box names."""
        keys = {entry.key for entry in self.entries}
        return (*self.entries, *(entry for entry in self.issue.coming_up if entry.key not in keys))

    @cached_property
    def own_words(self) -> tuple[Passage, ...]:
        """What the editors wrote, Markdown, the footer of every issue with it; empty texts left out."""
        passages = [Passage("letter", self.issue.letter)]
        for section in self.issue.sections:
            passages.append(Passage(section.name, section.text))
            passages.extend(Passage(entry.key, entry.note) for entry in section.entries)
        passages += [Passage("closing", self.issue.closing), Passage("issue", self.settings.theme.footer)]
        return tuple(each for each in passages if each.text.strip())

    @cached_property
    def head_words(self) -> tuple[Passage, ...]:
        """Subject and preheader, as an inbox shows them."""
        pair = (Passage("subject", self.context.subject), Passage("preheader", self.context.preheader))
        return tuple(each for each in pair if each.text.strip())

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
        hosts = (*(urlsplit(each).hostname or "" for each in addresses), *self.settings.theme.image_hosts)
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
        order += ["closing", *(entry.key for entry in self.issue.coming_up), "html", "text", "issue"]
        ranks: dict[str, int] = {}
        for rank, place in enumerate(order):
            ranks.setdefault(place, rank)
        return ranks


def secured(href: str) -> str:
    """An address as rendering prints it: `http:` becomes `https:`."""
    return re.sub(r"^http://", "https://", href, flags=re.IGNORECASE)


def as_printed(href: str) -> str:
    """What an address and the one that rendering makes of it have in common: https, and no percent signs."""
    return unquote(secured(href.strip()))


def _words_of(anchor: lxml_html.HtmlElement) -> str:
    if words := " ".join("".join(anchor.itertext(with_tail=False)).split()):
        return words
    alts = (each.get("alt") or "" for each in anchor.iter("img"))
    return " ".join(" ".join(alts).split())


def is_hidden(element: lxml_html.HtmlElement) -> bool:
    """Whether a style of the element itself or of one around it hides it."""
    return any(HIDDEN.search(each.get("style") or "") for each in (element, *element.iterancestors()))
