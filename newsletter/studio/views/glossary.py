"""The glossary beside the writing: words that readers may not know, and what they mean."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from newsletter.errors import UsageError
from newsletter.issues import editor, glossary
from newsletter.studio.requests import StudioRequest, route
from newsletter.workspace.context import AppContext


def list_terms(desk: AppContext) -> list[dict[str, str]]:
    """Every word with its meaning and the version of that, in the order of the file."""
    terms = glossary.glossary(desk).items()
    return [{"term": term, "meaning": meaning, "version": editor.compute_version(meaning)} for term, meaning in terms]


def explain(call: StudioRequest) -> Response:
    """Write what a word means, unless somebody else wrote there meanwhile."""
    was, term = call.form_value("was"), call.form_value("term")
    seen = call.form_value("seen") or editor.compute_version("")
    edited = glossary.set_term(call.context, term, call.form_value("meaning"), seen=seen, was=was)
    if edited.conflict and not call.is_script:
        raise UsageError(f"this was changed in another window meanwhile; it says there: {edited.text}")
    if not call.is_script:
        return call.redirect(_back(call), "Saved.")
    told = {"conflict": edited.conflict, "text": edited.text, "version": edited.version}
    return JSONResponse({**told, "file": editor.file_version(call.context, call.issue_name)})


def forget(call: StudioRequest) -> Response:
    """Take a word out of the glossary."""
    term = call.form_value("was") or call.form_value("term")
    gone = glossary.delete_term(call.context, term, seen=call.form_value("seen"))
    if gone.conflict and not call.is_script:
        raise UsageError(f"this was changed in another window meanwhile; it says there: {gone.text}")
    if not call.is_script:
        return call.redirect(_back(call), f"“{term}” is out of the glossary.")
    said = f"“{term}” is out of the glossary."
    file = editor.file_version(call.context, call.issue_name)
    told = {"conflict": gone.conflict, "term": term, "meaning": gone.text, "version": gone.version, "file": file}
    return JSONResponse({**told, "said": said})


def _back(call: StudioRequest) -> str:
    return f"/issues/{call.issue_name}/write"


ROUTES = [
    route("/issues/{issue}/glossary", explain, changes=True),
    route("/issues/{issue}/glossary/remove", forget, changes=True),
]
