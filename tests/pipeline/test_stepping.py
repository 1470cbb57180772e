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
from newsletter.workspace.context import Desk
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
def desk(folder: Path) -> Desk:
    (folder / f"issues/{NAME}").mkdir(parents=True)
    (folder / f"issues/{NAME}/issue.toml").write_text(TEXT, "utf-8")
    return Desk(open_workspace(folder), NOW)


def issue(desk: Desk) -> Issue:
    return issue_repository.read(desk.workspace, NAME)


def save(desk: Desk, place: str, text: str) -> None:
    seen = editor.version_of(composition.texts_of(issue(desk))[place])
    assert not editor.save_text(desk, NAME, place, text, seen=seen).conflict


def turn(desk: Desk, *keys: str) -> None:
    assert editor.save_order(desk, NAME, "research", keys, seen=editor.order_version(issue(desk), "research"))


def keys(desk: Desk) -> list[str]:
    return [entry.key for entry in issue(desk).entries()]


def offered(desk: Desk) -> tuple[str, str]:
    ahead = undo.ahead(desk, issue(desk))
    return ahead.undo, ahead.redo


def test_each_step_is_undone_and_done_again(desk: Desk) -> None:
    save(desk, "letter", "Hello")
    save(desk, f"note:{FIRST}", "Read it.")
    turn(desk, SECOND, FIRST)
    turn(desk, SECOND, FIRST)  # nothing moved: no step
    assert offered(desk) == ("the order of “Research”", "")
    undo.undo(desk, NAME)
    assert keys(desk) == [FIRST, SECOND]
    assert offered(desk) == ("the note on “One”", "the order of “Research”")
    undo.undo(desk, NAME)
    undo.undo(desk, NAME)
    assert (issue(desk).letter, issue(desk).entries()[0].note) == ("", "")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo.undo(desk, NAME)
    for _ in range(3):
        undo.redo(desk, NAME)
    assert (issue(desk).letter, keys(desk), issue(desk).entries()[1].note) == ("Hello", [SECOND, FIRST], "Read it.")
    with pytest.raises(UsageError, match="nothing to redo"):
        undo.redo(desk, NAME)
    assert "# a word of mine" in (desk.workspace.folder / f"issues/{NAME}/issue.toml").read_text("utf-8")


def test_it_survives_the_program(desk: Desk) -> None:
    save(desk, "letter", "Hello")
    again = Desk(open_workspace(desk.workspace.folder), NOW)
    assert undo.undo(again, NAME).place == "letter"
    assert issue(again).letter == ""


def test_what_was_written_elsewhere_since_is_never_undone(desk: Desk) -> None:
    save(desk, "subject", "More news")
    save(desk, "letter", "Hello")
    file = desk.workspace.folder / f"issues/{NAME}/issue.toml"
    file.write_text(file.read_text("utf-8").replace("Hello", "By hand"), "utf-8")
    with pytest.raises(UsageError, match="the letter was changed elsewhere since"):
        undo.undo(desk, NAME)
    assert issue(desk).letter == "By hand"
    assert undo.undo(desk, NAME).place == "subject"  # those before it can still be reached
    assert issue(desk).subject == "News"


def test_a_note_whose_entry_is_gone_is_told(desk: Desk) -> None:
    save(desk, f"note:{FIRST}", "Read it.")
    issue_repository.write(desk.workspace, composition.without(issue(desk), {FIRST: ""}))
    with pytest.raises(UsageError, match="changed elsewhere"):
        undo.undo(desk, NAME)


def test_going_back_to_a_version_can_be_undone_too(desk: Desk) -> None:
    save(desk, "letter", "Hello")
    (first,) = editor.versions(desk, NAME)
    editor.bring_back(desk, NAME, first.id)
    assert issue(desk).letter == ""
    assert undo.ahead(desk, issue(desk)).undo == "the whole issue"
    undo.undo(desk, NAME)
    assert issue(desk).letter == "Hello"
    undo.redo(desk, NAME)
    assert issue(desk).letter == ""


def test_going_back_to_what_stands_there_is_no_step(desk: Desk) -> None:
    editor.keep_version(desk, NAME, always=True)
    (only,) = editor.versions(desk, NAME)
    editor.bring_back(desk, NAME, only.id)
    assert undo.ahead(desk, issue(desk)) == undo.Ahead()


def test_a_version_that_is_not_kept_any_more_cannot_be_reached(desk: Desk) -> None:
    save(desk, "letter", "Hello")
    (first,) = editor.versions(desk, NAME)
    editor.bring_back(desk, NAME, first.id)
    for path in (desk.workspace.private / f"versions/{NAME}").glob("*.toml"):
        path.unlink()
    with pytest.raises(UsageError, match="changed elsewhere"):
        undo.undo(desk, NAME)


def test_what_is_taken_back_is_what_was_offered(desk: Desk) -> None:
    save(desk, "letter", "Hello")
    seen = undo.ahead(desk, issue(desk)).undo_step
    save(desk, "subject", "From another window")
    with pytest.raises(UsageError, match="It would be the subject now"):
        undo.undo(desk, NAME, seen=seen)
    assert (issue(desk).letter, issue(desk).subject) == ("Hello", "From another window")
    undo.undo(desk, NAME, seen=undo.ahead(desk, issue(desk)).undo_step)
    redo = undo.ahead(desk, issue(desk)).redo_step
    undo.undo(desk, NAME)
    with pytest.raises(UsageError, match="It would be the letter now"):
        undo.redo(desk, NAME, seen=redo)
    assert (issue(desk).letter, issue(desk).subject) == ("", "News")


def test_a_step_that_has_gone_on_is_another_one(desk: Desk) -> None:
    save(desk, "letter", "Hello")
    seen = undo.ahead(desk, issue(desk)).undo_step
    save(desk, "letter", "Hello all")
    with pytest.raises(UsageError, match="look at it, then press again"):
        undo.undo(desk, NAME, seen=seen)
