"""Files go into a folder all together or not at all, and never over one that stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.admin.sample.placing import place
from newsletter.errors import WorkspaceError

FILES = {
    Path("newsletter.toml"): "a",
    Path("notes/first.txt"): "b",
    Path("sources/feed.xml"): "c",
}


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_folder_that_does_not_exist_is_made(tmp_path):
    place(tmp_path / "deep" / "down", FILES)
    assert (tmp_path / "deep" / "down" / "sources" / "feed.xml").read_text("utf-8") == "c"


def test_what_else_is_in_the_folder_stays(tmp_path):
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    place(tmp_path, FILES)
    assert (tmp_path / "letter.txt").read_text("utf-8") == "mine"


def test_a_file_that_stands_there_is_named_and_kept(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "first.txt").write_text("mine", "utf-8")
    with pytest.raises(WorkspaceError, match=r"already has notes/first\.txt.* move it away"):
        place(tmp_path, FILES)
    assert everything_in(tmp_path) == ["notes", "notes/first.txt"]
    assert (tmp_path / "notes" / "first.txt").read_text("utf-8") == "mine"


def test_a_failure_half_way_leaves_nothing_behind(tmp_path):
    (tmp_path / "sources").write_text("a file where a folder is needed", "utf-8")
    with pytest.raises(WorkspaceError, match=r"cannot be made a workspace: .*choose a folder"):
        place(tmp_path, FILES)
    assert everything_in(tmp_path) == ["sources"]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "demo").write_text("", "utf-8")
    with pytest.raises(WorkspaceError, match="cannot be made a workspace"):
        place(tmp_path / "demo", FILES)


class Visited(dict[Path, str]):
    """Files whose first look-up lets somebody else put a file beside the one just written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(FILES)
        self.folder = folder

    def __getitem__(self, path: Path) -> str:
        if path.name == "feed.xml":
            (self.folder / "notes" / "theirs.txt").write_text("theirs", "utf-8")
        return super().__getitem__(path)


def test_taking_back_spares_what_somebody_else_has_put_there_meanwhile(tmp_path):
    (tmp_path / "sources").write_text("a file where a folder is needed", "utf-8")
    with pytest.raises(WorkspaceError):
        place(tmp_path, Visited(tmp_path))
    assert everything_in(tmp_path) == ["notes", "notes/theirs.txt", "sources"]


def test_newsletter_toml_is_written_last(tmp_path):
    (tmp_path / "newsletter.toml").symlink_to(tmp_path / "nowhere" / "gone.toml")
    with pytest.raises(WorkspaceError):
        place(tmp_path, {Path("newsletter.toml"): "a", Path("x.txt"): "b"})
    assert everything_in(tmp_path) == ["newsletter.toml"]
