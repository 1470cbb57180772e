"""A mistake of the program, told without the words of any error.

They may hold what a reader is called.

A traceback of Python ends with those words, and cron mails it or a log keeps it. What is left says
where it was.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

CRASH_MESSAGE = """\
newsletter: the program made a mistake ({kind}). What was done before it is kept.
Give these lines to whoever looks after it; they say where it was, and name nobody:
"""


def format_crash_message(error: BaseException) -> str:
    """What is said of an error that nobody thought of.

    Its kind and its way, and those of what led to it.
    """
    return CRASH_MESSAGE.format(kind=type(error).__name__) + format_traceback(error)


def format_traceback(error: BaseException) -> str:
    """A traceback without words: the first cause first, as Python tells it."""
    return "".join(
        "".join((*traceback.format_tb(each.__traceback__), f"{type(each).__name__}\n"))
        for each in _chain(error)
    )


def redact_traceback(record: logging.LogRecord) -> bool:
    """A filter for a log that others write to, too: of a failure it keeps the way alone."""
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = format_traceback(record.exc_info[1]).rstrip(), None
    return True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return reversed(chain)
