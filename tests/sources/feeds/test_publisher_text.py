"""Facts in running text."""

from __future__ import annotations

import pytest

from newsletter.model import TrialStatus
from newsletter.sources.feeds.publisher_text import (
    PublisherFacts,
    is_pubmed,
    is_trial_record,
    read_text,
    read_trial,
)

SCIENCEDIRECT = """Publication date: Available online 5 November 2021

Source: Zoologischer Anzeiger, Volume 295

Author(s): Tammy Iwasa-Arai, Max Werneck"""

PUBMED = """J Virol Methods. 2021 Dec 10:114425. doi: 10.1016/j.jviromet.2021.114425. Online ahead of print.

ABSTRACT

BACKGROUND: Something. CONCLUSIONS: Something else.

PMID:34902460 | DOI:10.1016/j.jviromet.2021.114425"""


def test_sciencedirect_says_all_in_labelled_lines():
    facts = read_text(SCIENCEDIRECT)
    assert str(facts.dated) == "2021-11-05"
    assert facts.journal == "Zoologischer Anzeiger"
    assert facts.authors == ("Tammy Iwasa-Arai, Max Werneck",)
    assert facts.summary == ""


def test_pubmed_begins_with_the_citation_and_ends_with_the_names():
    facts = read_text(PUBMED)
    assert str(facts.dated) == "2021-12-10"
    assert facts.journal == "J Virol Methods"
    assert any("10.1016/j.jviromet.2021.114425" in each for each in facts.identifiers)
    assert any("34902460" in each for each in facts.identifiers)
    assert facts.summary == "BACKGROUND: Something. CONCLUSIONS: Something else."


@pytest.mark.parametrize(
    ("line", "dated"),
    [
        ("Publication date: November 2021", "2021-11"),
        ("Publication date: Winter 2021", "2021"),
        ("Published online: 31 March 2023.", "2023-03-31"),
        ("Available online 5 November 2021", None),  # no label without a colon
        ("Published: soon", None),
        ("Volume 55, Issue 31-32, August 2021, Page 1917-1940", "2021-08"),
        ("Volume 12, 3 March 2021, Page 7", "2021-03-03"),
        ("It was published: yes, in March 2021", None),
    ],
)
def test_a_date_is_read_where_a_label_says_so(line, dated):
    facts = read_text(line)
    assert (str(facts.dated) if facts.dated else None) == dated


def test_a_label_without_a_date_stays_in_the_text():
    assert read_text("Published: soon").summary == "Published: soon"


def test_identifiers_stand_behind_their_label():
    facts = read_text(
        "ZooKeys 1068: 1-2\n\nDOI: 10.3897/zookeys.1068.75391\n\nSee also 10.1000/other"
    )
    assert facts.identifiers == ("doi:10.3897/zookeys.1068.75391",)
    assert facts.summary == "ZooKeys 1068: 1-2\n\nSee also 10.1000/other"


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "Abstract",
        "TAXON, EarlyView.",
        "Volume 70, Issue 1, July 2021, Page 1-31\n.",
        "The post A title appeared first on A blog.",
        "Continue reading →",
        "HTML | PDF",
    ],
)
def test_what_says_nothing_goes(text):
    assert read_text(text).summary == ""


def test_facts_are_completed_by_others():
    facts = PublisherFacts(journal="A").or_else(PublisherFacts(journal="B", summary="x"))
    assert (facts.journal, facts.summary) == ("A", "x")


def test_a_pubmed_record_is_known_by_guid_or_link():
    assert is_pubmed("pubmed:123", ())
    assert is_pubmed("", (" https://pubmed.ncbi.nlm.nih.gov/123/?x=y",))
    assert not is_pubmed("https://example.org/pubmed:123", ("https://example.org",))
    assert not is_pubmed("", ())


def test_a_trial_record_is_the_registers_own():
    assert is_trial_record("NCT04425629", ())
    assert is_trial_record("", ("https://clinicaltrials.gov/study/NCT04425629?rank=1",))
    assert not is_trial_record("", ("https://example.org/NCT04425629-opens",))
    assert not is_trial_record(
        "1", ("https://example.org", "https://clinicaltrials.gov/study/NCT04425629")
    )


def test_a_trial_is_read_line_by_line():
    trial = read_trial(
        "Condition: Leiomyosarcoma\nInterventions: Drug: C21; Drug: Placebo; Drug: C21\n"
        "Sponsors: Vicore Pharma AB; Orphan Reach\nPhase: Phase 1/Phase 2\nActive, not recruiting"
    )
    assert trial.status is TrialStatus.ACTIVE_NOT_RECRUITING
    assert trial.interventions == ("C21", "Placebo")
    assert trial.sponsor == "Vicore Pharma AB; Orphan Reach"
    assert trial.phase == "1/2"


@pytest.mark.parametrize(
    ("text", "title", "status"),
    [
        ("Status: Recruiting", "", TrialStatus.RECRUITING),
        ("", "Not yet recruiting: A study of X", TrialStatus.NOT_YET_RECRUITING),
        ("", "A study of X (Completed)", TrialStatus.COMPLETED),
        ("", "Recruiting patients is hard", TrialStatus.UNKNOWN),
    ],
)
def test_the_status_may_stand_in_text_or_title(text, title, status):
    assert read_trial(text, title=title).status is status


def test_an_early_phase_is_said():
    assert read_trial("Phase: Early Phase 1").phase == "early 1"
