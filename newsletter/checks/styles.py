"""Style attributes and style sheets, taken apart only as far as the rules need.

Mail uses a small part of CSS.

A sheet is read as blocks `prelude { … }`; what cannot be read so is left out, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_PIECES = re.compile(r"""((?:[^;"'(]|"[^"]*"|'[^']*'|\([^)]*\))+)(?:;|$)""")


@dataclass(frozen=True, slots=True)
class CssDeclaration:
    """The value of one property, without `!important`."""

    value: str
    important: bool


@lru_cache(maxsize=4096)
def parse_declarations(style: str) -> Mapping[str, CssDeclaration]:
    """Property → declaration of a style attribute or block, the last of each.

    Inlined mails repeat few styles often.
    """
    found: dict[str, CssDeclaration] = {}
    for piece in _PIECES.findall(style):
        name, colon, value = piece.partition(":")
        if colon:
            plain = _IMPORTANT.sub("", value.strip())
            found[name.strip().lower()] = CssDeclaration(plain, important=plain != value.strip())
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class CssBlock:
    """`prelude { content }` of a style sheet: a rule, or an @ rule with blocks of its own."""

    prelude: str
    content: str


def parse_blocks(css: str) -> Iterator[CssBlock]:
    """The outermost blocks of a style sheet, comments left out."""
    css = _COMMENT.sub("", css)
    depth = start = opened = 0
    for found in re.finditer(r"[{}]|;", css):
        mark, place = found[0], found.start()
        if mark == "{":
            depth += 1
            opened = place if depth == 1 else opened
        elif mark == "}" and depth:
            depth -= 1
            if depth == 0:
                yield CssBlock(css[start:opened].strip(), css[opened + 1 : place])
                start = place + 1
        elif depth == 0:  # an @import, or a stray brace: the next block begins behind it
            start = place + 1


def dark_blocks(css: str) -> Iterator[CssBlock]:
    """The rules that hold in dark mode alone."""
    for block in parse_blocks(css):
        if block.prelude.startswith("@media") and re.search(
            r"prefers-color-scheme\s*:\s*dark", block.prelude
        ):
            yield from parse_blocks(block.content)
