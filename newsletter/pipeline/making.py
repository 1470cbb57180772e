"""Draft, render, check, approve, publish: from what is chosen to an issue that may go out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter import cadence, composition, rendering, templating
from newsletter.config import Settings
from newsletter.errors import IssueFileError, NotApprovedError, UsageError
from newsletter.model import Finding, Issue, RenderedIssue, Selection, Severity
from newsletter.pipeline.choosing import Making, making
from newsletter.pipeline.desk import Desk
from newsletter.storage import issues
from newsletter.storage.files import write_if_new
from newsletter.storage.issues import Approval, Record
from newsletter.storage.workspace import issue_folder

if TYPE_CHECKING:
    import jinja2

GLOSSARY_FILE = "glossary.toml"
REMOVED_BY_HAND = "taken out of issue.toml by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What `draft` made."""

    issue: Issue
    selection: Selection
    rendered: RenderedIssue
    files: tuple[Path, ...]


def draft(desk: Desk, name: str | None = None, *, until: str | None = None) -> Drafted:
    """Make the issue, or add what is new to it; what people wrote in it stays."""
    at = making(desk, name, until=until)
    _refuse_if_out(desk, at.name)
    record = issues.read_record(desk.workspace, at.name) or Record()
    at = _without_what_was_taken_out(at, record)
    selection = at.select()
    issue = _composed(at, selection, until_asked=until is not None)
    issues.write(desk.workspace, issue)
    drafted = {*record.drafted, *(entry.key for entry in issue.entries())}
    issues.write_record(desk.workspace, at.name, replace(record, drafted=tuple(sorted(drafted))))
    rendered, files = render(desk, at.name)
    folder = issue_folder(desk.workspace, at.name)
    return Drafted(issue=issue, selection=selection, rendered=rendered, files=(folder / issues.ISSUE_FILE, *files))


def _refuse_if_out(desk: Desk, name: str) -> None:
    record = issues.read_record(desk.workspace, name)
    if record and record.published_at and record.published_at <= desk.now:
        raise UsageError(
            f"{name} is out since {record.published_at:%Y-%m-%d %H:%M} UTC and is not drafted again: name another issue"
        )


def _without_what_was_taken_out(at: Making, record: Record) -> Making:
    """What `draft` once wrote into issue.toml, and a person deleted there: that is a decision, and is kept."""
    if at.present is None:
        return at
    there = {entry.key for entry in at.present.entries()} | {key for key, _ in at.present.left_out}
    decided = {decision.key for decision in at.memory.decisions if decision.issue == at.name}
    gone = {key: REMOVED_BY_HAND for key in record.drafted if key not in there | decided}
    if not gone:
        return at
    changed = Making(at.desk, at.name, at.until_asked)
    changed.present = composition.without(at.present, gone)
    return changed


def _composed(at: Making, selection: Selection, *, until_asked: bool) -> Issue:
    settings = at.desk.workspace.settings
    zone = settings.newsletter.zone
    blank = at.present or composition.blank(
        at.name,
        title=settings.newsletter.title,
        since_at=at.since_at,
        until_at=at.until_at,
        send_on=max(cadence.earliest_day(at.name), _day_of(at.until_at, zone), _day_of(at.desk.now, zone)),
    )
    issue = composition.compose(blank, selection.chosen, settings.sections)
    if at.present is None:
        return replace(issue, preheader=composition.first_preheader(issue))
    # The window moves on only with what it brings, so that drafting twice changes nothing.
    moved = until_asked or issue.entries() != at.present.entries()
    return replace(issue, until_at=at.until_at) if moved else issue


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def load(desk: Desk, name: str | None = None) -> Issue:
    """The issue as its file says, with what earlier issues announced and still lies ahead."""
    at = making(desk, name)
    issue = issues.read(desk.workspace, at.name)
    return replace(issue, coming_up=composition.coming_up(issue, at.earlier))


def glossary(desk: Desk) -> Mapping[str, str]:
    """Hard words and plain ones, from glossary.toml; empty when there is none."""
    path = desk.workspace.folder / GLOSSARY_FILE
    if not path.is_file():
        return {}
    try:
        terms = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IssueFileError(
            f'{GLOSSARY_FILE} cannot be read: {error}. Write lines such as biopsy = "a small sample"'
        ) from error
    return {term: words for term, words in terms.items() if isinstance(words, str)}


@cache
def _templates(folder: Path) -> jinja2.Environment:
    return templating.environment(folder)


def rendered(desk: Desk, issue: Issue, settings: Settings | None = None) -> RenderedIssue:
    """The mail of an issue, with marks where each reader's own parts enter; with other settings for a variant of it."""
    settings = settings or desk.workspace.settings
    return rendering.render(issue, settings, _templates(desk.workspace.folder), glossary=glossary(desk))


def render(desk: Desk, name: str | None = None) -> tuple[RenderedIssue, tuple[Path, ...]]:
    """Render the issue into its folder: issue.html and issue.txt, without any reader's own parts."""
    issue = load(desk, name)
    made = rendered(desk, issue)
    shown = rendering.for_everyone(made, desk.workspace.settings)
    folder = issue_folder(desk.workspace, issue.name)
    files = (folder / "issue.html", folder / "issue.txt")
    write_if_new(files[0], shown.html)
    write_if_new(files[1], shown.text)
    return made, files


def check(desk: Desk, name: str | None = None) -> tuple[Issue, RenderedIssue, tuple[Finding, ...]]:
    """The issue, its mail, and all that is wrong with it."""
    from newsletter.checks.checking import check_issue
    from newsletter.checks.context import Context, EarlierIssue

    at = making(desk, name)
    issue = load(desk, at.name)
    made = rendered(desk, issue)
    shown = rendering.for_everyone(made, desk.workspace.settings)
    earlier = tuple(
        EarlierIssue(
            name=each.name,
            keys=frozenset(entry.key for entry in each.entries()),
            links=frozenset(link for entry in each.entries() for link in entry.links),
        )
        for each in reversed(at.earlier)
    )
    context = Context(
        issue=issue,
        html=shown.html,
        text=shown.text,
        subject=shown.subject,
        preheader=shown.preheader,
        settings=desk.workspace.settings,
        earlier=earlier,
        glossary=frozenset(glossary(desk)),
        now=desk.now,
    )
    return issue, made, check_issue(context)


def approve(desk: Desk, name: str, *, by: str = "") -> RenderedIssue:
    """Approve exactly this content; raises NotApprovedError when something blocks it."""
    _, made, findings = check(desk, name)
    blocking = [finding for finding in findings if finding.severity is Severity.ERROR]
    if blocking:
        listed = "\n".join(f"  {each.where}: {each.message} {each.remedy}" for each in blocking)
        raise NotApprovedError(f"{name} cannot be approved; this has to be mended first:\n{listed}")
    render(desk, name)
    record = issues.read_record(desk.workspace, name) or Record()
    approval = record.approval if record.approval and record.approval.digest == made.digest else None
    approval = approval or Approval(digest=made.digest, approved_at=desk.now, by=by)
    issues.write_record(desk.workspace, name, replace(record, approval=approval))
    return made


def approved(desk: Desk, name: str) -> RenderedIssue:
    """The approved mail of an issue; raises NotApprovedError when nobody approved it, or it was changed since."""
    made = rendered(desk, load(desk, name))
    record = issues.read_record(desk.workspace, name)
    if record is None or record.approval is None:
        raise NotApprovedError(
            f"{name} is not approved: look at it with “newsletter preview {name}”, then “newsletter approve {name}”"
        )
    if record.approval.digest != made.digest:
        raise NotApprovedError(
            f"{name} was changed after it was approved on {record.approval.approved_at:%Y-%m-%d %H:%M} UTC: "
            f"look at it again, then “newsletter approve {name}”"
        )
    return made


def publish(desk: Desk, name: str) -> datetime:
    """Note that an issue is out: it counts as the last issue from now on. Tells since when."""
    issues.read(desk.workspace, name)
    record = issues.read_record(desk.workspace, name) or Record()
    published_at = record.published_at or desk.now
    issues.write_record(desk.workspace, name, replace(record, published_at=published_at))
    return published_at
