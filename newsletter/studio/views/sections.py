"""Sections in Setup: add, rename, order by buttons and keys, remove.

Here also stand the words that bring an entry there.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from newsletter.admin import sections
from newsletter.errors import UsageError
from newsletter.model import section_title
from newsletter.studio.forms import go_back, step_of
from newsletter.studio.requests import StudioRequest, route

FIELDS = ("title", "rules")


def add(request: StudioRequest) -> Response:
    """One more section."""
    title = request.form_value("title").strip()
    sections.add_section(request.context, title)
    return go_back(request, "sections", f"Added: {title}.")


def change(request: StudioRequest) -> Response:
    """Another title, other words."""
    name, there = request.form_value("name"), _there(request)
    given = {each: _lines(request.form_value(each)) for each in FIELDS}
    shown = _read_shown(request, there)
    meant = {each: there[each] if given[each] == shown[each] else given[each] for each in FIELDS}
    if any(meant[each] != there[each] != shown[each] for each in FIELDS):
        raise _overtaken(there)
    title = " ".join(meant["title"])
    sections.change_section(request.context, name, title, meant["rules"])
    return go_back(request, "sections", f"Saved: {title}.")


def _read_shown(request: StudioRequest, there: dict[str, list[str]]) -> dict[str, list[str]]:
    """What each field said when the page was loaded."""
    was = {each: f"was-{each}" for each in FIELDS}
    return {
        each: _lines(request.form_value(name)) if name in request.form else there[each]
        for each, name in was.items()
    }


def _overtaken(there: dict[str, list[str]]) -> UsageError:
    said = ", ".join(there["rules"]) or "none"
    return UsageError(
        "this section was changed in another window or program meanwhile. Its title is"
        f" “{' '.join(there['title'])}” by now, and its words are: {said}. Load the page again,"
        " then change it"
    )


def _there(request: StudioRequest) -> dict[str, list[str]]:
    """What is set by now, each field in lines."""
    style = next(
        (
            each
            for each in request.context.workspace.settings.sections
            if each.name == request.form_value("name")
        ),
        None,
    )
    if style is None:
        raise UsageError(
            "this section was taken out in another window or program meanwhile: load the page again"
        )
    return {"title": _lines(style.title), "rules": _lines("\n".join(style.rules))}


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := each.strip())]


def move(request: StudioRequest) -> Response:
    """One place up or down."""
    name, by = request.form_value("name"), -1 if request.form_value("by") == "up" else 1
    before = [each.name for each in request.context.workspace.settings.sections]
    place = sections.move_section(request.context, name, by)
    title = section_title(name, request.context.workspace.settings.sections)
    if before.index(name) + 1 == place:
        said = f"{title} is the {'first' if by < 0 else 'last'} already."
    else:
        said = f"{place} of {len(before)} now: {title}"
    if not request.is_script:
        return go_back(request, "sections", said)
    settings = request.studio.context().workspace.settings
    leaving = {
        each.name: sections.assess_removal(request.context, each.name) for each in settings.sections
    }
    html = request.render_fragment(
        "_sections", settings=settings, leaving=leaving, step=step_of(request)
    )
    return JSONResponse({"said": said, "html": html})


def remove(request: StudioRequest) -> Response:
    """One section less."""
    name = request.form_value("name")
    title = section_title(name, request.context.workspace.settings.sections)
    becomes = sections.assess_removal(request.context, name)
    sections.remove_section(request.context, name)
    return go_back(request, "sections", f"Removed: {title}. {becomes}")


ROUTES = [
    route("/setup/sections/add", add, changes=True),
    route("/setup/sections/change", change, changes=True),
    route("/setup/sections/move", move, changes=True),
    route("/setup/sections/remove", remove, changes=True),
]
