"""The elements of a mail that the rules look at: passages, links, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml.etree import _Element


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
class LinkTarget:
    """An address that the mail or one of its entries names, once."""

    href: str
    where: str


@dataclass(slots=True, eq=False, kw_only=True)
class ElementGroup:
    """Elements that look alike.

    They have these in common, and stand in elements that look alike.
    """

    names: tuple[
        str, ...
    ]  # as style sheets call it: its tag, then `.class` for each of its classes
    style: str
    surface: str  # bgcolor
    around: ElementGroup | None
    apart: object  # what else tells it from others
    elements: list[_Element] = field(default_factory=list)  # in reading order


def group_elements(
    elements: tuple[_Element, ...], apart: Mapping[_Element, object] = MappingProxyType({})
) -> tuple[ElementGroup, ...]:
    """Elements put together that look alike, in the order of the first of each.

    `apart` tells elements from their like.
    """
    kinds: dict[tuple[object, ...], ElementGroup] = {}
    kind_of: dict[_Element | None, ElementGroup] = {}
    for each in elements:
        around = kind_of.get(each.getparent())
        traits = (
            around,
            each.tag,
            each.get("style"),
            each.get("bgcolor"),
            each.get("class"),
            apart.get(each),
        )
        kind = kinds.get(traits)
        if kind is None:
            kind = kinds[traits] = _find_group(each, around, apart.get(each))
        kind.elements.append(each)
        kind_of[each] = kind
    return tuple(kinds.values())


def _find_group(element: _Element, around: ElementGroup | None, apart: object) -> ElementGroup:
    classes = (f".{name}" for name in element.get("class", "").split())
    return ElementGroup(
        names=(str(element.tag), *classes),
        style=element.get("style", ""),
        surface=element.get("bgcolor", ""),
        around=around,
        apart=apart,
    )
