"""Sections as staff set them, in a newsletter.toml that keeps its comments."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.admin import sections
from newsletter.admin.sample import build
from newsletter.errors import UsageError
from newsletter.issues import drafting, render
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


class Room:
    """A workspace, opened anew for each change."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now

    @property
    def context(self) -> AppContext:
        return AppContext(open_workspace(self.folder), self.now)

    @property
    def text(self) -> str:
        return (self.folder / "newsletter.toml").read_text("utf-8")

    @property
    def names(self) -> list[str]:
        return [each["name"] for each in tomllib.loads(self.text)["section"]]


@pytest.fixture
def sample(tmp_path: Path, now: datetime) -> Room:
    build(tmp_path / "sample", now=now, secret="5" * 64)
    return Room(tmp_path / "sample", now)


@pytest.fixture
def plain(folder: Path, now: datetime) -> Room:
    return Room(folder, now)


def test_a_section_moves_and_what_stands_around_it_stays(sample: Room) -> None:
    before = sample.text
    assert sections.move_section(sample.context, "tips", -1) == 4
    assert sample.names == ["research", "trials", "events", "tips", "grants"]
    assert (
        'name = "tips"                                         # the foundation\'s own'
        in sample.text
    )
    assert 'title = "Grants"\n\n# Where the news comes from.' in sample.text
    assert sections.move_section(sample.context, "tips", 1) == 5
    assert sample.text == before


def test_at_an_end_it_stays(sample: Room) -> None:
    before = sample.text
    assert sections.move_section(sample.context, "research", -1) == 1
    assert sections.move_section(sample.context, "tips", 1) == 5
    assert sample.text == before


def test_a_new_one_stands_last_under_a_name_made_of_its_title(sample: Room) -> None:
    assert sections.add_section(sample.context, "  Überleben &  mehr ") == "uberleben-mehr"
    assert sections.add_section(sample.context, "日本") == "section"
    assert sections.add_section(sample.context, "Trials") == "trials-2"
    assert sample.names[-3:] == ["uberleben-mehr", "section", "trials-2"]
    assert (
        '# an entry with one of these words goes here\n\n[[section]]\nname = "uberleben-mehr"'
        in sample.text
    )
    assert 'title = "Trials"\n\n# Where the news comes from.' in sample.text


def test_title_and_rules_change_and_the_name_does_not(sample: Room) -> None:
    sections.change_section(
        sample.context, "tips", "Living with it", ["caregiver", " ", "coping ", "coping"]
    )
    found = tomllib.loads(sample.text)["section"][-1]
    assert found == {"name": "tips", "title": "Living with it", "rules": ["caregiver", "coping"]}
    before = sample.text
    sections.change_section(sample.context, "tips", "Living with it", ["caregiver", "coping"])
    assert sample.text == before
    sections.change_section(sample.context, "tips", "Living with it", [])
    assert "rules" not in tomllib.loads(sample.text)["section"][-1]


def test_where_the_file_names_no_section_the_usual_ones_are_written_out(plain: Room) -> None:
    sections.change_section(plain.context, "trials", "Studies", ["clinicaltrials.gov"])
    assert plain.names == ["research", "trials", "events", "grants"]
    assert plain.context.workspace.settings.sections[1].rules == ("clinicaltrials.gov",)


def test_one_that_goes_lets_its_sources_be_looked_at_one_by_one(sample: Room) -> None:
    assert str(sections.assess_removal(sample.context, "tips")) == (
        "What would have gone there waits under “To sort” from now on. "
        "1 source fills it: its entries are looked at one by one instead."
    )
    sections.remove_section(sample.context, "tips")
    assert sample.names == ["research", "trials", "events", "grants"]
    assert "section" not in tomllib.loads(sample.text)["source"][-1]
    assert 'title = "Grants"\n\n# Where the news comes from.' in sample.text


def test_what_an_issue_holds_of_it_stays_there_and_is_counted(sample: Room) -> None:
    from newsletter.sources import collector

    collector.collect(sample.context, collector.chosen_sources(sample.context, ()), lambda _: None)
    issue = drafting.draft_issue(sample.context).issue
    inside = next(len(each.entries) for each in issue.sections if each.name == "events")
    assert sections.assess_removal(sample.context, "events").in_issue == inside > 1
    assert f"{inside} entries of this issue stay in it" in str(
        sections.assess_removal(sample.context, "events")
    )
    sections.remove_section(sample.context, "events")
    again = render.load_issue(sample.context, issue.name)
    assert next(len(each.entries) for each in again.sections if each.name == "events") == inside


def test_the_words_for_one_entry_and_for_more_sources() -> None:
    said = str(sections.RemovalImpact(in_issue=1, sources=2))
    assert said.startswith(
        "1 entry of this issue stays in it under this heading until you move them."
    )
    assert said.endswith("2 sources fill it: their entries are looked at one by one instead.")


def test_what_cannot_be_is_said_and_not_written(sample: Room) -> None:
    before = sample.text
    with pytest.raises(UsageError, match="needs a title"):
        sections.add_section(sample.context, "  ")
    with pytest.raises(UsageError, match="“Research” already"):
        sections.change_section(sample.context, "tips", "Research", [])
    with pytest.raises(UsageError, match="no section “none”"):
        sections.move_section(sample.context, "none", 1)
    assert sample.text == before
    for name in ("research", "trials", "events", "grants"):
        sections.remove_section(sample.context, name)
    with pytest.raises(UsageError, match="one section at least"):
        sections.remove_section(sample.context, "tips")
