"""Dates from the ways people and machines write them, never finer and never surer than they were written.

Pure: what is "today" is always an argument. A text that is not surely a date is None, because a wrong date
hides an entry and a missing one only marks it.
"""

from __future__ import annotations

from newsletter.model import Dated


def parse(text: str) -> Dated | None:
    """The date that `text` as a whole writes, with its precision; None when it is none or could be read in two ways."""
    raise NotImplementedError
