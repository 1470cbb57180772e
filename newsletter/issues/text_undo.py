"""Undo and redo of what was written in an issue.

One step at a time, and never over what somebody else wrote since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter import composition
from newsletter.errors import UsageError
from newsletter.issues import editor, text_undo_log
from newsletter.issues.diff import describe_place
from newsletter.issues.store import issues_of
from newsletter.issues.text_undo_log import UndoStep
from newsletter.model import Issue
from newsletter.workspace.context import AppContext


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoState:
    """What Undo and Redo would do now, as words; empty: nothing."""

    undo: str = ""
    redo: str = ""
    undo_step: str = ""  # which step that is; to be named when it is taken
    redo_step: str = ""


def read_undo_state(context: AppContext, issue: Issue) -> UndoState:
    """What can be undone and redone in an issue."""
    known = list(text_undo_log.list_steps(context.workspace, issue.name))
    undo = next((each for each in reversed(known) if not each.is_undone), None)
    redo = next((each for each in known if each.is_undone), None)
    return UndoState(
        undo=describe_place(issue, undo.place) if undo else "",
        redo=describe_place(issue, redo.place) if redo else "",
        undo_step=_id(undo) if undo else "",
        redo_step=_id(redo) if redo else "",
    )


def _id(step: UndoStep) -> str:
    """A short name of a step; another one when it has gone on since."""
    return f"{step.number}-{editor.compute_version(step.after)}"


def undo_last(context: AppContext, name: str, *, seen: str = "") -> UndoStep:
    """Take the last step back; `seen` is the one that was offered.

    Raises UsageError when there is none, another one is the last by now, or its place was changed
    elsewhere since.
    """
    known = [
        each for each in text_undo_log.list_steps(context.workspace, name) if not each.is_undone
    ]
    if not known:
        raise UsageError("there is nothing to undo")
    step = known[-1]
    _expect(context, name, step, seen)
    _put(context, name, step, there=step.after, wanted=step.before)
    text_undo_log.write_step(context.workspace, name, replace(step, is_undone=True))
    return step


def redo_last(context: AppContext, name: str, *, seen: str = "") -> UndoStep:
    """Make the step again that was undone last; raises UsageError as `undo`."""
    step = next(
        (each for each in text_undo_log.list_steps(context.workspace, name) if each.is_undone), None
    )
    if step is None:
        raise UsageError("there is nothing to redo")
    _expect(context, name, step, seen)
    _put(context, name, step, there=step.before, wanted=step.after)
    text_undo_log.write_step(context.workspace, name, replace(step, is_undone=False))
    return step


def _expect(context: AppContext, name: str, step: UndoStep, seen: str) -> None:
    """Two windows share one row of steps.

    What one of them takes back has to be what it has offered.
    """
    if seen and seen != _id(step):
        place = describe_place(issues_of(context).read(name), step.place)
        raise UsageError(
            "another window wrote or undid something meanwhile, so nothing was changed. It would"
            f" be {place} now: look at it, then press again"
        )


def _put(context: AppContext, name: str, step: UndoStep, *, there: str, wanted: str) -> None:
    """Make a place say `wanted`, when it says `there`.

    Else the step is forgotten, so that those before it can be reached.
    """
    issue = issues_of(context).read(name)
    if not _stands(context, issue, step.place, there):
        text_undo_log.delete_step(context.workspace, name, step)
        raise UsageError(
            f"{describe_place(issue, step.place)} was changed elsewhere since, so this step was"
            " left as it is. Look at the earlier versions to go further back"
        )
    kind, _, section = step.place.partition(":")
    if kind == "whole":
        editor.restore_without_undo(context, name, wanted)
        return
    editor.save_revision(context, name)
    if kind == "order":
        issues_of(context).write(composition.reorder_entries(issue, section, wanted.split("\n")))
    else:
        issues_of(context).write(composition.with_text(issue, step.place, wanted))


def _stands(context: AppContext, issue: Issue, place: str, wanted: str) -> bool:
    kind, _, section = place.partition(":")
    if kind == "whole":
        return editor.matches_revision(context, issue.name, wanted)
    if kind == "order":
        return editor.list_order(issue, section) == wanted
    return composition.texts_of(issue).get(place) == wanted
