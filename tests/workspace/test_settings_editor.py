"""newsletter.toml as pages write it: comments stay, and it is written only when it is right."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.admin.sample import build, build_empty
from newsletter.model import SourceKind
from newsletter.sources import probe
from newsletter.workspace import settings_editor
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


@pytest.fixture
def new(tmp_path: Path) -> Path:
    build_empty(tmp_path / "new", title="News", sender="News <news@example.org>", secret="5" * 64)
    return tmp_path / "new"


def context(folder: Path, now: datetime) -> AppContext:
    return AppContext(open_workspace(folder), now)


def text(folder: Path) -> str:
    return (folder / "newsletter.toml").read_text("utf-8")


def test_a_key_takes_the_place_of_its_example_and_what_is_usual_is_not_written(
    new: Path, now: datetime
) -> None:
    settings_editor.set_values(
        context(new, now),
        "newsletter",
        {"address": "1 Main Street", "every": "month", "language": "en"},
    )
    settings_editor.set_values(context(new, now), "delivery", {"host": "", "port": 587})
    assert 'the sender that readers see\naddress = "1 Main Street"\n# reply_to = ' in text(new)
    assert "# address =" not in text(new)
    assert "# every =" in text(new)
    assert tomllib.loads(text(new))["newsletter"].keys() == {"title", "from", "address"}


def test_sources_come_and_go_and_leave_the_file_as_it_was(new: Path, now: datetime) -> None:
    before = text(new)
    for name in ("one", "two"):
        source = probe.build_source(name, "feed", "https://example.org/feed", "grants")
        settings_editor.add_source(context(new, now), source)
    assert 'section = "grants"\n\n[[source]]\nname = "two"' in text(new)
    for name in ("one", "two"):
        settings_editor.remove_source(context(new, now), name)
    assert text(new).rstrip() == before.rstrip()


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        ("https://example.org/feed", (SourceKind.FEED, SourceKind.PAGE)),
        ("sources/updates.txt", (SourceKind.FEED, SourceKind.PAGE)),
        ("webcal://example.org/calendar", (SourceKind.CALENDAR,)),
        ("https://example.org/events.ics?key=1", (SourceKind.CALENDAR,)),
        ("calls.xlsx", (SourceKind.TABLE,)),
        ("leiomyosarcoma AND trial", (SourceKind.PUBMED,)),
    ],
)
def test_what_an_address_may_be(where: str, kinds: tuple[SourceKind, ...]) -> None:
    assert probe.guess_kinds(where) == kinds


def test_a_page_is_found_to_be_one_and_what_is_nowhere_says_so(new: Path, now: datetime) -> None:
    build(new / "sample", now=now, secret="5" * 64)
    found = probe.find_source(
        context(new, now), "our page", "sample/sources/research-updates.txt", ""
    )
    assert (found.source.kind, found.error, len(found.parsed.entries) > 1) == (
        SourceKind.PAGE,
        None,
        True,
    )
    feed = probe.find_source(context(new, now), "feed", "sample/sources/tips.json", "tips")
    assert (feed.source.kind, feed.source.section) == (SourceKind.FEED, "tips")
    missing = probe.find_source(context(new, now), "gone", "gone.html", "")
    assert missing.error
    assert missing.source.kind is SourceKind.FEED
