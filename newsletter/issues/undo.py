"""Undo and redo of what was written in an issue: one step at a time, and never over what somebody else wrote since."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter import composition
from newsletter.errors import UsageError
from newsletter.issues import editor, undo_log
from newsletter.issues import repository as issue_repository
from newsletter.issues.diff import named
from newsletter.issues.undo_log import Step
from newsletter.model import Issue
from newsletter.workspace.context import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What Undo and Redo would do now, as words; empty: nothing."""

    undo: str = ""
    redo: str = ""
    undo_step: str = ""  # which step that is; to be named when it is taken
    redo_step: str = ""


def ahead(desk: Desk, issue: Issue) -> Ahead:
    """What can be undone and redone in an issue."""
    known = list(undo_log.steps(desk.workspace, issue.name))
    undo = next((each for each in reversed(known) if not each.is_undone), None)
    redo = next((each for each in known if each.is_undone), None)
    return Ahead(
        undo=named(issue, undo.place) if undo else "",
        redo=named(issue, redo.place) if redo else "",
        undo_step=_id(undo) if undo else "",
        redo_step=_id(redo) if redo else "",
    )


def _id(step: Step) -> str:
    """A short name of a step; another one when it has gone on since."""
    return f"{step.number}-{editor.version_of(step.after)}"


def undo(desk: Desk, name: str, *, seen: str = "") -> Step:
    """Take the last step back; `seen` is the one that was offered.

    Raises UsageError when there is none, another one is the last by now, or its place was changed elsewhere since.
    """
    known = [each for each in undo_log.steps(desk.workspace, name) if not each.is_undone]
    if not known:
        raise UsageError("there is nothing to undo")
    step = known[-1]
    _expect(desk, name, step, seen)
    _put(desk, name, step, there=step.after, wanted=step.before)
    undo_log.write(desk.workspace, name, replace(step, is_undone=True))
    return step


def redo(desk: Desk, name: str, *, seen: str = "") -> Step:
    """Make the step again that was undone last; raises UsageError as `undo`."""
    step = next((each for each in undo_log.steps(desk.workspace, name) if each.is_undone), None)
    if step is None:
        raise UsageError("there is nothing to redo")
    _expect(desk, name, step, seen)
    _put(desk, name, step, there=step.before, wanted=step.after)
    undo_log.write(desk.workspace, name, replace(step, is_undone=False))
    return step


def _expect(desk: Desk, name: str, step: Step, seen: str) -> None:
    """Two windows share one row of steps: what one of them takes back has to be what it has offered."""
    if seen and seen != _id(step):
        place = named(issue_repository.read(desk.workspace, name), step.place)
        raise UsageError(
            f"another window wrote or undid something meanwhile, so nothing was changed. It would be {place} now: "
            "look at it, then press again"
        )


def _put(desk: Desk, name: str, step: Step, *, there: str, wanted: str) -> None:
    """Make a place say `wanted`, when it says `there`; else the step is forgotten, so that those before it can be reached."""
    issue = issue_repository.read(desk.workspace, name)
    if not _stands(desk, issue, step.place, there):
        undo_log.forget(desk.workspace, name, step)
        raise UsageError(
            f"{named(issue, step.place)} was changed elsewhere since, so this step was left as it is. "
            "Look at the earlier versions to go further back"
        )
    kind, _, section = step.place.partition(":")
    if kind == "whole":
        editor.put_back(desk, name, wanted)
        return
    editor.keep_version(desk, name)
    if kind == "order":
        issue_repository.write(desk.workspace, composition.reordered(issue, section, wanted.split("\n")))
    else:
        issue_repository.write(desk.workspace, composition.with_text(issue, step.place, wanted))


def _stands(desk: Desk, issue: Issue, place: str, wanted: str) -> bool:
    kind, _, section = place.partition(":")
    if kind == "whole":
        return editor.is_version(desk, issue.name, wanted)
    if kind == "order":
        return editor.order_of(issue, section) == wanted
    return composition.texts_of(issue).get(place) == wanted
