"""What changed in an entry since an issue carried it, as readers are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from newsletter.model import (
    Entry,
    TrialStatus,
)


def is_called_off(entry: Entry, printed: Entry) -> bool:
    """Whether readers were told of an event that is cancelled now."""
    return bool(
        entry.event and entry.event.cancelled and printed.event and not printed.event.cancelled
    )


def describe_status_change(entry: Entry, printed: Entry) -> str | None:
    """A trial's new status, as readers are told; None when it is the old one."""
    before, now = trial_status(printed), trial_status(entry)
    return (
        f"status changed from {before} to {now}" if before and now and before is not now else None
    )


def trial_status(entry: Entry) -> TrialStatus | None:
    """A trial's status where it is known."""
    return (
        entry.trial.status
        if entry.trial and entry.trial.status is not TrialStatus.UNKNOWN
        else None
    )


def with_status_before(entry: Entry, printed: Entry) -> Entry:
    """The entry with the status that readers were told last."""
    if entry.trial is None:
        return entry
    return replace(entry, trial=replace(entry.trial, was=trial_status(printed)))


def describe_day_change(entry: Entry, printed: Entry) -> str | None:
    """An event's new day, as readers are told; None when it is the old one."""
    before, now = event_day(printed), event_day(entry)
    if entry.event and printed.event and entry.event.starts == printed.event.starts:
        return None  # one moment, written in two zones
    return f"moved from {before} to {now}" if before and now and before != now else None


def describe_deadline_change(entry: Entry, printed: Entry) -> str | None:
    """A call's new deadline, as readers are told; None when it is the old one."""
    if not entry.grant or not printed.grant:
        return None
    before, now = printed.grant.deadline, entry.grant.deadline
    return f"deadline moved from {before} to {now}" if before and now and before != now else None


def event_day(entry: Entry) -> date | None:
    """The day an event starts, as its own zone counts."""
    starts = entry.event.starts if entry.event else None
    return starts.date() if isinstance(starts, datetime) else starts
