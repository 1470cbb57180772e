"""Draft an issue, or add what is new to it; what people wrote in it stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter import composition, frequency
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.issues.issue_file import ISSUE_FILE
from newsletter.issues.record_file import IssueRecord
from newsletter.issues.render import render_issue
from newsletter.issues.store import issue_folder, issues_of
from newsletter.issues.window import IssueWindow, SkippedEntry, load_window
from newsletter.model import Decision, Issue, RenderedIssue, Selection, Verdict
from newsletter.workspace.context import AppContext

REMOVED_BY_HAND = "taken out of issue.toml by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftResult:
    """What `draft` made."""

    issue: Issue
    selection: Selection
    passed: tuple[SkippedEntry, ...]  # left out because of their date alone
    rendered: RenderedIssue
    files: tuple[Path, ...]


def draft_issue(
    context: AppContext, name: str | None = None, *, until: str | None = None
) -> DraftResult:
    """Make the issue, or add what is new to it; what people wrote in it stays."""
    at = load_window(context, name, until=until)
    _refuse_if_out(context, at.name)
    record = issues_of(context).read_record(at.name) or IssueRecord()
    at = _without_what_was_taken_out(at, record)
    selection, passed = at.select_quickly()
    issue = _compose_issue(at, selection, until_asked=until is not None)
    if record.drafted_at is None:  # cut short below, it must not pass for one made by hand
        issues_of(context).write_record(at.name, replace(record, drafted_at=context.now))
    changed = issues_of(context).write(issue)
    drafted = {*record.drafted, *(entry.key for entry in issue.entries())}
    drafted_at = context.now if changed or record.drafted_at is None else record.drafted_at
    record = replace(
        record, drafted=tuple(sorted(drafted)), drafted_at=drafted_at, order={}
    )  # the file tells now
    issues_of(context).write_record(at.name, record)
    rendered, files = render_issue(context, at.name)
    folder = issue_folder(context.workspace, at.name)
    return DraftResult(
        issue=issue,
        selection=selection,
        passed=passed,
        rendered=rendered,
        files=(folder / ISSUE_FILE, *files),
    )


def _refuse_if_out(context: AppContext, name: str) -> None:
    record = issues_of(context).read_record(name)
    if record and record.published_at and record.published_at <= context.now:
        raise UsageError(
            f"{name} is out since {record.published_at:%Y-%m-%d %H:%M} UTC and is not drafted"
            " again: name another issue"
        )


def _without_what_was_taken_out(at: IssueWindow, record: IssueRecord) -> IssueWindow:
    """What `draft` once wrote into issue.toml, and a person deleted there.

    That is a decision, and is kept.
    """
    if at.present is None:
        return at
    there = {entry.key for entry in at.present.entries()} | {key for key, _ in at.present.left_out}
    decided = {each.key: each.verdict for each in at.history.decisions if each.issue == at.name}
    gone = [
        key
        for key in record.drafted
        if key not in there and decided.get(key, Verdict.KEEP) is Verdict.KEEP
    ]
    if not gone:
        return at
    kept = [
        key for key in gone if key in decided
    ]  # kept by a person, who then thought better of it
    drop = Decision(
        key="", verdict=Verdict.DROP, why=REMOVED_BY_HAND, issue=at.name, decided_at=at.context.now
    )
    entries_of(at.context).decide(replace(drop, key=key) for key in kept)
    changed = IssueWindow(at.context, at.name, at.until_asked)
    changed.present = composition.without(at.present, dict.fromkeys(gone, REMOVED_BY_HAND))
    return changed


def _compose_issue(at: IssueWindow, selection: Selection, *, until_asked: bool) -> Issue:
    settings = at.context.workspace.settings
    zone = settings.newsletter.zone
    blank = at.present or composition.blank(
        at.name,
        title=settings.newsletter.title,
        since_at=at.since_at,
        until_at=at.until_at,
        send_on=max(
            frequency.earliest_day(at.name),
            _day_of(at.until_at, zone),
            _day_of(at.context.now, zone),
        ),
    )
    issue = composition.compose(blank, selection.chosen, settings.sections)
    if at.present is None:
        for section, keys in at.section_order.items():
            issue = composition.reorder_entries(issue, section, keys)
        return replace(issue, preheader=composition.first_preheader(issue))
    # The window moves on only with what it brings, so that drafting twice changes nothing.
    moved = until_asked or issue.entries() != at.present.entries()
    return replace(issue, until_at=at.until_at) if moved else issue


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
