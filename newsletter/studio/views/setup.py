"""Setup: all that is set once, on one page; and the same in steps, for whoever begins.

What is filled in wrongly is said beside its field, and nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr

from starlette.responses import JSONResponse, RedirectResponse, Response

from newsletter.config import Security, is_loopback
from newsletter.errors import UsageError
from newsletter.model import SourceResult
from newsletter.sources import probe
from newsletter.studio.forms import (
    BY_ITSELF,
    NOT_PROTECTED,
    NUMBERS,
    STEPS,
    TEXTS,
    go_back,
    list_kinds,
    read_values,
    sender_of,
    settings_version,
    show_setup,
    wrong_address,
)
from newsletter.studio.requests import StudioRequest, route
from newsletter.workspace import credentials, settings_editor
from newsletter.workspace.context import AppContext


def setup(request: StudioRequest) -> Response:
    """Everything that is set once."""
    return show_setup(request)


def start(request: StudioRequest) -> Response:
    """One step of beginning."""
    if request.request.path_params["step"] not in STEPS:
        return RedirectResponse("/setup", 303)
    return show_setup(request)


def version(request: StudioRequest) -> Response:
    """Whether newsletter.toml was changed elsewhere, for a page that shows it."""
    return JSONResponse({"version": settings_version(request.context)})


def save(request: StudioRequest) -> Response:
    """Save one group of settings."""
    table = request.request.path_params["table"]
    if table not in TEXTS:
        raise UsageError("there are no such settings")
    there = read_values(request.context.workspace.settings)
    given = {name: request.form_value(name).strip() for name in request.form}
    untouched = {
        name for name in there if name in given and _is_alike(given[name], given.get(f"was-{name}"))
    }
    given |= {name: there[name] for name in untouched}
    if overtaken := _overtaken(there, given):
        return _reject_form(request, given, overtaken)
    values: dict[str, str | int] = {
        name: given[name] for name in TEXTS[table] if name in given.keys() - untouched
    }
    wrong = _read_sender(given, values) if table == "newsletter" else {}
    if table == "delivery":
        wrong = _read_server(given, values)
    found = settings_editor.find_mistakes(table, values)
    wrong = {name: f"This needs {expected}." for name, expected in found.items()} | wrong
    if wrong:
        return _reject_form(request, given, wrong)
    settings_editor.set_values(request.context, table, values)
    if table == "theme" and given.get("language") and "language" not in untouched:
        settings_editor.set_values(
            request.studio.context(), "newsletter", {"language": given["language"]}
        )
    return go_back(request, table, "Saved." + _keep_password(request), onward=True)


def _is_alike(text: str, other: str | None) -> bool:
    """Whether two texts say the same to a field of one line, which takes no ends of lines."""
    return other is not None and "".join(text.splitlines()) == "".join(other.splitlines())


def _overtaken(there: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What to say of each field that was changed both here and elsewhere meanwhile.

    `was-…` of the form holds what was shown here.
    """
    shown = {
        name: given[f"was-{name}"] for name in there if name in given and f"was-{name}" in given
    }
    return {
        name: (
            f"This was changed in another window or program meanwhile, and says “{there[name]}” by"
            " now. Save again to put yours there instead."
        )
        for name, was in shown.items()
        if there[name] != given[name] and not _is_alike(there[name], was)
    }


def _read_sender(given: Mapping[str, str], values: dict[str, str | int]) -> dict[str, str]:
    """Put name and address of the sender together; what is wrong with addresses."""
    wrong = {}
    if "from_address" in given and not _is_sender_shown(given):
        values["from"] = sender_of(given.get("from_name", ""), given["from_address"])
        if said := wrong_address(given["from_address"]):
            wrong["from_address"] = said
    if given.get("reply_to") and (said := wrong_address(parseaddr(given["reply_to"])[1])):
        wrong["reply_to"] = said
    return wrong


def _is_sender_shown(given: Mapping[str, str]) -> bool:
    """Whether the sender is the one that was shown."""
    return all(
        _is_alike(given.get(name, ""), given.get(f"was-{name}"))
        for name in ("from_name", "from_address")
    )


def _read_server(given: Mapping[str, str], values: dict[str, str | int]) -> dict[str, str]:
    """Put numbers in as numbers; what is wrong with a link that would not be protected."""
    for name, wrong in NUMBERS.items():
        if typed := given.get(name, ""):
            values[name] = int(typed) if typed.isdecimal() else wrong
    host = given.get("host", "")
    if given.get("security") == Security.NONE and host and not is_loopback(host):
        return {"security": NOT_PROTECTED}
    return {}


def _reject_form(
    request: StudioRequest, given: Mapping[str, str], wrong: Mapping[str, str]
) -> Response:
    """The page again, with what was typed; a script hears it as a sentence."""
    if request.is_script:
        raise UsageError(" ".join(wrong.values()))
    shown = {
        name: text
        for name, text in given.items()
        if name != "password" and not name.startswith("was-")
    }
    return show_setup(request, given=shown, wrong=wrong, status=409)


def _keep_password(request: StudioRequest) -> str:
    typed = request.form_value("password")
    if not typed:
        return ""
    place = credentials.store_password(request.context, typed)
    where = (
        "the keyring of this computer"
        if place is credentials.PasswordLocation.KEYRING
        else "a file that only you can read"
    )
    return f" The password is kept in {where}."


def look(request: StudioRequest) -> Response:
    """Show what a source gives; nothing is kept."""
    tried = _read_source_form(request)
    return _show_source_trial(request, tried, _try_source(request.context, tried))


def allow(request: StudioRequest) -> Response:
    """Ask a server inside one's own network, as a person says, and show what it gives."""
    tried = _read_source_form(request)
    found = _try_source(request.context, tried)
    if host := probe.host_inside(found):
        with request.studio.changing:
            settings_editor.allow_host(request.studio.context(), host)
        found = _try_source(request.studio.context(), tried)
    return _show_source_trial(request, tried, found)


def _show_source_trial(
    request: StudioRequest, tried: dict[str, str], found: SourceResult
) -> Response:
    kind, inside = found.source.kind, probe.host_inside(found)
    if request.is_script:
        return JSONResponse(
            {
                "html": request.render_fragment(
                    "_tried", kinds=list_kinds(), found=found, inside=inside
                ),
                "kind": kind,
            }
        )
    return show_setup(request, tried=tried | {"kind": kind}, found=found, inside=inside)


def _try_source(context: AppContext, tried: dict[str, str]) -> SourceResult:
    if tried["kind"] != BY_ITSELF:
        return probe.try_source(context, probe.build_source(**tried))
    return probe.find_source(context, tried["name"], tried["where"], tried["section"])


def source(request: StudioRequest) -> Response:
    """Add a source."""
    tried = _read_source_form(request)
    described = (
        probe.build_source(**tried) if tried["kind"] else _try_source(request.context, tried).source
    )
    settings_editor.add_source(request.context, described)
    return go_back(request, "sources", f"Added: {described.name}. Collect asks it from now on.")


def _read_source_form(request: StudioRequest) -> dict[str, str]:
    return {name: request.form_value(name).strip() for name in ("name", "kind", "where", "section")}


def remove(request: StudioRequest) -> Response:
    """Ask a source no more."""
    name = request.form_value("name")
    settings_editor.remove_source(request.context, name)
    return go_back(request, "sources", f"Removed: {name}. What it gave stays known.")


ROUTES = [
    route("/setup", setup),
    route("/setup/version", version),
    route("/start/{step}", start),
    route("/setup/source", source, changes=True),
    route("/setup/source/look", look, changes=True, asks=True),
    route("/setup/source/allow", allow, changes=True, asks=True),
    route("/setup/source/remove", remove, changes=True),
    route("/setup/{table}", save, changes=True),
]
