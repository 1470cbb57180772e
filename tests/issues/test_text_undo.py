"""Undo and redo: one step at a time, and never over what somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.checkout import NOW

from newsletter import composition
from newsletter.errors import UsageError
from newsletter.issues import editor, text_undo
from newsletter.issues.store import issues_of
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
def context(folder: Path) -> AppContext:
    (folder / f"issues/{NAME}").mkdir(parents=True)
    (folder / f"issues/{NAME}/issue.toml").write_text(TEXT, "utf-8")
    return AppContext(open_workspace(folder), NOW)


def issue(context: AppContext) -> Issue:
    return issues_of(context).read(NAME)


def save(context: AppContext, place: str, text: str) -> None:
    seen = editor.compute_version(composition.texts_of(issue(context))[place])
    assert not editor.save_text(context, NAME, place, text, seen=seen).conflict


def turn(context: AppContext, *keys: str) -> None:
    assert editor.save_order(
        context, NAME, "research", keys, seen=editor.order_version(issue(context), "research")
    )


def keys(context: AppContext) -> list[str]:
    return [entry.key for entry in issue(context).entries()]


def offered(context: AppContext) -> tuple[str, str]:
    ahead = text_undo.read_undo_state(context, issue(context))
    return ahead.undo, ahead.redo


def test_each_step_is_undone_and_done_again(context: AppContext) -> None:
    save(context, "letter", "Hello")
    save(context, f"note:{FIRST}", "Read it.")
    turn(context, SECOND, FIRST)
    turn(context, SECOND, FIRST)  # nothing moved: no step
    assert offered(context) == ("the order of “Research”", "")
    text_undo.undo_last(context, NAME)
    assert keys(context) == [FIRST, SECOND]
    assert offered(context) == ("the note on “One”", "the order of “Research”")
    text_undo.undo_last(context, NAME)
    text_undo.undo_last(context, NAME)
    assert (issue(context).letter, issue(context).entries()[0].note) == ("", "")
    with pytest.raises(UsageError, match="nothing to undo"):
        text_undo.undo_last(context, NAME)
    for _ in range(3):
        text_undo.redo_last(context, NAME)
    assert (issue(context).letter, keys(context), issue(context).entries()[1].note) == (
        "Hello",
        [SECOND, FIRST],
        "Read it.",
    )
    with pytest.raises(UsageError, match="nothing to redo"):
        text_undo.redo_last(context, NAME)
    assert "# a word of mine" in (context.workspace.folder / f"issues/{NAME}/issue.toml").read_text(
        "utf-8"
    )


def test_it_survives_the_program(context: AppContext) -> None:
    save(context, "letter", "Hello")
    again = AppContext(open_workspace(context.workspace.folder), NOW)
    assert text_undo.undo_last(again, NAME).place == "letter"
    assert issue(again).letter == ""


def test_what_was_written_elsewhere_since_is_never_undone(context: AppContext) -> None:
    save(context, "subject", "More news")
    save(context, "letter", "Hello")
    file = context.workspace.folder / f"issues/{NAME}/issue.toml"
    file.write_text(file.read_text("utf-8").replace("Hello", "By hand"), "utf-8")
    with pytest.raises(UsageError, match="the letter was changed elsewhere since"):
        text_undo.undo_last(context, NAME)
    assert issue(context).letter == "By hand"
    assert (
        text_undo.undo_last(context, NAME).place == "subject"
    )  # those before it can still be reached
    assert issue(context).subject == "News"


def test_a_note_whose_entry_is_gone_is_told(context: AppContext) -> None:
    save(context, f"note:{FIRST}", "Read it.")
    issues_of(context).write(composition.without(issue(context), {FIRST: ""}))
    with pytest.raises(UsageError, match="changed elsewhere"):
        text_undo.undo_last(context, NAME)


def test_going_back_to_a_version_can_be_undone_too(context: AppContext) -> None:
    save(context, "letter", "Hello")
    (first,) = editor.list_revisions(context, NAME)
    editor.restore_revision(context, NAME, first.id)
    assert issue(context).letter == ""
    assert text_undo.read_undo_state(context, issue(context)).undo == "the whole issue"
    text_undo.undo_last(context, NAME)
    assert issue(context).letter == "Hello"
    text_undo.redo_last(context, NAME)
    assert issue(context).letter == ""


def test_going_back_to_what_stands_there_is_no_step(context: AppContext) -> None:
    editor.save_revision(context, NAME, always=True)
    (only,) = editor.list_revisions(context, NAME)
    editor.restore_revision(context, NAME, only.id)
    assert text_undo.read_undo_state(context, issue(context)) == text_undo.UndoState()


def test_a_version_that_is_not_kept_any_more_cannot_be_reached(context: AppContext) -> None:
    save(context, "letter", "Hello")
    (first,) = editor.list_revisions(context, NAME)
    editor.restore_revision(context, NAME, first.id)
    for path in (context.workspace.private / f"versions/{NAME}").glob("*.toml"):
        path.unlink()
    with pytest.raises(UsageError, match="changed elsewhere"):
        text_undo.undo_last(context, NAME)


def test_what_is_taken_back_is_what_was_offered(context: AppContext) -> None:
    save(context, "letter", "Hello")
    seen = text_undo.read_undo_state(context, issue(context)).undo_step
    save(context, "subject", "From another window")
    with pytest.raises(UsageError, match="It would be the subject now"):
        text_undo.undo_last(context, NAME, seen=seen)
    assert (issue(context).letter, issue(context).subject) == ("Hello", "From another window")
    text_undo.undo_last(
        context, NAME, seen=text_undo.read_undo_state(context, issue(context)).undo_step
    )
    redo = text_undo.read_undo_state(context, issue(context)).redo_step
    text_undo.undo_last(context, NAME)
    with pytest.raises(UsageError, match="It would be the letter now"):
        text_undo.redo_last(context, NAME, seen=redo)
    assert (issue(context).letter, issue(context).subject) == ("", "News")


def test_a_step_that_has_gone_on_is_another_one(context: AppContext) -> None:
    save(context, "letter", "Hello")
    seen = text_undo.read_undo_state(context, issue(context)).undo_step
    save(context, "letter", "Hello all")
    with pytest.raises(UsageError, match="look at it, then press again"):
        text_undo.undo_last(context, NAME, seen=seen)
