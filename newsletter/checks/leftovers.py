"""What must not be left in a mail: marks that nobody filled in, and places that an editor meant to come back to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from newsletter.checks.proof import Passage, Proof
from newsletter.checks.registry import Spot, rule
from newsletter.model import Severity

TEMPLATE_MARK = re.compile(
    r"\{[{%#]|[%#]\}|%7[Bb](?:%7[Bb]|%25|\w+%7[Dd])|\*\|\w+\|\*|<%|%%\w+%%|\$?\{(?:\w+_)?(?:[Nn]ame|NAME|title|link|url|date)\}",
)
"""Jinja's marks, also percent-encoded in a link, and those of the usual mail services."""

EMPTY_VALUE = re.compile(
    r"(?:^|[:(]\s*|\b(?:Dear|Hello|Hi)\s+)(?:None|undefined|null|NaN|nan|\[object Object\])\s*(?=$|[,.!);])"
)
"""A value that was not there, where a value stands: alone, behind a colon, in a greeting. Not the word in a sentence."""

UNFINISHED = re.compile(
    r"\bTODO\b|\bFIXME\b|\bXXX+\b|\bTK(?:TK)*\b(?![ -](?:inhibit|activ|gene|domain|recept|1|2))"
    r"|\blorem\b|\bipsum dolor\b|\[(?:insert|placeholder|your|add|fill)\b[^\]]*\](?!\()|\?\?\?"
)
UNFINISHED_TITLE = re.compile(r"\bTODO\b|\bFIXME\b|\bTKTK\b|\b[Ll]orem ipsum\b")
"""In titles of sources, where TK is thymidine kinase."""


def around(text: str, found: re.Match[str]) -> str:
    """A few words on both sides of what was found, on one line, in quotes."""
    start, end = max(found.start() - 20, 0), found.end() + 20
    words = " ".join(text[start:end].split())
    return f"“{'…' if start else ''}{words}{'…' if end < len(text) else ''}”"


@rule(
    "unrendered-mark",
    Severity.ERROR,
    why="Readers would see the machinery, or a link would lead nowhere.",
    remedy="Mend the template, or the text that was meant to be filled in; then render again.",
)
def unrendered_mark(proof: Proof) -> Iterator[Spot]:
    """A template mark is left in what readers get."""
    whole = (Passage("html", _without_styles(proof.context.html)), Passage("text", proof.context.text))
    for passage in (*proof.head_words, *whole):
        if found := TEMPLATE_MARK.search(passage.text):
            yield Spot(passage.where, f"A template mark was left: {around(passage.text, found)}.")


def _without_styles(html: str) -> str:
    """HTML without comments and style elements: there braces are the language's own."""
    return re.sub(r"<style\b.*?</style>|<!--.*?-->", " ", html, flags=re.DOTALL | re.IGNORECASE)


@rule(
    "empty-value",
    Severity.ERROR,
    why="“None” or “undefined” stands where a value was missing.",
    remedy="Fill the value in, or mend the template so that it leaves the line out.",
)
def empty_value(proof: Proof) -> Iterator[Spot]:
    """A missing value was printed as a word of the programming language."""
    sources = " ".join(chain.from_iterable((each.title, each.summary, each.note) for each in proof.printed))
    for node in proof.nodes:
        if (found := EMPTY_VALUE.search(node)) and (node == found[0] or node not in sources):
            yield Spot("html", f"A missing value was printed: {around(node, found)}.")
            break
    lines = proof.context.text.splitlines()
    for passage in (*proof.head_words, *(Passage("text", line.strip()) for line in lines)):
        found = EMPTY_VALUE.search(passage.text)
        if found and passage.text not in sources:
            yield Spot(passage.where, f"A missing value was printed: {around(passage.text, found)}.")
            break


@rule(
    "unfinished-text",
    Severity.ERROR,
    why="A place that was meant to be finished would go out as it is.",
    remedy="Finish the text, or delete the mark.",
)
def unfinished_text(proof: Proof) -> Iterator[Spot]:
    """TK, TODO, lorem ipsum or a bracket to be filled in is left in words of the editor."""
    footer = Passage("issue", proof.settings.theme.footer)
    for passage in (*proof.head_words, *proof.own_words, footer):
        if found := UNFINISHED.search(passage.text):
            yield Spot(passage.where, f"Unfinished: {around(passage.text, found)}.")
    for entry in proof.printed:
        if found := UNFINISHED_TITLE.search(entry.title):
            yield Spot(entry.key, f"Unfinished title: {around(entry.title, found)}.")
