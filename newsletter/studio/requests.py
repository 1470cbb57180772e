"""One request as a view gets it.

The running studio, what was filled in, and how a page is answered.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from newsletter.errors import ConfigError, IssueFileError, NewsletterError, WorkspaceError
from newsletter.formats.written_dates import write_day
from newsletter.issues import service as issues
from newsletter.issues import window
from newsletter.studio.auth_middleware import CSRF_HEADER, FOREIGN
from newsletter.studio.state import StudioState
from newsletter.workspace.context import AppContext

HERE = Path(__file__).parent
MAX_BYTES = 20_000_000  # of a list of subscribers; words are far smaller
STEPS = ("Collect", "Choose", "Write", "Preview", "Check", "Approve", "Send")

PAGES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

PAGES.filters["day"] = write_day
PAGES.filters["web"] = lambda links: [
    link for link in links if link.startswith(("https://", "http://"))
]
"""Only what leads to a page: a file may hold any words where an address should stand."""


@dataclass
class StudioRequest:
    """One request."""

    studio: StudioState
    request: Request
    body: bytes = b""

    @cached_property
    def context(self) -> AppContext:
        """The workspace at the moment of this request."""
        return self.studio.context()

    @cached_property
    def form(self) -> Mapping[str, list[str]]:
        """What was filled in."""
        if self.request.headers.get("content-type", "").startswith(
            "application/x-www-form-urlencoded"
        ):
            return parse_qs(
                self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20_000
            )
        return {}

    def form_value(self, name: str, default: str = "") -> str:
        """One field of the form."""
        return self.form.get(name, [default])[0]

    def query_value(self, name: str, default: str = "") -> str:
        """One part of the query."""
        return self.request.query_params.get(name, default)

    @property
    def is_script(self) -> bool:
        """Whether a script of the page asks, which gets JSON."""
        return "application/json" in self.request.headers.get("accept", "")

    @cached_property
    def issue_name(self) -> str:
        """The issue of the address, else the one being made."""
        return self.request.path_params.get("issue") or window.due_name(self.context)

    @property
    def has_issue(self) -> bool:
        """Whether that issue is there."""
        return issues.has_issue(self.context, self.issue_name)

    def render_page(
        self, template: str, *, title: str, status: int = 200, **values: Any
    ) -> Response:
        """A page of the studio."""
        shared = {
            "title": title,
            "newsletter": self.context.workspace.settings.newsletter.title,
            "issue_name": self.issue_name,
            "csrf": self.studio.csrf,
            "notices": self.studio.pop_flashes(),
            "path": self.request.url.path,
            "steps": STEPS,
        }
        return HTMLResponse(
            PAGES.get_template(f"{template}.html.jinja").render(shared | values), status
        )

    def render_fragment(self, template: str, **values: Any) -> str:
        """A part of a page, for a script to put in place."""
        return PAGES.get_template(f"{template}.html.jinja").render(
            {"csrf": self.studio.csrf} | values
        )

    def redirect(self, path: str, notice: str = "") -> Response:
        """Show another page after a change, and say what was done."""
        if self.is_script:
            return JSONResponse({"said": notice, "go": path})
        if notice:
            self.studio.flash(notice)
        return RedirectResponse(path, 303)


View = Callable[[StudioRequest], Response]


def route(path: str, view: View, *, changes: bool = False, asks: bool = False) -> Route:
    """A page, or a change, at an address.

    Runs in a thread, and what people can mend is shown as a sentence.

    Changes run one after the other, but those that only ask somebody outside (`asks`): nobody's
    words wait for a server.
    """

    async def answer(request: Request) -> Response:
        studio: StudioState = request.app.state.studio
        body = await _body(request) if changes else b""
        if body is None:
            return PlainTextResponse("That is too much at once.", 413)
        studio_request = StudioRequest(studio, request, body)
        if changes and not _names_token(studio_request):
            return PlainTextResponse(FOREIGN, 403)
        return await run_in_threadpool(_run_view, view, studio_request, alone=changes and not asks)

    return Route(path, answer, methods=["POST" if changes else "GET"])


async def _body(request: Request) -> bytes | None:
    found = bytearray()
    async for some in request.stream():
        found += some
        if len(found) > MAX_BYTES:
            return None
    return bytes(found)


def _names_token(request: StudioRequest) -> bool:
    """Whether a change names the token of our pages: in its header, or in its form."""
    named = request.request.headers.get(CSRF_HEADER) or request.form_value("csrf")
    return hmac.compare_digest(named.encode(), request.studio.csrf.encode())


def _run_view(view: View, request: StudioRequest, *, alone: bool) -> Response:
    try:
        if not alone:
            return view(request)
        with request.studio.changing:
            return view(request)
    except NewsletterError as error:
        if (
            isinstance(error, WorkspaceError)
            and not request.studio.has_newsletter
            and not request.is_script
        ):
            return RedirectResponse("/welcome", 303)
        if request.is_script:
            return JSONResponse({"error": str(error)}, 409)
        return _mistake(request, error)


def _mistake(request: StudioRequest, error: NewsletterError) -> Response:
    is_file = isinstance(
        error, ConfigError | IssueFileError
    )  # somebody edits it by hand at this moment
    title = "A file has to be mended" if is_file else "This cannot be done yet"
    values = {
        "title": title,
        "csrf": request.studio.csrf,
        "message": str(error),
        "is_file": is_file,
    }
    again = str(request.request.url) if request.request.method == "GET" else ""
    back = request.request.headers.get("referer", "/")
    text = PAGES.get_template("mistake.html.jinja").render(values | {"back": back, "again": again})
    return HTMLResponse(text, 409)


def event(told: Mapping[str, Any]) -> bytes:
    """One server-sent event (HTML Living Standard, 9.2)."""
    return b"data: " + json.dumps(told, ensure_ascii=False).encode() + b"\n\n"
