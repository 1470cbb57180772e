"""The preview.

One issue on 127.0.0.1 as its readers will see it, drawn again whenever one of its files is saved.

Nothing can be changed here. The mail stands in a sandboxed frame without scripts, and the page
loads nothing from outside. A mistake in issue.toml or a template is shown in place of the mail,
with its line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from newsletter import rendering
from newsletter.config import FILE_NAME
from newsletter.errors import NewsletterError
from newsletter.issues import images, review
from newsletter.issues.images import media_type
from newsletter.issues.service import list_written_files, share_issues
from newsletter.model import Finding, RenderedIssue
from newsletter.rendering import environment
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

_HERE = Path(__file__).parent
_PAGES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
)
HOSTS = ["127.0.0.1", "localhost"]
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self';"
    " img-src 'self'"
)
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data: 'self'; sandbox"
PICTURES = "pictures/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewContent:
    """What the preview shows of one issue."""

    title: str
    sender: str
    rendered: RenderedIssue
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class PreviewWatcher:
    """The files that a picture of the issue is made of, and the last picture."""

    draw: Callable[[], PreviewContent]  # reads the files; raises NewsletterError
    files: Callable[[], Iterable[Path]]
    state: str = ""
    picture: Callable[[str], Path | None] = lambda _: (
        None
    )  # the file of a picture beside the issue, by its name
    shown: PreviewContent | None = None
    error: str = ""

    def refresh(self) -> None:
        """Draw again if one of the files has changed since."""
        state = _state_of(self.files())
        if state == self.state:
            return
        try:
            self.shown, self.error = self.draw(), ""
        except NewsletterError as error:
            self.error = str(error)
        self.state = state


def with_pictures_at(html: str, issue: str, place: str) -> str:
    """The pictures beside the issue as found at `place`.

    Nobody may have put them on the public page yet.
    """
    beside = f"/issues/{re.escape(issue)}/{PICTURES}"
    return re.sub(rf'src="https://[^"]*{beside}', f'src="{place}', html)


def _state_of(files: Iterable[Path]) -> str:
    state = hashlib.sha256()
    for file in sorted(files):
        try:
            found = file.stat()
        except OSError:  # being saved just now, or gone: that is a state as well
            continue
        state.update(f"{file}\0{found.st_mtime_ns}\0{found.st_size}\0".encode())
    return state.hexdigest()


def _page(request: Request) -> Response:
    watched = _read_watched(request)
    text = _PAGES.get_template("preview.html.jinja").render(
        shown=watched.shown, error=watched.error, state=watched.state
    )
    return HTMLResponse(text, headers=_headers(PAGE_POLICY))


def _mail(request: Request) -> Response:
    shown = _read_watched(request).shown
    return HTMLResponse(shown.rendered.html if shown else "", headers=_headers(MAIL_POLICY))


def _plain(request: Request) -> Response:
    shown = _read_watched(request).shown
    return PlainTextResponse(shown.rendered.text if shown else "", headers=_headers(MAIL_POLICY))


def _state(request: Request) -> Response:
    return JSONResponse({"state": _read_watched(request).state}, headers=_headers(PAGE_POLICY))


def _picture(request: Request) -> Response:
    watched: PreviewWatcher = request.app.state.watched
    path = watched.picture(request.path_params["file"])
    if path is None:
        return PlainTextResponse("There is no such picture.", 404)
    headers = _headers("default-src 'none'; sandbox")
    return Response(path.read_bytes(), media_type=media_type(path), headers=headers)


def _read_watched(request: Request) -> PreviewWatcher:
    """The issue that is shown, as its files are now."""
    watched: PreviewWatcher = request.app.state.watched
    watched.refresh()
    return watched


ROUTES = (
    Route("/", _page),
    Route("/mail.html", _mail),
    Route("/mail.txt", _plain),
    Route("/state", _state),
    Route(f"/{PICTURES}{{file}}", _picture),
    Mount("/static", StaticFiles(directory=_HERE / "static")),
)


def preview_app(watched: PreviewWatcher) -> Starlette:
    """The ASGI app of the preview."""
    app = Starlette(
        routes=ROUTES,
        # Another page in the same browser must not read the preview under a name of its own (DNS
        # rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
    )
    app.state.watched = watched
    return app


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def watch_issue(context: AppContext, name: str) -> PreviewWatcher:
    """The issue of this name, rendered again when a file, template or setting is saved."""
    return PreviewWatcher(
        draw=lambda: _draw(context, name),
        files=lambda: _files(context, name),
        picture=lambda file: images.find(context.workspace, name, file),
    )


def _draw(context: AppContext, name: str) -> PreviewContent:
    fresh = AppContext(open_workspace(context.workspace.folder), context.now)
    share_issues(context, fresh)
    _, rendered, findings = review.check_issue_mail(fresh, name)
    settings = fresh.workspace.settings
    display, address = parseaddr(settings.newsletter.sender)
    shown = rendering.remove_personal_parts(rendered, settings)
    return PreviewContent(
        title=settings.newsletter.title,
        sender=display or address,
        rendered=replace(shown, html=with_pictures_at(shown.html, name, f"/{PICTURES}")),
        findings=findings,
    )


def _files(context: AppContext, name: str) -> Iterator[Path]:
    folder = context.workspace.folder
    yield folder / FILE_NAME
    yield from list_written_files(context, name)
    for templates in (context.workspace.templates, environment.find_shipped_folder()):
        files = (path for path in templates.rglob("*") if path.is_file())
        yield from (path for path in files if path.parent.name != environment.CACHE)
