"""Feeds as they were recorded, beside the checkout.

None is too much, and nothing in them is lost.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest
from support.checkout import ROOT

from newsletter.errors import SourceError
from newsletter.model import (
    Document,
    Flag,
    ParsedDocument,
    Precision,
    Source,
    SourceKind,
    TrialStatus,
)
from newsletter.sources.feeds.feed import read_feed

DATA = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared")) / "data"
SOURCE = Source(name="recorded", kind=SourceKind.FEED, limit=10_000)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recorded data is not beside this checkout"),
]


@pytest.fixture(scope="module")
def readings() -> dict[str, ParsedDocument | str]:
    """File name → what it holds, or the sentence with which it is refused."""
    return {path.name: read(path) for path in sorted((DATA / "real" / "feeds").iterdir())}


def read(path):
    try:
        return read_feed(Document(content=path.read_bytes(), url=path.as_uri()), SOURCE)
    except SourceError as error:
        return str(error)


def survey():
    with (DATA / "feeds_survey.tsv").open(newline="", encoding="utf-8") as file:
        return {
            row["file"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


def test_every_entry_that_feedparser_sees_is_there(readings):
    expected = {
        name: int(row["entries"])
        for name, row in survey().items()
        if name in readings and row["entries"]
    }
    lost = {
        name: (count, result)
        for name, count in expected.items()
        if count and (isinstance(result := readings[name], str) or len(result.entries) < count)
    }
    assert lost == {}


def test_only_what_is_no_feed_is_refused(readings):
    refused = {name: sentence for name, sentence in readings.items() if isinstance(sentence, str)}
    assert sorted(refused) == [
        "biorss_ex_pubmed-article.xml",
        "feed-rs__xml_sample_1.xml",
        "feed-rs__xml_sample_2.xml",
        "node-feedparser__notafeed.html",
    ]
    assert refused["node-feedparser__notafeed.html"].startswith(
        "the file is a web page, not a feed"
    )


def test_every_entry_has_a_title_and_clean_links(readings):
    entries = [
        entry
        for result in readings.values()
        if isinstance(result, ParsedDocument)
        for entry in result.entries
    ]
    assert len(entries) > 1_500
    assert all(entry.title.strip() and "\n" not in entry.title for entry in entries)
    assert not [
        entry.title for entry in entries if re.search(r"</?(?:i|em|b|sub|sup|p)>", entry.title)
    ]
    assert not [link for entry in entries for link in entry.links if re.search(r"\s", link)]


def test_dated_entries_are_nearly_all(readings):
    rows = survey()
    dated = expected = 0
    for name, result in readings.items():
        if isinstance(result, ParsedDocument) and name in rows and rows[name]["entries"]:
            without = int(rows[name]["no_date"] or 0)
            expected += max(0, len(result.entries) - without)
            dated += sum(1 for entry in result.entries if entry.dated)
    assert dated >= expected


def test_dates_that_feedparser_misreads_are_right(readings):
    chinese = readings["biorss_ex_xbkcflxb.cnjournals.com-xbkcflxb-ch-reader-current.aspx.xml"]
    assert str(chinese.entries[0].dated) == "2021-10-16"
    german = readings["biorss_ex_ce.xml"]
    assert {str(entry.dated) for entry in german.entries} == {"2021-06-30"}
    monthly = readings["biorss_ex_elsevier.xml"]
    assert {entry.dated.precision for entry in monthly.entries} <= {Precision.MONTH, Precision.DAY}


def test_dialects_are_understood(readings):
    trial = readings["aact_ctgov_rss_covid_search.xml"].entries[0]
    assert (trial.ids.nct, trial.trial.status) == ("NCT04425629", TrialStatus.RECRUITING)
    paper = readings["biorss_ex_native-pubmed.xml"].entries[0]
    assert (paper.ids.pmid, paper.ids.doi) == ("34739692", "10.1007/s11033-021-06887-9")
    assert paper.journal == "Molecular biology reports"
    assert paper.authors[0] == "Romain BBND"
    preprint = readings["feed-rs__rss_1.0_biorxiv.xml"].entries[0]
    assert preprint.flags == {Flag.PREPRINT}
    assert preprint.authors[:2] == ("Lapalu N", "Simon A")
    assert readings["biorss_ex_elsevier.xml"].entries[0].journal == "Zoologischer Anzeiger"


def test_json_feeds_are_read(readings):
    assert len(readings["feed-rs__jsonfeed_elastic_1.1.json"].entries) == 3
    assert len(readings["reader__invalid.json"].entries) == 8
