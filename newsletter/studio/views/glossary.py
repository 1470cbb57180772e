"""The glossary beside the writing: words that readers may not know, and what they mean."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from newsletter.errors import UsageError
from newsletter.issues import editor, glossary
from newsletter.studio.requests import StudioRequest, route


def explain(request: StudioRequest) -> Response:
    """Write what a word means, unless somebody else wrote there meanwhile."""
    was, term = request.form_value("was"), request.form_value("term")
    seen = request.form_value("seen") or editor.compute_version("")
    edited = glossary.set_term(
        request.context, term, request.form_value("meaning"), seen=seen, was=was
    )
    if edited.conflict and not request.is_script:
        raise UsageError(
            f"this was changed in another window meanwhile; it says there: {edited.text}"
        )
    if not request.is_script:
        return request.redirect(_back(request), "Saved.")
    told = {"conflict": edited.conflict, "text": edited.text, "version": edited.version}
    return JSONResponse({**told, "file": editor.file_version(request.context, request.issue_name)})


def forget(request: StudioRequest) -> Response:
    """Take a word out of the glossary."""
    term = request.form_value("was") or request.form_value("term")
    gone = glossary.delete_term(request.context, term, seen=request.form_value("seen"))
    if gone.conflict and not request.is_script:
        raise UsageError(
            f"this was changed in another window meanwhile; it says there: {gone.text}"
        )
    if not request.is_script:
        return request.redirect(_back(request), f"“{term}” is out of the glossary.")
    said = f"“{term}” is out of the glossary."
    file = editor.file_version(request.context, request.issue_name)
    told = {
        "conflict": gone.conflict,
        "term": term,
        "meaning": gone.text,
        "version": gone.version,
        "file": file,
    }
    return JSONResponse({**told, "said": said})


def _back(request: StudioRequest) -> str:
    return f"/issues/{request.issue_name}/write"


ROUTES = [
    route("/issues/{issue}/glossary", explain, changes=True),
    route("/issues/{issue}/glossary/remove", forget, changes=True),
]
