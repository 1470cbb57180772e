"""Steps are noted one by one; typing on is the same step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.issues import text_undo_log
from newsletter.workspace.folder import Workspace, open_workspace

ISSUE = "2026-12"


@pytest.fixture
def workspace(folder: Path) -> Workspace:
    return open_workspace(folder)


def known(workspace: Workspace) -> list[tuple[str, str, str, bool]]:
    return [
        (each.place, each.before, each.after, each.is_undone)
        for each in text_undo_log.list_steps(workspace, ISSUE)
    ]


def grow_old(workspace: Workspace, by: timedelta = text_undo_log.PAUSE) -> None:
    for each in list(text_undo_log.list_steps(workspace, ISSUE)):
        text_undo_log.write_step(workspace, ISSUE, replace(each, ended_at=each.ended_at - by))


def test_typing_on_is_the_same_step_until_the_writer_pauses(workspace: Workspace) -> None:
    text_undo_log.record_step(workspace, ISSUE, "letter", "", "One")
    text_undo_log.record_step(workspace, ISSUE, "letter", "One", "One two")
    assert known(workspace) == [("letter", "", "One two", False)]
    grow_old(workspace)
    text_undo_log.record_step(workspace, ISSUE, "letter", "One two", "Three")
    assert known(workspace) == [
        ("letter", "", "One two", False),
        ("letter", "One two", "Three", False),
    ]


def test_nobody_types_one_step_for_ever(workspace: Workspace) -> None:
    text_undo_log.record_step(workspace, ISSUE, "letter", "", "One")
    (step,) = text_undo_log.list_steps(workspace, ISSUE)
    text_undo_log.write_step(
        workspace, ISSUE, replace(step, began_at=step.began_at - text_undo_log.LONGEST)
    )
    text_undo_log.record_step(workspace, ISSUE, "letter", "One", "Two")
    assert len(known(workspace)) == 2


def test_another_place_is_another_step_and_so_is_each_move(workspace: Workspace) -> None:
    for place in ("letter", "subject", "order:research", "order:research", "whole"):
        text_undo_log.record_step(workspace, ISSUE, place, "a", "a")
    assert [place for place, *_ in known(workspace)] == [
        "letter",
        "subject",
        "order:research",
        "order:research",
        "whole",
    ]


def test_what_was_typed_and_taken_away_again_is_no_step(workspace: Workspace) -> None:
    text_undo_log.record_step(workspace, ISSUE, "letter", "", "One")
    text_undo_log.record_step(workspace, ISSUE, "letter", "One", "")
    assert known(workspace) == []


def test_who_writes_on_cannot_redo_what_was_undone(workspace: Workspace) -> None:
    text_undo_log.record_step(workspace, ISSUE, "letter", "", "One")
    text_undo_log.record_step(workspace, ISSUE, "subject", "", "News")
    last = list(text_undo_log.list_steps(workspace, ISSUE))[-1]
    text_undo_log.write_step(workspace, ISSUE, replace(last, is_undone=True))
    text_undo_log.record_step(workspace, ISSUE, "closing", "", "Bye")
    assert [place for place, *_ in known(workspace)] == ["letter", "closing"]


def test_old_steps_make_room(workspace: Workspace) -> None:
    text_undo_log.record_step(workspace, ISSUE, "letter", "", "0")
    (first,) = text_undo_log.list_steps(workspace, ISSUE)
    for number in range(2, text_undo_log.KEPT + 2):
        text_undo_log.write_step(workspace, ISSUE, replace(first, number=number, place="subject"))
    text_undo_log.record_step(workspace, ISSUE, "closing", "", "Bye")
    kept = list(text_undo_log.list_steps(workspace, ISSUE))
    assert (len(kept), kept[0].number, kept[-1].place) == (text_undo_log.KEPT, 3, "closing")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"number": 1}', '{"began_at": "x", "ended_at": "y"}']
)
def test_a_step_that_cannot_be_read_is_passed_over(workspace: Workspace, text: str) -> None:
    text_undo_log.record_step(workspace, ISSUE, "letter", "", "One")
    (workspace.private / f"versions/{ISSUE}/steps/00000000.json").write_text(text, "utf-8")
    assert known(workspace) == [("letter", "", "One", False)]
