"""What the law and decency ask at the foot of every mail.

How to leave, who sends it, and that it is no doctor's advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity
from newsletter.placeholders import Placeholder

LEAVES = re.compile(
    r"""
          unsubscri | opt[- ]?out | stop\ (?:getting|receiving|these)
        | leave\ (?:this|the)\ list | darse\ de\ baja | date\ de\ baja
        | cancelar\ (?:la|su|tu)\ suscripci | dejar\ de\ recibir | abmelden | abbestellen
        | désabonner
    """,
    re.IGNORECASE | re.VERBOSE,
)
DISCLAIMS = re.compile(
    r"""
          (?:not|no|never|isn.t|cannot|instead\ of|replace|substitute|sustituy|reemplaz)\b
          .{0,60}\b(?:medical|doctor|professional|médic|profesional)
        | (?:ask|talk\ (?:to|with)|speak\ (?:to|with)|consult|discuss\ .{0,40}with)\s.{0,30}\b
          (?:doctor|care\ team|physician|oncologist|health\ ?care|medical\ team)
        | (?:consult|hable\ con|pregunt).{0,30}\b(?:médic|equipo)
    """,
    re.IGNORECASE | re.VERBOSE,
)

FOOT = 800
"""Characters at the end of a mail, among which the footer is."""


def _letters(text: str) -> str:
    """The letters and digits of a text, so that line breaks and commas do not count."""
    return re.sub(r"\W+", "", text.casefold())


@rule(
    "unsubscribe-missing",
    Severity.ERROR,
    why=(
        "CAN-SPAM, GDPR and every mailbox provider ask for a link to leave that is seen in the mail"
        " itself."
    ),
    remedy="Keep the unsubscribe link in templates/: in the HTML and in the text part.",
)
def unsubscribe_missing(proof: ParsedMail) -> Iterator[Violation]:
    """The HTML has no link to leave the list, or the text part names none."""
    text, last_first = proof.context.text, reversed(proof.anchors)  # it stands at the foot
    way = next(
        (each.href for each in last_first if _leads_out(each.href) or LEAVES.search(each.words)),
        None,
    )
    if way is None:
        yield Violation("html", "The HTML part has no link to unsubscribe.")
    if way is not None and _target(way) in text:
        return
    if not any(map(_leads_out, re.findall(r"(?:https?://|mailto:)\S+", text))):
        yield Violation("text", "The text part does not say where to unsubscribe.")


def _leads_out(href: str) -> bool:
    return href.startswith(Placeholder.UNSUBSCRIBE) or LEAVES.search(unquote(href)) is not None


def _target(href: str) -> str:
    """What the text part would print of a link: the address itself, of a mailto the mailbox."""
    return href.removeprefix("mailto:").partition("?")[0] if href.startswith("mailto:") else href


@rule(
    "postal-address-missing",
    Severity.ERROR,
    why="CAN-SPAM asks for the sender's postal address in every mail.",
    remedy=(
        "Fill it in under Setup in the studio, or as address under [newsletter] in newsletter.toml;"
        " keep it in templates/."
    ),
)
def postal_address_missing(proof: ParsedMail) -> Iterator[Violation]:
    """No postal address is configured, or a part of the mail does not print it."""
    address = _letters(proof.settings.newsletter.address)
    if not address:
        yield Violation("issue", "There is no postal address yet.")
        return
    as_written = " ".join(proof.settings.newsletter.address.split())
    if as_written not in proof.words and address not in _letters(proof.words):
        yield Violation("html", "The HTML part does not print the postal address.")
    if as_written not in proof.text_words and address not in _letters(proof.text_words):
        yield Violation("text", "The text part does not print the postal address.")


@rule(
    "disclaimer-missing",
    Severity.WARNING,
    why="Patients read this beside their treatment: it must say that it is no medical advice.",
    remedy=(
        "Say in the footer (footer under [theme]) that this is not medical advice, and to ask one's"
        " care team."
    ),
)
def disclaimer_missing(proof: ParsedMail) -> Iterator[Violation]:
    """A part of the mail does not say that it is no medical advice."""
    if not _disclaims(proof.words):
        yield Violation("html", "The HTML part does not say that it is no medical advice.")
    if not _disclaims(proof.text_words):
        yield Violation("text", "The text part does not say that it is no medical advice.")


def _disclaims(words: str) -> bool:
    """Whether a text says so: mostly at its foot, where it is looked for first."""
    return any(DISCLAIMS.search(words, start) for start in (max(len(words) - FOOT, 0), 0))
