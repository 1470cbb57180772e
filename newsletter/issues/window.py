"""The issue being made: its window, and what went out before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from newsletter import frequency, selection
from newsletter.entries.ingest import list_aliases
from newsletter.entries.records import EarlierEntry, ReviewCutoff
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.identity import Index
from newsletter.issues.classify import build_classifier
from newsletter.issues.store import issues_of
from newsletter.model import Entry, EntryState, Issue, LeftOut, Reason, Selection
from newsletter.selection import SelectionCriteria, SelectionHistory
from newsletter.workspace.context import AppContext


@dataclass
class IssueWindow:
    """The issue being made: its name, its window, and what went out before it."""

    context: AppContext
    name: str
    until_asked: datetime | None = None  # where a person set the end of the window

    @cached_property
    def earlier(self) -> tuple[Issue, ...]:
        """The issues that are out at this moment, oldest first; never the one being made."""
        issues = issues_of(self.context)
        read = (issues.read(name) for name in out_names(self.context) if name != self.name)
        return tuple(sorted(read, key=lambda issue: (issue.until_at, issue.name)))

    @cached_property
    def present(self) -> Issue | None:
        """The issue as its file stands, if there is one."""
        issues = issues_of(self.context)
        return issues.read(self.name) if issues.exists(self.name) else None

    @cached_property
    def section_order(self) -> Mapping[str, tuple[str, ...]]:
        """Section → keys, in the order that editors want for an issue not made yet.

        The order of one that is made stands in its file.
        """
        record = None if self.present else issues_of(self.context).read_record(self.name)
        return record.order if record else {}

    @property
    def until_at(self) -> datetime:
        """The end of the window: as asked, else now, unless the file says later."""
        if self.until_asked:
            return self.until_asked
        return max(self.context.now, self.present.until_at) if self.present else self.context.now

    @property
    def since_at(self) -> datetime | None:
        """Up to where the last issue looked; None when there was none."""
        if self.present and self.present.since_at:
            return self.present.since_at
        before = [
            looked
            for issue in self.earlier
            if (looked := self._get_window_end(issue)) < self.until_at
        ]
        return max(before, default=None)

    def _get_window_end(self, issue: Issue) -> datetime:
        """The end of its window, unless it was last drafted before.

        What came in between, nobody has looked at.
        """
        record = issues_of(self.context).read_record(issue.name)
        drafted_at = record.drafted_at if record else None
        return min(issue.until_at, drafted_at) if drafted_at else issue.until_at

    @property
    def criteria(self) -> SelectionCriteria:
        """The window for selecting."""
        settings = self.context.workspace.settings.newsletter
        return SelectionCriteria(
            issue=self.name,
            since_at=self.since_at or frequency.before(settings.every, self.until_at),
            until_at=self.until_at,
            now=self.context.now,
            zone=settings.zone,
            late_days=settings.late_days,
            ahead_days=settings.ahead_days,
        )

    @cached_property
    def history(self) -> SelectionHistory:
        """What issues carried and editors decided."""
        return selection.build_history(
            self.earlier, current=self.present, decisions=entries_of(self.context).decisions()
        )

    def select(self) -> Selection:
        """Where every entry stands that is known from the sources or from the issues."""
        return self._selection(entries_of(self.context).all())

    def select_quickly(self) -> tuple[Selection, tuple[SkippedEntry, ...]]:
        """As `select`.

        But what is older than the last issue in every way is passed over by its date alone.
        """
        window, store = self.criteria, entries_of(self.context)
        looked = ReviewCutoff(since_at=window.since_at, since_on=window.since_on)
        special = store.by_keys(self._mentioned_keys())
        known = {entry.key: entry for entry in store.open(looked)} | special
        passed = tuple(
            _pass_over_entry(each, window.zone)
            for each in store.list_settled_entries(looked)
            if each.key not in special
        )
        return self._selection(tuple(known.values())), passed

    def _mentioned_keys(self) -> set[str]:
        """The keys of all that issues or editors have spoken of, under whatever name."""
        spoken = [entry for _, entry in self.history.carried] + [
            entry for _, entry, _ in self.history.dropped
        ]
        names = {name for entry in spoken for name in list_aliases(entry)}
        return (
            entries_of(self.context).known_as(names)
            | names
            | {decision.key for decision in self.history.decisions}
        )

    def _selection(self, known: Sequence[Entry]) -> Selection:
        chosen = self.select_among(known)
        return replace(chosen, left_out=(*chosen.left_out, *self.only_in_issues(known)))

    def select_among(self, known: Sequence[Entry]) -> Selection:
        """Where these entries stand; each stands where it does whatever the others are."""
        return selection.select(
            known,
            self.history,
            self.criteria,
            build_classifier(self.context.workspace.settings.sections),
        )

    def only_in_issues(self, known: Collection[Entry]) -> Iterable[LeftOut]:
        """What issues carried that is not among all those known to the database (any more)."""
        keys = {entry.key for entry in known}
        missing = [(name, entry) for name, entry in self.history.carried if entry.key not in keys]
        index = Index(known) if missing else Index()
        for name, entry in missing:
            if entry.key not in index and not index.find(entry):
                index.add(entry)
                yield LeftOut(
                    entry=entry,
                    state=EntryState.CARRIED,
                    code=Reason.CARRIED,
                    reason=f"carried in {name}",
                    issue=name,
                )


class SkippedEntry(NamedTuple):
    """An entry that is left out because of its date alone."""

    key: str
    title: str
    reason: str


def _pass_over_entry(settled: EarlierEntry, zone: ZoneInfo) -> SkippedEntry:
    seen_on = settled.first_seen_at.astimezone(zone).date()
    return SkippedEntry(
        settled.key, settled.title, selection.describe_before_window(settled.dated, seen_on)
    )


def out_names(context: AppContext) -> tuple[str, ...]:
    """The issues that are out at this moment.

    One that the program has drafted is out when it was sent or published; one made by hand, when
    its window is over.
    """
    return tuple(name for name in issues_of(context).names() if _is_out(context, name))


def _is_out(context: AppContext, name: str) -> bool:
    record = issues_of(context).read_record(name)
    if record is None or record.is_before_draft:
        return issues_of(context).read(name).until_at <= context.now
    return record.published_at is not None and record.published_at <= context.now


def load_window(
    context: AppContext, name: str | None = None, *, until: str | None = None
) -> IssueWindow:
    """The issue of this name, or the one that is due.

    The last that was begun and is not out, else the next one.
    """
    return IssueWindow(
        context, name or due_name(context), parse_window_end(context, until) if until else None
    )


def due_name(context: AppContext) -> str:
    """The issue being made when nobody names one."""
    out = frozenset(out_names(context))
    begun = [name for name in issues_of(context).names() if name not in out]
    if begun:
        return begun[-1]
    settings = context.workspace.settings.newsletter
    return frequency.next_name(
        settings.every, today=context.now.astimezone(settings.zone).date(), taken=out
    )


def latest_name(context: AppContext) -> str:
    """The issue that was last begun; raises UsageError when there is none."""
    names = issues_of(context).names()
    if not names:
        raise UsageError("there is no issue yet: make one with “newsletter draft”")
    return names[-1]


def parse_window_end(context: AppContext, written: str) -> datetime:
    """The end of a day, or an instant, that a person wrote; raises UsageError."""
    zone = context.workspace.settings.newsletter.zone
    try:
        if len(written) == len("2026-12-01"):
            return datetime.combine(date.fromisoformat(written) + timedelta(days=1), time(), zone)
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise UsageError(
            f"--until {written}: write a day such as 2026-11-30, or 2026-11-30T18:00-05:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
