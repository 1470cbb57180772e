"""Which section an entry belongs to.

The order of the ways, and wording from titles that no one has learned from.
"""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.checkout import ROOT

from newsletter.classifier import SectionProposal, propose_section
from newsletter.classifier.cues import cues_in
from newsletter.classifier.urls import section_of_address
from newsletter.classifier.weights import KINDS, WEIGHTS
from newsletter.config import DEFAULT_SECTIONS
from newsletter.identity import ids_in
from newsletter.model import Entry, Event, Grant, Ids, SectionStyle, Trial

SHARED = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared"))


def proposed(title: str, url: str = "", *, styles=DEFAULT_SECTIONS, **changes) -> SectionProposal:
    values = {"title": title, "links": (url,) if url else (), "ids": ids_in(url)}
    return propose_section(Entry(**(values | changes)), styles)


# The order of the ways


def test_the_staffs_own_rules_come_before_the_source():
    tips = SectionStyle(
        name="living", title="Tips for Living with LMS", rules=("caregiver", "cancer.net")
    )
    styles = (*DEFAULT_SECTIONS, tips)
    by_word = proposed("Tips for the Caregiver", styles=styles, section="research")
    assert by_word == SectionProposal(
        "living", confident=True, why="your own rule “caregiver” for living"
    )
    assert proposed("News", "https://www.cancer.net/coping", styles=styles).section == "living"
    assert proposed("News", "https://blog.cancer.net/coping", styles=styles).section == "living"
    assert (
        proposed(
            "Caregivers in trials", "https://pubmed.ncbi.nlm.nih.gov/1/", styles=styles
        ).section
        == "research"
    )
    assert (
        proposed("Gene X", "https://notcancer.net/", styles=styles, section="trials").section
        == "trials"
    )


@pytest.mark.parametrize("link", ["https://x.org/sarcoma/news/1", "https://www.x.org/Sarcoma/"])
def test_a_rule_may_name_a_part_of_a_site(link):
    styles = (SectionStyle(name="living", title="", rules=("x.org/sarcoma",)),)
    assert proposed("Anything", link, styles=styles).section == "living"
    assert proposed("Anything", "https://x.org/other", styles=styles).section is None


def test_an_empty_rule_and_a_broken_link_match_nothing():
    styles = (SectionStyle(name="living", title="", rules=(" ", "x.org")),)
    assert proposed("Anything at all", styles=styles, links=("https://[x.org/",)).section is None


def test_what_the_source_says_comes_before_the_address():
    assert (
        proposed("A paper", "https://doi.org/10.1/x", section="grants").why
        == "its source goes there"
    )
    unknown = proposed("A paper", section="tips")
    assert unknown == SectionProposal(
        None, confident=False, why="its source goes there, but the newsletter has no section “tips”"
    )


@pytest.mark.parametrize(
    ("changes", "section"),
    [
        ({"event": Event(starts=date(2026, 12, 9)), "ids": Ids(nct="NCT01234567")}, "events"),
        ({"grant": Grant()}, "grants"),
        ({"trial": Trial()}, "trials"),
        ({"ids": Ids(uid="a@x")}, "events"),
        ({"ids": Ids(doi="10.1/x", nct="NCT01234567")}, "research"),
        ({"ids": Ids(pmid="1")}, "research"),
        ({"ids": Ids(nct="NCT01234567")}, "trials"),
        ({"ids": Ids(opportunity="PAR-26-101")}, "grants"),
        ({"ids": Ids(url="https://clinicaltrials.gov/study/NCT01234567")}, "trials"),
    ],
)
def test_kind_and_identifiers_decide_before_wording(changes, section):
    found = proposed("Ifosfamide", **changes)
    assert (found.section, found.confident) == (section, True)


def test_a_webinar_that_names_a_trial_is_an_event():
    found = proposed(
        "Webinar, Jan. 13: Dr. Jane Doe on the STRASS 3 study", ids=Ids(nct="NCT01234567")
    )
    assert found.section == "events"


@pytest.mark.parametrize(
    ("url", "section"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/37254103/", "research"),
        (
            "https://www.thelancet.com/journals/lanonc/article/PIIS1470-2045(17)30622-8/abstract",
            "research",
        ),
        ("https://jco.ascopubs.org/content/1", "research"),
        ("https://www.nature.com/articles/bjc2017354", "research"),
        ("https://www.nature.com/articles/d41586-023-00001-1", None),
        ("https://ClinicalTrials.gov/show/NCT00308087", "trials"),
        ("https://www.mskcc.org/cancer-care/clinical-trials/24-147", "trials"),
        ("https://www.x.org/news/clinical-trials/2023/05/what-is-new", None),
        ("http://grants.nih.gov/grants/guide/notice-files/NOT-MH-17-001.html", "grants"),
        ("https://www.grants.gov/search-results-detail/1", "grants"),
        ("https://us02web.zoom.us/webinar/register/WN_1", "events"),
        ("https://www.eventbrite.com/e/lms-day-1", "events"),
        ("https://www.usaid.gov/news-information/press-releases/1", None),
        ("https://localhost/", None),
        ("https://[x", None),
        ("", None),
    ],
)
def test_an_address_tells_its_section_only_where_it_holds_one_kind(url, section):
    told = section_of_address(url)
    assert (told[0] if told else None) == section


# Wording


@pytest.mark.parametrize(
    ("title", "section"),
    [
        ("Register now: webinar on uterine sarcoma surgery, Tuesday 7 pm EST", "events"),
        ("March 3 - Ask the Expert with Jane Doe, MD: A New Clinical Trial for LMS", "events"),
        ("12th Annual Sarcoma Patient Conference 2027", "events"),
        ("Walk for Hope 5K", "events"),
        ("Request for Proposals: Rare Sarcoma Seed Grants", "grants"),
        ("Notice of Special Interest: Rare Cancers (R01 Clinical Trial Optional)", "grants"),
        ("Young Investigator Award: call for applications, deadline February 1", "grants"),
        ("A Phase 2 Study of Drug X in Participants With Metastatic Leiomyosarcoma", "trials"),
        ("First patient dosed: new trial opens for advanced sarcoma, now recruiting", "trials"),
        (
            "Drug X versus drug Y in metastatic sarcoma: results of a randomized phase 3 trial",
            "research",
        ),
        (
            "Prognostic value of MED12 mutations in uterine leiomyosarcoma: a retrospective cohort study",
            "research",
        ),
    ],
)
def test_wording_tells_the_section(title, section):
    found = proposed(title)
    assert (found.section, found.confident) == (section, True), found.why
    assert found.why.startswith("its wording (")


@pytest.mark.parametrize(
    "title",
    [
        "Sarcoma Foundation awards $1.2 million in research grants",
        "Ten tips for coping with scanxiety",
        "How to talk to your children about cancer?",
        "Forum Day 2 Highlights: Our Recap",
    ],
)
def test_news_and_advice_are_surely_none_of_the_sections(title):
    found = proposed(title)
    assert (found.section, found.confident) == (None, True), found.why
    assert "none of the sections" in found.why


def test_unsure_is_an_answer():
    found = proposed("Radiation Therapy Updates")
    assert (found.section, found.confident) == (None, False)
    assert found.why.startswith("unsure: its wording may fit ")


def test_a_section_that_the_newsletter_has_not_is_not_proposed():
    only_research = DEFAULT_SECTIONS[:1]
    by_wording = proposed("Request for Proposals: Rare Sarcoma Seed Grants", styles=only_research)
    by_address = proposed("X", "https://clinicaltrials.gov/study/NCT01234567", styles=only_research)
    assert (by_wording.section, by_wording.confident) == (None, False)
    assert by_wording.why.endswith("but the newsletter has no such section")
    assert (
        by_address.why
        == "clinicaltrials.gov carries trials, but the newsletter has no section “trials”"
    )


def test_the_page_of_a_mailing_tells_nothing_of_its_items():
    assert cues_in("Abc", "", "https://mailchi.mp/x.org/news-tracker-1") == cues_in("Abc")
    assert "path of an event" in cues_in("Abc", "", "https://x.org/events/1")


def test_every_weight_belongs_to_a_kind():
    assert {len(weights) for weights in WEIGHTS.values()} == {len(KINDS)}


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=40))
def test_any_text_has_an_answer(title, summary, url):
    found = propose_section(
        Entry(title=title, summary=summary, links=(f"https://{url}",)), DEFAULT_SECTIONS
    )
    assert found.why
    assert found.confident or found.section is None


@pytest.mark.shared
def test_the_labelled_titles_are_told_apart():
    """The weights have seen these.

    How they do on origins they never saw is measured by bench/sections.py.
    """
    path = SHARED / "data" / "labels" / "titles.tsv"
    if not path.exists():
        pytest.skip("the labelled titles are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [
        (row["label"], proposed(row["title"], row["url"], summary=row["summary"])) for row in rows
    ]
    confident = [(label, each.section or "other") for label, each in found if each.confident]
    assert len(confident) >= 0.9 * len(rows)
    assert sum(label == section for label, section in confident) >= 0.98 * len(confident)
