from __future__ import annotations

import contextlib
import io

from newsletter.cli.progress import bar


class Terminal(io.StringIO):
    """A place to write that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown_on(place: io.StringIO) -> str:
    with contextlib.redirect_stderr(place), bar("Collecting", 2) as advance:
        advance("pubmed")
        advance("calendar")
    return place.getvalue()


def test_a_terminal_is_told_what_was_just_done() -> None:
    assert "Collecting: calendar" in shown_on(Terminal())


def test_a_file_gets_no_bar() -> None:
    assert shown_on(io.StringIO()) == ""
