"""What Gmail on the desktop and Outlook for Windows do not show, though the page relies on it.

The tables are facts that caniemail.com has measured, as far as a letter could come upon them, with
what a reader would see. `HARMLESS` is the other half: what these programs leave out too, and why
the page may have it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from lxml.etree import _Element

from newsletter.checks.parsed_mail import ParsedMail, is_hidden
from newsletter.checks.rules import Violation, rule
from newsletter.checks.styles import parse_declarations
from newsletter.model import Severity

GMAIL, OUTLOOK, BOTH = "Gmail", "Outlook", "Gmail and Outlook"

PROPERTIES: Final[Mapping[str, tuple[str, str]]] = {
    "position": (BOTH, "the box falls back among the others"),
    "top": (BOTH, "the box stays where it was"),
    "left": (BOTH, "the box stays where it was"),
    "right": (BOTH, "the box stays where it was"),
    "bottom": (BOTH, "the box stays where it was"),
    "inset": (BOTH, "the box stays where it was"),
    "z-index": (OUTLOOK, "what should lie on top may lie below"),
    "float": (OUTLOOK, "columns stand below each other"),
    "flex-direction": (BOTH, "columns stand in another order"),
    "flex-wrap": (BOTH, "columns do not wrap"),
    "align-items": (BOTH, "things stand at the top instead of the middle"),
    "justify-content": (BOTH, "things stand at the left"),
    "gap": (OUTLOOK, "there is no space between the boxes"),
    "grid-template": (BOTH, "columns stand below each other"),
    "grid-template-columns": (BOTH, "columns stand below each other"),
    "column-count": (OUTLOOK, "the text is one column"),
    "columns": (OUTLOOK, "the text is one column"),
    "background-image": (
        OUTLOOK,
        "there is no picture behind the text, and the text may not be readable",
    ),
    "background-size": (OUTLOOK, "there is no picture behind the text"),
    "background-blend-mode": (OUTLOOK, "the text may not be readable"),
    "mix-blend-mode": (OUTLOOK, "the text may not be readable"),
    "opacity": (OUTLOOK, "what should be faint or unseen stands there in full"),
    "visibility": (BOTH, "what should be unseen is seen"),
    "filter": (BOTH, "the picture is shown as it is"),
    "backdrop-filter": (BOTH, "the text may not be readable"),
    "clip-path": (BOTH, "the picture is not cut"),
    "mask-image": (BOTH, "the picture is not cut"),
    "transform": (BOTH, "nothing is turned or moved"),
    "object-fit": (OUTLOOK, "the picture is distorted"),
    "object-position": (OUTLOOK, "the picture shows another part"),
    "aspect-ratio": (BOTH, "the picture is distorted"),
    "min-height": (BOTH, "the box shrinks to its words"),
    "max-height": (OUTLOOK, "the box grows over what was meant"),
    "min-width": (OUTLOOK, "the column shrinks to its words"),
    "inline-size": (BOTH, "the box has no width"),
    "block-size": (BOTH, "the box has no height"),
    "margin-inline": (BOTH, "there is no space at the side"),
    "margin-inline-start": (BOTH, "there is no space at the side"),
    "margin-inline-end": (BOTH, "there is no space at the side"),
    "margin-block": (BOTH, "there is no space above and below"),
    "padding-inline": (BOTH, "there is no space at the side"),
    "padding-inline-start": (BOTH, "there is no space at the side"),
    "padding-inline-end": (BOTH, "there is no space at the side"),
    "padding-block": (BOTH, "there is no space above and below"),
    "writing-mode": (BOTH, "the text runs the usual way"),
    "list-style-image": (BOTH, "the list has the usual dots"),
    "border-image": (BOTH, "there is no border"),
    "text-overflow": (OUTLOOK, "long text runs out of its box"),
}
"""Property of a style attribute → who leaves it out, and what a reader sees then."""

VALUES: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (re.compile(r"^(?:inline-)?(?:flex|grid)$"), OUTLOOK, "columns stand below each other"),
    (re.compile(r"\b(?:var|light-dark|env)\("), BOTH, "the declaration is left out"),
    (re.compile(r"\b(?:calc|clamp|min|max)\("), OUTLOOK, "the size is left out"),
    (
        re.compile(r"\b(?:rgba|hsla?|oklch|oklab|lch|lab|hwb|color-mix)\("),
        OUTLOOK,
        "the colour is left out",
    ),
    (
        re.compile(r"^#(?:[0-9a-f]{4}|[0-9a-f]{8})$", re.IGNORECASE),
        OUTLOOK,
        "the colour is left out",
    ),
    (re.compile(r"\d(?:rem|vw|vh|vmin|vmax|ch)\b"), OUTLOOK, "the size is left out"),
    (
        re.compile(r"\b(?:linear|radial|conic)-gradient\("),
        OUTLOOK,
        "there is no colour behind the text",
    ),
    (re.compile(r"\burl\("), OUTLOOK, "there is no picture behind the text"),
)
"""Value of a declaration → who leaves it out, and what a reader sees then."""

ELEMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "svg": (BOTH, "the drawing is not there"),
    "picture": (BOTH, "only the plain picture within is shown"),
    "video": (BOTH, "there is an empty place"),
    "audio": (BOTH, "there is an empty place"),
    "dialog": (BOTH, "its words stand in the open"),
    "meter": (BOTH, "only its words are shown"),
    "progress": (BOTH, "only its words are shown"),
    "marquee": (BOTH, "the text stands still"),
    "ruby": (BOTH, "the small words stand in line with the others"),
}
ATTRIBUTES: Final[Mapping[str, tuple[str, str]]] = {
    "srcset": (BOTH, "only src is shown"),
    "hidden": (BOTH, "what should be hidden is shown"),
    "popover": (BOTH, "what should be hidden is shown"),
    "inert": (BOTH, "it can be used all the same"),
    "aria-labelledby": (BOTH, "ids are renamed, and the label is not found"),
    "aria-describedby": (BOTH, "ids are renamed, and the words are not found"),
}
PICTURE_FORMATS: Final[Mapping[str, tuple[str, str]]] = {
    "svg": (GMAIL, "the picture is not there"),
    "avif": (OUTLOOK, "the picture is not there"),
    "heic": (OUTLOOK, "the picture is not there"),
    "heif": (OUTLOOK, "the picture is not there"),
    "tif": (OUTLOOK, "the picture is not there"),
    "tiff": (OUTLOOK, "the picture is not there"),
    "mp4": (BOTH, "the picture is not there"),
    "ico": (OUTLOOK, "the picture is not there"),
}

HARMLESS: Final[Mapping[str, str]] = {
    "border-radius": "Outlook shows square corners; the box is the same.",
    "max-width": "Outlook needs a table of fixed width, which outlook-width-missing asks for.",
    "word-break, overflow-wrap, hyphens": (
        "A word of extreme length may widen the page; all others break at spaces."
    ),
    "box-shadow, text-shadow, outline, cursor": "Ornament: nothing is lost with it.",
    "box-sizing, border-spacing, table-layout": (
        "The templates set widths and gaps so that it comes to the same."
    ),
    "white-space": "A line may break one word earlier.",
    "text-decoration-color, text-underline-offset": "The line under a link is plainer.",
    "@media, prefers-color-scheme, :hover": (
        "For phones, dark mode and pointers alone; the page is whole without."
    ),
    "color-scheme, supported-color-schemes": (
        "Gmail and Outlook turn colours in their own way, with or without."
    ),
    "role, aria-label, aria-roledescription, lang, dir": (
        "Screen readers need them; where they are dropped nothing changes."
    ),
    "loading, target": "Only a matter of comfort.",
    "display: none": "Together with mso-hide: all, which Outlook for Windows follows.",
}
"""What is left out by one of the two, and why the page may have it. docs/checks.md prints it."""


@rule(
    "client-support",
    Severity.ERROR,
    why=(
        "About half of all readers see the mail in Gmail or Outlook: what these leave out must not"
        " carry the page."
    ),
    remedy=(
        "Say it another way in the template: with tables, width attributes and colours of six"
        " digits."
    ),
)
def client_support(proof: ParsedMail) -> Iterator[Violation]:
    """The page relies on what Gmail on the desktop or Outlook for Windows does not show."""
    if not _may_lack(proof):
        return
    found: dict[str, tuple[str, str]] = {}
    for element in proof.elements:
        for name, lacking in _lacking(element):
            if name not in found and not is_hidden(element):
                found[name] = lacking
    for name, (clients, outcome) in found.items():
        yield Violation("html", f"{clients} cannot show {name}: {outcome}.")


def _may_lack(proof: ParsedMail) -> bool:
    """Whether anything of the tables is on the page.

    Mostly nothing is, and its thousand elements need not be asked.
    """
    markup = proof.markup
    return (
        any(map(_lacking_styles, proof.styles))
        or any(name in markup for name in ATTRIBUTES)
        or any(True for _ in proof.body.iter("img", *ELEMENTS))
    )


def _lacking(element: _Element) -> Iterator[tuple[str, tuple[str, str]]]:
    tag = str(element.tag)
    if tag in ELEMENTS:
        yield f"<{tag}>", ELEMENTS[tag]
    for attribute in map(str, element.attrib):
        if attribute in ATTRIBUTES:
            yield f"the attribute {attribute}", ATTRIBUTES[attribute]
    ending = re.search(r"\.(\w+)(?:[?#]|$)", element.get("src") or "") if tag == "img" else None
    if ending and ending[1].lower() in PICTURE_FORMATS:
        yield f"pictures of the kind .{ending[1].lower()}", PICTURE_FORMATS[ending[1].lower()]
    yield from _lacking_styles(element.get("style") or "")


@lru_cache(maxsize=4096)
def _lacking_styles(style: str) -> tuple[tuple[str, tuple[str, str]], ...]:
    """What of a style attribute is left out; inlined mails repeat few styles often."""
    return tuple(_lacking_declarations(style))


def _lacking_declarations(style: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, declaration in parse_declarations(style).items():
        if name in PROPERTIES and declaration.value not in {
            "none",
            "static",
            "visible",
            "normal",
            "1",
        }:
            yield name, PROPERTIES[name]
        for pattern, clients, outcome in VALUES:
            if pattern.search(declaration.value):
                yield f"{name}: {declaration.value[:60]}", (clients, outcome)
                break
