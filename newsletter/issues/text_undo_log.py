"""The steps of writing an issue, to be taken back and made again, also after a restart.

A step is what was changed at one place. Typing on at the same place is the same step, until the
writer pauses. Each is a file of its own, for the owner alone: a step that is written cannot damage
those before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.issues.store import issue_folder
from newsletter.workspace.files import write_whole
from newsletter.workspace.folder import Workspace

PAUSE = timedelta(seconds=3)
"""Without a word for so long, the writer has begun another step."""
LONGEST = timedelta(seconds=30)
KEPT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoStep:
    """One change at one place."""

    number: int
    place: str  # as in `composition.texts_of`; `order:SECTION`; or `whole`
    before: str  # the words; the keys of entries, each on a line; or the name of a version
    after: str
    began_at: datetime
    ended_at: datetime
    is_undone: bool = False


def record_step(workspace: Workspace, issue: str, place: str, before: str, after: str) -> None:
    """Note a change that was made; what was undone before can then no longer be made again."""
    now = datetime.now(UTC)
    known = list(list_steps(workspace, issue))
    for undone in [each for each in known if each.is_undone]:
        delete_step(workspace, issue, undone)
        known.remove(undone)
    last = known[-1] if known else None
    if last and _goes_on(last, place, before, now):
        if last.before == after:
            delete_step(workspace, issue, last)
        else:
            write_step(workspace, issue, replace(last, after=after, ended_at=now))
        return
    number = last.number + 1 if last else 1
    write_step(
        workspace,
        issue,
        UndoStep(
            number=number, place=place, before=before, after=after, began_at=now, ended_at=now
        ),
    )
    for old in known[: -KEPT + 1]:
        delete_step(workspace, issue, old)


def _goes_on(last: UndoStep, place: str, before: str, now: datetime) -> bool:
    is_near = now - last.ended_at < PAUSE and now - last.began_at < LONGEST
    is_typing = not place.startswith(("order:", "whole"))
    return is_near and is_typing and last.place == place and last.after == before


def list_steps(workspace: Workspace, issue: str) -> Iterator[UndoStep]:
    """The steps that are known, oldest first; one that cannot be read is passed over."""
    for path in sorted(_folder(workspace, issue).glob("*.json")):
        try:
            told = json.loads(path.read_text("utf-8"))
            moments = {
                name: datetime.fromisoformat(told[name]) for name in ("began_at", "ended_at")
            }
            yield UndoStep(**(told | moments))
        except (OSError, ValueError, TypeError, KeyError):
            continue


def write_step(workspace: Workspace, issue: str, step: UndoStep) -> None:
    """Keep a step as it is now; raises StorageError."""
    told = asdict(step) | {
        "began_at": step.began_at.isoformat(),
        "ended_at": step.ended_at.isoformat(),
    }
    write_whole(_file(workspace, issue, step), json.dumps(told, ensure_ascii=False), private=True)


def delete_step(workspace: Workspace, issue: str, step: UndoStep) -> None:
    """Take a step out of what can be undone or made again."""
    _file(workspace, issue, step).unlink(missing_ok=True)


def _folder(workspace: Workspace, issue: str) -> Path:
    return workspace.private / "versions" / issue_folder(workspace, issue).name / "steps"


def _file(workspace: Workspace, issue: str, step: UndoStep) -> Path:
    return _folder(workspace, issue) / f"{step.number:08}.json"
