"""What axe-core has against a page, in both schemes and at both widths."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
EVERYTHING = '{"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}'
COLOURS = '{"type": "rule", "values": ["color-contrast"]}'
SIZES = '{"type": "rule", "values": ["target-size"]}'
SCREENS = (
    # the colours follow from the scheme, and what is where from the width: each is looked at in
    # both
    ("light", 1280, EVERYTHING),
    ("light", 375, SIZES),
    ("dark", 375, EVERYTHING),
    ("dark", 1280, COLOURS),
)

# What sticks to the top of the window covers the menu only while one scrolls, and the studio
# scrolls smoothly:
# so the page is taken to its top at once, and looked at when it stands there.
TO_THE_TOP = """async () => {
  const painted = () => new Promise(requestAnimationFrame);
  do { scrollTo({ top: 0, behavior: "instant" }); await painted(); await painted(); } while (scrollY > 0);
}"""
SQUEEZED = """() => [...document.querySelectorAll("p, li, caption, td, h1, h2, h3, label, button, summary")]
  .filter((each) => each.offsetWidth > 1 && each.offsetWidth < 30 && each.innerText.trim().length > 4)
  .map((each) => each.innerText.trim())"""
"""Words with hardly a letter beside another."""
VIOLATIONS = "rules => axe.run(document, {iframes: false, resultTypes: ['violations'], runOnly: JSON.parse(rules)})"


def complaints(page: Page, called: str) -> list[str]:
    """Every violation, and every page that scrolls sideways on a phone."""
    found = []
    page.wait_for_load_state()
    page.evaluate(AXE)
    for scheme, width, rules in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(TO_THE_TOP)
        told = page.evaluate(VIOLATIONS, rules)["violations"]
        found += [
            f"{called} {scheme} {width}: {each['id']}: {each['nodes'][0]['html'][:200]}"
            for each in told
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{called} {scheme} {width}: scrolls sideways")
        found += [
            f"{called} {scheme} {width}: squeezed: {words}" for words in page.evaluate(SQUEEZED)
        ]
    page.set_viewport_size({"width": 1280, "height": 900})
    return found
