"""The lines of a page in HTML: what a reader sees, without the frame around it.

The parser hands over events and builds no tree, so that depth and broken nesting cost nothing.
Navigation, page header and footer, forms, scripts and hidden parts are dropped; a header inside an
article is its title and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree

from newsletter.sources.pages.lines import (
    CLOSE,
    MAX_CHARS,
    MAX_LINE_CHARS,
    MIDDLE,
    OPEN,
    PageLine,
    PageLines,
    clean,
    line_of,
    squeeze,
)
from newsletter.sources.pages.vocabulary import words

_MARKUP = re.compile(
    r"""
        <(?:
            !doctype\s+html | html | head | body | p | div | span | br | a | ul | ol | li
          | table | tr | td | h[1-6] | article | section | main
        )\b[^<>]{0,2000}>
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DROPPED = words(
    """
    script style noscript template svg math iframe object form button select textarea
    nav aside title
    """
)
_FRAME = words("header footer")
_BLOCKS = words(
    """
    p div section article main header footer ul ol dl dt dd table caption thead tbody tfoot
    blockquote pre figure figcaption h1 h2 h3 h4 h5 h6 hr address details summary
    """
)
_HEADINGS = words("h1 h2 h3 h4 h5 h6")
_VOID = words(
    """
    area base br col embed hr img input link meta param source track wbr
    """
)
_FRAME_ROLES = words("navigation banner contentinfo search complementary menu menubar")
_FRAME_CLASS = re.compile(
    r"""
        (?:^|\s)(?:
            menu | nav | navbar | navigation | main-nav | breadcrumbs? | cookie\S* | social\S*
          | share\S* | sharedaddy | site-(?:header|footer) | sidebar | comments? | comment-\S*
          | screen-reader-text | sr-only | skip-link
        )(?:\s|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HIDDEN_STYLE = re.compile(
    r"(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)", re.IGNORECASE
)
_DATA_URL = re.compile(
    r"data:[\w/+.;=-]{1,80},[A-Za-z0-9+/=%]{200,}"
)  # pictures inside the page: most of its bytes
MAX_SOURCE_CHARS = 4_000_000  # without the pictures
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_ROLES = (
    (
        "title",
        re.compile(r"title|article|publication|study|paper|t[ií]tulo|project", re.IGNORECASE),
    ),
    (
        "authors",
        re.compile(
            r"author|investigator|grantee|researcher|speaker|presenter|autor", re.IGNORECASE
        ),
    ),
    ("date", re.compile(r"date|published|year|month|fecha|año", re.IGNORECASE)),
    ("link", re.compile(r"link|url|doi|pmid|pubmed|enlace", re.IGNORECASE)),
    ("journal", re.compile(r"journal|source|revista|venue", re.IGNORECASE)),
)


def is_markup(text: str, content_type: str = "") -> bool:
    """Whether a text is HTML: declared so, or with enough tags in its first part."""
    if "html" in content_type.lower():
        return True
    found = len(_MARKUP.findall(text[:200_000]))
    return found >= 3 or (found > 0 and text.lstrip()[:1] == "<")


def markup_lines(text: str, *, base: str = "") -> PageLines:
    """The lines of a page or fragment in HTML; `base` is what relative links start from."""
    page = _LineCollector(base)
    parser = etree.HTMLParser(
        target=cast("Any", page),
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        no_network=True,
    )
    source = _DATA_URL.sub("", clean(text))
    if source.strip():
        try:
            etree.fromstring(
                re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source[:MAX_SOURCE_CHARS]), parser
            )
        except etree.XMLSyntaxError:  # nothing in it is an element or text
            page.close()
    return PageLines(
        lines=tuple(page.lines),
        hrefs=tuple(page.hrefs),
        cut=page.room < 0 or len(source) > MAX_SOURCE_CHARS,
    )


class _LineCollector:
    """Takes the parser's events and gathers lines."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.lines: list[PageLine] = []
        self.hrefs: list[str] = []
        self.room = MAX_CHARS
        self._words: list[str] = []
        self._size = 0
        self._gap = True
        self._item = False
        self._heading = ""
        self._dropped: list[str] = []  # open elements from the one that is dropped on
        self._articles = 0
        self._href: str | None = None
        self._columns: list[str] = []  # roles by the table's header row
        self._cell = -1
        self._header_row = False
        self._pre = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._dropped:
            if tag not in _VOID:
                self._dropped.append(tag)
            return
        if self._is_frame(tag, attributes):
            if tag not in _VOID:
                self._break(gap=True)
                self._dropped.append(tag)
            return
        self._open(tag, attributes)

    def _is_frame(self, tag: str, attributes: Mapping[str, str]) -> bool:
        if tag in _DROPPED or (tag in _FRAME and not self._articles):
            return True
        if tag in {"html", "body", "main", "article"}:
            return False
        return (
            attributes.get("role", "").lower() in _FRAME_ROLES
            or "hidden" in attributes
            or attributes.get("aria-hidden", "").lower() == "true"
            or bool(_HIDDEN_STYLE.search(attributes.get("style", "")[:500]))
            or bool(_FRAME_CLASS.search(attributes.get("class", "")[:500]))
        )

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        match tag:
            case "base" if attributes.get("href"):
                self.base = _resolve_link(self.base, attributes["href"]) or self.base
            case "br":
                self._line_break()
            case "a":
                self._open_link(attributes.get("href", ""))
            case "li":
                self._break(gap=True, item=True)
            case "tr":
                self._break(gap=True, item=True)
                self._cell, self._header_row = -1, False
            case "td" | "th":
                self._break(gap=False)
                self._cell += 1
                self._header_row = self._header_row or tag == "th"
            case "table":
                self._columns = []
                self._break(gap=True)
            case "article" | "main":
                self._articles += 1
                self._break(gap=True)
            case _ if tag in _BLOCKS:
                self._break(gap=self._cell < 0)
        if tag in _HEADINGS:
            self._heading = tag
        if tag == "pre":
            self._pre += 1

    def end(self, tag: str) -> None:
        if self._dropped:
            if tag in self._dropped[-1:]:
                self._dropped.pop()
            return
        match tag:
            case "a":
                self._close_link()
            case "td" | "th":
                self._break(gap=False)
            case "tr":
                self._break(gap=True)
                self._cell, self._header_row = -1, False
            case "table":
                self._columns = []
                self._break(gap=True)
            case "article" | "main":
                self._articles -= 1
                self._break(gap=True)
            case _ if tag in _BLOCKS or tag == "li":
                self._break(gap=self._cell < 0)
        if tag == self._heading:
            self._heading = ""
        if tag == "pre":
            self._pre -= 1

    def data(self, text: str) -> None:
        if self._dropped:
            return
        if self._pre:
            first, *others = text.split("\n")
            self._add(first)
            for other in others:
                self._line_break()
                self._add(other)
        else:
            self._add(_SPACE.sub(" ", text))

    def close(self) -> None:
        self._break(gap=True)

    def _add(self, text: str) -> None:
        if self._size < MAX_LINE_CHARS:
            self._words.append(text[:MAX_LINE_CHARS])
            self._size += len(text)

    def _open_link(self, href: str) -> None:
        self._close_link()
        target = _resolve_link(self.base, href)
        if target:
            self._href = target
            self._words.append(OPEN)

    def _close_link(self) -> None:
        if self._href is not None and self._words[-1:] == [
            OPEN
        ]:  # a picture, or the rest of a link around blocks
            self._words.pop()
            self._href = None
        elif self._href is not None:
            self._words.append(f"{MIDDLE}{len(self.hrefs)}{CLOSE}")
            self.hrefs.append(self._href)
            self._href = None

    def _line_break(self) -> None:
        """`<br>`: one ends the line, a second one makes an empty line."""
        self._break(gap=not self._text_waiting())

    def _text_waiting(self) -> bool:
        return any(word.strip(f"{OPEN} \xa0") for word in self._words)

    def _break(self, *, gap: bool, item: bool = False) -> None:
        href = self._href
        waiting = self._text_waiting()
        if waiting:
            self._close_link()
        text = _tidy("".join(self._words)) if waiting else ""
        self._words, self._size = [], 0
        if href is not None:  # a link around several blocks, or with a line break in it
            self._href = href
            self._words.append(OPEN)
        if text:
            self._keep(text)
            self._gap, self._item = gap, item
        else:
            self._gap, self._item = self._gap or gap, self._item or item

    def _keep(self, text: str) -> None:
        if self._header_row and self._cell >= 0:
            self._columns.append(_role(text))
            return
        self.room -= len(text)
        if self.room < 0:
            return
        role = self._columns[self._cell] if 0 <= self._cell < len(self._columns) else ""
        self.lines.append(
            line_of(text, gap=self._gap, item=self._item, heading=bool(self._heading), role=role)
        )


def _tidy(text: str) -> str:
    """One line.

    Spaces inside the ends of a link's words go outside, an empty link keeps no words.
    """
    text = re.sub(rf"{OPEN}(\s+)", rf"\1{OPEN}", text)
    text = re.sub(rf"(\s+){MIDDLE}(\d+){CLOSE}", rf"{MIDDLE}\2{CLOSE}\1", text)
    return squeeze(re.sub(" {2,}", " ", text))


def _role(header: str) -> str:
    words = header.replace(OPEN, "").split(MIDDLE)[0]
    return next((name for name, pattern in _ROLES if pattern.search(words)), "")


def _resolve_link(base: str, href: str) -> str | None:
    """The absolute http(s) address a link leads to, or None for mail, script and in-page links."""
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    try:
        address = urljoin(base, href)
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.hostname else None
