"""What strangers send, as harmless text by paragraphs.

Size and attributes are bounded before any parser sees them: libxml2 needs 4 s for a tag with 50,000
attributes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml import etree

from newsletter.formats.markup_text import one_line

MAX_CHARACTERS = 400_000  # of one piece of HTML; the largest among 1,500 feed entries has 90,000
LONGEST_TAG = 4_000

HIDDEN = frozenset(
    (
        *(
            "applet",
            "audio",
            "canvas",
            "embed",
            "frame",
            "frameset",
            "iframe",
            "math",
            "noframes",
            "noscript",
        ),
        *("object", "script", "select", "style", "svg", "template", "textarea", "title", "video"),
    )
)
BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
        ),
        *(
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "main",
        ),
        *("nav", "ol", "p", "pre", "section", "table", "ul"),
    )
)
LINES = frozenset(("br", "li", "tr"))

_ENDLESS_TAG = re.compile(rf"<[^<>]{{{LONGEST_TAG},}}>?")
_MARKUP = re.compile(r"<[!/?a-zA-Z]")


def plain_text(markup: str) -> str:
    """The text that HTML shows, its paragraphs divided by an empty line.

    Nothing of scripts, styles and frames.
    """
    bounded = _limit_text(markup)
    if not _MARKUP.search(bounded):
        return _paragraphs(html.unescape(bounded))
    root = etree.fromstring(
        bounded, etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    )
    return _paragraphs("".join(_pieces(root))) if root is not None else ""


def links_in(markup: str) -> tuple[str, ...]:
    """The addresses that HTML links to, as written, in its order."""
    bounded = _limit_text(markup)
    if "<" not in bounded:
        return ()
    root = etree.fromstring(
        bounded, etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    )
    return (
        tuple(a.get("href", "") for a in root.iter("a") if a.get("href"))
        if root is not None
        else ()
    )


def _limit_text(text: str) -> str:
    """No more than a parser takes in good time, and none of the characters that XML forbids."""
    text = _ENDLESS_TAG.sub(" ", text[:MAX_CHARACTERS])
    return (
        text
        if text.isprintable()
        else re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    )


def _pieces(root: etree._Element) -> Iterator[str]:
    """Text and line ends in the order of reading, without recursion."""
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if hidden is None:
                yield _before(tag)
                if tag in HIDDEN:
                    hidden = element
                elif element.text:
                    yield _flowing(element.text, tag)
            continue
        if hidden is element:
            hidden = None
        if hidden is None:
            yield "\f" if tag in BLOCKS else ""
            if element.tail:
                yield _flowing(element.tail, "")


def _before(tag: str) -> str:
    """A form feed ends a paragraph, a vertical tab a line: no text holds them any more."""
    if tag in BLOCKS:
        return "\f"
    if tag in LINES:
        return "\v• " if tag == "li" else "\v"
    return " " if tag in {"td", "th"} else ""


def _flowing(text: str, tag: str) -> str:
    return text.replace("\n", "\v") if tag == "pre" else text.replace("\n", " ")


def _paragraphs(text: str) -> str:
    """Paragraphs of tidy lines. Text without any markup keeps its own line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\v")
    paragraphs = (_lines(each) for each in re.split(r"\f|\v[ \t]*\v", text))
    return "\n\n".join(each for each in paragraphs if each)


def _lines(paragraph: str) -> str:
    lines = (one_line(line) for line in paragraph.split("\v"))
    return "\n".join(line for line in lines if line and line != "•")
