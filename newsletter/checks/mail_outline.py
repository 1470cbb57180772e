"""What stands in the page of a mail, and what in its comments, for rules about its structure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from newsletter.checks.parsed_mail import ParsedMail, hides

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def comments(proof: ParsedMail) -> str:
    """The text of all comments: what Outlook for Windows alone reads."""
    return " ".join(COMMENT.findall(proof.context.html))


def visible_children(proof: ParsedMail) -> Iterator[_Element]:
    """The children of the body that show something."""
    for child in proof.body.iterchildren("*"):
        if not hides(child.get("style") or "") and _says_something(child):
            yield child


def _says_something(element: _Element) -> bool:
    return (
        any(str(text).strip() for text in element.itertext()) or element.find(".//img") is not None
    )
