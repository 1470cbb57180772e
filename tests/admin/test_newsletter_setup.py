"""Beginnings: one's own newsletter, and the sample made one's own without anything being lost."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.admin import newsletter_setup
from newsletter.entries.repository import entries_of
from newsletter.errors import ConfigError, StorageError, UsageError
from newsletter.issues import drafting
from newsletter.sources import collector
from newsletter.subscribers import service as subscribers
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

MINE = {"title": "Our News", "sender": "Us <us@example.com>"}


def context(folder: Path, now: datetime) -> AppContext:
    return AppContext(open_workspace(folder), now)


@pytest.fixture
def sample(tmp_path: Path, now: datetime) -> Path:
    folder = tmp_path / "sample"
    newsletter_setup.create_sample(folder, now)
    (folder / "templates").mkdir()
    (folder / "templates/mine.txt").write_text("mine", "utf-8")
    first = context(folder, now)
    collector.collect(first, collector.chosen_sources(first, ()), lambda _: None)
    drafting.draft_issue(first)
    first.engine.dispose()
    return folder


def test_the_look_stays_and_all_else_is_put_aside(sample: Path, now: datetime) -> None:
    assert newsletter_setup.is_sample(open_workspace(sample))
    secret = (sample / ".newsletter/secret").read_text("utf-8")
    aside = newsletter_setup.convert_sample(context(sample, now), **MINE)
    assert aside == sample / ".newsletter/before-mine-20261123T140000Z"
    assert aside.stat().st_mode & 0o777 == 0o700
    assert {"newsletter.toml", "newsletter.db", "sources", "issues", "subscribers.csv"} <= {
        p.name for p in aside.iterdir()
    }
    assert tomllib.loads((sample / "newsletter.toml").read_text("utf-8")) == {
        "newsletter": {
            "title": "Our News", "from": "Us <us@example.com>", "language": "en", "time_zone": "America/New_York",
            "every": "month", "ahead_days": 75,
        },
        "section": tomllib.loads((aside / "newsletter.toml").read_text("utf-8"))["section"],
        "theme": {"accent": "#5b3a78"},
    }  # fmt: skip
    assert (sample / ".newsletter/secret").read_text("utf-8") == secret
    assert (sample / "templates/mine.txt").is_file()
    assert (sample / "glossary.toml").is_file()
    assert not newsletter_setup.is_sample(open_workspace(sample))
    fresh = context(sample, now)
    assert (entries_of(fresh).sources(), list((sample / "issues").iterdir())) == ({}, [])
    fresh.engine.dispose()


def test_no_word_of_the_sample_about_itself_is_left(sample: Path, now: datetime) -> None:
    file = sample / "newsletter.toml"
    file.write_text(file.read_text("utf-8") + "\n# a comment of our own\n", "utf-8")
    newsletter_setup.convert_sample(context(sample, now), **MINE)
    text = file.read_text("utf-8")
    assert text.startswith("# The settings of this newsletter.")
    assert "# a comment of our own" in text
    for word in ("sample", "invented", "Circle", "1200 Example Street", "bounces@"):
        assert word not in text


def test_what_was_set_since_stays(sample: Path, now: datetime) -> None:
    file = sample / "newsletter.toml"
    text = (
        file.read_text("utf-8")
        .replace("bounces@example.org", "bounces@example.com")
        .replace("1200 Example", "9 Our")
    )
    file.write_text(text + '\n[delivery]\nhost = "smtp.example.com"\n', "utf-8")
    newsletter_setup.convert_sample(context(sample, now), **MINE)
    settings = open_workspace(sample).settings
    assert settings.newsletter.address.startswith("Leiomyosarcoma Circle, 9 Our Street")
    assert (settings.inbox.address, settings.delivery.host) == (
        "bounces@example.com",
        "smtp.example.com",
    )
    assert settings.newsletter.reply_to == ""


def test_who_asked_to_be_left_alone_stays_so_there_and_back(sample: Path, now: datetime) -> None:
    first = context(sample, now)
    subscribers.add_subscriber(first, "ana@example.com")
    subscribers.remove_subscribers(first, ["ana@example.com"])
    first.engine.dispose()
    newsletter_setup.convert_sample(context(sample, now), **MINE)
    second = context(sample, now)
    assert list(subscribers.list_subscribers(second)) == []
    assert subscribers.add_subscriber(second, "ana@example.com").suppressed == 1
    subscribers.remove_subscribers(
        second, ["bo@example.com"]
    )  # was on no list, and is not to come onto one
    second.engine.dispose()
    newsletter_setup.restore_sample(context(sample, now + timedelta(hours=1)))
    third = context(sample, now)
    assert newsletter_setup.is_sample(third.workspace)
    for address in ("ana@example.com", "bo@example.com"):
        assert subscribers.add_subscriber(third, address).suppressed == 1
    third.engine.dispose()
    with pytest.raises(UsageError, match="no sample that could be brought back"):
        newsletter_setup.restore_sample(context(sample, now))


def test_a_database_elsewhere_goes_aside_and_one_that_never_was_is_not_missed(
    tmp_path: Path, now: datetime
) -> None:
    newsletter_setup.create_sample(tmp_path, now)
    file = tmp_path / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8").replace('every = "month"', 'database = "sqlite:///news.db"'),
        "utf-8",
    )
    first = newsletter_setup.convert_sample(context(tmp_path, now), **MINE)
    assert not (first / "news.db").exists()
    context(tmp_path, now).engine.dispose()
    newsletter_setup.restore_sample(context(tmp_path, now + timedelta(hours=1)))
    (second,) = (tmp_path / ".newsletter").glob("before-mine-*")
    assert (second / "news.db").is_file()


def test_what_is_wrong_changes_nothing(sample: Path, now: datetime) -> None:
    before = set(sample.rglob("*"))
    with pytest.raises(ConfigError, match="some text"):
        newsletter_setup.convert_sample(
            context(sample, now), title=" ", sender="Us <us@example.com>"
        )
    file = sample / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8").replace(
            'every = "month"', 'database = "postgresql+psycopg://db/news"'
        ),
        "utf-8",
    )
    with pytest.raises(UsageError, match="on a server"):
        newsletter_setup.convert_sample(context(sample, now), **MINE)
    assert set(sample.rglob("*")) == before


def test_a_folder_that_cannot_be_moved_is_said_and_it_is_still_the_sample(
    sample: Path, now: datetime
) -> None:
    (sample / ".newsletter/before-mine-20261123T140000Z").mkdir()
    with pytest.raises(StorageError, match="could not be put aside"):
        newsletter_setup.convert_sample(context(sample, now), **MINE)
    assert newsletter_setup.is_sample(open_workspace(sample))


def test_ones_own_begins_with_a_name_and_a_sender(tmp_path: Path) -> None:
    newsletter_setup.create_newsletter(tmp_path / "new", **MINE)
    settings = open_workspace(tmp_path / "new").settings
    assert (settings.newsletter.title, settings.newsletter.sender) == (
        "Our News",
        "Us <us@example.com>",
    )
    assert len((tmp_path / "new/.newsletter/secret").read_text("utf-8").strip()) == 64
    assert not newsletter_setup.is_sample(open_workspace(tmp_path / "new"))
