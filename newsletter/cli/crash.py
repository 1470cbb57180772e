"""A mistake of the program, told without the words of any error: they may hold what a reader is called.

A traceback of Python ends with those words, and cron mails it or a log keeps it. What is left says where it was.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

SAID = """\
newsletter: the program made a mistake ({kind}). What was done before it is kept.
Give these lines to whoever looks after it; they say where it was, and name nobody:
"""


def told(error: BaseException) -> str:
    """What is said of an error that nobody thought of: its kind and its way, and those of what led to it."""
    lines = [SAID.format(kind=type(error).__name__)]
    for each in _chain(error):
        lines += [*traceback.format_tb(each.__traceback__), f"{type(each).__name__}\n"]
    return "".join(lines)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The first cause first, as Python tells it."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return reversed(chain)
