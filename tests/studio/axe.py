"""What axe-core has against a page, in both schemes and at both widths."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = '{"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}'


def complaints(page: Page, called: str) -> list[str]:
    """Every violation, and every page that scrolls sideways on a phone."""
    found = []
    page.evaluate(AXE)
    for scheme, width in (("light", 1280), ("light", 375), ("dark", 375), ("dark", 1280)):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(
            "() => scrollTo(0, 0)"
        )  # what sticks to the top of the window covers the menu only while one scrolls
        told = page.evaluate(
            "rules => axe.run(document, {iframes: false, resultTypes: ['violations'], runOnly: JSON.parse(rules)})",
            RULES,
        )
        found += [
            f"{called} {scheme} {width}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in told["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{called} {scheme} {width}: scrolls sideways")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found
