"""Sections in Setup: add, rename, order by buttons and keys, remove; and the words that bring an entry there."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from newsletter.model import section_title
from newsletter.pipeline import sectioning
from newsletter.studio.calls import Call, route
from newsletter.studio.views.setup import back, step_of


def add(call: Call) -> Response:
    """One more section."""
    title = call.filled("title").strip()
    sectioning.add_section(call.desk, title)
    return back(call, "sections", f"Added: {title}.")


def change(call: Call) -> Response:
    """Another title, other words."""
    title = call.filled("title").strip()
    sectioning.change_section(call.desk, call.filled("name"), title, call.filled("rules").splitlines())
    return back(call, "sections", f"Saved: {title}.")


def move(call: Call) -> Response:
    """One place up or down."""
    name, by = call.filled("name"), -1 if call.filled("by") == "up" else 1
    before = [each.name for each in call.desk.workspace.settings.sections]
    place = sectioning.move_section(call.desk, name, by)
    title = section_title(name, call.desk.workspace.settings.sections)
    if before.index(name) + 1 == place:
        said = f"{title} is the {'first' if by < 0 else 'last'} already."
    else:
        said = f"{place} of {len(before)} now: {title}"
    if not call.is_script:
        return back(call, "sections", said)
    settings = call.room.desk().workspace.settings
    leaving = {each.name: sectioning.leaving(call.desk, each.name) for each in settings.sections}
    html = call.part("_sections", settings=settings, leaving=leaving, step=step_of(call))
    return JSONResponse({"said": said, "html": html})


def remove(call: Call) -> Response:
    """One section less."""
    name = call.filled("name")
    title = section_title(name, call.desk.workspace.settings.sections)
    becomes = sectioning.leaving(call.desk, name)
    sectioning.remove_section(call.desk, name)
    return back(call, "sections", f"Removed: {title}. {becomes}")


ROUTES = [
    route("/setup/sections/add", add, changes=True),
    route("/setup/sections/change", change, changes=True),
    route("/setup/sections/move", move, changes=True),
    route("/setup/sections/remove", remove, changes=True),
]
