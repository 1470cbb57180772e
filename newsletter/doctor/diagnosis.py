"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How well it stands."""

    OK = "ok"
    LOOK = "look"  # worth a look
    MEND = "mend"  # must be mended


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One finding, as sentences for staff."""

    subject: str  # SPF, mail server, secret
    state: State
    message: str  # what is there, and who will object
    remedy: str = ""  # what to do; empty when all is well


def ok(subject: str, message: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(subject=subject, state=State.OK, message=message)


def look(subject: str, message: str, remedy: str) -> Diagnosis:
    """It works, or cannot be told from here."""
    return Diagnosis(subject=subject, state=State.LOOK, message=message, remedy=remedy)


def mend(subject: str, message: str, remedy: str) -> Diagnosis:
    """Mail will be refused, or somebody given away."""
    return Diagnosis(subject=subject, state=State.MEND, message=message, remedy=remedy)
