"""The issues that are out, as pages for everybody.

Rendered once, and again when a file of theirs changes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import jinja2

from newsletter import composition
from newsletter.errors import NewsletterError
from newsletter.issues import glossary as issue_glossary
from newsletter.issues import images, window
from newsletter.issues.store import issues_of
from newsletter.model import Entry, Issue
from newsletter.rendering import environment as rendering_environment
from newsletter.rendering import ics, web_pages
from newsletter.workspace.context import AppContext

LOG = logging.getLogger(__name__)
Version = tuple[bytes | None, bytes | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedIssue:
    """One issue of the archive, ready to be handed out."""

    html: str
    large: str  # in large print
    calendars: Mapping[str, bytes]  # file name → the event's .ics


@dataclass
class Archive:
    """All issues that are out."""

    context: AppContext
    _templates: jinja2.Environment | None = None
    _pages: dict[str, tuple[Version, ArchivedIssue]] = field(default_factory=dict)
    _lists: tuple[tuple[tuple[str, Version], ...], str, str] | None = None

    def index(self) -> str:
        """The page that lists them, newest first."""
        return self._render_lists()[1]

    def feed(self) -> str:
        """The Atom feed of them."""
        return self._render_lists()[2]

    def page(self, name: str) -> ArchivedIssue | None:
        """One issue; None when there is none of this name, or it is not out yet.

        While its file is being mended it stays as it was. Raises NewsletterError when it never
        could be read.
        """
        if name not in issues_of(self.context).names() or not self._is_out(name):
            return None
        version = self._version(name)
        known = self._pages.get(name)
        if known is None or known[0] != version:
            try:
                known = self._pages[name] = (version, self._render_issue(self._load_issue(name)))
            except NewsletterError as error:
                if known is None:
                    raise
                LOG.warning(
                    "issue shown as it was before issue=%s error=%s", name, type(error).__name__
                )
        return known[1]

    def picture(self, name: str, file: str) -> Path | None:
        """A picture of an issue, out or not: a test mail shows it before.

        None when there is none of this name.

        Nobody guesses the name of one that the studio took in.
        """
        is_there = name in issues_of(self.context).names()
        return images.find(self.context.workspace, name, file) if is_there else None

    def _is_out(self, name: str) -> bool:
        record = issues_of(self.context).read_record(name)
        return record is not None and record.published_at is not None

    def _version(self, name: str) -> Version:
        """What is equal as long as the files of an issue are; None while one cannot be read."""
        try:
            return issues_of(self.context).version(name)
        except NewsletterError:
            return None

    def _render_lists(self) -> tuple[tuple[tuple[str, Version], ...], str, str]:
        workspace, issues = self.context.workspace, issues_of(self.context)
        state = tuple((name, self._version(name)) for name in issues.names())
        if self._lists is None or self._lists[0] != state:
            read = [self._read(name) for name, _ in state if self._is_out(name)]
            out = [each for each in read if each is not None]
            environment, settings = self._environment(), workspace.settings
            index = web_pages.render_archive(out, settings, environment)
            feed = web_pages.render_feed(out, settings, environment) if settings.public else ""
            self._lists = (state, index, feed)
        return self._lists

    def _load_issue(self, name: str) -> Issue:
        """An issue with what those before it announced, as far as they can be read."""
        issue = issues_of(self.context).read(name)
        names = [each for each in window.out_names(self.context) if each != name]
        others = sorted(
            filter(None, map(self._read, names)), key=lambda each: (each.until_at, each.name)
        )
        return replace(issue, coming_up=composition.coming_up(issue, others))

    def _read(self, name: str) -> Issue | None:
        """An issue; None while its file cannot be read, which is no reason to hide the others."""
        try:
            return issues_of(self.context).read(name)
        except NewsletterError as error:
            LOG.warning(
                "issue left out of the archive issue=%s error=%s", name, type(error).__name__
            )
            return None

    def _environment(self) -> jinja2.Environment:
        if self._templates is None:
            workspace = self.context.workspace
            self._templates = rendering_environment.environment(
                workspace.folder, compiled=workspace.template_cache
            )
        return self._templates

    def _render_issue(self, issue: Issue) -> ArchivedIssue:
        settings, environment, glossary = (
            self.context.workspace.settings,
            self._environment(),
            issue_glossary.glossary(self.context),
        )
        events = [each for each in (*issue.entries(), *issue.coming_up) if _has_a_day(each)]
        return ArchivedIssue(
            html=web_pages.render_web(issue, settings, environment, glossary=glossary),
            large=web_pages.render_print(issue, settings, environment, glossary=glossary),
            calendars={ics.event_file_name(each): ics.event_calendar(each) for each in events},
        )


def _has_a_day(entry: Entry) -> bool:
    return entry.event is not None and entry.event.starts is not None
