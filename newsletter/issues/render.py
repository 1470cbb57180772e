"""Render an issue into its folder: mail, web page, print, review sheet, calendar files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import composition, rendering
from newsletter.issues.store import issue_folder, issues_of
from newsletter.issues.window import IssueWindow, load_window
from newsletter.model import Issue, RenderedIssue, Variant
from newsletter.rendering import environment as rendering_environment
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_if_new

if TYPE_CHECKING:
    import jinja2

from newsletter.issues.glossary import glossary

DEFAULT_VARIANT = Variant()
"""What everybody gets who chose nothing else."""


def load_issue(context: AppContext, name: str | None = None) -> Issue:
    """The issue as its file says, with what earlier issues announced and still lies ahead."""
    return complete_issue(load_window(context, name))


def complete_issue(at: IssueWindow) -> Issue:
    """`load_issue`, of a window that is known already."""
    issue = issues_of(at.context).read(at.name)
    return replace(issue, coming_up=composition.coming_up(issue, at.earlier))


def environment(context: AppContext) -> jinja2.Environment:
    """The templates of the workspace, as they were compiled before."""
    own = context.workspace.templates
    files = frozenset(own.rglob("*.jinja")) if own.is_dir() else frozenset()
    return _environment(context.workspace.folder, context.workspace.template_cache, files)


@lru_cache(maxsize=4)
def _environment(folder: Path, compiled: Path, own: frozenset[Path]) -> jinja2.Environment:
    """The templates of a workspace.

    A file of its own that comes or goes makes other ones of them.
    """
    del own
    return rendering_environment.environment(folder, compiled=compiled)


def render_mail(
    context: AppContext, issue: Issue, variant: Variant = DEFAULT_VARIANT
) -> RenderedIssue:
    """The mail of an issue, with marks where each reader's own parts enter.

    `variant` is the form that some readers chose.
    """
    settings = context.workspace.settings
    return rendering.render_mail(
        issue, settings, environment(context), glossary=glossary(context), variant=variant
    )


def render_issue(
    context: AppContext, name: str | None = None
) -> tuple[RenderedIssue, tuple[Path, ...]]:
    """Render the issue into its folder, without any reader's own parts.

    issue.html and issue.txt are the mail; web.html is the page for the archive, print.html the one
    in large print, proof.html the sheet for a medical reviewer; and there is an .ics for each
    event.
    """
    issue = load_issue(context, name)
    made = render_mail(context, issue)
    folder = issue_folder(context.workspace, issue.name)
    files = {folder / written: content for written, content in _pages(context, issue, made)}
    for path, content in files.items():
        write_if_new(path, content)
    return made, tuple(files)


def _pages(
    context: AppContext, issue: Issue, made: RenderedIssue
) -> Iterator[tuple[str, str | bytes]]:
    settings, templates, terms = context.workspace.settings, environment(context), glossary(context)
    shown = rendering.remove_personal_parts(made, settings)
    yield "issue.html", shown.html
    yield "issue.txt", shown.text
    yield "web.html", rendering.render_web(issue, settings, templates, glossary=terms)
    yield "print.html", rendering.render_print(issue, settings, templates, glossary=terms)
    yield "proof.html", rendering.render_proof(issue, settings, templates)
    for entry in (*issue.entries(), *issue.coming_up):
        if entry.event and entry.event.starts:
            yield rendering.event_file_name(entry), rendering.event_calendar(entry)
