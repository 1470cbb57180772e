"""Sections in Setup: add, rename, order by buttons and keys, remove; and the words that bring an entry there."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from newsletter.admin import sections
from newsletter.errors import UsageError
from newsletter.model import section_title
from newsletter.studio.requests import StudioRequest, route
from newsletter.studio.views.setup import back, step_of

FIELDS = ("title", "rules")


def add(call: StudioRequest) -> Response:
    """One more section."""
    title = call.form_value("title").strip()
    sections.add_section(call.context, title)
    return back(call, "sections", f"Added: {title}.")


def change(call: StudioRequest) -> Response:
    """Another title, other words."""
    name, there = call.form_value("name"), _there(call)
    given = {each: _lines(call.form_value(each)) for each in FIELDS}
    shown = {each: _lines(call.form_value(f"was-{each}")) if f"was-{each}" in call.form else there[each] for each in FIELDS}
    meant = {each: there[each] if given[each] == shown[each] else given[each] for each in FIELDS}
    if any(meant[each] != there[each] != shown[each] for each in FIELDS):
        said = ", ".join(there["rules"]) or "none"
        raise UsageError(
            f"this section was changed in another window or program meanwhile. Its title is “{' '.join(there['title'])}” by "
            f"now, and its words are: {said}. Load the page again, then change it"
        )
    title = " ".join(meant["title"])
    sections.change_section(call.context, name, title, meant["rules"])
    return back(call, "sections", f"Saved: {title}.")


def _there(call: StudioRequest) -> dict[str, list[str]]:
    """What is set by now, each field in lines."""
    style = next((each for each in call.context.workspace.settings.sections if each.name == call.form_value("name")), None)
    if style is None:
        raise UsageError("this section was taken out in another window or program meanwhile: load the page again")
    return {"title": _lines(style.title), "rules": _lines("\n".join(style.rules))}


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := each.strip())]


def move(call: StudioRequest) -> Response:
    """One place up or down."""
    name, by = call.form_value("name"), -1 if call.form_value("by") == "up" else 1
    before = [each.name for each in call.context.workspace.settings.sections]
    place = sections.move_section(call.context, name, by)
    title = section_title(name, call.context.workspace.settings.sections)
    if before.index(name) + 1 == place:
        said = f"{title} is the {'first' if by < 0 else 'last'} already."
    else:
        said = f"{place} of {len(before)} now: {title}"
    if not call.is_script:
        return back(call, "sections", said)
    settings = call.studio.context().workspace.settings
    leaving = {each.name: sections.assess_removal(call.context, each.name) for each in settings.sections}
    html = call.render_fragment("_sections", settings=settings, leaving=leaving, step=step_of(call))
    return JSONResponse({"said": said, "html": html})


def remove(call: StudioRequest) -> Response:
    """One section less."""
    name = call.form_value("name")
    title = section_title(name, call.context.workspace.settings.sections)
    becomes = sections.assess_removal(call.context, name)
    sections.remove_section(call.context, name)
    return back(call, "sections", f"Removed: {title}. {becomes}")


ROUTES = [
    route("/setup/sections/add", add, changes=True),
    route("/setup/sections/change", change, changes=True),
    route("/setup/sections/move", move, changes=True),
    route("/setup/sections/remove", remove, changes=True),
]
