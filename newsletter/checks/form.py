"""The page itself: small enough to arrive whole, and built so that mail programs and screen readers understand it."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.proof import Proof
from newsletter.checks.registry import Spot, rule
from newsletter.model import Severity

CLIPPED_BYTES = 102 * 1024  # Gmail hides what follows behind “[Message clipped]”, the unsubscribe link with it
LARGE_BYTES = 90 * 1024
FORBIDDEN = frozenset(
    "script form iframe object embed applet frame frameset input button select textarea base".split()  # noqa: SIM905 - a list of words reads better
)


@rule(
    "html-too-large",
    Severity.ERROR,
    why="Gmail clips a mail at 102 KB: the end, with the unsubscribe link, is not shown.",
    remedy="Shorten notes and summaries, or move entries to the next issue.",
)
def html_too_large(proof: Proof) -> Iterator[Spot]:
    """The HTML part is larger than what Gmail shows."""
    size = len(proof.context.html.encode())
    if size > CLIPPED_BYTES:
        yield Spot("html", f"The HTML part has {size:,} bytes; Gmail clips it at {CLIPPED_BYTES:,}.")


@rule(
    "html-large",
    Severity.WARNING,
    why="The mail is near the 102 KB at which Gmail clips; personal links may still add to it.",
    remedy="Shorten notes and summaries, or move entries to the next issue.",
)
def html_large(proof: Proof) -> Iterator[Spot]:
    """The HTML part comes near to what Gmail shows."""
    size = len(proof.context.html.encode())
    if LARGE_BYTES < size <= CLIPPED_BYTES:
        yield Spot("html", f"The HTML part has {size:,} bytes; Gmail clips it at {CLIPPED_BYTES:,}.")


@rule(
    "html-forbidden-element",
    Severity.ERROR,
    why="Mail programs drop these elements, and filters take a mail with them for an attack.",
    remedy="Take it out of the template or the text; link to a page that has it.",
)
def html_forbidden_element(proof: Proof) -> Iterator[Spot]:
    """The page has a script, a form, a frame or another element that no mail may have."""
    found = {str(each.tag) for each in proof.page.iter("*")} & FORBIDDEN
    if found:
        yield Spot("html", f"The page has {', '.join(f'<{name}>' for name in sorted(found))}.")
