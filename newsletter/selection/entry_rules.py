"""Where one entry goes: taken for the issue, or left out, and why; the rules of each kind."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from newsletter.model import (
    Choice,
    Dated,
    Decision,
    Entry,
    EntryState,
    Flag,
    LeftOut,
    Precision,
    Reason,
    Selection,
    Verdict,
)
from newsletter.selection.changes import (
    describe_day_change,
    describe_deadline_change,
    describe_status_change,
    event_day,
    is_called_off,
    with_status_before,
)
from newsletter.selection.criteria import Propose, SelectionCriteria, SelectionHistory
from newsletter.selection.past import Past


def select(
    entries: Sequence[Entry],
    memory: SelectionHistory,
    window: SelectionCriteria,
    propose: Propose = lambda _: None,
) -> Selection:
    """Every entry in exactly one place, with the reason.

    In an order that depends on nothing but the entries.
    """
    past = Past(memory)
    chosen: list[Choice] = []
    left_out: list[LeftOut] = []
    for entry in entries:
        place = _place(entry, past, window)
        if isinstance(place, LeftOut):
            left_out.append(place)
        else:
            decision = past.decision_on(entry)
            section = decision.section if decision and decision.section else propose(place.entry)
            chosen.append(
                Choice(entry=place.entry, section=section, code=place.code, why=place.why)
            )
    chosen.sort(key=lambda choice: printing_order(choice.entry))
    left_out.sort(key=lambda left: left.entry.key)
    return Selection(chosen=tuple(chosen), left_out=tuple(left_out))


def printing_order(entry: Entry) -> tuple[int, str, str, str]:
    """What lies ahead by its day, soonest first; then the rest, newest first, undated last."""
    ahead = event_day(entry) or (entry.grant.deadline if entry.grant else None)
    if ahead:
        return 0, ahead.isoformat(), entry.title.casefold(), entry.key
    age = (
        date.max.toordinal() - entry.dated.day.toordinal() if entry.dated else date.max.toordinal()
    )
    return 1, f"{age:07d}", entry.title.casefold(), entry.key


@dataclass(frozen=True, slots=True)
class _Take:
    """An entry that the issue takes, and why."""

    entry: Entry
    code: Reason
    why: str


_Place = _Take | LeftOut


def _leave(
    entry: Entry,
    code: Reason,
    reason: str,
    *,
    state: EntryState = EntryState.LEFT_OUT,
    issue: str = "",
) -> LeftOut:
    return LeftOut(entry=entry, state=state, code=code, reason=reason, issue=issue)


def _place(entry: Entry, past: Past, window: SelectionCriteria) -> _Place:
    """Where the entry goes.

    First by what people decided, then by what was printed, then by whether it is new.
    """
    decision = past.decision_on(entry)
    if decision and decision.verdict is Verdict.DROP:
        return _drop_entry(entry, decision.issue, decision.why)
    if decision and decision.issue == window.issue:
        if decision.verdict is Verdict.KEEP:
            return _Take(
                _with_status_before(entry, past),
                Reason.KEPT,
                _with_why("kept by an editor", decision.why),
            )
        return _leave(
            entry,
            Reason.HELD,
            _with_why("held by an editor for the next issue", decision.why),
            state=EntryState.HELD,
        )
    dropped = past.find_drop(entry)
    if dropped and not (
        decision and decision.issue == dropped[0]
    ):  # who kept or held it then thought better of it
        return _drop_entry(entry, *dropped)
    if carried := past.find_appearance(entry):
        return _again(entry, *carried, window)
    place = _past_or_far(entry, window) or _by_hand(entry, decision) or _by_kind(entry, window)
    return _add_remarks(place, past) if isinstance(place, _Take) else place


def _drop_entry(entry: Entry, issue: str, why: str) -> LeftOut:
    reason = _with_why(f"dropped by an editor{_for_issue(issue)}", why)
    return _leave(entry, Reason.DROPPED, reason, state=EntryState.DROPPED, issue=issue)


def _for_issue(issue: str) -> str:
    return f" when {issue} was made" if issue else ""


def _with_why(reason: str, why: str) -> str:
    return f"{reason}: {why}" if why else reason


def _by_hand(entry: Entry, decision: Decision | None) -> _Take | None:
    """What an editor held, or kept for an issue that then did not carry it, comes back."""
    if decision is None:
        return None
    code = Reason.HELD if decision.verdict is Verdict.HOLD else Reason.KEPT
    word = "held" if code is Reason.HELD else "kept"
    why = _with_why(f"{word} by an editor{_for_issue(decision.issue)}", decision.why)
    return _Take(entry, code, why)


def _add_remarks(take: _Take, past: Past) -> _Take:
    """The reason with what an editor has to know beside it."""
    remarks = past.versions(take.entry)
    remarks += [
        f"it is marked as {flag.value}"
        for flag in (Flag.RETRACTED, Flag.CONCERN)
        if flag in take.entry.flags
    ]
    return replace(take, why="; ".join([take.why, *remarks]))


# What an issue carried


def _again(entry: Entry, issue: str, printed: Entry, window: SelectionCriteria) -> _Place:
    """A carried entry is offered again when readers have to unlearn what they read.

    Status, day or deadline changed.
    """
    if is_called_off(entry, printed) and _is_ahead(entry, window):
        return _Take(entry, Reason.CANCELLED, f"cancelled since {issue} carried it")
    change = (
        describe_status_change(entry, printed)
        or describe_day_change(entry, printed)
        or describe_deadline_change(entry, printed)
    )
    if change and not _past_or_far(entry, window):
        why = f"{change} since {issue} carried it"
        return _Take(with_status_before(entry, printed), Reason.CHANGED, why)
    reason = f"carried in {issue}"
    if Flag.RETRACTED in entry.flags:
        reason += "; it is marked as retracted"
    if change:
        reason += f"; {change}"
    return _leave(entry, Reason.CARRIED, reason, state=EntryState.CARRIED, issue=issue)


def _with_status_before(entry: Entry, past: Past) -> Entry:
    """A kept trial with the status that an earlier issue carried, where that was another one."""
    carried = past.find_appearance(entry)
    return (
        with_status_before(entry, carried[1])
        if carried and describe_status_change(entry, carried[1])
        else entry
    )


# What lies ahead


def _is_ahead(entry: Entry, window: SelectionCriteria) -> bool:
    """Whether an event has not begun when the issue goes out."""
    starts = entry.event.starts if entry.event else None
    if isinstance(starts, datetime):
        return starts >= window.goes_out_at
    return starts is None or starts >= window.goes_out_on


def _past_or_far(entry: Entry, window: SelectionCriteria) -> LeftOut | None:
    """An event or call that is over, cancelled, or too far ahead; None for all others."""
    day = event_day(entry)
    if entry.event and entry.event.cancelled:
        return _leave(entry, Reason.CANCELLED, "the event is cancelled")
    if entry.event and day:
        if not _is_ahead(entry, window):
            return _leave(entry, Reason.PAST, f"already past: it was on {day}")
        if day > window.goes_out_on + timedelta(days=window.ahead_days):
            from_on = day - timedelta(days=window.ahead_days)
            reason = f"too far ahead: it is on {day}, and is offered from {from_on} on"
            return _leave(entry, Reason.TOO_FAR_AHEAD, reason, state=EntryState.WAITING)
    if entry.grant and entry.grant.deadline and entry.grant.deadline < window.goes_out_on:
        reason = f"the deadline is past: it was {entry.grant.deadline}"
        return _leave(entry, Reason.PAST, reason)
    return None


# What is new


def _by_kind(entry: Entry, window: SelectionCriteria) -> _Place:
    if day := event_day(entry):
        return _Take(entry, Reason.AHEAD, f"ahead: on {day}")
    if entry.grant and entry.grant.deadline:
        return _Take(entry, Reason.OPEN, f"open until {entry.grant.deadline}")
    if entry.trial and (change := _new_status(entry, window)):
        return _Take(entry, Reason.NEW_STATUS, change)
    return _by_date(entry, window)


def _new_status(entry: Entry, window: SelectionCriteria) -> str | None:
    """A trial that no issue carried is news when its status changed, as the register says or as we saw it ourselves."""
    assert entry.trial is not None
    trial = entry.trial
    if trial.was and trial.was is not trial.status:
        return f"status changed from {trial.was} to {trial.status}"
    if trial.status_on and _last_day(trial.status_on) >= window.since_on:
        return f"{trial.status} since {trial.status_on}"
    return None


def _by_date(entry: Entry, window: SelectionCriteria) -> _Place:
    """Dated after the last issue, or first seen after it and not too old for that."""
    seen_on = entry.first_seen_at.astimezone(window.zone).date() if entry.first_seen_at else None
    is_seen_now = entry.first_seen_at is None or entry.first_seen_at > window.since_at
    seen = f"first seen {seen_on}" if seen_on else "first seen now"
    if entry.dated is None:
        if is_seen_now:
            return _Take(entry, Reason.UNDATED, f"undated; {seen}")
        return _leave(entry, Reason.BEFORE_WINDOW, describe_before_window(None, seen_on))
    last_day = _last_day(entry.dated)
    if last_day >= window.since_on:
        return _after_last_issue(entry, entry.dated, window)
    if not is_seen_now:
        reason = describe_before_window(entry.dated, seen_on)
        return _leave(entry, Reason.BEFORE_WINDOW, reason)
    if last_day < window.since_on - timedelta(days=window.late_days):
        late_days = window.late_days
        reason = f"dated {entry.dated}, more than {late_days} days before this issue's window"
        return _leave(entry, Reason.TOO_OLD, reason)
    return _Take(entry, Reason.LATE, f"dated {entry.dated}, but {seen} only: a late arrival")


def describe_before_window(dated: object, seen_on: date | None) -> str:
    """Why an entry is left out that the last issue has looked at, and that is not dated after it."""
    if dated is None:
        return f"undated, and first seen {seen_on}: the last issue looked at it"
    return f"dated {dated} and first seen {seen_on}, both before this issue's window"


def _after_last_issue(entry: Entry, dated: Dated, window: SelectionCriteria) -> _Place:
    if dated.day <= window.until_on:
        return _Take(entry, Reason.NEW, f"dated {dated}, after the last issue")
    if entry.first_seen_at is not None and entry.first_seen_at > window.until_at:
        reason = f"dated {dated} and seen after this issue's window"
        return _leave(entry, Reason.AFTER_WINDOW, reason, state=EntryState.WAITING)
    return _Take(entry, Reason.DATED_AHEAD, f"dated ahead, {dated}, and out already")


def _last_day(dated: Dated) -> date:
    """The last day that the date may mean."""
    if dated.precision is Precision.YEAR:
        return date(dated.day.year, 12, 31)
    if dated.precision is Precision.MONTH:
        return dated.day.replace(day=calendar.monthrange(dated.day.year, dated.day.month)[1])
    return dated.day
