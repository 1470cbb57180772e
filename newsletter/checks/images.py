"""Pictures: they say in words what they show, keep their size, and come from the foundation's own host."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.checks.proof import Proof
from newsletter.checks.registry import Spot, rule
from newsletter.model import Severity


def images(proof: Proof) -> Iterator[HtmlElement]:
    """The pictures of the page in reading order."""
    return (each for each in proof.elements if each.tag == "img")


def name_of(image: HtmlElement) -> str:
    """A picture as findings name it."""
    source = (image.get("src") or "").strip()
    return source[:90] or "without a source"


@rule(
    "image-without-alt",
    Severity.WARNING,
    why="Screen readers, and mail programs that hide pictures, show the alt text instead.",
    remedy='Say in alt what the picture shows; write alt="" where it is mere ornament.',
)
def image_without_alt(proof: Proof) -> Iterator[Spot]:
    """A picture has no alt attribute."""
    for image in images(proof):
        if image.get("alt") is None:
            yield Spot("html", f"The picture {name_of(image)} has no alt text.")
