"""The places of a rendered issue where each reader's own parts enter, and nothing else may differ.

A mark is text that no source can write (sanitising refuses the `.invalid` domain), that survives
premailer, and that is a well-formed address where it stands in a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Placeholder(StrEnum):
    """A personal part. The editor's text asks for the name with `{name}`."""

    UNSUBSCRIBE = "https://reader.invalid/unsubscribe"  # in links: how this reader leaves
    PREFERENCES = "https://reader.invalid/preferences"  # in links: this reader's own settings
    NAME = "reader-name.invalid"  # in words: this reader's name


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """`text` with each mark replaced; the values are already escaped for where they go."""
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text
