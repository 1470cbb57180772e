"""An issue, its mail, and all that is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from newsletter import rendering
from newsletter.entries.repository import entries_of
from newsletter.issues import images
from newsletter.issues.window import load_window
from newsletter.model import Finding, Issue, RenderedIssue, SourceKind
from newsletter.workspace.context import AppContext

if TYPE_CHECKING:
    from newsletter.checks import CheckContext
from newsletter.issues.glossary import glossary
from newsletter.issues.render import load_issue, render_mail


def check_issue_mail(desk: AppContext, name: str | None = None) -> tuple[Issue, RenderedIssue, tuple[Finding, ...]]:
    """The issue, its mail, and all that is wrong with it; of its links, what was found when they were last tried."""
    from newsletter.checks import check_issue

    issue, made, context = build_check_context(desk, name)
    return issue, made, check_issue(context)


def build_check_context(desk: AppContext, name: str | None = None) -> tuple[Issue, RenderedIssue, CheckContext]:
    """The issue, its mail, and all that the checks look at."""
    from newsletter.checks import CheckContext, EarlierIssue
    from newsletter.issues.link_cache import known_links

    at = load_window(desk, name)
    issue = load_issue(desk, at.name)
    made = render_mail(desk, issue)
    shown = rendering.remove_personal_parts(made, desk.workspace.settings)
    earlier = tuple(
        EarlierIssue(
            name=each.name,
            keys=frozenset(entry.key for entry in each.entries()),
            links=frozenset(link for entry in each.entries() for link in entry.links),
        )
        for each in reversed(at.earlier)
    )
    context = CheckContext(
        issue=issue,
        html=shown.html,
        text=shown.text,
        subject=shown.subject,
        preheader=shown.preheader,
        settings=desk.workspace.settings,
        earlier=earlier,
        links=known_links(desk),
        unlisted=_find_unlisted_events(desk, issue),
        glossary=frozenset(glossary(desk)),
        pictures=images.names(desk.workspace, at.name),
        now=desk.now,
    )
    return issue, made, context


def _find_unlisted_events(desk: AppContext, issue: Issue) -> dict[str, date]:
    """The events of the issue that their calendars do not list any more, and when they last did."""
    calendars = [each.name for each in desk.workspace.settings.sources if each.kind is SourceKind.CALENDAR]
    events = [entry.key for entry in (*issue.entries(), *issue.coming_up) if entry.event]
    return {key: last.date() for key, last in entries_of(desk).find_unlisted_entries(events, calendars).items()}
