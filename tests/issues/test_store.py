"""An archive of 132 issues: each file is read once in a run, and what changed is seen."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from support.opened_files import counting_opened

from newsletter.admin.sample import build
from newsletter.issues import drafting, review, window
from newsletter.issues.store import issues_of
from newsletter.sources.collector import collect
from newsletter.studio.state import StudioState
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

ISSUE, LAST = "2026-11", "2026-10"
MORE = 131
SETTLED_S = 0.2


@pytest.fixture
def folder(tmp_path: Path, now: datetime) -> Path:
    folder = tmp_path / "news"
    build(folder, now=now, secret="5" * 64)
    for number in range(MORE):
        copy_last_issue(folder, f"{2005 + number // 12}-{number % 12 + 1:02}")
    context = AppContext(open_workspace(folder), now)
    collect(context, context.workspace.settings.sources)
    return folder


def copy_last_issue(folder: Path, name: str) -> None:
    copy = folder / "issues" / name
    copy.mkdir()
    for file in (folder / "issues" / LAST).glob("*.toml"):
        dates = r"(?m)^(since|until|send_on|drafted_at|published_at) = \d{4}-\d\d-\d\d"
        text = re.sub(dates, rf"\1 = {name}-01", file.read_text("utf-8"))
        (copy / file.name).write_text(text, "utf-8")


def of_issues(opened: Counter[Path], folder: Path) -> Counter[Path]:
    return Counter(
        {
            path: times
            for path, times in opened.items()
            if path.suffix == ".toml" and path.is_relative_to(folder / "issues")
        }
    )


def test_a_draft_reads_each_file_once(folder: Path, now: datetime) -> None:
    time.sleep(SETTLED_S)
    with counting_opened() as opened:
        drafting.draft_issue(AppContext(open_workspace(folder), now))
    read = of_issues(opened, folder)
    assert Counter(path.name for path in read) == {"issue.toml": MORE + 2, "record.toml": MORE + 2}
    note = read.pop(folder / "issues" / ISSUE / "record.toml")
    assert set(read.values()) == {1}
    assert note <= 2  # a new issue's is written before and behind it, and looked at in between


def test_a_second_request_to_the_studio_reads_none(folder: Path, now: datetime) -> None:
    studio = StudioState(folder, clock=lambda: now)
    drafting.draft_issue(studio.context())
    time.sleep(SETTLED_S)
    review.check_issue_mail(studio.context(), ISSUE)
    with counting_opened() as opened:
        review.check_issue_mail(studio.context(), ISSUE)
    assert not of_issues(opened, folder)


def test_an_edit_by_hand_between_two_requests_is_seen(folder: Path, now: datetime) -> None:
    studio = StudioState(folder, clock=lambda: now)
    drafting.draft_issue(studio.context())
    file = folder / "issues" / ISSUE / "issue.toml"
    text = re.sub(r"(?m)^subject = .*", 'subject = "News 000"', file.read_text("utf-8"))
    for number in range(20):
        file.write_text(text.replace("News 000", f"News {number:03}"), "utf-8")
        issue, made, _ = review.build_check_context(studio.context(), ISSUE)
        assert issue.subject == made.subject == f"News {number:03}"


def test_an_edit_by_hand_of_an_archived_issue_is_seen(folder: Path, now: datetime) -> None:
    studio = StudioState(folder, clock=lambda: now)
    before = window.out_names(studio.context())
    record = folder / "issues" / LAST / "record.toml"
    record.write_text(record.read_text("utf-8").replace("published_at = 20", "published_at = 30"))
    assert window.out_names(studio.context()) == tuple(name for name in before if name != LAST)


def test_other_settings_read_the_same_files_otherwise(folder: Path, now: datetime) -> None:
    studio = StudioState(folder, clock=lambda: now)
    time.sleep(SETTLED_S)
    before = issues_of(studio.context()).read(LAST)
    settings = folder / "newsletter.toml"
    changed = settings.read_text("utf-8").replace('title = "Research"', 'title = "Papers"')
    settings.write_text(changed, "utf-8")
    with counting_opened() as opened:
        after = issues_of(studio.context()).read(LAST)
    assert not of_issues(opened, folder)
    assert [part.title for part in after.sections] != [part.title for part in before.sections]


def test_what_we_write_is_seen_at_once(folder: Path, now: datetime) -> None:
    issues = issues_of(AppContext(open_workspace(folder), now))
    text = issues.content(LAST)
    assert text is not None
    assert not issues.write(issues.read(LAST))
    issues.write_text(LAST, text.decode().replace("subject = ", "subject = 'Other' # ", 1))
    assert issues.read(LAST).subject == "Other"
