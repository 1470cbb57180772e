from __future__ import annotations

from pathlib import Path

import pytest
from support.checkout import MINIMAL
from support.commands import Run

ONE = "What Clinical Trials Are Needed for Treatment of Leiomyosarcoma? (11 Nov 2026)\nhttps://doi.org/10.1000/one\n"
TWO = "Trials for leiomyosarcoma: what patients asked at the meeting (12 Nov 2026)\nhttps://example.org/asked\n"


@pytest.fixture
def two_sources(folder: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A workspace with two pages that were read, where we stand."""
    (folder / "one.txt").write_text(ONE, "utf-8")
    (folder / "two.txt").write_text(TWO, "utf-8")
    source = '[[source]]\nname = "{0}"\nkind = "page"\nurl = "{0}.txt"\n'
    (folder / "newsletter.toml").write_text(
        MINIMAL + source.format("one") + source.format("two"), "utf-8"
    )
    monkeypatch.chdir(folder)
    run("collect")
    return folder


def keys(run: Run) -> list[str]:
    return sorted(each["key"] for each in run("entries", "--json").json["entries"])


def again(run: Run, folder: Path) -> None:
    """The sources offer the same once more, in bytes that differ."""
    for name, text in (("one.txt", ONE), ("two.txt", TWO)):
        (folder / name).write_text(text + "\n\n", "utf-8")
    run("collect")


def test_what_a_person_merged_stays_one(two_sources: Path, run: Run) -> None:
    (entry,) = run("merge", "doi:10.1000/one", "url:https://example.org/asked", "--json").json[
        "entries"
    ]
    assert (entry["key"], sorted(entry["sources"])) == ("doi:10.1000/one", ["one", "two"])
    again(run, two_sources)
    assert keys(run) == ["doi:10.1000/one"]


def test_a_wrong_merge_is_taken_apart_and_stays_so(two_sources: Path, run: Run) -> None:
    run("merge", "doi:10.1000/one", "url:https://example.org/asked")
    parts = run("split", "doi:10.1000/one", "--json").json["entries"]
    assert sorted((each["key"], tuple(each["sources"])) for each in parts) == [
        ("doi:10.1000/one", ("one",)),
        ("url:https://example.org/asked~two", ("two",)),
    ]
    again(run, two_sources)
    assert keys(run) == ["doi:10.1000/one", "url:https://example.org/asked~two"]


def test_there_must_be_something_to_merge_or_split(two_sources: Path, run: Run) -> None:
    assert run("merge", "doi:10.1000/one", "doi:10.1000/one").exit_code == 2
    result = run("split", "doi:10.1000/one")
    assert (result.exit_code, "one source only" in result.err) == (2, True)


def test_merging_is_told_in_words(two_sources: Path, run: Run) -> None:
    assert "doi:10.1000/one" in run("merge", "doi:10.1000/one", "url:https://example.org/asked").out
