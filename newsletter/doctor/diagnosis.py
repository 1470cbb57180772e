"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DiagnosisState(StrEnum):
    """How well it stands."""

    OK = "ok"
    LOOK = "look"  # worth a look
    MEND = "mend"  # must be mended


class DiagnosisCode(StrEnum):
    """What a finding is, where a program has to know it."""

    NOT_REACHED = "not_reached"  # nobody answered: it says nothing about the settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One finding, as sentences for staff. What a program decides hangs on `state` and `code`."""

    subject: str  # SPF, mail server, secret
    state: DiagnosisState
    message: str  # what is there, and who will object
    remedy: str = ""  # what to do; empty when all is well
    code: DiagnosisCode | None = None


def report_ok(subject: str, message: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(subject=subject, state=DiagnosisState.OK, message=message)


def report_warning(
    subject: str, message: str, remedy: str, *, code: DiagnosisCode | None = None
) -> Diagnosis:
    """It works, or cannot be told from here."""
    state = DiagnosisState.LOOK
    return Diagnosis(subject=subject, state=state, message=message, remedy=remedy, code=code)


def report_failure(subject: str, message: str, remedy: str) -> Diagnosis:
    """Mail will be refused, or somebody given away."""
    return Diagnosis(subject=subject, state=DiagnosisState.MEND, message=message, remedy=remedy)
