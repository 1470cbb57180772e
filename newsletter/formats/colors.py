"""Contrast of colors after WCAG 2.2 (1.4.3). Pure."""

from __future__ import annotations

from functools import lru_cache

ENOUGH = 4.5
"""The contrast that text of the usual size needs."""

ENOUGH_LARGE = 3.0
"""The contrast that large text needs: from 24 px, or 18.66 px bold."""

Rgb = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


def parse_hex(color: str) -> Rgb:
    """The channels of `#rrggbb`; raises ValueError for anything else."""
    if len(color) != 7 or color[0] != "#":
        raise ValueError(f"{color!r} is no color of the form #rrggbb")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@lru_cache(maxsize=512)
def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colors, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: Rgb) -> float:
    """The relative luminance of a color, 0 to 1."""
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
