"""Preview: the mail as readers will see it, in a frame in which no script runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter import rendering
from newsletter.config import Settings
from newsletter.errors import NewsletterError
from newsletter.issues import editor, render
from newsletter.model import RenderedIssue, Variant
from newsletter.studio.auth_middleware import MAIL_POLICY
from newsletter.studio.preview import with_pictures_at
from newsletter.studio.requests import Call, route

GMAIL_CUTS_AT = 102 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way of looking at the mail."""

    said: str
    hint: str = ""


LOOKS = {
    "desktop": Look(said="Computer"),
    "phone": Look(said="Phone"),
    "large": Look(said="Large print", hint="What readers get who chose large print."),
    "dark": Look(said="Dark", hint="The design's own dark colours, as Apple Mail shows them."),
    "inverted": Look(said="Inverted", hint="Some programs turn all colours around by themselves; this is like it."),
    "bare": Look(said="Images off", hint="Many mail programs show no picture until they are asked."),
    "text": Look(said="Plain text"),
}


def sender_of(settings: Settings) -> str:
    """The sender as an inbox names them."""
    display, address = parseaddr(settings.newsletter.sender)
    return display or address


def preview(call: Call) -> Response:
    """The page around the mail."""
    if not call.has_issue:
        return call.page("no_issue", title="Preview")
    looked = call.asked("look", "desktop")
    made = _made(call)
    return call.page(
        "preview_page",
        title="Preview",
        looks=LOOKS,
        look=looked if looked in LOOKS else "desktop",
        made=made,
        sender=sender_of(call.desk.workspace.settings),
        file_version=editor.file_version(call.desk, call.issue_name),
        kilobytes=round(made.html_bytes / 1024),
        share=round(100 * made.html_bytes / GMAIL_CUTS_AT),
    )


def _made(call: Call, variant: Variant | None = None) -> RenderedIssue:
    desk = call.desk
    issue = render.load(desk, call.issue_name)
    made = render.rendered(desk, issue, variant) if variant else render.rendered(desk, issue)
    return rendering.for_everyone(made, desk.workspace.settings)


def mail(call: Call) -> Response:
    """The mail itself, for the frame."""
    look = call.asked("look", "desktop")
    try:
        made = _made(call, Variant(large_print=True) if look == "large" else None)
    except NewsletterError as error:
        return PlainTextResponse(
            f"This cannot be shown yet:\n{error}", headers={"Content-Security-Policy": MAIL_POLICY}
        )
    html, policy = with_pictures_at(made.html, call.issue_name, f"/issues/{call.issue_name}/pictures/"), MAIL_POLICY
    if look == "dark":
        html = _forced_dark(html)
    elif look == "inverted":
        html = _styled(
            html, "html{filter:invert(1) hue-rotate(180deg);background:#fff}img{filter:invert(1) hue-rotate(180deg)}"
        )
    elif look == "bare":
        policy = MAIL_POLICY.replace("img-src https: data: 'self'", "img-src 'none'")
    if look != "dark":
        html = forced_light(html)
    return HTMLResponse(_weighed(html, made.html_bytes), headers={"Content-Security-Policy": policy})


def text(call: Call) -> Response:
    """The plain-text part."""
    return PlainTextResponse(_made(call).text, headers={"Content-Security-Policy": MAIL_POLICY})


_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


def _forced_dark(html: str) -> str:
    """The design's own dark colours, whatever this computer prefers."""
    return _styled(_DARK.sub("(min-width: 0)", html), ":root{color-scheme:dark}")


def forced_light(html: str) -> str:
    """The light colours, whatever this computer prefers."""
    return _styled(_DARK.sub("(max-width: 0)", html), ":root{color-scheme:light}")


def _styled(html: str, rule: str) -> str:
    return html.replace("</head>", f"<style>{rule}</style></head>", 1)


def _weighed(html: str, size: int) -> str:
    """With the size of the mail as it goes out, for the page around it."""
    return html.replace("</head>", f'<meta name="weight" content="{size}"></head>', 1)


ROUTES = [
    route("/issues/{issue}/preview", preview),
    route("/issues/{issue}/mail.html", mail),
    route("/issues/{issue}/mail.txt", text),
]
