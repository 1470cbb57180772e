"""Earlier versions: what changed when, word by word, and the way back to each; undo and redo of what was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from starlette.responses import JSONResponse, Response

from newsletter import composition
from newsletter.errors import NewsletterError, UsageError
from newsletter.issues import diff, editor
from newsletter.issues import repository as issue_repository
from newsletter.issues import undo as issue_undo
from newsletter.issues.undo_log import UndoStep
from newsletter.model import Issue
from newsletter.studio.requests import StudioRequest, format_local_datetime, route

AT_ONCE = 20
NOW = "now"
"""The issue as it is, in the list of its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One version in the list."""

    id: str
    when: str
    said: str  # what changed since the version before
    has_changes: bool = False


def versions(call: StudioRequest) -> Response:
    """The versions, newest first, each with what changed in it."""
    if not call.has_issue:
        return call.render_page("no_issue", title="Earlier versions")
    names = _names(call)
    asked = call.query_value("most")
    most = max(AT_ONCE, int(asked) if asked.isdecimal() else 0)
    rows = [_row(call, names, place) for place in range(min(most, len(names)))]
    more = most + AT_ONCE if len(names) > most else 0
    return call.render_page("versions", title="Earlier versions", rows=rows, more=more, shown=None, changes=())


def version(call: StudioRequest) -> Response:
    """One version: what changed in it, word by word."""
    names, asked = _names(call), call.request.path_params["version"]
    if asked not in names:
        raise UsageError("that version is not kept any more")
    place = names.index(asked)
    row = _row(call, names, place)
    older = names[place + 1 : place + 2]
    found = diff.list_changes(_at(call, older[0]), _at(call, asked)) if older else ()
    return call.render_page("versions", title="Earlier versions", rows=(), more=0, shown=row, changes=found)


def _names(call: StudioRequest) -> list[str]:
    return [NOW, *(each.id for each in editor.list_revisions(call.context, call.issue_name))]


def _row(call: StudioRequest, names: list[str], place: int) -> RevisionRow:
    name, zone = names[place], call.context.workspace.settings.newsletter.zone
    when = "Now" if name == NOW else format_local_datetime(editor.parse_revision_time(name), zone)
    if place + 1 == len(names):
        return RevisionRow(id=name, when=when, said="The first one that is kept.")
    try:
        found = diff.list_changes(_at(call, names[place + 1]), _at(call, name))
    except NewsletterError:
        return RevisionRow(id=name, when=when, said="The file could not be read then.")
    return RevisionRow(id=name, when=when, said=diff.summarize_changes(found), has_changes=bool(found))


def _at(call: StudioRequest, name: str) -> Issue:
    known: dict[str, Issue] = call.request.scope.setdefault(
        "versions", {}
    )  # each is asked for twice: as older, as newer
    if name not in known:
        desk, issue = call.context, call.issue_name
        known[name] = (
            issue_repository.read(desk.workspace, issue) if name == NOW else editor.load_revision(desk, issue, name)
        )
    return known[name]


def bring_back(call: StudioRequest) -> Response:
    """Make the issue what it was at an earlier moment."""
    editor.restore_revision(call.context, call.issue_name, call.form_value("version"))
    return call.redirect(f"/issues/{call.issue_name}/write", "That version is back. What you had is kept as a version too.")


def undo(call: StudioRequest) -> Response:
    """Take back what was written last."""
    return _apply_step(call, issue_undo.undo_last, "Undone")


def redo(call: StudioRequest) -> Response:
    """Make again what was undone last."""
    return _apply_step(call, issue_undo.redo_last, "Done again")


def _apply_step(call: StudioRequest, move: Callable[..., UndoStep], word: str) -> Response:
    desk, name = call.context, call.issue_name
    step = move(desk, name, seen=call.form_value("step"))
    issue = issue_repository.read(desk.workspace, name)
    said = f"{word}: {diff.describe_place(issue, step.place)}."
    if not call.is_script:
        return call.redirect(f"/issues/{name}/write", said)
    text = composition.texts_of(issue).get(step.place)
    told = {"said": said, "place": step.place, "text": text, "version": editor.compute_version(text or "")}
    return JSONResponse(
        {**told, "file": editor.file_version(desk, name), "ahead": asdict(issue_undo.read_undo_state(desk, issue))}
    )


ROUTES = [
    route("/issues/{issue}/versions", versions),
    route("/issues/{issue}/versions/{version}", version),
    route("/issues/{issue}/bring-back", bring_back, changes=True),
    route("/issues/{issue}/undo", undo, changes=True),
    route("/issues/{issue}/redo", redo, changes=True),
]
