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


class Reason(StrEnum):
    """Why an entry is taken or left out, for programs; the sentence beside it is for people.

    Decisions hang on this alone: the sentence may be put in other words or another language.
    """

    KEPT = "kept"  # by an editor
    HELD = "held"  # by an editor, for a later issue
    DROPPED = "dropped"  # by an editor
    CARRIED = "carried"  # by an earlier issue
    CHANGED = "changed"  # since an issue carried it: its status, day or deadline
    CANCELLED = "cancelled"  # an event that does not take place
    AHEAD = "ahead"  # an event that is still to come
    OPEN = "open"  # a call whose deadline is still to come
    PAST = "past"  # an event or a deadline that is over
    TOO_FAR_AHEAD = "too_far_ahead"  # an event that a later issue will offer
    NEW_STATUS = "new_status"  # a trial that no issue carried
    NEW = "new"  # dated after the last issue
    LATE = "late"  # dated before the window, and first seen in it
    UNDATED = "undated"  # first seen in the window
    DATED_AHEAD = "dated_ahead"  # dated after the window, and out already
    BEFORE_WINDOW = "before_window"  # the last issue has looked at it
    AFTER_WINDOW = "after_window"  # the next issue will look at it
    TOO_OLD = "too_old"  # first seen in the window, and dated too long before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry taken for the issue, and why: as a code, and as a sentence."""

    entry: Entry
    section: str | None  # None: to sort
    code: Reason
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An entry not taken, with its state and the reason: as a code, and as a sentence."""

    entry: Entry
    state: EntryState
    code: Reason
    reason: str
    issue: str = ""  # where it was carried or dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The entries chosen, and every other one with its reason."""

    chosen: tuple[Choice, ...]
    left_out: tuple[LeftOut, ...]
