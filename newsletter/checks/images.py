"""Pictures.

They say in words what they show, keep their size, and come from the foundation's own host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from newsletter.checks.links import short, split
from newsletter.checks.parsed_mail import ParsedMail, is_hidden, text_of
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

URL = re.compile(r"url\(\s*[\"']?([^\"')]+)")


def images(proof: ParsedMail) -> Iterator[_Element]:
    """The pictures of the page in reading order."""
    return proof.body.iter("img")


def name_of(image: _Element) -> str:
    """A picture as findings name it."""
    source = (image.get("src") or "").strip()
    return source[:90] or "without a source"


@rule(
    "image-without-alt",
    Severity.WARNING,
    why="Screen readers, and mail programs that hide pictures, show the alt text instead.",
    remedy='Say in alt what the picture shows; write alt="" where it is mere ornament.',
)
def image_without_alt(proof: ParsedMail) -> Iterator[Violation]:
    """A picture has no alt attribute."""
    for image in images(proof):
        if image.get("alt") is None:
            yield Violation("html", f"The picture {name_of(image)} has no alt text.")


@rule(
    "image-link-without-alt",
    Severity.WARNING,
    why="A picture that is a link and has no alt is read aloud as its file name.",
    remedy="Say in alt where the link leads.",
)
def image_link_without_alt(proof: ParsedMail) -> Iterator[Violation]:
    """A picture with an empty alt is all there is of a link."""
    for image in images(proof):
        anchor = next(image.iterancestors("a"), None)
        if anchor is not None and image.get("alt") == "" and not _says_something(anchor):
            yield Violation("html", f"The picture {name_of(image)} is a link and says nothing.")


def _says_something(anchor: _Element) -> bool:
    alts = "".join(each.get("alt") or "" for each in anchor.iter("img"))
    return bool(text_of(anchor).strip() or alts.strip() or anchor.get("aria-label"))


@rule(
    "image-width",
    Severity.WARNING,
    why=(
        "Outlook for Windows shows a picture as large as its file, unless its width attribute says"
        " otherwise."
    ),
    remedy='Write its width in pixels, as in width="560".',
)
def image_width(proof: ParsedMail) -> Iterator[Violation]:
    """A picture has no width attribute, or one that is no whole number."""
    for image in images(proof):
        if not (image.get("width") or "").isdigit():
            yield Violation("html", f"The picture {name_of(image)} has no width in pixels.")


@rule(
    "image-insecure",
    Severity.ERROR,
    why=(
        "A picture that is not fetched over https shows on the way what is read; many programs"
        " refuse it."
    ),
    remedy="Put the picture on the foundation's own site, and use its https address.",
)
def image_insecure(proof: ParsedMail) -> Iterator[Violation]:
    """A picture comes neither over https nor with the mail itself (cid:)."""
    for image in images(proof):
        if not (image.get("src") or "").strip().lower().startswith(("https://", "cid:")):
            yield Violation("html", f"The picture {name_of(image)} does not come over https.")


@rule(
    "image-foreign-host",
    Severity.ERROR,
    why=(
        "Whoever keeps a picture sees who opens the mail, when and where: that a person is on this"
        " list is theirs to tell."
    ),
    remedy=(
        "Put the picture on the foundation's own site, or add its host to image_hosts under"
        " [theme]."
    ),
)
def image_foreign_host(proof: ParsedMail) -> Iterator[Violation]:
    """A picture, or a picture behind a box, comes from a host that is not the foundation's own."""
    sources = [image.get("src") or "" for image in images(proof)]
    if "background=" in proof.markup:
        sources += [each.get("background") or "" for each in proof.elements]
    for sheet in (proof.css, *proof.styles):
        sources += URL.findall(sheet) if "url(" in sheet else ()
    for source in dict.fromkeys(sources):
        parts = split(source.strip())
        host = parts.hostname if parts else None
        if host and not proof.is_own_host(host):
            yield Violation("html", f"The picture {short(source)} comes from {host}.")


@rule(
    "image-tracks",
    Severity.ERROR,
    why=(
        "A picture of one pixel is there to be fetched, not to be seen: it counts who opens the"
        " mail."
    ),
    remedy="Take it out.",
)
def image_tracks(proof: ParsedMail) -> Iterator[Violation]:
    """A picture is too small to be seen, or hidden."""
    for image in images(proof):
        size = {image.get("width"), image.get("height")}
        if size & {"0", "1"} or is_hidden(image):
            yield Violation("html", f"The picture {name_of(image)} cannot be seen.")
