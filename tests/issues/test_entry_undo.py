"""Whatever is taken back leaves everything as it was.

The issue, where entries stand, and what the database says of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from newsletter import composition
from newsletter.admin.sample import build
from newsletter.database import tables
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.issues import drafting, entry_undo
from newsletter.issues.pool import update_pool
from newsletter.issues.standing import list_entry_statuses
from newsletter.issues.store import issues_of
from newsletter.issues.window import load_window as making_of
from newsletter.model import Dated, Entry, Ids, Issue, Verdict
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

ISSUE = "2026-11"
PAPERS = tuple(
    Entry(
        title=f"A paper on leiomyosarcoma, number {n}",
        ids=Ids(doi=f"10.1000/{n}"),
        dated=Dated.parse("2026-11-10"),
    )
    for n in range(4)
)
KEYS = tuple(f"doi:10.1000/{n}" for n in range(4))


@pytest.fixture
def context(tmp_path: Path, now: datetime) -> AppContext:
    """A workspace with four papers, one of which a second source gave too."""
    build(tmp_path / "news", now=now, secret="5" * 64)
    context = AppContext(open_workspace(tmp_path / "news"), now)
    ingest_entries(entries_of(context), "PubMed", PAPERS, now)
    other = replace(
        PAPERS[3], title="Another title of number 3", links=("https://example.org/three",)
    )
    ingest_entries(entries_of(context), "A journal", [other], now)
    context.now = now + timedelta(minutes=5)
    return context


@pytest.fixture
def drafted(context: AppContext) -> AppContext:
    drafting.draft_issue(context)
    context.now += timedelta(minutes=5)
    return context


def issue(context: AppContext) -> Issue:
    return issues_of(context).read(ISSUE)


def research(context: AppContext) -> list[str]:
    return [
        entry.key
        for section in issue(context).sections
        if section.name == "research"
        for entry in section.entries
    ]


def everything(context: AppContext) -> list[Any]:
    """All that may not differ afterwards."""
    with entries_of(context).together() as connection:
        rows = [
            sorted(map(repr, connection.execute(sa.select(table))))
            for table in (
                tables.entries,
                tables.aliases,
                tables.sightings,
                tables.merges,
                tables.decisions,
            )
        ]
    there = making_of(context).present
    return [
        rows,
        there and (there.sections, there.left_out, there.letter),
        list_entry_statuses(context),
        update_pool(context).statuses,
    ]


def listed(context: AppContext, section: str = "research") -> tuple[str, ...]:
    """The section as the page shows it."""
    if there := making_of(context).present:
        return tuple(entry.key for entry in there.entries() if entry.section == section)
    return tuple(each.entry.key for each in update_pool(context).chosen if each.section == section)


def placed(
    context: AppContext, key: str, before: str, section: str = "research"
) -> entry_undo.UndoRecord:
    return entry_undo.place_with_undo(
        context, [key], section, before=before, listed=listed(context, section)
    )


ACTS: dict[str, Callable[[AppContext], entry_undo.UndoRecord]] = {
    "keep": lambda context: entry_undo.decide_with_undo(
        context, KEYS[:2], Verdict.KEEP, section="tips"
    ),
    "hold": lambda context: entry_undo.decide_with_undo(context, KEYS[:2], Verdict.HOLD),
    "drop": lambda context: entry_undo.decide_with_undo(
        context, KEYS[:2], Verdict.DROP, why="read"
    ),
    "place": lambda context: placed(context, KEYS[3], KEYS[0]),
    "place elsewhere": lambda context: placed(context, KEYS[1], "", "tips"),
    "merge": lambda context: entry_undo.merge_with_undo(context, [KEYS[2], KEYS[0]]),
    "split": lambda context: entry_undo.split_with_undo(context, KEYS[3]),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=[*ACTS])
@pytest.mark.parametrize("stage", ["before the issue is made", "afterwards"])
def test_undo_leaves_everything_as_it_was(
    context: AppContext, act: Callable[[AppContext], entry_undo.UndoRecord], stage: str
) -> None:
    if stage == "afterwards":
        drafting.draft_issue(context)
        context.now += timedelta(minutes=5)
    before = everything(context)
    done = act(context)
    assert everything(context) != before
    entry_undo.undo_change(context, done)
    assert everything(context) == before


def test_the_order_is_that_of_the_issue(drafted: AppContext) -> None:
    assert research(drafted) == [*KEYS]
    placed(drafted, KEYS[3], KEYS[1])
    assert research(drafted) == [KEYS[0], KEYS[3], KEYS[1], KEYS[2]]
    placed(drafted, KEYS[0], "")
    assert research(drafted) == [KEYS[3], KEYS[1], KEYS[2], KEYS[0]]


def test_an_order_set_before_the_issue_is_made_is_that_of_its_draft(context: AppContext) -> None:
    placed(context, KEYS[2], KEYS[0])
    placed(context, KEYS[1], KEYS[2])
    assert listed(context) == (KEYS[1], KEYS[2], KEYS[0], KEYS[3])
    drafting.draft_issue(context)
    assert research(context) == [KEYS[1], KEYS[2], KEYS[0], KEYS[3]]
    record = issues_of(context).read_record(ISSUE)
    assert record is not None
    assert record.order == {}  # the file tells from now on


def test_an_order_outlives_what_arrives_later(context: AppContext) -> None:
    placed(context, KEYS[2], KEYS[0])
    late = Entry(
        title="A late paper on leiomyosarcoma",
        ids=Ids(doi="10.1000/late"),
        dated=Dated.parse("2026-11-22"),
    )
    ingest_entries(entries_of(context), "PubMed", [late], context.now)
    drafting.draft_issue(context)
    assert research(context) == [KEYS[2], KEYS[0], KEYS[1], KEYS[3], "doi:10.1000/late"]


def test_an_issue_made_by_hand_stays_one_when_an_order_was_noted_before(
    context: AppContext,
) -> None:
    placed(context, KEYS[2], KEYS[0])
    file = context.workspace.issues / ISSUE / "issue.toml"
    file.write_text(
        'subject = "By hand"\nsend_on = 2026-11-20\nuntil = 2026-11-20T00:00:00Z\n', "utf-8"
    )
    assert [each.name for each in making_of(context, "2026-12").earlier][-1] == ISSUE


def test_several_are_placed_together(drafted: AppContext) -> None:
    entry_undo.place_with_undo(
        drafted, [KEYS[3], KEYS[2]], "research", before=KEYS[1], listed=listed(drafted)
    )
    assert research(drafted) == [KEYS[0], KEYS[3], KEYS[2], KEYS[1]]
    entry_undo.place_with_undo(
        drafted, [KEYS[0], KEYS[3]], "research", before=KEYS[0], listed=listed(drafted)
    )
    assert research(drafted) == [KEYS[0], KEYS[3], KEYS[2], KEYS[1]]


def test_a_place_before_what_is_gone_is_refused(drafted: AppContext) -> None:
    with pytest.raises(UsageError, match="not there any more"):
        placed(drafted, KEYS[0], "doi:10.1000/gone")


def test_a_merge_is_one_entry_in_the_issue_with_what_was_written_about_both(
    drafted: AppContext,
) -> None:
    issues_of(drafted).write(composition.with_text(issue(drafted), f"note:{KEYS[1]}", "Read this."))
    entry_undo.merge_with_undo(drafted, [KEYS[0], KEYS[1]])
    assert research(drafted) == [KEYS[0], *KEYS[2:]]
    assert issue(drafted).entries()[0].note == "Read this."


def test_a_split_is_two_entries_in_the_issue(drafted: AppContext) -> None:
    done = entry_undo.split_with_undo(drafted, KEYS[3])
    assert research(drafted) == [*KEYS, done.made[1]]
    assert len(done.made) == 2


def test_what_was_written_meanwhile_stays(drafted: AppContext) -> None:
    done = entry_undo.decide_with_undo(drafted, [KEYS[1]], Verdict.DROP)
    changed = composition.with_text(issue(drafted), f"note:{KEYS[0]}", "Written meanwhile")
    issues_of(drafted).write(replace(changed, letter="Dear all"))
    entry_undo.undo_change(drafted, done)
    assert research(drafted) == [*KEYS]
    assert (issue(drafted).letter, issue(drafted).entries()[0].note) == (
        "Dear all",
        "Written meanwhile",
    )


def test_what_a_mend_leaves_out_is_dropped_for_good_until_it_is_undone(drafted: AppContext) -> None:
    before = everything(drafted)
    change = partial(composition.without, dropped={KEYS[0]: "it is past"})
    done = entry_undo.change_with_undo(drafted, ISSUE, change)
    assert "it is past" in next(
        each.reason for each in list_entry_statuses(drafted) if each.entry.key == KEYS[0]
    )
    drafting.draft_issue(drafted)
    assert research(drafted) == [*KEYS[1:]]
    entry_undo.undo_change(drafted, done)
    assert everything(drafted) == before


def test_a_mend_of_words_is_undone_by_words(drafted: AppContext) -> None:
    issues_of(drafted).write(replace(issue(drafted), letter="See http://x.org/a", closing="Bye"))
    done = entry_undo.change_with_undo(
        drafted,
        ISSUE,
        partial(composition.replace_link, old="http://x.org/a", new="https://x.org/a"),
    )
    assert issue(drafted).letter == "See https://x.org/a"
    issues_of(drafted).write(replace(issue(drafted), closing="See you"))
    entry_undo.undo_change(drafted, done)
    assert (issue(drafted).letter, issue(drafted).closing) == ("See http://x.org/a", "See you")


def test_what_was_written_by_hand_into_the_issue_can_be_dropped(drafted: AppContext) -> None:
    by_hand = Entry(
        key="url:https://example.org/mine", title="Mine", links=("https://example.org/mine",)
    )
    issues_of(drafted).write(composition.with_entry(issue(drafted), by_hand, "tips", ()))
    done = entry_undo.decide_with_undo(drafted, [by_hand.key], Verdict.DROP)
    assert by_hand.key not in [entry.key for entry in issue(drafted).entries()]
    entry_undo.undo_change(drafted, done)
    assert by_hand.key in [entry.key for entry in issue(drafted).entries()]


class TestWhatOthersDidSince:
    def test_what_was_decided_anew_is_left_and_that_is_said(self, drafted: AppContext) -> None:
        done = entry_undo.decide_with_undo(drafted, KEYS[:1], Verdict.DROP, why="read")
        entry_undo.decide_with_undo(drafted, KEYS[:1], Verdict.KEEP, section="tips")
        before = everything(drafted)
        with pytest.raises(UsageError, match="decided or moved anew since"):
            entry_undo.undo_change(drafted, done)
        assert everything(drafted) == before

    def test_what_was_moved_again_is_left(self, drafted: AppContext) -> None:
        done = placed(drafted, KEYS[3], KEYS[0])
        placed(drafted, KEYS[3], KEYS[1])
        with pytest.raises(UsageError, match="decided or moved anew since"):
            entry_undo.undo_change(drafted, done)
        assert research(drafted) == [KEYS[0], KEYS[3], KEYS[1], KEYS[2]]

    def test_an_order_that_was_set_anew_before_the_issue_is_made_is_left(
        self, context: AppContext
    ) -> None:
        done = placed(context, KEYS[3], KEYS[0])
        later = placed(context, KEYS[1], KEYS[0])
        with pytest.raises(UsageError, match="decided or moved anew since"):
            entry_undo.undo_change(context, done)
        entry_undo.undo_change(context, later)
        assert listed(context) == (KEYS[3], KEYS[0], KEYS[1], KEYS[2])
        entry_undo.undo_change(context, done)
        assert listed(context) == KEYS

    def test_the_order_of_other_entries_stays(self, drafted: AppContext) -> None:
        done = entry_undo.decide_with_undo(drafted, [KEYS[1]], Verdict.HOLD)
        placed(drafted, KEYS[3], KEYS[0])
        entry_undo.undo_change(drafted, done)
        assert research(drafted) == [KEYS[3], KEYS[0], KEYS[1], KEYS[2]]

    def test_a_note_that_was_written_on_it_stays(self, drafted: AppContext) -> None:
        done = placed(drafted, KEYS[1], "", "tips")
        issues_of(drafted).write(
            composition.with_text(issue(drafted), f"note:{KEYS[1]}", "Worth reading."),
        )
        entry_undo.undo_change(drafted, done)
        assert research(drafted) == [*KEYS]
        assert [entry.note for entry in issue(drafted).entries() if entry.key == KEYS[1]] == [
            "Worth reading."
        ]
