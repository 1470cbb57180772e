"""Setup: all that is set once, on one page; and the same in steps, for whoever begins.

What is filled in wrongly is said beside its field, and nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from starlette.responses import JSONResponse, RedirectResponse, Response

from newsletter.admin import newsletter_setup, sections
from newsletter.config import NewsletterSettings, Security, Settings, is_loopback
from newsletter.errors import UsageError
from newsletter.formats.mailboxes import parse_address
from newsletter.issues.editor import compute_version
from newsletter.model import SourceKind, SourceResult
from newsletter.sources import probe
from newsletter.studio.requests import StudioRequest, route
from newsletter.workspace import credentials, settings_editor
from newsletter.workspace.context import AppContext

BY_ITSELF = ""
NUMBERS = {"port": 0, "per_minute": -1}
"""What is filled in as a number, and what stands for anything else: no check lets it pass."""
KINDS = {
    BY_ITSELF: "Find out by itself",
    SourceKind.FEED: "A feed (RSS, Atom, JSON)",
    SourceKind.PAGE: "A web page, or a text in a file",
    SourceKind.PUBMED: "A search in PubMed",
    SourceKind.TRIALS: "A search in ClinicalTrials.gov",
    SourceKind.CALENDAR: "A calendar (iCalendar)",
    SourceKind.GRANTS: "A search in Grants.gov",
    SourceKind.TABLE: "A table (CSV, Excel)",
}
TEXTS = {
    "newsletter": ("title", "from", "reply_to", "address", "url", "language", "time_zone", "every"),
    "delivery": ("host", "security", "user"),
    "theme": ("accent", "background", "logo", "logo_alt", "font", "footer"),
}
STEPS = {
    "newsletter": "About your newsletter",
    "sections": "Sections",
    "sources": "Sources",
    "delivery": "Mail server",
    "theme": "Look",
}
"""What is asked of whoever begins, in order; each is found again on the page Setup."""
LANGUAGES = {"en": "English", "es": "Spanish"}
NOT_PROTECTED = (
    "Without protection only a server on this computer is asked: choose STARTTLS or TLS."
)
EVERY = {
    "week": "Every week",
    "2 weeks": "Every two weeks",
    "month": "Every month",
    "2 months": "Every two months",
}
KEPT = {
    credentials.PasswordLocation.ENVIRONMENT: (
        "It is taken from NEWSLETTER_SMTP_PASSWORD in the environment, and is changed there."
    ),
    credentials.PasswordLocation.FILE: (
        "It is taken from the file that NEWSLETTER_SMTP_PASSWORD_FILE names, and is changed there."
    ),
    credentials.PasswordLocation.KEYRING: (
        "It is kept in the keyring of this computer. Type here only to change it."
    ),
    credentials.PasswordLocation.HERE: (
        "It is kept in .newsletter/smtp-password, which only you can read. Type here only to"
        " change it."
    ),
    credentials.PasswordLocation.NOWHERE: (
        "It goes into the keyring of this computer or, where there is none, into a file that only"
        " you can read; never into newsletter.toml."
    ),
}


class FieldMessages(dict[str, str]):
    """What there is to say of each field; of most there is nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def setup(request: StudioRequest) -> Response:
    """Everything that is set once."""
    return show(request)


def start(request: StudioRequest) -> Response:
    """One step of beginning."""
    if request.request.path_params["step"] not in STEPS:
        return RedirectResponse("/setup", 303)
    return show(request)


def show(
    request: StudioRequest,
    *,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page Setup, or the step that is being taken.

    It keeps what was typed, and says what is wrong with it.
    """
    step = step_of(request)
    settings = request.context.workspace.settings
    number = (
        list(STEPS).index(step) + 2 if step else 0
    )  # the first is the name, before there is anything
    shared = {
        "step": step,
        "steps_of_start": STEPS,
        "number": number,
        "before": _neighbour(step, -1),
        "after": _neighbour(step, 1),
        "settings": settings,
        "values": _values(settings) | dict(given or {}),
        "was": (
            _values(settings)
            | {name[4:]: text for name, text in (given or {}).items() if name.startswith("was-")}
        ),
        "settings_version": settings_version(request.context),
        "wrong": FieldMessages(wrong or {}),
        "leaving": {
            each.name: sections.assess_removal(request.context, each.name)
            for each in settings.sections
        },
        "kinds": KINDS,
        "languages": LANGUAGES,
        "usual_zone": NewsletterSettings.__dataclass_fields__["time_zone"].default,
        "zones": _zones(),
        "every": EVERY,
        "tried": {},
        "found": None,
        "inside": "",
        "tested": (),
        "shown": "",
        "dressed": None,
        "password": _describe_password_storage(request.context),
        "is_sample": newsletter_setup.is_sample(request.context.workspace),
        "was_sample": newsletter_setup.put_aside(request.context.workspace) is not None,
    }
    title = f"Step {number} of {len(STEPS) + 1}: {STEPS[step]}" if step else "Setup"
    return request.render_page(
        "start" if step else "setup", title=title, status=status, **shared | more
    )


def read_previous_values(request: StudioRequest) -> dict[str, str]:
    """What each field said when its window was loaded.

    A page that is drawn again with what was typed goes by it.
    """
    return {
        name: request.form_value(name).strip() for name in request.form if name.startswith("was-")
    }


def settings_version(context: AppContext) -> str:
    """A short name of newsletter.toml as it stands."""
    return compute_version(settings_editor.read_text(context))


def version(request: StudioRequest) -> Response:
    """Whether newsletter.toml was changed elsewhere, for a page that shows it."""
    return JSONResponse({"version": settings_version(request.context)})


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))  # reads a folder of six hundred


def _describe_password_storage(context: AppContext) -> dict[str, Any]:
    place = credentials.locate_password(context)
    ours = place in {credentials.PasswordLocation.KEYRING, credentials.PasswordLocation.HERE}
    return {
        "said": KEPT[place],
        "is_ours": ours,
        "may_type": ours or place is credentials.PasswordLocation.NOWHERE,
    }


def _values(settings: Settings) -> dict[str, str]:
    newsletter, delivery, theme = settings.newsletter, settings.delivery, settings.theme
    name, address = parseaddr(newsletter.sender)
    return {
        "from_name": name,
        "from_address": address,
        **{each: str(getattr(delivery, each)) for each in NUMBERS},
        **{each: getattr(newsletter, each) for each in TEXTS["newsletter"] if each != "from"},
        **{each: getattr(delivery, each) for each in TEXTS["delivery"]},
        **{each: getattr(theme, each) for each in TEXTS["theme"]},
    }


def _neighbour(step: str, by: int) -> str:
    names = list(STEPS)
    place = names.index(step) + by if step else -1
    return f"/start/{names[place]}" if 0 <= place < len(names) else ""


def step_of(request: StudioRequest) -> str:
    """The step of beginning that is being taken; empty on the page Setup."""
    step = request.request.path_params.get("step") or request.form_value("step")
    return step if step in STEPS else ""


def back(request: StudioRequest, anchor: str, notice: str, *, onward: bool = False) -> Response:
    """Back to where a change was made, or `onward` to the next step of beginning."""
    step = step_of(request)
    if not step:
        return request.redirect(f"/setup#{anchor}", notice)
    if not onward:
        return request.redirect(f"/start/{step}", notice)
    after = _neighbour(step, 1)
    return request.redirect(
        after or "/", notice if after else f"{notice} Your newsletter is ready: begin with Collect."
    )


def sender_of(name: str, address: str) -> str:
    """A sender as newsletter.toml writes it."""
    name = " ".join(name.split())
    quoted = (
        '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
        if any(each in name for each in ',;:<>@()[]"\\')
        else name
    )
    return f"{quoted} <{address}>" if name else address


def wrong_address(address: str) -> str | None:
    """What is wrong with a mail address, as a sentence; None when mail can be sent to it."""
    try:
        parse_address(address)
    except ValueError as error:
        return f"This needs a mail address such as news@example.org: {error}."
    return None


def save(request: StudioRequest) -> Response:
    """Save one group of settings."""
    table = request.request.path_params["table"]
    if table not in TEXTS:
        raise UsageError("there are no such settings")
    there = _values(request.context.workspace.settings)
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
    return back(request, table, "Saved." + _keep_password(request), onward=True)


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
    return show(request, given=shown, wrong=wrong, status=409)


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
                "html": request.render_fragment("_tried", kinds=KINDS, found=found, inside=inside),
                "kind": kind,
            }
        )
    return show(request, tried=tried | {"kind": kind}, found=found, inside=inside)


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
    return back(request, "sources", f"Added: {described.name}. Collect asks it from now on.")


def _read_source_form(request: StudioRequest) -> dict[str, str]:
    return {name: request.form_value(name).strip() for name in ("name", "kind", "where", "section")}


def remove(request: StudioRequest) -> Response:
    """Ask a source no more."""
    name = request.form_value("name")
    settings_editor.remove_source(request.context, name)
    return back(request, "sources", f"Removed: {name}. What it gave stays known.")


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
