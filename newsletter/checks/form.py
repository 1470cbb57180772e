"""The page as bytes and styles.

Small enough to arrive whole, and dressed so that every mail program can show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.mail_elements import ElementGroup
from newsletter.checks.parsed_mail import ParsedMail, is_hidden, text_of
from newsletter.checks.rules import Violation, rule
from newsletter.checks.styles import dark_blocks, parse_blocks, parse_declarations
from newsletter.formats.mail_limits import GMAIL_CLIP_BYTES
from newsletter.model import Severity

LARGE_BYTES = 90 * 1024
STYLES_BYTES = 16 * 1024
MESSAGE_BYTES = 500 * 1024
SMALLEST_PX = 12
FORBIDDEN = frozenset(
    [
        "script",
        "form",
        "iframe",
        "object",
        "embed",
        "applet",
        "frame",
        "frameset",
        "input",
        "button",
        "select",
        "textarea",
        "base",
        "link",
        "main",
        "canvas",
    ]
)

SHORT_COLOUR = re.compile(r"#[0-9a-f]{3}(?![0-9a-f])|var\(", re.IGNORECASE)
GENERIC_FAMILY = re.compile(r"(?:^|[\s,])(?:sans-serif|serif|monospace|system-ui|inherit)$")
PIXELS = re.compile(r"([\d.]+)px")


@rule(
    "html-too-large",
    Severity.ERROR,
    why="Gmail clips a mail at 102 KB: the end, with the unsubscribe link, is not shown.",
    remedy="Shorten notes and summaries, or move entries to the next issue.",
)
def html_too_large(proof: ParsedMail) -> Iterator[Violation]:
    """The HTML part is larger than what Gmail shows."""
    size = proof.html_bytes
    if size > GMAIL_CLIP_BYTES:
        yield Violation(
            "html", f"The HTML part has {size:,} bytes; Gmail clips it at {GMAIL_CLIP_BYTES:,}."
        )


@rule(
    "html-large",
    Severity.WARNING,
    why="The mail is near the 102 KB at which Gmail clips; personal links may still add to it.",
    remedy="Shorten notes and summaries, or move entries to the next issue.",
)
def html_large(proof: ParsedMail) -> Iterator[Violation]:
    """The HTML part comes near to what Gmail shows."""
    size = proof.html_bytes
    if LARGE_BYTES < size <= GMAIL_CLIP_BYTES:
        yield Violation(
            "html", f"The HTML part has {size:,} bytes; Gmail clips it at {GMAIL_CLIP_BYTES:,}."
        )


@rule(
    "message-large",
    Severity.WARNING,
    why=(
        "On a slow line or a full mailbox a large mail does not arrive; some servers ask senders to"
        " keep under it."
    ),
    remedy="Shorten notes and summaries, or move entries to the next issue.",
)
def message_large(proof: ParsedMail) -> Iterator[Violation]:
    """Both parts together, as they travel, pass 500 KB.

    In base64, the worst case, four bytes carry three.
    """
    size = (proof.html_bytes + len(proof.context.text.encode())) * 4 // 3
    if size > MESSAGE_BYTES:
        yield Violation("issue", f"The message has about {size // 1024:,} KB.")


@rule(
    "html-forbidden-element",
    Severity.ERROR,
    why="Mail programs drop these elements, and filters take a mail with them for an attack.",
    remedy="Take it out of the template or the text; link to a page that has it.",
)
def html_forbidden_element(proof: ParsedMail) -> Iterator[Violation]:
    """The page has a script, a form, a frame or another element that no mail may have."""
    found = {str(each.tag) for each in proof.page.iter(*FORBIDDEN)}
    if found:
        yield Violation("html", f"The page has {', '.join(f'<{name}>' for name in sorted(found))}.")


@rule(
    "style-sheet-misplaced",
    Severity.WARNING,
    why=(
        "Many mail programs drop style elements outside the head, and Gmail all of them when"
        " together they pass 16 KB."
    ),
    remedy="Keep few rules, all in the head; the rest is inlined.",
)
def style_sheet_misplaced(proof: ParsedMail) -> Iterator[Violation]:
    """A style element stands in the body, or all of them together are too large for Gmail."""
    if proof.body.find(".//style") is not None:
        yield Violation("html", "A <style> stands in the body.")
    size = len(proof.css.encode())
    if size >= STYLES_BYTES:
        yield Violation(
            "html", f"The style sheets have {size:,} bytes; Gmail drops them at {STYLES_BYTES:,}."
        )


@rule(
    "style-sheet-dropped",
    Severity.WARNING,
    why=(
        "Gmail drops a whole block that holds what it does not know, and no mail program loads a"
        " sheet from elsewhere."
    ),
    remedy="Take @import out, and keep @ rules side by side instead of one in the other.",
)
def style_sheet_dropped(proof: ParsedMail) -> Iterator[Violation]:
    """A style sheet imports another, or has an @ rule inside @media."""
    if "@import" in proof.css:
        yield Violation("html", "A style sheet uses @import.")
    if any(
        block.prelude.startswith("@media") and "@" in block.content
        for block in parse_blocks(proof.css)
    ):
        yield Violation("html", "A style sheet has an @ rule inside @media.")


@rule(
    "dark-rule-missing",
    Severity.WARNING,
    why="A page that says it knows dark mode and has no colours for it is shown dark on dark.",
    remedy=(
        "Keep the colours for dark mode in templates/styles, or take dark out of the meta"
        " color-scheme."
    ),
)
def dark_rule_missing(proof: ParsedMail) -> Iterator[Violation]:
    """The page declares dark mode and has no rule for it."""
    if "dark" in proof.metas.get("color-scheme", "") and not any(
        True for _ in dark_blocks(proof.css)
    ):
        yield Violation("html", "The page declares dark mode, and no rule is meant for it.")


@rule(
    "not-responsive",
    Severity.WARNING,
    why="Most readers hold a phone: a page of fixed width makes them push it to and fro.",
    remedy="Give the page a max-width, or a rule for small screens.",
)
def not_responsive(proof: ParsedMail) -> Iterator[Violation]:
    """The page has neither a media rule nor a max-width."""
    if "@media" not in proof.css and not any("max-width" in style for style in proof.styles):
        yield Violation("html", "The page has one fixed width.")


@rule(
    "colour-short",
    Severity.WARNING,
    why="Some mail programs read #123 or a variable as no colour at all, and show black on black.",
    remedy="Write colours with six digits: #112233.",
)
def colour_short(proof: ParsedMail) -> Iterator[Violation]:
    """A style attribute has a colour of three digits or a CSS variable."""
    for style in proof.styles:
        if found := SHORT_COLOUR.search(style):
            short = found[0].rstrip("(")
            yield Violation("html", f"A style has {short} instead of a colour of six digits.")
            return


@rule(
    "font-without-fallback",
    Severity.WARNING,
    why=(
        "Where none of the fonts is there, Outlook takes Times New Roman, however large the text"
        " was meant."
    ),
    remedy="End every font-family with sans-serif or serif.",
)
def font_without_fallback(proof: ParsedMail) -> Iterator[Violation]:
    """A font stack does not end in a generic family."""
    for style in proof.styles:
        family = parse_declarations(style).get("font-family")
        if family and not GENERIC_FAMILY.search(family.value):
            yield Violation(
                "html", f"The fonts “{family.value}” have no generic family at the end."
            )
            return


@rule(
    "text-too-small",
    Severity.WARNING,
    why="Text under 12 px cannot be read by many of those we write to.",
    remedy="Set it in 14 px or more.",
)
def text_too_small(proof: ParsedMail) -> Iterator[Violation]:
    """An element with words is set smaller than 12 px."""
    for kind in proof.element_groups:
        size = parse_declarations(kind.style).get("font-size")
        pixels = PIXELS.fullmatch(size.value) if size else None
        if pixels and 2 < float(pixels[1]) < SMALLEST_PX and _can_be_read(kind):
            yield Violation("html", f"Text is set in {pixels[0]}.")
            return


def _can_be_read(kind: ElementGroup) -> bool:
    return not is_hidden(kind.elements[0]) and any(text_of(each).strip() for each in kind.elements)
