"""What the faces ask about the issues of a workspace: which there are, what a file says, where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.issues.issue_file import ISSUE_FILE
from newsletter.issues.store import GLOSSARY_FILE, IssueStore, issue_folder, issues_of
from newsletter.model import Issue
from newsletter.workspace.context import AppContext


def list_issue_names(context: AppContext) -> tuple[str, ...]:
    """The names of the issues there are, in their order."""
    return issues_of(context).names()


def has_issue(context: AppContext, name: str) -> bool:
    """Whether there is an issue.toml of this name."""
    return issues_of(context).exists(name)


def read_issue(context: AppContext, name: str) -> Issue:
    """The issue as its file says; raises IssueFileError with file, line and remedy."""
    return issues_of(context).read(name)


def share_issues(known: AppContext, fresh: AppContext) -> None:
    """Let a fresh context know what an older one of the same workspace has read, and share on."""
    issues = issues_of(known).for_workspace(fresh.workspace)
    for each in (known, fresh):
        each.hold(issues)


def locate_issue(context: AppContext, name: str) -> Path:
    """Where the issue.toml of a name is, or would be; raises UsageError when it is no name."""
    return issue_folder(context.workspace, name) / ISSUE_FILE


def list_written_files(context: AppContext, name: str) -> tuple[Path, ...]:
    """The files in which people write what an issue says; not each of them need be there."""
    return context.workspace.folder / GLOSSARY_FILE, locate_issue(context, name)


@dataclass(eq=False)
class SharedIssues:
    """The issues that many requests to one running program read; a changed file is read again."""

    _known: IssueStore | None = None

    def share(self, context: AppContext) -> None:
        """Let a context know what was read before, unless the settings changed."""
        known = self._known or IssueStore(context.workspace)
        self._known = known.for_workspace(context.workspace)
        context.hold(self._known)
