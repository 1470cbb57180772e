"""Drafts that are cut short."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.admin.sample import build
from newsletter.issues import drafting, window
from newsletter.issues.store import IssueStore
from newsletter.model import Issue
from newsletter.sources.collector import collect
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


class CutShort(IssueStore):
    """Ends the run when the issue has just been written."""

    def write(self, issue: Issue) -> bool:
        super().write(issue)
        raise KeyboardInterrupt


def test_a_draft_that_was_cut_short_is_not_out_when_its_window_is_over(
    tmp_path: Path, now: datetime
) -> None:
    build(tmp_path / "news", now=now, secret="5" * 64)
    context = AppContext(open_workspace(tmp_path / "news"), now)
    collect(context, context.workspace.settings.sources)
    context.part(IssueStore, lambda: CutShort(context.workspace))
    with pytest.raises(KeyboardInterrupt):
        drafting.draft_issue(context)
    later = AppContext(context.workspace, now + timedelta(days=40))
    assert window.load_window(later).name == "2026-11"
    assert drafting.draft_issue(later).issue.entries()
