"""What the law and decency ask at the foot of every mail: how to leave, who sends it, and that it is no doctor's advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from newsletter.checks.proof import Proof
from newsletter.checks.registry import Spot, rule
from newsletter.marks import Mark
from newsletter.model import Severity

LEAVES = re.compile(
    r"unsubscri|opt[- ]?out|stop (?:getting|receiving|these)|leave (?:this|the) list"
    r"|darse de baja|date de baja|cancelar (?:la|su|tu) suscripci|dejar de recibir|abmelden|abbestellen|désabonner",
    re.IGNORECASE,
)
DISCLAIMS = re.compile(
    r"(?:not|no|never|isn.t|cannot|instead of|replace|substitute|sustituy|reemplaz)\b.{0,60}"
    r"\b(?:medical|doctor|professional|médic|profesional)"
    r"|(?:ask|talk (?:to|with)|speak (?:to|with)|consult|discuss .{0,40}with)\s.{0,30}"
    r"\b(?:doctor|care team|physician|oncologist|health ?care|medical team)"
    r"|(?:consult|hable con|pregunt).{0,30}\b(?:médic|equipo)",
    re.IGNORECASE,
)


def _letters(text: str) -> str:
    """The letters and digits of a text, so that line breaks and commas do not count."""
    return re.sub(r"\W+", "", text.casefold())


@rule(
    "unsubscribe-missing",
    Severity.ERROR,
    why="CAN-SPAM, GDPR and every mailbox provider ask for a link to leave that is seen in the mail itself.",
    remedy="Keep the unsubscribe link in templates/: in the HTML and in the text part.",
)
def unsubscribe_missing(proof: Proof) -> Iterator[Spot]:
    """The HTML has no link to leave the list, or the text part names none."""
    ways = [anchor.href for anchor in proof.anchors if _leads_out(anchor.href) or LEAVES.search(anchor.words)]
    if not ways:
        yield Spot("html", "The HTML part has no link to unsubscribe.")
    text = proof.context.text
    known = any(_target(way) in text for way in ways)
    addresses = re.findall(r"(?:https?://|mailto:)\S+", text)
    if not known and not any(_leads_out(each) for each in addresses):
        yield Spot("text", "The text part does not say where to unsubscribe.")


def _leads_out(href: str) -> bool:
    return href.startswith(Mark.UNSUBSCRIBE) or LEAVES.search(unquote(href)) is not None


def _target(href: str) -> str:
    """What the text part would print of a link: the address itself, of a mailto the mailbox."""
    return href.removeprefix("mailto:").partition("?")[0] if href.startswith("mailto:") else href


@rule(
    "postal-address-missing",
    Severity.ERROR,
    why="CAN-SPAM asks for the sender's postal address in every mail.",
    remedy="Write it as address under [newsletter] in newsletter.toml, and keep it in templates/.",
)
def postal_address_missing(proof: Proof) -> Iterator[Spot]:
    """No postal address is configured, or a part of the mail does not print it."""
    address = _letters(proof.settings.newsletter.address)
    if not address:
        yield Spot("issue", "newsletter.toml has no postal address.")
        return
    if address not in _letters(proof.words):
        yield Spot("html", "The HTML part does not print the postal address.")
    if address not in _letters(proof.context.text):
        yield Spot("text", "The text part does not print the postal address.")


@rule(
    "disclaimer-missing",
    Severity.WARNING,
    why="Patients read this beside their treatment: it must say that it is no medical advice.",
    remedy="Say in the footer (footer under [theme]) that this is not medical advice, and to ask one's care team.",
)
def disclaimer_missing(proof: Proof) -> Iterator[Spot]:
    """A part of the mail does not say that it is no medical advice."""
    if not DISCLAIMS.search(proof.words):
        yield Spot("html", "The HTML part does not say that it is no medical advice.")
    if not DISCLAIMS.search(" ".join(proof.context.text.split())):
        yield Spot("text", "The text part does not say that it is no medical advice.")
