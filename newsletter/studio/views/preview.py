"""Preview: the mail as readers will see it, in a frame in which no script runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter import rendering
from newsletter.config import Settings
from newsletter.errors import NewsletterError
from newsletter.formats.mail_limits import GMAIL_CLIP_BYTES
from newsletter.issues import editor, render
from newsletter.model import RenderedIssue, Variant
from newsletter.studio.auth_middleware import MAIL_POLICY
from newsletter.studio.preview import with_pictures_at
from newsletter.studio.requests import StudioRequest, route


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMode:
    """One way of looking at the mail."""

    said: str
    hint: str = ""


LOOKS = {
    "desktop": PreviewMode(said="Computer"),
    "phone": PreviewMode(said="Phone"),
    "large": PreviewMode(said="Large print", hint="What readers get who chose large print."),
    "dark": PreviewMode(
        said="Dark", hint="The design's own dark colours, as Apple Mail shows them."
    ),
    "inverted": PreviewMode(
        said="Inverted",
        hint="Some programs turn all colours around by themselves; this is like it.",
    ),
    "bare": PreviewMode(
        said="Images off", hint="Many mail programs show no picture until they are asked."
    ),
    "text": PreviewMode(said="Plain text"),
}


def sender_of(settings: Settings) -> str:
    """The sender as an inbox names them."""
    display, address = parseaddr(settings.newsletter.sender)
    return display or address


def preview(request: StudioRequest) -> Response:
    """The page around the mail."""
    if not request.has_issue:
        return request.render_page("no_issue", title="Preview")
    looked = request.query_value("look", "desktop")
    made = _render_issue(request)
    return request.render_page(
        "preview_page",
        title="Preview",
        looks=LOOKS,
        look=looked if looked in LOOKS else "desktop",
        made=made,
        sender=sender_of(request.context.workspace.settings),
        file_version=editor.file_version(request.context, request.issue_name),
        kilobytes=round(made.html_bytes / 1024),
        share=round(100 * made.html_bytes / GMAIL_CLIP_BYTES),
    )


def _render_issue(request: StudioRequest, variant: Variant | None = None) -> RenderedIssue:
    context = request.context
    issue = render.load_issue(context, request.issue_name)
    made = (
        render.render_mail(context, issue, variant)
        if variant
        else render.render_mail(context, issue)
    )
    return rendering.remove_personal_parts(made, context.workspace.settings)


def mail(request: StudioRequest) -> Response:
    """The mail itself, for the frame."""
    look = request.query_value("look", "desktop")
    try:
        made = _render_issue(request, Variant(large_print=True) if look == "large" else None)
    except NewsletterError as error:
        return PlainTextResponse(
            f"This cannot be shown yet:\n{error}", headers={"Content-Security-Policy": MAIL_POLICY}
        )
    html, policy = (
        with_pictures_at(made.html, request.issue_name, f"/issues/{request.issue_name}/pictures/"),
        MAIL_POLICY,
    )
    if look == "dark":
        html = _force_dark_colours(html)
    elif look == "inverted":
        html = _add_style(
            html,
            "html{filter:invert(1) hue-rotate(180deg);background:#fff}img{filter:invert(1)"
            " hue-rotate(180deg)}",
        )
    elif look == "bare":
        policy = MAIL_POLICY.replace("img-src https: data: 'self'", "img-src 'none'")
    if look != "dark":
        html = force_light_colours(html)
    return HTMLResponse(
        _add_mail_size(html, made.html_bytes), headers={"Content-Security-Policy": policy}
    )


def text(request: StudioRequest) -> Response:
    """The plain-text part."""
    return PlainTextResponse(
        _render_issue(request).text, headers={"Content-Security-Policy": MAIL_POLICY}
    )


_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


def _force_dark_colours(html: str) -> str:
    """The design's own dark colours, whatever this computer prefers."""
    return _add_style(_DARK.sub("(min-width: 0)", html), ":root{color-scheme:dark}")


def force_light_colours(html: str) -> str:
    """The light colours, whatever this computer prefers."""
    return _add_style(_DARK.sub("(max-width: 0)", html), ":root{color-scheme:light}")


def _add_style(html: str, rule: str) -> str:
    return html.replace("</head>", f"<style>{rule}</style></head>", 1)


def _add_mail_size(html: str, size: int) -> str:
    """With the size of the mail as it goes out, for the page around it."""
    return html.replace("</head>", f'<meta name="weight" content="{size}"></head>', 1)


ROUTES = [
    route("/issues/{issue}/preview", preview),
    route("/issues/{issue}/mail.html", mail),
    route("/issues/{issue}/mail.txt", text),
]
