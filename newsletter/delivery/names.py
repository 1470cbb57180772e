"""What is asked of DNS. That nobody answers is a fact to be told, and no error."""

from __future__ import annotations

from typing import Protocol


class UnansweredError(Exception):
    """No name server answered, or none could. `silent`: none was heard at all, and asking on is of no use."""

    def __init__(self, *, silent: bool) -> None:
        self.silent = silent
        super().__init__("no name server answers")


class Names(Protocol):
    """What is asked of DNS. Every method may raise UnansweredError."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each joined; empty when there are none, or no such name."""

    def exchanges(self, name: str) -> tuple[str, ...]:
        """Its mail servers, the preferred ones first; `.` for a null MX (RFC 7505)."""

    def has_address(self, name: str) -> bool:
        """Whether it has an A or AAAA record."""
