"""Which entries are new, and for each left out: why. Pure.

*New* is more than a date. An entry is offered when it is dated after the last issue or was first
seen after it, and no
issue carried it and no editor dropped it. The rules of each kind stand in `_paper`, `_event`,
`_grant` and `_trial`;
each answers with a `_Take` or a `LeftOut`, and a sentence that a person can read.

Dates are compared by what they surely tell. A month counts as after the last issue when any day of
it may be, a year likewise: what is offered once too early is remembered as carried, what is missed
is lost.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.identity import Index, entry_of_key, is_preprint
from newsletter.model import (
    Choice,
    Dated,
    Decision,
    Entry,
    EntryState,
    Flag,
    Issue,
    LeftOut,
    Precision,
    Selection,
    TrialStatus,
    Verdict,
)

Propose = Callable[[Entry], str | None]
"""The section an entry belongs to; None: to sort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionHistory:
    """What earlier issues and editors did."""

    carried: tuple[
        tuple[str, Entry], ...
    ] = ()  # (issue, entry as it was printed), oldest issue first
    dropped: tuple[tuple[str, Entry, str], ...] = ()  # (issue, entry, why)
    decisions: tuple[Decision, ...] = ()  # in any order; the latest one on an entry counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionCriteria:
    """The time that an issue looks at, `(since_at, until_at]`; days are those of its zone."""

    issue: str  # the issue being made
    # up to here the last issue looked; for the first issue, a cadence before `until_at`
    since_at: datetime
    until_at: datetime
    now: datetime
    zone: ZoneInfo
    late_days: int = 90  # how many days before the window an entry first seen in it may be dated
    ahead_days: int = 120  # how many days ahead events are offered

    @property
    def since_on(self) -> date:
        """The day of the last issue.

        What is dated on it may have come after it, so it counts as inside.
        """
        return self.since_at.astimezone(self.zone).date()

    @property
    def until_on(self) -> date:
        """The last day inside; a window that ends at midnight ends with the day before."""
        return (self.until_at - timedelta(microseconds=1)).astimezone(self.zone).date()

    @property
    def goes_out_at(self) -> datetime:
        """The moment from which readers look at the issue: what is past then is not offered."""
        return max(self.now, self.until_at)

    @property
    def goes_out_on(self) -> date:
        """Its day."""
        return self.goes_out_at.astimezone(self.zone).date()


def build_history(
    earlier: Iterable[Issue], *, current: Issue | None = None, decisions: Iterable[Decision] = ()
) -> SelectionHistory:
    """The memory in the issues themselves.

    All that went out before, and the drops written in the one being made.
    """
    issues = sorted(earlier, key=lambda issue: (issue.until_at, issue.name))
    return SelectionHistory(
        carried=tuple((issue.name, entry) for issue in issues for entry in issue.entries()),
        dropped=tuple(
            (issue.name, entry_of_key(key), why)
            for issue in (*issues, *([current] if current else []))
            for key, why in issue.left_out
        ),
        decisions=tuple(decisions),
    )


def select(
    entries: Sequence[Entry],
    memory: SelectionHistory,
    window: SelectionCriteria,
    propose: Propose = lambda _: None,
) -> Selection:
    """Every entry in exactly one place, with the reason.

    The order depends on nothing but the entries.
    """
    past = _Past(memory)
    chosen: list[Choice] = []
    left_out: list[LeftOut] = []
    for entry in entries:
        place = _place(entry, past, window)
        if isinstance(place, LeftOut):
            left_out.append(place)
        else:
            decision = past.decision_on(entry)
            section = decision.section if decision and decision.section else propose(place.entry)
            chosen.append(Choice(entry=place.entry, section=section, why=place.why))
    chosen.sort(key=lambda choice: printing_order(choice.entry))
    left_out.sort(key=lambda left: left.entry.key)
    return Selection(chosen=tuple(chosen), left_out=tuple(left_out))


def printing_order(entry: Entry) -> tuple[int, str, str, str]:
    """What lies ahead by its day, soonest first; then the rest, newest first, undated last."""
    ahead = _event_day(entry) or (entry.grant.deadline if entry.grant else None)
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
    why: str


_Place = _Take | LeftOut


def _leave(
    entry: Entry, reason: str, *, state: EntryState = EntryState.LEFT_OUT, issue: str = ""
) -> LeftOut:
    return LeftOut(entry=entry, state=state, reason=reason, issue=issue)


class _Past:
    """The memory, made ready to be asked about one entry after the other."""

    def __init__(self, memory: SelectionHistory) -> None:
        self._carried, self._dropped = Index(), Index()
        self._issues: dict[str, str] = {}
        self._drops: dict[str, tuple[str, str]] = {}
        self._decisions: dict[str, Decision] = {}
        for issue, entry in memory.carried:
            known = _with_key(entry, self._carried)
            self._carried.add(known)
            self._issues[known.key] = issue
        for issue, entry, why in memory.dropped:
            known = _with_key(entry, self._dropped)
            self._dropped.add(known)
            self._drops[known.key] = (issue, why)
        for decision in sorted(memory.decisions, key=lambda each: each.decided_at):
            self._decisions[decision.key] = decision

    def decision_on(self, entry: Entry) -> Decision | None:
        """The latest decision on this very key."""
        return self._decisions.get(entry.key)

    def find_appearance(self, entry: Entry) -> tuple[str, Entry] | None:
        """The last issue that carried the entry, and how it was printed there."""
        key = _find_key(entry, self._carried)
        return (self._issues[key], self._carried[key]) if key else None

    def find_drop(self, entry: Entry) -> tuple[str, str] | None:
        """The issue for which an editor dropped the entry, and why."""
        key = _find_key(entry, self._dropped)
        return self._drops[key] if key else None

    def versions(self, entry: Entry) -> list[str]:
        """“the preprint of it was carried in 2026-08”.

        What readers saw of a paper in its other form.
        """
        return [
            f"its {'preprint' if is_preprint(self._carried[key]) else 'article'} was carried in"
            f" {self._issues[key]}"
            for key in self._carried.versions_of(entry)
        ]


def _with_key(entry: Entry, index: Index) -> Entry:
    return entry if entry.key else replace(entry, key=index.fresh_key(entry))


def _find_key(entry: Entry, index: Index) -> str | None:
    """The key under which the index knows the entry: the very same one, else the best match."""
    if entry.key in index:
        return entry.key
    return next(iter(index.find(entry)), None) if index else None


def _place(entry: Entry, past: _Past, window: SelectionCriteria) -> _Place:
    """Where the entry goes.

    First by what people decided, then by what was printed, then by whether it is new.
    """
    decision = past.decision_on(entry)
    if decision and decision.verdict is Verdict.DROP:
        return _drop_entry(entry, decision.issue, decision.why)
    if decision and decision.issue == window.issue:
        if decision.verdict is Verdict.KEEP:
            return _Take(
                _with_status_before(entry, past), _with_why("kept by an editor", decision.why)
            )
        return _leave(
            entry,
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
    return _leave(entry, reason, state=EntryState.DROPPED, issue=issue)


def _for_issue(issue: str) -> str:
    return f" when {issue} was made" if issue else ""


def _with_why(reason: str, why: str) -> str:
    return f"{reason}: {why}" if why else reason


def _by_hand(entry: Entry, decision: Decision | None) -> _Take | None:
    """What an editor held, or kept for an issue that then did not carry it, comes back."""
    if decision is None:
        return None
    word = "held" if decision.verdict is Verdict.HOLD else "kept"
    return _Take(entry, _with_why(f"{word} by an editor{_for_issue(decision.issue)}", decision.why))


def _add_remarks(take: _Take, past: _Past) -> _Take:
    """The reason with what an editor has to know beside it."""
    remarks = past.versions(take.entry)
    remarks += [
        f"it is marked as {flag.value}"
        for flag in (Flag.RETRACTED, Flag.CONCERN)
        if flag in take.entry.flags
    ]
    return _Take(take.entry, "; ".join([take.why, *remarks])) if remarks else take


# What an issue carried


def _again(entry: Entry, issue: str, printed: Entry, window: SelectionCriteria) -> _Place:
    """A carried entry is offered again when readers have to unlearn what they read.

    Status, day or deadline changed.
    """
    if _is_called_off(entry, printed) and _is_ahead(entry, window):
        return _Take(entry, f"cancelled since {issue} carried it")
    change = (
        _describe_status_change(entry, printed)
        or _describe_day_change(entry, printed)
        or _describe_deadline_change(entry, printed)
    )
    if change and not _past_or_far(entry, window):
        return _Take(_with_was(entry, printed), f"{change} since {issue} carried it")
    reason = f"carried in {issue}"
    if Flag.RETRACTED in entry.flags:
        reason += "; it is marked as retracted"
    return _leave(
        entry, reason + (f"; {change}" if change else ""), state=EntryState.CARRIED, issue=issue
    )


def _is_called_off(entry: Entry, printed: Entry) -> bool:
    """Whether readers were told of an event that is cancelled now."""
    return bool(
        entry.event and entry.event.cancelled and printed.event and not printed.event.cancelled
    )


def _describe_status_change(entry: Entry, printed: Entry) -> str | None:
    before, now = _status(printed), _status(entry)
    return (
        f"status changed from {before} to {now}" if before and now and before is not now else None
    )


def _status(entry: Entry) -> TrialStatus | None:
    """A trial's status where it is known."""
    return (
        entry.trial.status
        if entry.trial and entry.trial.status is not TrialStatus.UNKNOWN
        else None
    )


def _with_was(entry: Entry, printed: Entry) -> Entry:
    if entry.trial is None:
        return entry
    return replace(entry, trial=replace(entry.trial, was=_status(printed)))


def _with_status_before(entry: Entry, past: _Past) -> Entry:
    """A kept trial with the status that an earlier issue carried, where that was another one."""
    carried = past.find_appearance(entry)
    return (
        _with_was(entry, carried[1])
        if carried and _describe_status_change(entry, carried[1])
        else entry
    )


def _describe_day_change(entry: Entry, printed: Entry) -> str | None:
    before, now = _event_day(printed), _event_day(entry)
    if entry.event and printed.event and entry.event.starts == printed.event.starts:
        return None  # one moment, written in two zones
    return f"moved from {before} to {now}" if before and now and before != now else None


def _describe_deadline_change(entry: Entry, printed: Entry) -> str | None:
    if not entry.grant or not printed.grant:
        return None
    before, now = printed.grant.deadline, entry.grant.deadline
    return f"deadline moved from {before} to {now}" if before and now and before != now else None


# What lies ahead


def _event_day(entry: Entry) -> date | None:
    """The day an event starts, as its own zone counts."""
    starts = entry.event.starts if entry.event else None
    return starts.date() if isinstance(starts, datetime) else starts


def _is_ahead(entry: Entry, window: SelectionCriteria) -> bool:
    """Whether an event has not begun when the issue goes out."""
    starts = entry.event.starts if entry.event else None
    if isinstance(starts, datetime):
        return starts >= window.goes_out_at
    return starts is None or starts >= window.goes_out_on


def _past_or_far(entry: Entry, window: SelectionCriteria) -> LeftOut | None:
    """An event or call that is over, cancelled, or too far ahead; None for all others."""
    day = _event_day(entry)
    if entry.event and entry.event.cancelled:
        return _leave(entry, "the event is cancelled")
    if entry.event and day:
        if not _is_ahead(entry, window):
            return _leave(entry, f"already past: it was on {day}")
        if day > window.goes_out_on + timedelta(days=window.ahead_days):
            from_on = day - timedelta(days=window.ahead_days)
            reason = f"too far ahead: it is on {day}, and is offered from {from_on} on"
            return _leave(entry, reason, state=EntryState.WAITING)
    if entry.grant and entry.grant.deadline and entry.grant.deadline < window.goes_out_on:
        return _leave(entry, f"the deadline is past: it was {entry.grant.deadline}")
    return None


# What is new


def _by_kind(entry: Entry, window: SelectionCriteria) -> _Place:
    if day := _event_day(entry):
        return _Take(entry, f"ahead: on {day}")
    if entry.grant and entry.grant.deadline:
        return _Take(entry, f"open until {entry.grant.deadline}")
    if entry.trial and (change := _new_status(entry, window)):
        return _Take(entry, change)
    return _by_date(entry, window)


def _new_status(entry: Entry, window: SelectionCriteria) -> str | None:
    """Whether a trial that no issue carried is news: its register, or we, saw its status change."""
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
            return _Take(entry, f"undated; {seen}")
        return _leave(entry, describe_before_window(None, seen_on))
    last_day = _last_day(entry.dated)
    if last_day >= window.since_on:
        return _after_last_issue(entry, entry.dated, window)
    if not is_seen_now:
        return _leave(entry, describe_before_window(entry.dated, seen_on))
    if last_day < window.since_on - timedelta(days=window.late_days):
        return _leave(
            entry,
            f"dated {entry.dated}, more than {window.late_days} days before this issue's window",
        )
    return _Take(entry, f"dated {entry.dated}, but {seen} only: a late arrival")


def describe_before_window(dated: object, seen_on: date | None) -> str:
    """Why an entry is left out that the last issue looked at, and that is not dated after it."""
    if dated is None:
        return f"undated, and first seen {seen_on}: the last issue looked at it"
    return f"dated {dated} and first seen {seen_on}, both before this issue's window"


def _after_last_issue(entry: Entry, dated: Dated, window: SelectionCriteria) -> _Place:
    if dated.day <= window.until_on:
        return _Take(entry, f"dated {dated}, after the last issue")
    if entry.first_seen_at is not None and entry.first_seen_at > window.until_at:
        return _leave(
            entry, f"dated {dated} and seen after this issue's window", state=EntryState.WAITING
        )
    return _Take(entry, f"dated ahead, {dated}, and out already")


def _last_day(dated: Dated) -> date:
    """The last day that the date may mean."""
    if dated.precision is Precision.YEAR:
        return date(dated.day.year, 12, 31)
    if dated.precision is Precision.MONTH:
        return dated.day.replace(day=calendar.monthrange(dated.day.year, dated.day.month)[1])
    return dated.day
