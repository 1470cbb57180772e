from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from newsletter.errors import IssueFileError, UsageError
from newsletter.issues.record_file import Approval, IssueRecord
from newsletter.issues.store import IssueStore
from newsletter.model import (
    Dated,
    Entry,
    Event,
    Flag,
    Grant,
    Ids,
    Issue,
    Section,
    Trial,
    TrialStatus,
)
from newsletter.workspace.folder import Workspace, open_workspace

PAPER = Entry(
    key="doi:10.1158/1078-0432.ccr-24-0148",
    title="Developing Novel Genomic Risk Stratification Models",
    section="research",
    authors=("Dermawan JK",),
    journal="Clin Cancer Res",
    links=("https://doi.org/10.1158/1078-0432.CCR-24-0148",),
    ids=Ids(doi="10.1158/1078-0432.ccr-24-0148"),
    dated=Dated.parse("2024"),
    flags=frozenset({Flag.REVIEW}),
    summary="One paragraph.\n\nAnother.",
    note='Says "why" it matters.\nTwo lines.',
)
TRIAL = Entry(
    key="nct:NCT00000001",
    title="A trial",
    section="trials",
    trial=Trial(
        status=TrialStatus.RECRUITING,
        was=TrialStatus.NOT_YET_RECRUITING,
        phase="2",
        places=("Denver, US",),
        status_on=Dated.parse("2026-11"),
    ),
)
EVENT = Entry(
    key="uid:1",
    title="A talk",
    section="events",
    event=Event(
        starts=datetime(2026, 12, 9, 18, tzinfo=timezone(timedelta(hours=-5))),
        ends=date(2026, 12, 10),
        cancelled=True,
    ),
)
GRANT = Entry(
    key="url:https://example.org/g",
    title="A call",
    section="grants",
    grant=Grant(deadline=date(2027, 2, 1), amount="$1"),
)
ISSUE = Issue(
    name="2026-11",
    subject="What is new",
    preheader="Three things",
    send_on=date(2026, 12, 1),
    since_at=datetime(2026, 11, 1, tzinfo=UTC),
    until_at=datetime(2026, 12, 1, tzinfo=UTC),
    letter="Dear {name},\n\nall is \\ well.",
    closing="Yours",
    sections=(
        Section(name="research", title="Research", entries=(PAPER,)),
        Section(name="trials", title="Clinical trials", entries=(TRIAL,)),
        Section(name="events", title="Events", entries=(EVENT,)),
        Section(name="grants", title="Grants", entries=(GRANT,)),
        Section(name="recipe", title="A recipe", text="Soup."),
    ),
    left_out=(("doi:10.1/x", "not ours"), ("doi:10.1/y", "")),
)
BY_HAND = """\
# our December issue
subject = "By hand"  # short!
send_on = 2026-12-01
mood = "hopeful"

[[section]]
name = "research"
# the important one
[[section.entry]]
title = "Paper A"
key = "a"
stars = 5

[[section.entry]]
key = "b"
title = 'Paper B'

[[left_out]]
key = "z"
why = "old"
"""


@pytest.fixture
def workspace(folder: Path) -> Workspace:
    return open_workspace(folder)


@pytest.fixture
def written(workspace: Workspace) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = workspace.issues / "2026-11" / "issue.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


def test_what_is_written_is_read_again(workspace: Workspace) -> None:
    IssueStore(workspace).write(ISSUE)
    assert IssueStore(workspace).read("2026-11") == ISSUE
    assert IssueStore(workspace).names() == ("2026-11",)
    assert IssueStore(workspace).exists("2026-11")


def test_writing_the_same_again_changes_nothing(workspace: Workspace) -> None:
    assert IssueStore(workspace).write(ISSUE)
    before = (workspace.issues / "2026-11/issue.toml").read_bytes()
    assert not IssueStore(workspace).write(ISSUE)
    assert (workspace.issues / "2026-11/issue.toml").read_bytes() == before


def test_an_unchanged_issue_by_hand_stays_to_the_letter(
    workspace: Workspace, written: Callable[[str], Path]
) -> None:
    path = written(BY_HAND)
    IssueStore(workspace).write(IssueStore(workspace).read("2026-11"))
    assert (
        path.read_text("utf-8")
        .replace("until = 2026-12-01T05:00:00Z\n", "")
        .startswith(BY_HAND[:90])
    )
    for line in BY_HAND.splitlines():
        assert line in path.read_text("utf-8")


def test_comments_unknown_keys_and_forms_stay_when_an_entry_is_added(
    workspace: Workspace, written: Callable[[str], Path]
) -> None:
    path = written(BY_HAND)
    issue = IssueStore(workspace).read("2026-11")
    (section,) = issue.sections
    more = replace(section, entries=(*section.entries, replace(PAPER, section="research")))
    IssueStore(workspace).write(
        replace(issue, sections=(more, ISSUE.sections[3]), left_out=(*issue.left_out, ("q", "no"))),
    )
    text = path.read_text("utf-8")
    for kept in (
        "# our December issue",
        "# short!",
        'mood = "hopeful"',
        "# the important one",
        "stars = 5",
        "'Paper B'",
    ):
        assert kept in text
    again = IssueStore(workspace).read("2026-11")
    assert [entry.key for entry in again.entries()] == ["a", "b", PAPER.key, GRANT.key]
    assert again.left_out == (("z", "old"), ("q", "no"))


def test_entries_move_with_all_that_people_wrote_on_them(
    workspace: Workspace, written: Callable[[str], Path]
) -> None:
    path = written(BY_HAND)
    issue = IssueStore(workspace).read("2026-11")
    a, b = issue.entries()
    sections = (
        Section(name="research", title="Research", entries=(b,)),
        Section(name="events", title="Events", entries=(replace(a, section="events"),)),
    )
    IssueStore(workspace).write(replace(issue, sections=sections, left_out=()))
    data = tomllib.loads(path.read_text("utf-8"))
    assert data["section"][1] == {
        "name": "events",
        "entry": [{"title": "Paper A", "key": "a", "stars": 5}],
    }
    assert "left_out" not in data


def test_changed_and_cleared_values_are_written(workspace: Workspace) -> None:
    IssueStore(workspace).write(ISSUE)
    changed = replace(
        PAPER, note="", dated=None, title="Other", ids=Ids(), authors=("A" * 80, "B" * 80)
    )
    sections = (replace(ISSUE.sections[0], title="Papers", text="Read these.", entries=(changed,)),)
    IssueStore(workspace).write(
        replace(ISSUE, sections=sections, letter="", closing="", since_at=None, left_out=()),
    )
    again = IssueStore(workspace).read("2026-11")
    assert again.sections == sections
    assert (again.letter, again.closing, again.since_at, again.left_out) == ("", "", None, ())


def test_an_issue_without_sections_is_written(workspace: Workspace) -> None:
    IssueStore(workspace).write(replace(ISSUE, sections=()))
    assert IssueStore(workspace).read("2026-11").sections == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('subject = "x\n', r"2026-11/issue.toml is no valid TOML: .*line 1"),
        ('subject = "x"\n', "send_on: expected a day such as 2026-12-01, found nothing"),
        ('send_on = "soon"\n', "line 1: send_on: expected a day"),
        (
            "send_on = 2026-12-01\nsubject = 5\n",
            "line 2: subject: expected a text in quotes, found 5",
        ),
        (
            "send_on = 2026-12-01\nsection = 5\n",
            r"line 2: section: expected \[\[section\]\] tables",
        ),
        (
            "send_on = 2026-12-01\nsection = [5]\n",
            r"section: expected \[\[section\]\] tables, found 5",
        ),
        (
            'send_on = 2026-12-01\n[[section]]\nname = "a"\nentry = [5]\n',
            "expected .*entry.* tables, found 5",
        ),
        (
            'send_on = 2026-12-01\n[[section]]\nname = "a"\n[[section.entry]]\ntitle = "x"\n',
            "line 4: key: expected the",
        ),
        (
            'send_on = 2026-12-01\n[[section]]\n[[section.entry]]\nkey = "a"\n[[section.entry]]\nkey = "b"\ndated = "3/4/26"\n',
            'line 7: dated: expected "2026-11-03", "2026-11" or "2026", found .3/4/26.',
        ),
    ],
)
def test_a_mistake_is_told_with_file_line_and_what_should_stand_there(
    workspace: Workspace, written: Callable[[str], Path], text: str, message: str
) -> None:
    written(text)
    with pytest.raises(IssueFileError, match=message):
        IssueStore(workspace).read("2026-11")


def test_a_file_that_is_not_there_or_no_text_is_told(
    workspace: Workspace, written: Callable[[str], Path]
) -> None:
    with pytest.raises(IssueFileError, match="newsletter draft 2026-11"):
        IssueStore(workspace).read("2026-11")
    written("").write_bytes(b"subject = '\xff'")
    with pytest.raises(IssueFileError, match="not UTF-8"):
        IssueStore(workspace).read("2026-11")


def test_days_without_zone_are_the_newsletters_own(
    workspace: Workspace, written: Callable[[str], Path]
) -> None:
    written("send_on = 2026-12-01T09:00:00\nsince = 2026-11-01\n")
    issue = IssueStore(workspace).read("2026-11")
    assert issue.send_on == date(2026, 12, 1)
    assert issue.since_at == datetime(2026, 11, 1, 4, tzinfo=UTC)  # New York, still in summer time
    assert issue.until_at == datetime(2026, 12, 1, 5, tzinfo=UTC)


def test_the_planned_day_follows_from_the_window_where_it_is_left_out(
    workspace: Workspace, written: Callable[[str], Path]
) -> None:
    written("until = 2026-12-01T12:00:00Z\n")
    assert IssueStore(workspace).read("2026-11").send_on == date(2026, 12, 1)


@pytest.mark.parametrize("name", ["", "..", "../x", ".hidden", "a\\b", " a"])
def test_an_issue_cannot_lead_elsewhere(workspace: Workspace, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of an issue"):
        IssueStore(workspace).read(name)


class TestRecord:
    def test_it_is_read_as_written(self, workspace: Workspace, now: datetime) -> None:
        record = IssueRecord(
            drafted=("a", "b"),
            approval=Approval(digest="d", approved_at=now, by="Ana"),
            published_at=now,
        )
        IssueStore(workspace).write_record("2026-11", record)
        assert IssueStore(workspace).read_record("2026-11") == record

    def test_an_issue_made_by_hand_has_none(self, workspace: Workspace) -> None:
        assert IssueStore(workspace).read_record("2026-11") is None

    @pytest.mark.parametrize("text", ["drafted = [", "approval = {colour = 1}"])
    def test_a_damaged_one_is_told(
        self, workspace: Workspace, written: Callable[[str], Path], text: str
    ) -> None:
        written("").with_name("record.toml").write_text(text, "utf-8")
        with pytest.raises(IssueFileError, match="damaged"):
            IssueStore(workspace).read_record("2026-11")
