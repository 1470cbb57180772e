"""An issue, its mail, and all that is wrong with it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from newsletter import rendering
from newsletter.entries.repository import entries_of
from newsletter.issues import images
from newsletter.issues.window import load_window
from newsletter.model import Finding, Issue, RenderedIssue
from newsletter.sources.kinds import select_source_names
from newsletter.workspace.context import AppContext

if TYPE_CHECKING:
    from newsletter.checks import CheckContext
from newsletter.issues.glossary import glossary
from newsletter.issues.render import complete_issue, render_mail


def check_issue_mail(
    context: AppContext, name: str | None = None
) -> tuple[Issue, RenderedIssue, tuple[Finding, ...]]:
    """The issue, its mail, and all that is wrong with it.

    About links it says what was found when they were last tried.
    """
    from newsletter.checks import check_issue

    issue, made, check_context = build_check_context(context, name)
    return issue, made, check_issue(check_context)


def build_check_context(
    context: AppContext, name: str | None = None
) -> tuple[Issue, RenderedIssue, CheckContext]:
    """The issue, its mail, and all that the checks look at."""
    from newsletter.checks import CheckContext, EarlierIssue
    from newsletter.issues.link_cache import known_links

    at = load_window(context, name)
    issue = complete_issue(at)
    made = render_mail(context, issue)
    shown = rendering.remove_personal_parts(made, context.workspace.settings)
    earlier = tuple(
        EarlierIssue(
            name=each.name,
            keys=frozenset(entry.key for entry in each.entries()),
            links=frozenset(link for entry in each.entries() for link in entry.links),
        )
        for each in reversed(at.earlier)
    )
    check_context = CheckContext(
        issue=issue,
        html=shown.html,
        text=shown.text,
        subject=shown.subject,
        preheader=shown.preheader,
        settings=context.workspace.settings,
        earlier=earlier,
        links=known_links(context),
        unlisted=_find_unlisted_events(context, issue),
        glossary=frozenset(glossary(context)),
        pictures=images.names(context.workspace, at.name),
        now=context.now,
    )
    return issue, made, check_context


def _find_unlisted_events(context: AppContext, issue: Issue) -> dict[str, date]:
    """The events of the issue that their calendars do not list any more, and when they last did."""
    calendars = select_source_names(
        context.workspace.settings.sources, lambda found: found.is_calendar
    )
    events = [entry.key for entry in (*issue.entries(), *issue.coming_up) if entry.event]
    return {
        key: last.date()
        for key, last in entries_of(context).find_unlisted_entries(events, calendars).items()
    }
