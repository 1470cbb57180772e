"""Colours that can be read: contrast after WCAG 2.2, in light and in dark.

Every text colour is moved towards black or white until it has 4.5:1 on the surface it stands on, so
that a theme's own accent may be any colour.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from functools import lru_cache

from newsletter.formats import colors
from newsletter.formats.colors import luminance, parse_hex

ENOUGH = colors.ENOUGH + 0.1
"""Contrast asked for: WCAG's, with room for rounding."""

INK, INK_DARK = "#2b2a28", "#f1eee9"
QUIET, QUIET_DARK = "#5a5751", "#bdb8af"
LINE, LINE_DARK = "#e2dcd0", "#3a3d40"
CARD, CARD_DARK = "#ffffff", "#1f2224"
AROUND_DARK = "#141617"
ALERT, ALERT_DARK = "#a3161f", "#ff9d97"

HUES = ("#0b5c6b", "#6b3f7d", "#86480f", "#2f6238", "#8b2f45", "#3c4f86")
"""Teal, plum, amber, green, rose, blue: the colours of sections."""

HUE_OF_SECTION = {"research": 0, "trials": 1, "events": 2, "grants": 3}
"""The usual sections keep their colour from issue to issue; others take the rest in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hue:
    """One section's colour: its text on its tint, in light and in dark."""

    text: str
    tint: str
    text_dark: str
    tint_dark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Every colour that a style sheet may use."""

    around: str
    card: str = CARD
    ink: str = INK
    quiet: str = QUIET
    line: str = LINE
    alert: str = ALERT
    foot: str
    foot_link: str
    accent: str
    button: str
    around_dark: str = AROUND_DARK
    card_dark: str = CARD_DARK
    ink_dark: str = INK_DARK
    quiet_dark: str = QUIET_DARK
    line_dark: str = LINE_DARK
    alert_dark: str = ALERT_DARK
    accent_dark: str
    tint: str
    tint_dark: str
    hues: tuple[Hue, ...]


@lru_cache(maxsize=8)
def palette(accent: str, background: str) -> Palette:
    """The colours of a theme."""
    tint, tint_dark = mix_colours(accent, CARD, 0.08), mix_colours(accent, CARD_DARK, 0.22)
    return Palette(
        around=background.lower(),
        foot=readable(QUIET, background),
        foot_link=readable(accent, background),
        accent=readable(accent, tint),
        button=readable(accent, CARD),
        accent_dark=readable(lighter(accent), tint_dark),
        tint=tint,
        tint_dark=tint_dark,
        hues=tuple(_hue(colour) for colour in (accent, *HUES[1:])),
    )


def _hue(colour: str) -> Hue:
    tint, tint_dark = mix_colours(colour, CARD, 0.09), mix_colours(colour, CARD_DARK, 0.24)
    return Hue(
        text=readable(colour, tint),
        tint=tint,
        text_dark=readable(lighter(colour), tint_dark),
        tint_dark=tint_dark,
    )


def hue_numbers(names: tuple[str, ...]) -> tuple[int, ...]:
    """For each section its place in `Palette.hues`, from 0."""
    free = [n for n in range(len(HUES)) if n not in HUE_OF_SECTION.values()]
    own = [name for name in names if name not in HUE_OF_SECTION]
    return tuple(
        HUE_OF_SECTION.get(name, free[own.index(name) % len(free)] if name in own else 0)
        for name in names
    )


def readable(colour: str, surface: str) -> str:
    """`colour`, or the nearest to it on the way to black or white that can be read on `surface`."""
    towards = "#000000" if luminance(parse_hex(surface)) > 0.18 else "#ffffff"
    steps = (mix_colours(towards, colour, step / 20) for step in range(21))
    return next((each for each in steps if contrast(each, surface) >= ENOUGH), towards)


def lighter(colour: str) -> str:
    """The same hue as light and soft as a dark page wants it."""
    hue, _, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in parse_hex(colour)))
    return "#" + "".join(
        f"{round(channel * 255):02x}"
        for channel in colorsys.hls_to_rgb(hue, 0.76, saturation * 0.65)
    )


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colors `#rrggbb`, 1 to 21."""
    return colors.contrast(parse_hex(one), parse_hex(other))


def mix_colours(one: str, other: str, share: float) -> str:
    """`share` of one colour in another."""
    pairs = zip(parse_hex(one), parse_hex(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)
