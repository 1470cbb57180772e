"""An issue, its mail, and all that is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from newsletter import rendering
from newsletter.entries.repository import entries_of
from newsletter.issues import images
from newsletter.issues.window import making
from newsletter.model import Finding, Issue, RenderedIssue, SourceKind
from newsletter.workspace.context import Desk

if TYPE_CHECKING:
    from newsletter.checks import Context
from newsletter.issues.glossary import glossary
from newsletter.issues.render import load, rendered


def check(desk: Desk, name: str | None = None) -> tuple[Issue, RenderedIssue, tuple[Finding, ...]]:
    """The issue, its mail, and all that is wrong with it; of its links, what was found when they were last tried."""
    from newsletter.checks import check_issue

    issue, made, context = looked_at(desk, name)
    return issue, made, check_issue(context)


def looked_at(desk: Desk, name: str | None = None) -> tuple[Issue, RenderedIssue, Context]:
    """The issue, its mail, and all that the checks look at."""
    from newsletter.checks import Context, EarlierIssue
    from newsletter.issues.link_cache import known_links

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
        pictures=images.names(desk.workspace, at.name),
        now=desk.now,
    )
    return issue, made, context


def _unlisted(desk: Desk, issue: Issue) -> dict[str, date]:
    """The events of the issue that their calendars do not list any more, and when they last did."""
    calendars = [each.name for each in desk.workspace.settings.sources if each.kind is SourceKind.CALENDAR]
    events = [entry.key for entry in (*issue.entries(), *issue.coming_up) if entry.event]
    return {key: last.date() for key, last in entries_of(desk).unlisted(events, calendars).items()}
