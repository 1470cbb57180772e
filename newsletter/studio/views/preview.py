"""Preview: the mail as readers will see it, in a frame in which no script runs."""

from __future__ import annotations

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter import rendering
from newsletter.errors import NewsletterError
from newsletter.formats.mail_limits import GMAIL_CLIP_BYTES
from newsletter.issues import editor, render
from newsletter.model import RenderedIssue, Variant
from newsletter.studio.auth_middleware import MAIL_POLICY
from newsletter.studio.mail_frame import (
    LOOKS,
    add_mail_size,
    apply_mode,
    display_sender,
)
from newsletter.studio.preview import with_pictures_at
from newsletter.studio.requests import StudioRequest, route


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
        sender=display_sender(request.context.workspace.settings),
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
    name = request.issue_name
    html = with_pictures_at(made.html, name, f"/issues/{name}/pictures/")
    policy = MAIL_POLICY
    if look == "bare":
        policy = MAIL_POLICY.replace("img-src https: data: 'self'", "img-src 'none'")
    shown = add_mail_size(apply_mode(html, look), made.html_bytes)
    return HTMLResponse(shown, headers={"Content-Security-Policy": policy})


def text(request: StudioRequest) -> Response:
    """The plain-text part."""
    return PlainTextResponse(
        _render_issue(request).text, headers={"Content-Security-Policy": MAIL_POLICY}
    )


ROUTES = [
    route("/issues/{issue}/preview", preview),
    route("/issues/{issue}/mail.html", mail),
    route("/issues/{issue}/mail.txt", text),
]
