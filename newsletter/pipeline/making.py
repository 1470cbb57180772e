"""Draft, render, check, approve, publish: from what is chosen to an issue that may go out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter import composition, frequency, rendering
from newsletter.errors import IssueFileError, NotApprovedError, UsageError
from newsletter.model import Decision, Finding, Issue, RenderedIssue, Selection, Severity, SourceKind, Variant, Verdict
from newsletter.pipeline.choosing import Making, Passed, making
from newsletter.rendering import environment as rendering_environment
from newsletter.storage import issues, pictures
from newsletter.storage.issues import Approval, Record
from newsletter.workspace.context import Desk
from newsletter.workspace.files import write_if_new
from newsletter.workspace.folder import GLOSSARY_FILE, issue_folder

if TYPE_CHECKING:
    import jinja2

    from newsletter.checks import Context

EVERYBODY = Variant()
"""What everybody gets who chose nothing else."""

REMOVED_BY_HAND = "taken out of issue.toml by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What `draft` made."""

    issue: Issue
    selection: Selection
    passed: tuple[Passed, ...]  # left out because of their date alone
    rendered: RenderedIssue
    files: tuple[Path, ...]


def draft(desk: Desk, name: str | None = None, *, until: str | None = None) -> Drafted:
    """Make the issue, or add what is new to it; what people wrote in it stays."""
    at = making(desk, name, until=until)
    _refuse_if_out(desk, at.name)
    record = issues.read_record(desk.workspace, at.name) or Record()
    at = _without_what_was_taken_out(at, record)
    selection, passed = at.select_quickly()
    issue = _composed(at, selection, until_asked=until is not None)
    changed = issues.write(desk.workspace, issue)
    drafted = {*record.drafted, *(entry.key for entry in issue.entries())}
    drafted_at = desk.now if changed or record.drafted_at is None else record.drafted_at
    record = replace(record, drafted=tuple(sorted(drafted)), drafted_at=drafted_at, order={})  # the file tells now
    issues.write_record(desk.workspace, at.name, record)
    rendered, files = render(desk, at.name)
    folder = issue_folder(desk.workspace, at.name)
    return Drafted(
        issue=issue, selection=selection, passed=passed, rendered=rendered, files=(folder / issues.ISSUE_FILE, *files)
    )


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
    decided = {each.key: each.verdict for each in at.memory.decisions if each.issue == at.name}
    gone = [key for key in record.drafted if key not in there and decided.get(key, Verdict.KEEP) is Verdict.KEEP]
    if not gone:
        return at
    kept = [key for key in gone if key in decided]  # kept by a person, who then thought better of it
    drop = Decision(key="", verdict=Verdict.DROP, why=REMOVED_BY_HAND, issue=at.name, decided_at=at.desk.now)
    at.desk.store.decide(replace(drop, key=key) for key in kept)
    changed = Making(at.desk, at.name, at.until_asked)
    changed.present = composition.without(at.present, dict.fromkeys(gone, REMOVED_BY_HAND))
    return changed


def _composed(at: Making, selection: Selection, *, until_asked: bool) -> Issue:
    settings = at.desk.workspace.settings
    zone = settings.newsletter.zone
    blank = at.present or composition.blank(
        at.name,
        title=settings.newsletter.title,
        since_at=at.since_at,
        until_at=at.until_at,
        send_on=max(frequency.earliest_day(at.name), _day_of(at.until_at, zone), _day_of(at.desk.now, zone)),
    )
    issue = composition.compose(blank, selection.chosen, settings.sections)
    if at.present is None:
        for section, keys in at.order.items():
            issue = composition.reordered(issue, section, keys)
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


def environment(desk: Desk) -> jinja2.Environment:
    """The templates of the workspace, as they were compiled before."""
    own = desk.workspace.templates
    files = frozenset(own.rglob("*.jinja")) if own.is_dir() else frozenset()
    return _environment(desk.workspace.folder, desk.workspace.compiled_templates, files)


@lru_cache(maxsize=4)
def _environment(folder: Path, compiled: Path, own: frozenset[Path]) -> jinja2.Environment:
    """The templates of a workspace; a file of its own that comes or goes makes other ones of them."""
    del own
    return rendering_environment.environment(folder, compiled=compiled)


def rendered(desk: Desk, issue: Issue, variant: Variant = EVERYBODY) -> RenderedIssue:
    """The mail of an issue, with marks where each reader's own parts enter; in the form that some readers chose."""
    settings = desk.workspace.settings
    return rendering.render(issue, settings, environment(desk), glossary=glossary(desk), variant=variant)


def render(desk: Desk, name: str | None = None) -> tuple[RenderedIssue, tuple[Path, ...]]:
    """Render the issue into its folder, without any reader's own parts.

    issue.html and issue.txt are the mail; web.html is the page for the archive, print.html the one in large print,
    proof.html the sheet for a medical reviewer; and there is an .ics for each event.
    """
    issue = load(desk, name)
    made = rendered(desk, issue)
    folder = issue_folder(desk.workspace, issue.name)
    files = {folder / written: content for written, content in _pages(desk, issue, made)}
    for path, content in files.items():
        write_if_new(path, content)
    return made, tuple(files)


def _pages(desk: Desk, issue: Issue, made: RenderedIssue) -> Iterator[tuple[str, str | bytes]]:
    settings, templates, terms = desk.workspace.settings, environment(desk), glossary(desk)
    shown = rendering.for_everyone(made, settings)
    yield "issue.html", shown.html
    yield "issue.txt", shown.text
    yield "web.html", rendering.render_web(issue, settings, templates, glossary=terms)
    yield "print.html", rendering.render_print(issue, settings, templates, glossary=terms)
    yield "proof.html", rendering.render_proof(issue, settings, templates)
    for entry in (*issue.entries(), *issue.coming_up):
        if entry.event and entry.event.starts:
            yield rendering.event_file_name(entry), rendering.event_calendar(entry)


def check(desk: Desk, name: str | None = None) -> tuple[Issue, RenderedIssue, tuple[Finding, ...]]:
    """The issue, its mail, and all that is wrong with it; of its links, what was found when they were last tried."""
    from newsletter.checks import check_issue

    issue, made, context = looked_at(desk, name)
    return issue, made, check_issue(context)


def looked_at(desk: Desk, name: str | None = None) -> tuple[Issue, RenderedIssue, Context]:
    """The issue, its mail, and all that the checks look at."""
    from newsletter.checks import Context, EarlierIssue
    from newsletter.pipeline.known_links import known_links

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
        links=known_links(desk),
        unlisted=_unlisted(desk, issue),
        glossary=frozenset(glossary(desk)),
        pictures=pictures.names(desk.workspace, at.name),
        now=desk.now,
    )
    return issue, made, context


def _unlisted(desk: Desk, issue: Issue) -> dict[str, date]:
    """The events of the issue that their calendars do not list any more, and when they last did."""
    calendars = [each.name for each in desk.workspace.settings.sources if each.kind is SourceKind.CALENDAR]
    events = [entry.key for entry in (*issue.entries(), *issue.coming_up) if entry.event]
    return {key: last.date() for key, last in desk.store.unlisted(events, calendars).items()}


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


def approve_too(desk: Desk, name: str, *, by: str) -> None:
    """Note a second person who approves the content that the first one did.

    Raises NotApprovedError when it is not approved as it stands, UsageError without a name, or with that of the first.
    """
    approved(desk, name)
    record = issues.read_record(desk.workspace, name) or Record()
    first = record.approval
    if not by or first is None:
        raise UsageError("write the name of the second person")
    if first.by.casefold() == by.casefold():
        raise UsageError(f"{first.by} approved it already: a second person is another one")
    issues.write_record(desk.workspace, name, replace(record, approval=replace(first, second=by, second_at=desk.now)))


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
