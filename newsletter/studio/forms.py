"""The forms of Setup and of beginning: their fields, and the page they stand on.

What is filled in wrongly is said beside its field, and nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from starlette.responses import Response

from newsletter.admin import newsletter_setup, sections
from newsletter.config import NewsletterSettings, Settings
from newsletter.formats.mailboxes import parse_address
from newsletter.issues.editor import compute_version
from newsletter.sources.kinds import list_source_types
from newsletter.studio.requests import StudioRequest
from newsletter.workspace import credentials, settings_editor
from newsletter.workspace.context import AppContext

BY_ITSELF = ""
NUMBERS = {"port": 0, "per_minute": -1}
"""What is filled in as a number, and what stands for anything else: no check lets it pass."""
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


NOTHING_TRIED: Mapping[str, Any] = {
    "tried": {},
    "found": None,
    "inside": "",
    "tested": (),
    "shown": "",
    "dressed": None,
}
"""What a page says of a source, server or look that nobody tried."""


class FieldMessages(dict[str, str]):
    """What there is to say of each field; of most there is nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def show_setup(
    request: StudioRequest,
    *,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page Setup, or the step that is being taken.

    With what was typed, and what is wrong with it.
    """
    step = step_of(request)
    number = list(STEPS).index(step) + 2 if step else 0  # the first is the name, before all else
    title = f"Step {number} of {len(STEPS) + 1}: {STEPS[step]}" if step else "Setup"
    shared = {
        "step": step,
        "number": number,
        "before": _neighbour(step, -1),
        "after": _neighbour(step, 1),
        "wrong": FieldMessages(wrong or {}),
        **_fields(request.context.workspace.settings, given or {}),
        **_surroundings(request.context),
        **NOTHING_TRIED,
    }
    page = "start" if step else "setup"
    return request.render_page(page, title=title, status=status, **shared | more)


def _fields(settings: Settings, given: Mapping[str, str]) -> dict[str, Any]:
    """What each field says: what was typed, else what is set; and what it said when shown."""
    shown = {name[4:]: text for name, text in given.items() if name.startswith("was-")}
    values = read_values(settings)
    return {"settings": settings, "values": values | dict(given), "was": values | shown}


def _surroundings(context: AppContext) -> dict[str, Any]:
    """What stands around the fields: what there is to choose from, and what is there already."""
    workspace, names = (
        context.workspace,
        [each.name for each in context.workspace.settings.sections],
    )
    return {
        "steps_of_start": STEPS,
        "settings_version": settings_version(context),
        "leaving": {name: sections.assess_removal(context, name) for name in names},
        "kinds": list_kinds(),
        "languages": LANGUAGES,
        "usual_zone": NewsletterSettings.__dataclass_fields__["time_zone"].default,
        "zones": _zones(),
        "every": EVERY,
        "password": _describe_password_storage(context),
        "is_sample": newsletter_setup.is_sample(workspace),
        "was_sample": newsletter_setup.put_aside(workspace) is not None,
    }


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


def read_values(settings: Settings) -> dict[str, str]:
    """What each field of the forms says as newsletter.toml stands."""
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


def list_kinds() -> dict[str, str]:
    """Each kind of source that can be read here, and its name for people."""
    known = {each.kind: each.title for each in list_source_types()}
    return {BY_ITSELF: "Find out by itself"} | known


def _neighbour(step: str, by: int) -> str:
    names = list(STEPS)
    place = names.index(step) + by if step else -1
    return f"/start/{names[place]}" if 0 <= place < len(names) else ""


def step_of(request: StudioRequest) -> str:
    """The step of beginning that is being taken; empty on the page Setup."""
    step = request.request.path_params.get("step") or request.form_value("step")
    return step if step in STEPS else ""


def go_back(request: StudioRequest, anchor: str, notice: str, *, onward: bool = False) -> Response:
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
