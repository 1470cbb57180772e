from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.checkout import NOW

from newsletter.issues import editor
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

ISSUE = """\
subject = "News"
send_on = 2026-12-01
until = 2026-12-01T00:00:00Z
# a word of mine
letter = ""
"""


@pytest.fixture
def context(folder: Path) -> AppContext:
    (folder / "issues/2026-12").mkdir(parents=True)
    (folder / "issues/2026-12/issue.toml").write_text(ISSUE, "utf-8")
    return AppContext(open_workspace(folder), NOW)


def save(context: AppContext, text: str, seen: str) -> editor.SaveResult:
    return editor.save_text(context, "2026-12", "letter", text, seen=editor.compute_version(seen))


def test_a_comment_stays_where_words_are_saved(context: AppContext) -> None:
    save(context, "Hello", "")
    text = (context.workspace.folder / "issues/2026-12/issue.toml").read_text("utf-8")
    assert "# a word of mine" in text
    assert "Hello" in text


def test_typing_for_a_minute_is_one_version(context: AppContext) -> None:
    save(context, "One", "")
    save(context, "Two", "One")
    (only,) = editor.list_revisions(context, "2026-12")
    assert datetime.now(UTC) - only.kept_at < timedelta(minutes=1)
    assert only.id == f"{only.kept_at:%Y%m%dT%H%M%S.%fZ}"


def test_what_stands_there_already_is_not_kept_again(context: AppContext) -> None:
    editor.save_revision(context, "2026-12", always=True)
    editor.save_revision(context, "2026-12", always=True)
    editor.save_revision(context, "no such issue")
    assert len(editor.list_revisions(context, "2026-12")) == 1


def test_old_versions_make_room(context: AppContext) -> None:
    folder = context.workspace.private / "versions/2026-12"
    folder.mkdir(parents=True)
    for number in range(editor.VERSIONS_KEPT):
        (folder / f"20260101T{number // 60:02}{number % 60:02}00.000000Z.toml").write_text(
            str(number), "utf-8"
        )
    save(context, "One", "")
    kept = editor.list_revisions(context, "2026-12")
    assert len(kept) == editor.VERSIONS_KEPT
    assert kept[-1].id == "20260101T000100.000000Z"


def test_versions_are_for_their_owner_alone(context: AppContext) -> None:
    save(context, "One", "")
    files = [
        each
        for each in (context.workspace.private / "versions/2026-12").rglob("*")
        if each.is_file()
    ]
    assert [each.stat().st_mode & 0o777 for each in files] == [
        0o600,
        0o600,
    ]  # the version, and the step to it


def test_an_issue_that_is_not_there_has_no_version(context: AppContext) -> None:
    assert editor.file_version(context, "2027-01") == ""
