"""Can it be read?

Contrast after WCAG 2.2 (1.4.3), wherever text and surface have known colours, in light and in dark.

Colours are followed from each element to those inside it, as mail programs do. A surface that is a
picture or a gradient is not known, and nothing is said of the text on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from cssselect import HTMLTranslator, SelectorError
from lxml.etree import _Element

from newsletter.checks.mail_elements import ElementGroup, group_elements
from newsletter.checks.parsed_mail import ParsedMail, hides
from newsletter.checks.rules import Violation, rule
from newsletter.checks.styles import CssDeclaration, dark_blocks, parse_declarations
from newsletter.formats.colors import ENOUGH, ENOUGH_LARGE, Rgb, contrast
from newsletter.model import Severity

NAMED = {
    "white": "ffffff",
    "black": "000000",
    "gray": "808080",
    "grey": "808080",
    "red": "ff0000",
    "blue": "0000ff",
}
LENGTH = re.compile(r"([\d.]+)(px|pt|em|rem|%)")
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"])

Style = Mapping[str, CssDeclaration]
NOTHING: Style = {}


@dataclass(frozen=True)
class TextStyle:
    """How text looks at one place. None: not known."""

    colour: Rgb | None = (0, 0, 0)
    surface: Rgb | None = (255, 255, 255)
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
        return contrast(self.colour, self.surface) if self.colour and self.surface else 21.0

    @cached_property
    def is_faint(self) -> bool:
        """Whether the text can be seen, but not be read well."""
        return not self.hidden and self.contrast < (ENOUGH_LARGE if self.is_large else ENOUGH)


@lru_cache(maxsize=512)
def colour_of(text: str) -> Rgb | None:
    """The colour that CSS or a bgcolor attribute writes; None when it is none or not solid."""
    text = NAMED.get(text.strip().lower(), text.strip().lower().removeprefix("#"))
    if re.fullmatch(r"[0-9a-f]{3}", text):
        text = "".join(digit * 2 for digit in text)
    if re.fullmatch(r"[0-9a-f]{6}", text):
        return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)
    if found := re.fullmatch(r"rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)", text):
        return int(found[1]), int(found[2]), int(found[3])
    return None


@rule(
    "contrast-light",
    Severity.WARNING,
    why=(
        "Old and tired eyes, and phones in the sun, need a contrast of 4.5 to 1 (3 to 1 for large"
        " text)."
    ),
    remedy="Make the text darker or its surface lighter: see the colours under [theme].",
)
def contrast_light(proof: ParsedMail) -> Iterator[Violation]:
    """Text does not stand out from its surface."""
    return _faint(proof, _inks(proof.element_groups, lambda _: NOTHING), "")


@rule(
    "contrast-dark",
    Severity.WARNING,
    why=(
        "In dark mode a colour that was left out stays as it was, and dark text stands on a dark"
        " page."
    ),
    remedy="Give text and surface colours of their own in the dark rules of templates/styles.",
)
def contrast_dark(proof: ParsedMail) -> Iterator[Violation]:
    """Text does not stand out from its surface with the page's own rules for dark mode."""
    rules = tuple(_dark_rules(proof.css))
    if not rules:
        return iter(())
    return _faint(proof, _inks(_split_kinds(proof, rules), _by_name(rules)), " in dark mode")


def _faint(
    proof: ParsedMail, inks: Iterable[tuple[ElementGroup, TextStyle]], when: str
) -> Iterator[Violation]:
    found = {element: ink for kind, ink in inks if ink.is_faint for element in kind.elements}
    told: set[tuple[Rgb | None, Rgb | None]] = set()
    for element in proof.elements if found else ():
        ink = found.get(element)
        if ink is None or (ink.colour, ink.surface) in told or not (words := _own_words(element)):
            continue
        told.add((ink.colour, ink.surface))
        yield Violation(
            "html", f"“{words[:40]}” has a contrast of {ink.contrast:.1f} to 1{when} ({_hex(ink)})."
        )


def _inks(
    kinds: Iterable[ElementGroup], dark: Callable[[ElementGroup], Style]
) -> Iterator[tuple[ElementGroup, TextStyle]]:
    """How the text of each kind of element looks with the dark rules for it."""
    inks: dict[ElementGroup | None, TextStyle] = {None: TextStyle()}
    for kind in kinds:
        inks[kind] = _ink(kind, inks[kind.around], dark(kind))
        yield kind, inks[kind]


def _own_words(element: _Element) -> str:
    """The words that stand directly in an element."""
    pieces = [element.text or "", *(child.tail or "" for child in element)]
    return " ".join(" ".join(pieces).split())


def _hex(ink: TextStyle) -> str:
    on = (
        "#" + "".join(f"{channel:02x}" for channel in colour)
        for colour in (ink.colour, ink.surface)
        if colour
    )
    return " on ".join(on)


def _ink(kind: ElementGroup, around: TextStyle, dark: Style) -> TextStyle:
    """How the text of an element looks: its surroundings, its own style, the dark rules for it."""
    own = _cascade(parse_declarations(kind.style), dark)
    bold = (
        own["font-weight"] in {"bold", "bolder", "600", "700", "800", "900"}
        if "font-weight" in own
        else None
    )
    return TextStyle(
        colour=_colour(own, kind, around),
        surface=_surface(own, kind, around),
        size_px=_size(own.get("font-size", ""), around.size_px),
        bold=bold if bold is not None else around.bold or kind.names[0] in HEADINGS,
        hidden=around.hidden or hides(kind.style),
    )


def _cascade(inline: Style, dark: Style) -> dict[str, str]:
    """What holds of a style attribute and the rules of a sheet.

    The attribute does, but where only the rule is important.
    """
    own = {name: declaration.value for name, declaration in dark.items()}
    for name, declaration in inline.items():
        rule_of_sheet = dark.get(name) or (
            dark.get("background") if name == "background-color" else None
        )
        if rule_of_sheet is None or declaration.important or not rule_of_sheet.important:
            own[name] = declaration.value
    return own


def _colour(own: Mapping[str, str], kind: ElementGroup, around: TextStyle) -> Rgb | None:
    if "color" in own:
        return around.colour if own["color"] == "inherit" else colour_of(own["color"])
    return (
        None if kind.names[0] == "a" else around.colour
    )  # a link without a colour is the mail program's own blue


def _surface(own: Mapping[str, str], kind: ElementGroup, around: TextStyle) -> Rgb | None:
    """The colour behind an element.

    `background` may write it together with a picture, which hides it.
    """
    if own.get("background-image", "none") != "none":
        return None
    for name in ("background-color", "background"):
        if name in own:
            value = own[name]
            return (
                around.surface if value in {"transparent", "none", "inherit"} else colour_of(value)
            )
    return colour_of(kind.surface) if kind.surface else around.surface


def _size(text: str, around_px: float) -> float:
    found = LENGTH.fullmatch(text) if text else None
    if not found:
        return around_px
    number = float(found[1])
    return {
        "px": number,
        "pt": number * 4 / 3,
        "em": number * around_px,
        "rem": number * 16,
        "%": number * around_px / 100,
    }[found[2]]


@dataclass(frozen=True, slots=True)
class DarkRule:
    """One selector of a rule for dark mode, and what it declares."""

    number: int  # the later of two rules wins
    selector: str
    style: Style

    @property
    def path(self) -> tuple[str, ...]:
        """Names that a kind of element is known by, outermost first: `.button`, `a` of `.button a`.

        Empty for a selector that is no such path.
        """
        return tuple(self.selector.split()) if _PATH.fullmatch(self.selector) else ()


_PATH = re.compile(r"\.?[a-z][\w-]*(?:\s+\.?[a-z][\w-]*)*", re.IGNORECASE)


def _dark_rules(css: str) -> Iterator[DarkRule]:
    for number, block in enumerate(dark_blocks(css)):
        style = parse_declarations(block.content)
        for selector in block.prelude.split(","):
            yield DarkRule(number, selector.strip(), style)


def _by_name(rules: Iterable[DarkRule]) -> Callable[[ElementGroup], Style]:
    """What tells the dark style of a kind of element.

    Most rules name one tag or class, and need no XPath.
    """
    named: dict[str, list[DarkRule]] = {}
    numbered: dict[int, Style] = {}
    for each in rules:
        named.setdefault(each.path[-1] if each.path else "", []).append(each)
        numbered[each.number] = each.style

    def style_of(kind: ElementGroup) -> Style:
        reached = {
            each.number
            for name in kind.names
            for each in named.get(name, ())
            if _stands_in(kind, each.path)
        }
        style: dict[str, CssDeclaration] = {}
        for number in sorted(reached.union(cast("tuple[int, ...]", kind.apart or ()))):
            style.update(numbered[number])
        return style

    return style_of


def _stands_in(kind: ElementGroup, path: tuple[str, ...]) -> bool:
    """Whether elements of a kind stand inside the path: all its names but the last, inside out."""
    wanted = list(path[:-1])
    around = kind.around
    while wanted and around is not None:
        if wanted[-1] in around.names:
            wanted.pop()
        around = around.around
    return not wanted


def _split_kinds(proof: ParsedMail, rules: Iterable[DarkRule]) -> tuple[ElementGroup, ...]:
    """The kinds of elements on the page; one of which a selector reaches only some is two."""
    reached: dict[_Element, tuple[int, ...]] = {}
    for each in rules:
        for element in () if each.path else _select_elements(proof, each.selector):
            reached[element] = (*reached.get(element, ()), each.number)
    return group_elements(proof.elements, reached) if reached else proof.element_groups


def _select_elements(proof: ParsedMail, selector: str) -> Iterable[_Element]:
    """The elements of a selector.

    None for one that no page at rest fulfils (:hover) or that cannot be read.
    """
    try:
        return () if ":" in selector else cast("list[_Element]", proof.page.xpath(_xpath(selector)))
    except SelectorError:
        return ()


@lru_cache(maxsize=256)
def _xpath(selector: str) -> str:
    return HTMLTranslator().css_to_xpath(selector)
