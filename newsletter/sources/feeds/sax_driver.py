"""The XML parser that feedparser is given: expat, handing over text in large pieces.

As it comes, Python's SAX driver hands over a piece at each line and each entity; 13 for every
element of a usual feed.
"""

from __future__ import annotations

from xml.sax import (
    expatreader,
)  # feedparser's own choice; expat limits entities, and external ones are off

PIECE_BYTES = 65_536


class Parser(expatreader.ExpatParser):
    """Expat that collects text before it hands it over."""

    def reset(self) -> None:
        """Begin a document."""
        super().reset()
        self._parser.buffer_text = True  # type: ignore[attr-defined]  # typeshed leaves it out
        self._parser.buffer_size = PIECE_BYTES  # type: ignore[attr-defined]  # as above


def create_parser() -> Parser:
    """What `xml.sax.make_parser` calls."""
    return Parser()
