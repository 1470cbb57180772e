"""The mail in a frame of a page: the ways of looking at it, in the colours that are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr

from newsletter.config import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMode:
    """One way of looking at the mail."""

    said: str
    hint: str = ""


LOOKS = {
    "desktop": PreviewMode(said="Computer"),
    "phone": PreviewMode(said="Phone"),
    "large": PreviewMode(said="Large print", hint="What readers get who chose large print."),
    "dark": PreviewMode(
        said="Dark", hint="The design's own dark colours, as Apple Mail shows them."
    ),
    "inverted": PreviewMode(
        said="Inverted",
        hint="Some programs turn all colours around by themselves; this is like it.",
    ),
    "bare": PreviewMode(
        said="Images off", hint="Many mail programs show no picture until they are asked."
    ),
    "text": PreviewMode(said="Plain text"),
}
_INVERTED = (
    "html{filter:invert(1) hue-rotate(180deg);background:#fff}"
    "img{filter:invert(1) hue-rotate(180deg)}"
)
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


def display_sender(settings: Settings) -> str:
    """The sender as an inbox names them."""
    display, address = parseaddr(settings.newsletter.sender)
    return display or address


def apply_mode(html: str, mode: str) -> str:
    """The mail in the colours of a way of looking at it; light where that says nothing of them."""
    if mode == "dark":
        return force_dark_colours(html)
    if mode == "inverted":
        html = add_style(html, _INVERTED)
    return force_light_colours(html)


def force_dark_colours(html: str) -> str:
    """The design's own dark colours, whatever this computer prefers."""
    return add_style(_DARK.sub("(min-width: 0)", html), ":root{color-scheme:dark}")


def force_light_colours(html: str) -> str:
    """The light colours, whatever this computer prefers."""
    return add_style(_DARK.sub("(max-width: 0)", html), ":root{color-scheme:light}")


def add_style(html: str, rule: str) -> str:
    """The mail with one more rule at the end of its head."""
    return html.replace("</head>", f"<style>{rule}</style></head>", 1)


def add_mail_size(html: str, size: int) -> str:
    """With the size of the mail as it goes out, for the page around it."""
    return html.replace("</head>", f'<meta name="weight" content="{size}"></head>', 1)
