"""An issue on disk as the preview shows it: which files make it, and how it is drawn from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path

from newsletter import rendering
from newsletter.config import FILE_NAME
from newsletter.issues import images, review
from newsletter.issues.repository import GLOSSARY_FILE, issue_folder
from newsletter.rendering import environment
from newsletter.studio.preview import PICTURES, Shown, Watched, with_pictures_at
from newsletter.workspace.context import Desk
from newsletter.workspace.folder import open_workspace


def watch(desk: Desk, name: str) -> Watched:
    """The issue of this name, drawn again when its file, a template or the configuration is saved."""
    return Watched(
        draw=lambda: _draw(desk, name),
        files=lambda: _files(desk, name),
        picture=lambda file: images.find(desk.workspace, name, file),
    )


def _draw(desk: Desk, name: str) -> Shown:
    fresh = Desk(open_workspace(desk.workspace.folder), desk.now)
    _, rendered, findings = review.check(fresh, name)
    settings = fresh.workspace.settings
    display, address = parseaddr(settings.newsletter.sender)
    shown = rendering.for_everyone(rendered, settings)
    return Shown(
        title=settings.newsletter.title,
        sender=display or address,
        rendered=replace(shown, html=with_pictures_at(shown.html, name, f"/{PICTURES}")),
        findings=findings,
    )


def _files(desk: Desk, name: str) -> Iterator[Path]:
    folder = desk.workspace.folder
    yield folder / FILE_NAME
    yield folder / GLOSSARY_FILE
    yield issue_folder(desk.workspace, name) / "issue.toml"
    for templates in (desk.workspace.templates, environment.shipped_folder()):
        files = (path for path in templates.rglob("*") if path.is_file())
        yield from (path for path in files if path.parent.name != environment.CACHE)
