"""Pages beside the mail.

The archive's, large print, the reviewer's proof sheet, the list of all issues and its feed.

None of them holds anything of one reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jinja2

from newsletter.config import Settings
from newsletter.formats.markup_text import one_line
from newsletter.model import Issue
from newsletter.placeholders import Placeholder
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.issue_view import build_frame, build_issue_view
from newsletter.rendering.mail import fallback_name
from newsletter.rendering.review_sheet import list_statements
from newsletter.rendering.templates import compact, fill_template
from newsletter.rendering.truncation import WHOLE

WEB_TEMPLATE = "web.html.jinja"
PRINT_TEMPLATE = "print.html.jinja"
PROOF_TEMPLATE = "proof.html.jinja"
ARCHIVE_TEMPLATE = "archive.html.jinja"
FEED_TEMPLATE = "archive.xml.jinja"
FEED_NAME = "atom.xml"
SUBSCRIBE_NAME = "subscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveItem:
    """One issue in the list of all."""

    subject: str
    preheader: str
    url: str
    day: str
    at: str  # RFC 3339


def render_web(
    issue: Issue,
    settings: Settings,
    templates: jinja2.Environment,
    *,
    glossary: Mapping[str, str] | None = None,
) -> str:
    """The full issue as a page; calendar files are looked for beside it. Raises TemplateError."""
    return _page_of(WEB_TEMPLATE, issue, settings, templates, glossary)


def render_print(
    issue: Issue,
    settings: Settings,
    templates: jinja2.Environment,
    *,
    glossary: Mapping[str, str] | None = None,
) -> str:
    """The full issue in large print. Raises TemplateError."""
    return _page_of(PRINT_TEMPLATE, issue, settings, templates, glossary)


def render_proof(issue: Issue, settings: Settings, templates: jinja2.Environment) -> str:
    """The proof sheet for a medical reviewer: every statement with its source, date and links.

    Raises TemplateError.
    """
    shown, shared = build_issue_view(issue, settings, glossary={}, fit=WHOLE), build_frame(settings)
    rows = list_statements(issue, shown, shared.words)
    html = _render_page(
        templates, PROOF_TEMPLATE, page=shown, frame=shared, claims=rows, robots=False
    )
    return html.replace(Placeholder.NAME, fallback_name(settings.newsletter.language))


def render_archive(
    issues: Iterable[Issue], settings: Settings, templates: jinja2.Environment
) -> str:
    """The list of `issues`, newest first; its links are relative to the page.

    Raises TemplateError.
    """
    listed, shared = _list_issues(issues, settings, base="issues/"), build_frame(settings)
    feed, subscribe = (FEED_NAME, SUBSCRIBE_NAME) if settings.public else ("", "")
    robots = _robots(settings)
    return _render_page(
        templates,
        ARCHIVE_TEMPLATE,
        frame=shared,
        issues=listed,
        feed=feed,
        subscribe=subscribe,
        robots=robots,
    )


def render_feed(issues: Iterable[Issue], settings: Settings, templates: jinja2.Environment) -> str:
    """The Atom feed (RFC 4287) of `issues`, newest first.

    Raises ValueError without a public page, because a feed needs absolute addresses; and
    TemplateError.
    """
    if settings.public is None:
        raise ValueError("a feed needs [public] url: its links are absolute")
    home = f"{settings.public.url.rstrip('/')}/"
    listed = _list_issues(issues, settings, base=f"{home}issues/")
    updated = listed[0].at if listed else "1970-01-01T00:00:00Z"
    feed = f"{home}{FEED_NAME}"
    shared = build_frame(settings)
    return _render_page(
        templates, FEED_TEMPLATE, frame=shared, issues=listed, home=home, feed=feed, updated=updated
    )


def _page_of(
    name: str,
    issue: Issue,
    settings: Settings,
    templates: jinja2.Environment,
    glossary: Mapping[str, str] | None,
) -> str:
    shown = build_issue_view(issue, settings, glossary=glossary or {}, fit=WHOLE, calendar_base="")
    shared = build_frame(settings)
    html = _render_page(templates, name, page=shown, frame=shared, robots=_robots(settings))
    return html.replace(Placeholder.NAME, fallback_name(settings.newsletter.language))


def _render_page(templates: jinja2.Environment, name: str, **values: Any) -> str:
    return f"{compact(fill_template(templates, name, **values))}\n"


def _robots(settings: Settings) -> bool:
    return settings.public is not None and settings.public.robots


def _list_issues(
    issues: Iterable[Issue], settings: Settings, *, base: str
) -> tuple[ArchiveItem, ...]:
    words = Phrases(settings.newsletter.language)
    newest_first = sorted(issues, key=lambda issue: (issue.send_on, issue.name), reverse=True)
    return tuple(
        ArchiveItem(
            subject=one_line(issue.subject),
            preheader=one_line(issue.preheader),
            url=f"{base}{issue.name}/",
            day=words.day(issue.send_on),
            at=f"{issue.send_on.isoformat()}T00:00:00Z",
        )
        for issue in newest_first
    )
