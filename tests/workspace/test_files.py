from __future__ import annotations

import stat
from pathlib import Path

import pytest

from newsletter.errors import StorageError
from newsletter.workspace.files import write_if_new, write_whole


def test_a_file_is_there_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b.txt", "Grüße")
    assert (tmp_path / "a" / "b.txt").read_text("utf-8") == "Grüße"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]


def test_a_private_file_is_for_the_owner_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"secret", private=True)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_the_same_again_leaves_the_file_alone(tmp_path: Path) -> None:
    assert write_if_new(tmp_path / "a", "x")
    before = (tmp_path / "a").stat().st_mtime_ns
    assert not write_if_new(tmp_path / "a", "x")
    assert (tmp_path / "a").stat().st_mtime_ns == before


def test_where_nothing_can_be_written_what_was_there_stays(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.mkdir()
    (target / "kept").write_text("x", "utf-8")
    with pytest.raises(StorageError, match=r"was not written .* what was there is unchanged"):
        write_whole(target, "y")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
