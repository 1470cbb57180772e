"""Undo and redo: one step at a time, and never over what somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import NOW

from newsletter import composition
from newsletter.errors import UsageError
from newsletter.issues import editor, undo
from newsletter.issues import repository as issue_repository
from newsletter.model import Issue
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

NAME = "2026-12"
TEXT = """\
subject = "News"
send_on = 2026-12-01
until = 2026-12-01T00:00:00Z
# a word of mine
letter = ""

[[section]]
name = "research"

[[section.entry]]
key = "url:https://a.example/1"
title = "One"

[[section.entry]]
key = "url:https://a.example/2"
title = "Two"
"""
FIRST, SECOND = "url:https://a.example/1", "url:https://a.example/2"


@pytest.fixture
def desk(folder: Path) -> AppContext:
    (folder / f"issues/{NAME}").mkdir(parents=True)
    (folder / f"issues/{NAME}/issue.toml").write_text(TEXT, "utf-8")
    return AppContext(open_workspace(folder), NOW)


def issue(desk: AppContext) -> Issue:
    return issue_repository.read(desk.workspace, NAME)


def save(desk: AppContext, place: str, text: str) -> None:
    seen = editor.compute_version(composition.texts_of(issue(desk))[place])
    assert not editor.save_text(desk, NAME, place, text, seen=seen).conflict


def turn(desk: AppContext, *keys: str) -> None:
    assert editor.save_order(desk, NAME, "research", keys, seen=editor.order_version(issue(desk), "research"))


def keys(desk: AppContext) -> list[str]:
    return [entry.key for entry in issue(desk).entries()]


def offered(desk: AppContext) -> tuple[str, str]:
    ahead = undo.read_undo_state(desk, issue(desk))
    return ahead.undo, ahead.redo


def test_each_step_is_undone_and_done_again(desk: AppContext) -> None:
    save(desk, "letter", "Hello")
    save(desk, f"note:{FIRST}", "Read it.")
    turn(desk, SECOND, FIRST)
    turn(desk, SECOND, FIRST)  # nothing moved: no step
    assert offered(desk) == ("the order of “Research”", "")
    undo.undo_last(desk, NAME)
    assert keys(desk) == [FIRST, SECOND]
    assert offered(desk) == ("the note on “One”", "the order of “Research”")
    undo.undo_last(desk, NAME)
    undo.undo_last(desk, NAME)
    assert (issue(desk).letter, issue(desk).entries()[0].note) == ("", "")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo.undo_last(desk, NAME)
    for _ in range(3):
        undo.redo_last(desk, NAME)
    assert (issue(desk).letter, keys(desk), issue(desk).entries()[1].note) == ("Hello", [SECOND, FIRST], "Read it.")
    with pytest.raises(UsageError, match="nothing to redo"):
        undo.redo_last(desk, NAME)
    assert "# a word of mine" in (desk.workspace.folder / f"issues/{NAME}/issue.toml").read_text("utf-8")


def test_it_survives_the_program(desk: AppContext) -> None:
    save(desk, "letter", "Hello")
    again = AppContext(open_workspace(desk.workspace.folder), NOW)
    assert undo.undo_last(again, NAME).place == "letter"
    assert issue(again).letter == ""


def test_what_was_written_elsewhere_since_is_never_undone(desk: AppContext) -> None:
    save(desk, "subject", "More news")
    save(desk, "letter", "Hello")
    file = desk.workspace.folder / f"issues/{NAME}/issue.toml"
    file.write_text(file.read_text("utf-8").replace("Hello", "By hand"), "utf-8")
    with pytest.raises(UsageError, match="the letter was changed elsewhere since"):
        undo.undo_last(desk, NAME)
    assert issue(desk).letter == "By hand"
    assert undo.undo_last(desk, NAME).place == "subject"  # those before it can still be reached
    assert issue(desk).subject == "News"


def test_a_note_whose_entry_is_gone_is_told(desk: AppContext) -> None:
    save(desk, f"note:{FIRST}", "Read it.")
    issue_repository.write(desk.workspace, composition.without(issue(desk), {FIRST: ""}))
    with pytest.raises(UsageError, match="changed elsewhere"):
        undo.undo_last(desk, NAME)


def test_going_back_to_a_version_can_be_undone_too(desk: AppContext) -> None:
    save(desk, "letter", "Hello")
    (first,) = editor.list_revisions(desk, NAME)
    editor.restore_revision(desk, NAME, first.id)
    assert issue(desk).letter == ""
    assert undo.read_undo_state(desk, issue(desk)).undo == "the whole issue"
    undo.undo_last(desk, NAME)
    assert issue(desk).letter == "Hello"
    undo.redo_last(desk, NAME)
    assert issue(desk).letter == ""


def test_going_back_to_what_stands_there_is_no_step(desk: AppContext) -> None:
    editor.save_revision(desk, NAME, always=True)
    (only,) = editor.list_revisions(desk, NAME)
    editor.restore_revision(desk, NAME, only.id)
    assert undo.read_undo_state(desk, issue(desk)) == undo.UndoState()


def test_a_version_that_is_not_kept_any_more_cannot_be_reached(desk: AppContext) -> None:
    save(desk, "letter", "Hello")
    (first,) = editor.list_revisions(desk, NAME)
    editor.restore_revision(desk, NAME, first.id)
    for path in (desk.workspace.private / f"versions/{NAME}").glob("*.toml"):
        path.unlink()
    with pytest.raises(UsageError, match="changed elsewhere"):
        undo.undo_last(desk, NAME)


def test_what_is_taken_back_is_what_was_offered(desk: AppContext) -> None:
    save(desk, "letter", "Hello")
    seen = undo.read_undo_state(desk, issue(desk)).undo_step
    save(desk, "subject", "From another window")
    with pytest.raises(UsageError, match="It would be the subject now"):
        undo.undo_last(desk, NAME, seen=seen)
    assert (issue(desk).letter, issue(desk).subject) == ("Hello", "From another window")
    undo.undo_last(desk, NAME, seen=undo.read_undo_state(desk, issue(desk)).undo_step)
    redo = undo.read_undo_state(desk, issue(desk)).redo_step
    undo.undo_last(desk, NAME)
    with pytest.raises(UsageError, match="It would be the letter now"):
        undo.redo_last(desk, NAME, seen=redo)
    assert (issue(desk).letter, issue(desk).subject) == ("", "News")


def test_a_step_that_has_gone_on_is_another_one(desk: AppContext) -> None:
    save(desk, "letter", "Hello")
    seen = undo.read_undo_state(desk, issue(desk)).undo_step
    save(desk, "letter", "Hello all")
    with pytest.raises(UsageError, match="look at it, then press again"):
        undo.undo_last(desk, NAME, seen=seen)
