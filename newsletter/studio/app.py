"""The studio as an ASGI app: its pages, and the guard before them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from newsletter.studio.auth_middleware import AuthMiddleware
from newsletter.studio.requests import HERE
from newsletter.studio.state import StudioState
from newsletter.studio.views import (
    approve,
    check,
    choose,
    collect,
    glossary,
    home,
    images,
    mail_server,
    people,
    preview,
    report,
    sections,
    send,
    setup,
    theme,
    versions,
    welcome,
    write,
)

VIEWS = (
    home,
    collect,
    choose,
    write,
    glossary,
    images,
    versions,
    preview,
    check,
    approve,
    send,
    report,
    people,
    setup,
    sections,
    mail_server,
    theme,
    welcome,
)


def studio_app(studio: StudioState) -> Starlette:
    """The ASGI app of one running studio."""
    routes = [each for view in VIEWS for each in view.ROUTES]
    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=HERE / "static"))],
        middleware=[Middleware(AuthMiddleware, studio=studio)],
    )
    app.state.studio = studio
    return app
