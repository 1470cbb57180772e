"""What was read of the issues, for the many contexts of one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.workspace.context import AppContext

if TYPE_CHECKING:
    from newsletter.issues.store import IssueStore


@dataclass(eq=False)
class SharedIssues:
    """The issues that many requests to one running program read; a changed file is read again."""

    _known: IssueStore | None = None

    def share(self, context: AppContext) -> None:
        """Let a context know what was read before, unless the settings changed."""
        from newsletter.issues.store import IssueStore

        known = self._known or IssueStore(context.workspace)
        self._known = known.for_workspace(context.workspace)
        context.hold(self._known)
