"""What becomes of an entry: decisions, and what an issue takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.model.entries import Entry


class EntryState(StrEnum):
    """Where an entry stands. Every entry ever seen is in exactly one of these."""

    WAITING = "waiting"
    CARRIED = "carried"
    DROPPED = "dropped"
    HELD = "held"
    LEFT_OUT = "left_out"


class Verdict(StrEnum):
    """What an editor decided about an entry."""

    KEEP = "keep"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An editor's decision on one entry."""

    key: str
    verdict: Verdict
    why: str = ""
    section: str | None = None  # move it there
    issue: str = ""  # the issue being made then
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry taken for the issue, and why."""

    entry: Entry
    section: str | None  # None: to sort
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An entry not taken, with its state and the reason as a sentence."""

    entry: Entry
    state: EntryState
    reason: str
    issue: str = ""  # where it was carried or dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The entries chosen, and every other one with its reason."""

    chosen: tuple[Choice, ...]
    left_out: tuple[LeftOut, ...]
