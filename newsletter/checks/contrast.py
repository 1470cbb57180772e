"""Can it be read? Contrast after WCAG 2.2 (1.4.3), wherever text and surface have known colours, in light and in dark.

Colours are followed from each element to those inside it, as mail programs do. A surface that is a picture or a
gradient is not known, and nothing is said of the text on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from cssselect import HTMLTranslator, SelectorError
from lxml.html import HtmlElement

from newsletter.checks.proof import HIDDEN, Proof
from newsletter.checks.registry import Spot, rule
from newsletter.checks.styles import Declaration, dark_blocks, declarations
from newsletter.model import Severity

ENOUGH = 4.5
ENOUGH_LARGE = 3.0  # from 24 px, or 18.66 px bold
NAMED = {"white": "ffffff", "black": "000000", "gray": "808080", "grey": "808080", "red": "ff0000", "blue": "0000ff"}
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"])

Colour = tuple[int, int, int]
Style = Mapping[str, Declaration]
NOTHING: Style = {}


@dataclass(frozen=True)
class Ink:
    """How text looks at one place. None: not known."""

    colour: Colour | None = (0, 0, 0)
    surface: Colour | None = (255, 255, 255)
    size_px: float = 16.0
    bold: bool = False
    hidden: bool = False

    @property
    def is_large(self) -> bool:
        """Whether WCAG counts it as large text."""
        return self.size_px >= 24 or (self.bold and self.size_px >= 18.66)

    @property
    def contrast(self) -> float:
        """Of text and surface, 1 to 21; the best there is where one of the two is not known."""
        return ratio(self.colour, self.surface) if self.colour and self.surface else 21.0

    @cached_property
    def is_faint(self) -> bool:
        """Whether the text can be seen, but not be read well."""
        return not self.hidden and self.contrast < (ENOUGH_LARGE if self.is_large else ENOUGH)


@lru_cache(maxsize=512)
def colour_of(text: str) -> Colour | None:
    """The colour that CSS or a bgcolor attribute writes; None when it is none or not solid."""
    text = NAMED.get(text.strip().lower(), text.strip().lower().removeprefix("#"))
    if re.fullmatch(r"[0-9a-f]{3}", text):
        text = "".join(digit * 2 for digit in text)
    if re.fullmatch(r"[0-9a-f]{6}", text):
        return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)
    if found := re.fullmatch(r"rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)", text):
        return int(found[1]), int(found[2]), int(found[3])
    return None


@lru_cache(maxsize=512)
def ratio(one: Colour, other: Colour) -> float:
    """Contrast of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


@rule(
    "contrast-light",
    Severity.WARNING,
    why="Old and tired eyes, and phones in the sun, need a contrast of 4.5 to 1 (3 to 1 for large text).",
    remedy="Make the text darker or its surface lighter: see the colours under [theme].",
)
def contrast_light(proof: Proof) -> Iterator[Spot]:
    """Text does not stand out from its surface."""
    return _faint(proof, {}, "")


@rule(
    "contrast-dark",
    Severity.WARNING,
    why="In dark mode a colour that was left out stays as it was, and dark text stands on a dark page.",
    remedy="Give text and surface colours of their own in the dark rules of templates/styles.",
)
def contrast_dark(proof: Proof) -> Iterator[Spot]:
    """Text does not stand out from its surface with the page's own rules for dark mode."""
    dark = _dark_styles(proof)
    return _faint(proof, dark, " in dark mode") if dark else iter(())


def _faint(proof: Proof, dark: Mapping[HtmlElement, Style], when: str) -> Iterator[Spot]:
    told: set[tuple[Colour | None, Colour | None]] = set()
    for element, ink in _inks(proof, dark):
        if (ink.colour, ink.surface) in told or not (words := _own_words(element)):
            continue
        told.add((ink.colour, ink.surface))
        yield Spot("html", f"“{words[:40]}” has a contrast of {ink.contrast:.1f} to 1{when} ({_hex(ink)}).")


def _inks(proof: Proof, dark: Mapping[HtmlElement, Style]) -> Iterator[tuple[HtmlElement, Ink]]:
    """The elements with faint ink. Like elements under like ones have the same ink, so each is mixed once."""
    paper = Ink()
    inks: dict[HtmlElement, Ink] = {}
    mixed: dict[tuple[object, ...], Ink] = {}
    for element, parent, own in proof.looks:
        above = inks.get(parent, paper)
        rules = dark.get(element, NOTHING)
        alike = (id(above), own, id(rules))
        ink = mixed.get(alike)
        if ink is None:
            ink = mixed[alike] = _ink(element, above, rules)
        inks[element] = ink
        if ink.is_faint:
            yield element, ink


def _own_words(element: HtmlElement) -> str:
    """The words that stand directly in an element."""
    pieces = [element.text or "", *(child.tail or "" for child in element)]
    return " ".join(" ".join(pieces).split())


def _hex(ink: Ink) -> str:
    on = ("#" + "".join(f"{channel:02x}" for channel in colour) for colour in (ink.colour, ink.surface) if colour)
    return " on ".join(on)


def _ink(element: HtmlElement, above: Ink, dark: Style) -> Ink:
    """How the text of an element looks, from what stands around it, its own style and the dark rules for it."""
    text = element.get("style") or ""
    own = _cascade(declarations(text), dark)
    hidden = above.hidden or bool(HIDDEN.search(text))
    bold = own["font-weight"] in {"bold", "bolder", "600", "700", "800", "900"} if "font-weight" in own else None
    return replace(
        above,
        colour=_colour(own, element, above),
        surface=_surface(own, element, above),
        size_px=_size(own.get("font-size", ""), above.size_px),
        bold=bold if bold is not None else above.bold or element.tag in HEADINGS,
        hidden=hidden,
    )


def _cascade(inline: Style, dark: Style) -> dict[str, str]:
    """What holds of a style attribute and the rules of a sheet: the attribute, but where only the rule is important."""
    own = {name: declaration.value for name, declaration in dark.items()}
    for name, declaration in inline.items():
        rule_of_sheet = dark.get(name) or (dark.get("background") if name == "background-color" else None)
        if rule_of_sheet is None or declaration.important or not rule_of_sheet.important:
            own[name] = declaration.value
    return own


def _colour(own: Mapping[str, str], element: HtmlElement, above: Ink) -> Colour | None:
    if "color" in own:
        return above.colour if own["color"] == "inherit" else colour_of(own["color"])
    return None if element.tag == "a" else above.colour  # a link without a colour is the mail program's own blue


def _surface(own: Mapping[str, str], element: HtmlElement, above: Ink) -> Colour | None:
    """The colour behind an element; `background` may write it together with a picture, which hides it."""
    if own.get("background-image", "none") != "none":
        return None
    for name in ("background-color", "background"):
        if name in own:
            value = own[name]
            return above.surface if value in {"transparent", "none", "inherit"} else colour_of(value)
    attribute = element.get("bgcolor")
    return colour_of(attribute) if attribute else above.surface


def _size(text: str, above_px: float) -> float:
    found = re.fullmatch(r"([\d.]+)(px|pt|em|rem|%)", text)
    if not found:
        return above_px
    number = float(found[1])
    return {
        "px": number,
        "pt": number * 4 / 3,
        "em": number * above_px,
        "rem": number * 16,
        "%": number * above_px / 100,
    }[found[2]]


def _dark_styles(proof: Proof) -> dict[HtmlElement, Style]:
    """Element → what the dark rules of the page declare for it; the last rule wins."""
    found: dict[HtmlElement, Style] = {}
    named = _by_name(proof)
    merged: dict[tuple[int, int], Style] = {}  # one object for each combination of rules, so that like ones are seen
    for number, block in enumerate(dark_blocks(proof.css)):
        style = declarations(block.content)
        for selector in map(str.strip, block.prelude.split(",")):
            for element in named.get(selector, ()) if _SIMPLE.fullmatch(selector) else _selected(proof, selector):
                before = found.get(element, NOTHING)
                found[element] = merged.setdefault((id(before), number), {**before, **style})
    return found


_SIMPLE = re.compile(r"\.?[a-z][\w-]*", re.IGNORECASE)


def _by_name(proof: Proof) -> Mapping[str, list[HtmlElement]]:
    """`td` and `.head` → the elements they select: most rules name one tag or class, and need no XPath."""
    named: dict[str, list[HtmlElement]] = {}
    for element in proof.elements:
        named.setdefault(str(element.tag), []).append(element)
        for name in dict.fromkeys((element.get("class") or "").split()):
            named.setdefault(f".{name}", []).append(element)
    return named


def _selected(proof: Proof, selector: str) -> Iterable[HtmlElement]:
    """The elements of a selector; none for one that no page at rest fulfils (:hover) or that cannot be read."""
    try:
        return () if ":" in selector else proof.page.xpath(_xpath(selector))
    except SelectorError:
        return ()


@lru_cache(maxsize=256)
def _xpath(selector: str) -> str:
    return HTMLTranslator().css_to_xpath(selector)
