from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.opened_files import counting_opened

from newsletter.workspace.file_cache import FileCache

SETTLED_S = 0.2


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "issue.toml"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def cache() -> FileCache:
    return FileCache()


def settled(cache: FileCache, file: Path) -> bytes | None:
    """What is read once the file has been left alone for a while."""
    time.sleep(SETTLED_S)
    return cache.read(file)


def test_a_file_that_is_left_alone_is_opened_once(cache: FileCache, file: Path) -> None:
    first = settled(cache, file)
    with counting_opened() as opened:
        assert cache.read(file) is first
    assert not opened


def test_an_edit_of_the_same_size_within_the_same_tick_is_seen(
    cache: FileCache, file: Path
) -> None:
    for number in range(300):
        content = b"%03d" % number
        file.write_bytes(content)
        assert cache.read(file) == content


def test_an_edit_that_leaves_size_and_time_is_seen(cache: FileCache, file: Path) -> None:
    before = file.stat()
    assert settled(cache, file) == b"one"
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.read(file) == b"two"


def test_another_file_put_in_its_place_is_seen(cache: FileCache, file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(b"two")
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    assert settled(cache, file) == b"one"
    other.replace(file)
    assert cache.read(file) == b"two"


def test_times_ahead_of_our_clock_are_not_trusted(cache: FileCache, file: Path) -> None:
    ahead = (int(time.time()) + 3600) * 1_000_000_000  # as of a machine with another clock
    os.utime(file, ns=(ahead, ahead))
    settled(cache, file)
    with counting_opened() as opened:
        cache.read(file)
    assert opened == {file: 1}


def test_a_file_that_says_the_same_again_is_the_same_object(cache: FileCache, file: Path) -> None:
    first = cache.read(file)
    file.write_bytes(b"one")
    assert cache.read(file) is first


def test_a_file_may_go_and_come_back(cache: FileCache, file: Path) -> None:
    assert settled(cache, file) == b"one"
    file.unlink()
    assert cache.read(file) is None
    file.write_bytes(b"two")
    assert cache.read(file) == b"two"
    assert cache.read(file / "nowhere") is None


def test_what_cannot_be_read_is_told(cache: FileCache, tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        cache.read(tmp_path)
