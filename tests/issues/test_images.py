"""Only pictures are handed out, and only those of the folder itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.issues import images
from newsletter.workspace.folder import Workspace, open_workspace


@pytest.fixture
def workspace(folder: Path) -> Workspace:
    shelf = folder / "issues/2026-12/pictures"
    (shelf / "deeper.png").mkdir(parents=True)
    for name in ("walk.JPG", "page.html", "drawing.svg"):
        (shelf / name).write_bytes(b"x")
    (folder / "issues/2026-12/issue.png").write_bytes(b"x")
    (shelf / "elsewhere.png").symlink_to(folder / "newsletter.toml")
    return open_workspace(folder)


def test_a_picture_is_found_by_its_name(workspace: Workspace) -> None:
    found = images.find(workspace, "2026-12", "walk.JPG")
    assert found
    assert (found.read_bytes(), images.media_type(found)) == (b"x", "image/jpeg")
    assert images.names(workspace, "2026-12") == {"pictures/walk.JPG"}


@pytest.mark.parametrize(
    "name",
    [
        "page.html",
        "drawing.svg",
        "deeper.png",
        "elsewhere.png",
        "gone.png",
        "../issue.png",
        ".walk.JPG",
        "a/b.png",
        "",
    ],
)
def test_nothing_else_is(workspace: Workspace, name: str) -> None:
    assert images.find(workspace, "2026-12", name) is None


def test_an_issue_without_pictures_has_none(workspace: Workspace) -> None:
    assert images.names(workspace, "2027-01") == frozenset()


def test_the_same_picture_is_kept_once(workspace: Workspace) -> None:
    one = images.keep(workspace, "2026-12", b"content", ending=".png")
    assert images.keep(workspace, "2026-12", b"content", ending=".png") == one
    assert one.startswith("pictures/")
    assert one in images.names(workspace, "2026-12")
