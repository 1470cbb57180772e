"""The look in Setup.

An issue in colours and letters that are not saved yet, with what is to be said of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from newsletter.errors import NewsletterError
from newsletter.issues import theme_preview
from newsletter.studio.auth_middleware import MAIL_POLICY
from newsletter.studio.forms import TEXTS, read_previous_values, show_setup
from newsletter.studio.mail_frame import force_light_colours
from newsletter.studio.requests import StudioRequest, route


@dataclass(frozen=True, slots=True)
class StashedMail:
    """A mail that was drawn for a frame that will ask for it."""

    html: str


def look(request: StudioRequest) -> Response:
    """How it would look; nothing is saved."""
    given = {
        name: request.form_value(name).strip()
        for name in (*TEXTS["theme"], "language")
        if name in request.form
    }
    theme = {name: text for name, text in given.items() if name != "language"}
    given |= read_previous_values(request)
    made = theme_preview.preview_theme(request.context, theme, language=given.get("language", ""))
    shown = request.studio.stash(StashedMail(made.html))
    if request.is_script:
        return JSONResponse(
            {"shown": shown, "html": request.render_fragment("_dressed", dressed=made)}
        )
    return show_setup(request, given=given, shown=shown, dressed=made)


def mail(request: StudioRequest) -> Response:
    """The mail for the frame: the one that was asked for, else as it is saved."""
    headers = {"Content-Security-Policy": MAIL_POLICY}
    picture = request.studio.pop(request.query_value("shown"), StashedMail)
    try:
        html = picture.html if picture else theme_preview.preview_theme(request.context, {}).html
    except NewsletterError as error:
        return PlainTextResponse(f"This cannot be shown yet:\n{error}", headers=headers)
    return HTMLResponse(force_light_colours(html), headers=headers)


ROUTES = [
    route("/setup/theme/look", look, changes=True, asks=True),
    route("/setup/theme/mail.html", mail),
]
