"""Earlier versions: what changed when, word by word, and the way back to each.

Undo and redo of what was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from starlette.responses import JSONResponse, Response

from newsletter import composition
from newsletter.errors import NewsletterError, UsageError
from newsletter.formats.local_time import format_local_datetime
from newsletter.issues import diff, editor
from newsletter.issues import service as issues
from newsletter.issues import text_undo as issue_undo
from newsletter.issues.text_undo_log import UndoStep
from newsletter.model import Issue
from newsletter.studio.requests import StudioRequest, route

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


def versions(request: StudioRequest) -> Response:
    """The versions, newest first, each with what changed in it."""
    if not request.has_issue:
        return request.render_page("no_issue", title="Earlier versions")
    names = _names(request)
    asked = request.query_value("most")
    most = max(AT_ONCE, int(asked) if asked.isdecimal() else 0)
    rows = [_row(request, names, place) for place in range(min(most, len(names)))]
    more = most + AT_ONCE if len(names) > most else 0
    return request.render_page(
        "versions", title="Earlier versions", rows=rows, more=more, shown=None, changes=()
    )


def version(request: StudioRequest) -> Response:
    """One version: what changed in it, word by word."""
    names, asked = _names(request), request.request.path_params["version"]
    if asked not in names:
        raise UsageError("that version is not kept any more")
    place = names.index(asked)
    row = _row(request, names, place)
    older = names[place + 1 : place + 2]
    found = diff.list_changes(_at(request, older[0]), _at(request, asked)) if older else ()
    return request.render_page(
        "versions", title="Earlier versions", rows=(), more=0, shown=row, changes=found
    )


def _names(request: StudioRequest) -> list[str]:
    return [NOW, *(each.id for each in editor.list_revisions(request.context, request.issue_name))]


def _row(request: StudioRequest, names: list[str], place: int) -> RevisionRow:
    name, zone = names[place], request.context.workspace.settings.newsletter.zone
    when = "Now" if name == NOW else format_local_datetime(editor.parse_revision_time(name), zone)
    if place + 1 == len(names):
        return RevisionRow(id=name, when=when, said="The first one that is kept.")
    try:
        found = diff.list_changes(_at(request, names[place + 1]), _at(request, name))
    except NewsletterError:
        return RevisionRow(id=name, when=when, said="The file could not be read then.")
    return RevisionRow(
        id=name, when=when, said=diff.summarize_changes(found), has_changes=bool(found)
    )


def _at(request: StudioRequest, name: str) -> Issue:
    known: dict[str, Issue] = request.request.scope.setdefault(
        "versions", {}
    )  # each is asked for twice: as older, as newer
    if name not in known:
        context, issue = request.context, request.issue_name
        known[name] = (
            issues.read_issue(context, issue)
            if name == NOW
            else editor.load_revision(context, issue, name)
        )
    return known[name]


def bring_back(request: StudioRequest) -> Response:
    """Make the issue what it was at an earlier moment."""
    editor.restore_revision(request.context, request.issue_name, request.form_value("version"))
    return request.redirect(
        f"/issues/{request.issue_name}/write",
        "That version is back. What you had is kept as a version too.",
    )


def undo(request: StudioRequest) -> Response:
    """Take back what was written last."""
    return _apply_step(request, issue_undo.undo_last, "Undone")


def redo(request: StudioRequest) -> Response:
    """Make again what was undone last."""
    return _apply_step(request, issue_undo.redo_last, "Done again")


def _apply_step(request: StudioRequest, move: Callable[..., UndoStep], word: str) -> Response:
    context, name = request.context, request.issue_name
    step = move(context, name, seen=request.form_value("step"))
    issue = issues.read_issue(context, name)
    said = f"{word}: {diff.describe_place(issue, step.place)}."
    if not request.is_script:
        return request.redirect(f"/issues/{name}/write", said)
    text = composition.texts_of(issue).get(step.place)
    told = {
        "said": said,
        "place": step.place,
        "text": text,
        "version": editor.compute_version(text or ""),
        "file": editor.file_version(context, name),
        "ahead": asdict(issue_undo.read_undo_state(context, issue)),
    }
    return JSONResponse(told)


ROUTES = [
    route("/issues/{issue}/versions", versions),
    route("/issues/{issue}/versions/{version}", version),
    route("/issues/{issue}/bring-back", bring_back, changes=True),
    route("/issues/{issue}/undo", undo, changes=True),
    route("/issues/{issue}/redo", redo, changes=True),
]
