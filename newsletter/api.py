"""The program for Python: one newsletter, and what the commands do with it.

`docs/python.md` shows each of these at work. Whatever a person has to mend is one of the errors of
`newsletter.errors`; one source or one recipient that fails is a value in the result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self, overload

from newsletter.delivery import service as delivery
from newsletter.delivery.send_status import SendStatus
from newsletter.entries.shared_entries import SharedEntries
from newsletter.issues import approval, drafting, render, review, service, standing
from newsletter.issues.service import SharedIssues
from newsletter.issues.standing import EntryStatus
from newsletter.model import Finding, Issue, RenderedIssue, Subscriber
from newsletter.sources import collector
from newsletter.sources.collector import CollectionResult
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.list_import import ImportReport
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


def _clock() -> datetime:
    return datetime.now(UTC)


def open_newsletter(
    folder: str | PathLike[str] | None = None, *, clock: Callable[[], datetime] = _clock
) -> Newsletter:
    """The newsletter in this folder, or else the nearest one upwards from where we stand.

    `clock` gives the aware moment at which each call happens. Raises WorkspaceError where there is
    no newsletter, ConfigError where its newsletter.toml cannot be used.
    """
    workspace = open_workspace(None if folder is None else Path(folder))
    return Newsletter(workspace.folder, clock)


class Newsletter:
    """One newsletter on disk; `open_newsletter` makes it.

    Each call sees the files as they stand. An issue is named by its identifier, such as `2026-11`,
    or by the Issue itself; None is the one that is being made. Calls raise NewsletterError.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._clock = clock
        self._entries, self._issues = SharedEntries(), SharedIssues()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; a later call opens it again."""
        self._entries.release()

    def collect(self, *sources: str) -> tuple[CollectionResult, ...]:
        """Fetch the sources of these names, or all, and keep what they gave.

        A source that failed is a result whose `collected.error` says why.
        """
        context = self._context()
        return collector.collect(context, collector.chosen_sources(context, sources))

    def entries(self, issue: Issue | str | None = None) -> tuple[EntryStatus, ...]:
        """Every entry ever seen, chosen ones first: its state as an issue sees it, and why."""
        return standing.list_entry_statuses(self._context(), _name(issue))

    def issues(self) -> tuple[Issue, ...]:
        """Every issue as its file says, in the order of their names."""
        context = self._context()
        names = service.list_issue_names(context)
        return tuple(service.read_issue(context, name) for name in names)

    def draft(self, issue: Issue | str | None = None) -> Issue:
        """Make an issue, or add what is new to it; what people wrote in it stays."""
        return drafting.draft_issue(self._context(), _name(issue)).issue

    def check(self, issue: Issue | str | None = None) -> tuple[Finding, ...]:
        """All that is wrong with an issue; findings of severity ERROR block its approval."""
        return review.check_issue_mail(self._context(), _name(issue))[2]

    def render(self, issue: Issue | str | None = None) -> RenderedIssue:
        """Write an issue's HTML, text and pages into its folder; gives the mail."""
        return render.render_issue(self._context(), _name(issue))[0]

    def approve(self, issue: Issue | str, *, by: str = "") -> RenderedIssue:
        """Approve exactly this content; raises NotApprovedError when something blocks it."""
        return approval.approve_issue(self._context(), _name(issue), by=by)

    def send(
        self,
        issue: Issue | str,
        *,
        limit: int | None = None,
        once: bool = False,
        on_progress: Callable[[SendStatus], None] = lambda _: None,
    ) -> SendStatus:
        """Send an approved issue to everybody on the list, without asking; again, it goes on.

        `limit` is the most messages of this call; `once` does not wait for those to be tried again.
        Not to be called inside a running event loop. Raises NotApprovedError, DeliveryError, and
        SendPausedError when a person paused or stopped it.
        """
        context = self._context()
        job, _ = delivery.build_send_job(context, _name(issue), approved=True)
        return asyncio.run(
            delivery.send_job(
                context, job, stop=asyncio.Event(), on_progress=on_progress, once=once, limit=limit
            )
        )

    def status(self, issue: Issue | str) -> SendStatus:
        """How the sending of an issue stands, begun by whichever process."""
        return delivery.open_ledger(self._context()).read_status(_name(issue))

    def subscribers(self) -> Iterator[Subscriber]:
        """Everybody on the list, in any state, in the order in which they were added."""
        return subscribers.open_subscribers(self._context()).all()

    def import_subscribers(self, file: str | PathLike[str]) -> ImportReport:
        """Take in a list: a CSV, an Excel sheet or a mailing service's export.

        Whoever left stays gone. Raises UsageError when the file is no list.
        """
        path = Path(file)
        with path.open("rb") as opened:
            return subscribers.import_list(self._context(), opened, name=path.name)[0]

    def add_subscriber(self, address: str, *, name: str = "") -> bool:
        """Put one person on the list; False when they are there, or must not be written to."""
        return bool(subscribers.add_subscriber(self._context(), address, name=name).added)

    def remove_subscriber(self, address: str) -> bool:
        """Note that a person wants no more mail; whether they were on the list."""
        return bool(subscribers.remove_subscribers(self._context(), [address]))

    def _context(self) -> AppContext:
        context = AppContext(open_workspace(self.folder), self._clock())
        self._entries.share(context)
        self._issues.share(context)
        return context


@overload
def _name(issue: Issue | str) -> str: ...
@overload
def _name(issue: Issue | str | None) -> str | None: ...
def _name(issue: Issue | str | None) -> str | None:
    return issue.name if isinstance(issue, Issue) else issue
