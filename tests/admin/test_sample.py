"""The sample workspace.

Its formats are true, its facts are recorded ones, and its dates fit the day it is built.
"""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import feedparser
import icalendar
import pytest
from support.checkout import ROOT

from newsletter import config
from newsletter.admin import sample
from newsletter.errors import ConfigError, WorkspaceError
from newsletter.model import SourceKind, SubscriberState

NOW = datetime.fromisoformat("2026-11-23T09:00:00-05:00")
SHARED = Path(os.environ.get("NEWSLETTER_SHARED") or ROOT.parent / "shared")


@pytest.fixture(name="workspace")
def _workspace(tmp_path):
    folder = tmp_path / "my demo"
    sample.build(folder, now=NOW, secret="MFRGGZDF")
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def entries(workspace: Path, name: str) -> list[feedparser.FeedParserDict]:
    read = feedparser.parse((workspace / "sources" / name).read_bytes())
    assert not read.bozo
    return read.entries


def events(workspace: Path) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical((workspace / "sources" / "events.ics").read_bytes())
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


def last_issue(workspace: Path) -> dict:
    return tomllib.loads((workspace / "issues" / "2026-10" / "issue.toml").read_text("utf-8"))


def test_the_workspace_has_every_file_of_the_sample(workspace):
    assert sorted(files_of(workspace)) == [
        ".gitignore",
        ".newsletter/secret",
        "glossary.toml",
        "issues/2026-10/issue.toml",
        "issues/2026-10/record.toml",
        "newsletter.toml",
        "sources/events.ics",
        "sources/grants.xml",
        "sources/research-updates.txt",
        "sources/research.rss",
        "sources/tips.json",
        "sources/trials.xml",
        "subscribers.csv",
    ]


def test_the_settings_are_read_without_a_mistake(workspace):
    settings = config.load(workspace / "newsletter.toml")
    assert settings.newsletter.title == "Circle News"
    assert [(each.name, each.title) for each in settings.sections] == [
        ("research", "Research"),
        ("trials", "Clinical trials"),
        ("events", "Events"),
        ("grants", "Grants"),
        ("tips", "Tips for living with LMS"),
    ]
    assert [each.kind for each in settings.sources] == [
        SourceKind.FEED,
        SourceKind.PAGE,
        SourceKind.FEED,
        SourceKind.CALENDAR,
        SourceKind.FEED,
        SourceKind.FEED,
    ]


def test_every_source_is_a_file_of_the_workspace(workspace):
    settings = config.load(workspace / "newsletter.toml")
    assert {each.url for each in settings.sources} == {
        str(path.relative_to(workspace)) for path in (workspace / "sources").iterdir()
    }


def test_no_mark_is_left_in_any_file(workspace):
    assert [name for name, content in files_of(workspace).items() if b"{{" in content] == []


def test_the_research_feed_holds_fourteen_papers_of_which_one_has_markup_in_its_title(workspace):
    found = entries(workspace, "research.rss")
    assert len(found) == 14
    marked = [entry.title for entry in found if "<" in entry.title]
    assert len(marked) == 1
    assert "Confirms <i>FH</i> as a Driver Gene" in marked[0]


def test_papers_tell_no_more_of_their_date_than_is_known(workspace):
    assert {entry.updated: len(entry.updated) for entry in entries(workspace, "research.rss")} == {
        "2025-07": 7,
        "2025-05": 7,
        "2025": 4,
        "2025-04-02": 10,
        "2024": 4,
        "2024-11-27": 10,
        "2024-05-15": 10,
        "2024-05": 7,
        "2023-03-15": 10,
        "2023-03-01": 10,
        "2022-04-13": 10,
        "2021-08-01": 10,
        "2019-06-04": 10,
    }


def test_the_page_and_the_feed_share_papers_so_that_merging_shows(workspace):
    page = (workspace / "sources" / "research-updates.txt").read_text("utf-8")
    feed = (workspace / "sources" / "research.rss").read_text("utf-8")
    shared = {"10.1158/1078-0432.CCR-24-0148", "36603130", "35454875"}
    assert all(each in page and each in feed for each in shared)


def test_the_trials_feed_names_true_studies_with_their_state(workspace):
    assert [
        (entry.id, entry.description.rsplit("<b>", 1)[-1])
        for entry in entries(workspace, "trials.xml")
    ] == [
        ("NCT06088290", "Recruiting</b>"),
        (
            "http://www.mskcc.org/cancer-care/clinical-trials/24-147",
            "Interventions</b>:    Drug: ADI-PEG 20;   Drug: Placebo;   Drug: Gemcitabine;   Drug: Docetaxel",
        ),
        ("NCT02576665", "Terminated</b>"),
    ]


def test_calls_for_proposals_have_their_deadlines_ahead_but_for_one(workspace):
    found = {entry.title: entry.description for entry in entries(workspace, "grants.xml")}
    assert (
        "Deadline: December 31, 2026" in found["Request for Proposals: Leiomyosarcoma Seed Grants"]
    )
    assert "December 17, 2026" in found["Travel Awards for Early-Career Sarcoma Researchers"]
    assert "6 February 2027" in found["Shared Tumor Data Fellowship: Call for Letters of Intent"]
    assert "November 17, 2026" in found["Quality of Life Research Grants"]


def test_the_tips_are_a_json_feed_posted_since_the_last_issue(workspace):
    tips = json.loads((workspace / "sources" / "tips.json").read_text("utf-8"))
    assert tips["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["date_published"] for item in tips["items"]] == [
        "2026-11-21T09:00:00-05:00",
        "2026-11-18T09:00:00-05:00",
        "2026-11-15T09:00:00-05:00",
    ]


def test_the_calendar_has_events_ahead_one_past_one_cancelled_and_a_series(workspace):
    found = events(workspace)
    assert {name: event.decoded("DTSTART").isoformat() for name, event in found.items()} == {
        "Monthly support group for people with LMS and their families": "2026-05-12T19:00:00-04:00",
        "Webinar: Understanding your scan report": "2026-12-02T18:00:00-05:00",
        "Webinar: Is a clinical trial right for me?": "2026-12-10T19:00:00-05:00",
        "Family Day of the Leiomyosarcoma Circle": "2027-01-23",
        "Webinar: Eating well during chemotherapy": "2026-11-22T18:00:00-05:00",
        "Walk in City Park": "2026-12-19T10:00:00-05:00",
    }
    assert [name for name, event in found.items() if event["STATUS"] == "CANCELLED"] == [
        "Walk in City Park"
    ]
    assert [event["RRULE"].to_ical() for event in found.values() if "RRULE" in event] == [
        b"FREQ=MONTHLY;BYDAY=2TU"
    ]


def test_the_calendar_keeps_to_the_lines_of_its_standard(workspace):
    lines = (workspace / "sources" / "events.ics").read_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_the_last_issue_was_published_last_month(workspace):
    record = tomllib.loads((workspace / "issues" / "2026-10" / "record.toml").read_text("utf-8"))
    assert record["published_at"] == datetime(2026, 10, 20, 14, tzinfo=UTC)
    issue = last_issue(workspace)
    assert issue["send_on"] == date(2026, 10, 20)
    assert issue["since"] == datetime(2026, 9, 20, 14, tzinfo=UTC)
    assert issue["until"] == datetime(2026, 10, 20, 14, tzinfo=UTC)


def test_the_last_issue_carried_what_the_sources_offer_again(workspace):
    carried = [
        entry["key"] for section in last_issue(workspace)["section"] for entry in section["entry"]
    ]
    assert carried == [
        "pmid:36603130",
        "pmid:36857355",
        "doi:10.1200/edbk_432234",
        "doi:10.3389/fonc.2023.1149106",
        "uid:webinar-trials-evening@example.org",
    ]
    offered = b"".join(path.read_bytes() for path in (workspace / "sources").iterdir()).lower()
    assert all(key.partition(":")[2].encode() in offered for key in carried)


def test_the_last_issue_remembers_what_its_editor_dropped(workspace):
    assert [entry["key"] for entry in last_issue(workspace)["left_out"]] == ["pmid:40230424"]


def test_what_was_drafted_last_month_was_carried_or_dropped(workspace):
    record = tomllib.loads((workspace / "issues" / "2026-10" / "record.toml").read_text("utf-8"))
    issue = last_issue(workspace)
    carried = [entry["key"] for section in issue["section"] for entry in section["entry"]]
    assert record["drafted"] == sorted(carried + [entry["key"] for entry in issue["left_out"]])


def test_an_event_of_the_last_issue_is_still_ahead(workspace):
    event = last_issue(workspace)["section"][1]["entry"][0]["event"]
    assert event["starts"] == events(workspace)[
        "Webinar: Is a clinical trial right for me?"
    ].decoded("DTSTART")
    assert event["starts"] > NOW


def test_the_list_has_twelve_readers_at_addresses_that_reach_nobody(workspace):
    with (workspace / "subscribers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["email", "name", "state", "language", "sections", "large_print"]
    assert len(rows) == 12
    assert all(re.fullmatch(r"[^@\s]+@example\.(org|com|net)", row["email"]) for row in rows)
    assert [SubscriberState(row["state"]) for row in rows].count(SubscriberState.UNSUBSCRIBED) == 1
    assert [row["language"] for row in rows].count("es") == 1
    assert [row["large_print"] for row in rows].count("yes") == 1


def test_the_sections_readers_chose_exist(workspace):
    with (workspace / "subscribers.csv").open(encoding="utf-8", newline="") as file:
        chosen = {section for row in csv.DictReader(file) for section in row["sections"].split()}
    assert chosen == {"research", "trials", "events", "tips"}


def test_the_glossary_explains_each_word_in_a_sentence_at_most(workspace):
    glossary = tomllib.loads((workspace / "glossary.toml").read_text("utf-8"))
    assert len(glossary) >= 12
    assert all(
        isinstance(words, str) and len(words) < 150 and not words.endswith(".")
        for words in glossary.values()
    )


def test_the_secret_and_the_list_are_for_their_owner_alone(workspace):
    assert (workspace / ".newsletter" / "secret").read_text("utf-8") == "MFRGGZDF\n"
    modes = [
        stat.S_IMODE((workspace / name).stat().st_mode)
        for name in (".newsletter/secret", "subscribers.csv")
    ]
    assert modes == [0o600, 0o600]
    assert stat.S_IMODE((workspace / ".newsletter").stat().st_mode) == 0o700


def test_the_same_moment_gives_the_same_bytes(workspace, tmp_path):
    again = tmp_path / "again"
    sample.build(again, now=NOW.astimezone(UTC), secret="MFRGGZDF")
    assert files_of(again) == files_of(workspace)


def test_a_workspace_is_refused_with_a_way_out(workspace):
    before = files_of(workspace)
    with pytest.raises(WorkspaceError, match=r"is a workspace already .* choose another folder"):
        sample.build(workspace, now=NOW, secret="OTHER")
    assert files_of(workspace) == before


def test_papers_dated_years_ago_are_within_reach_whenever_the_sample_is_built(tmp_path):
    sample.build(tmp_path / "later", now=datetime(2031, 1, 1, tzinfo=UTC), secret="S")
    reach = config.load(tmp_path / "later" / "newsletter.toml").newsletter.late_days
    assert (date(2030, 12, 31) - date(2022, 1, 1)).days == reach
    assert (tmp_path / "later" / "issues" / "2030-11").is_dir()


def test_the_empty_workspace_has_a_name_a_sender_and_nothing_to_undo(tmp_path):
    sample.build_empty(
        tmp_path,
        title='News from "the Circle" é',
        sender="Circle <news@example.org>",
        secret="MFRGGZDF",
    )
    assert sorted(files_of(tmp_path)) == [
        ".gitignore",
        ".newsletter/secret",
        "issues/.gitkeep",
        "newsletter.toml",
    ]
    settings = config.load(tmp_path / "newsletter.toml")
    assert settings.newsletter.title == 'News from "the Circle" é'
    assert settings.newsletter.sender == "Circle <news@example.org>"
    assert settings.sections == config.DEFAULT_SECTIONS
    assert settings.sources == ()


def test_a_title_is_taken_as_it_is_written(tmp_path):
    sample.build_empty(tmp_path, title="{{from}}\n\\1", sender="news@example.org", secret="S")
    assert config.load(tmp_path / "newsletter.toml").newsletter.title == "{{from}}\n\\1"


def test_git_is_told_to_leave_the_list_and_the_secret_alone(tmp_path):
    sample.build_empty(tmp_path, title="News", sender="news@example.org", secret="S")
    assert {".newsletter/", "subscribers.csv"} <= set(
        (tmp_path / ".gitignore").read_text("utf-8").splitlines()
    )


def test_a_sender_that_is_no_address_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match="one address"):
        sample.build_empty(tmp_path, title="News", sender="nobody", secret="S")
    assert list(tmp_path.iterdir()) == []


def _recorded() -> str:
    """What the recorded data says of sarcoma: papers, trials, and the page of a foundation."""
    real = SHARED / "data" / "real"
    files = [
        *real.glob("foundation_site/*.tsv"),
        *real.glob("ctgov_json/*.json"),
        SHARED / "seed" / "research-updates-page.txt",
    ]
    return "\n".join(path.read_text("utf-8", errors="replace") for path in files).lower()


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the recorded data does not lie beside the checkout"
)
def test_every_identifier_of_the_sample_stands_in_the_recorded_data(workspace):
    names = ("issues", "sources")
    text = "\n".join(
        p.read_text("utf-8") for name in names for p in (workspace / name).rglob("*") if p.is_file()
    ).lower()
    dois = set(re.findall(r"\b10\.\d{4,9}/[-._a-z0-9]*[a-z0-9]", text))
    pmids = set(re.findall(r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|pm(?:id)?:|pubmed:)(\d+)", text))
    others = set(re.findall(r"nct\d{8}|pmc\d+", text))
    assert (len(dois), len(pmids), len(others)) == (10, 11, 4)
    recorded = _recorded()
    assert {each for each in dois | others if each not in recorded} == set()
    assert {each for each in pmids if not re.search(rf"(?<!\d){each}(?!\d)", recorded)} == set()
