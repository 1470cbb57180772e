"""Pages beside the mail."""

from __future__ import annotations

import dataclasses
import re

import feedparser
import pytest
from support.sample_issues import GLOSSARY, ODD, SAMPLE, SETTINGS

from newsletter.config import PublicSettings
from newsletter.placeholders import Placeholder
from newsletter.rendering import render_archive, render_feed, render_print, render_proof, render_web

OLDER = dataclasses.replace(
    SAMPLE, name="2026-11", subject="November & more", send_on=SAMPLE.send_on.replace(month=11)
)


def test_the_web_page_has_everything_and_nothing_of_one_reader(templates):
    html = render_web(SAMPLE, SETTINGS, templates, glossary=GLOSSARY)
    assert not [mark for mark in Placeholder if mark in html]
    assert "Dear reader," in html
    assert '<a href="#section-2">Clinical trials</a>: 3 trials' in html
    assert '<h2 id="section-2">' in html
    assert 'href="2026-12-09-webinar-overcoming-insurance-barriers-1616f5.ics"' in html
    assert (
        "Josephine K. Dermawan, Sarah Chiang, Samuel Singer, William D. Tap, Cristina R. Antonescu"
        in html
    )
    assert "<dt>biomarker</dt>" in html


def test_search_engines_are_kept_away_unless_the_foundation_wants_them(templates):
    open_to_all = dataclasses.replace(
        SETTINGS, public=PublicSettings(url="https://news.example.org", robots=True)
    )
    assert "noindex" in render_web(SAMPLE, SETTINGS, templates)
    assert "noindex" not in render_web(SAMPLE, open_to_all, templates)
    assert "noindex" in render_web(SAMPLE, dataclasses.replace(SETTINGS, public=None), templates)


def test_the_page_of_odd_content_has_no_markup_of_its_own(templates):
    html = render_web(ODD, SETTINGS, templates)
    assert "<script" not in html
    assert "<img" not in html


def test_the_print_page_is_large_and_has_the_same_words(templates):
    html = render_print(SAMPLE, SETTINGS, templates)
    assert "<title>LMS Research Monthly: December 2026, large print</title>" in html
    assert "font-size:18pt" in html
    assert re.findall("<article.*?</article>", html, re.DOTALL) == re.findall(
        "<article.*?</article>", render_web(SAMPLE, SETTINGS, templates), re.DOTALL
    )


def test_the_proof_sheet_has_every_entry_with_source_date_and_link(templates):
    html = render_proof(SAMPLE, SETTINGS, templates)
    rows = re.findall("<tr>.*?</tr>", html, re.DOTALL)
    assert (
        len(rows) == 1 + 1 + len(SAMPLE.entries()) + 1 + 1
    )  # head, letter, entries, tips, closing
    first = rows[2]
    assert "DOI 10.1158/1078-0432.ccr-24-0148" in first
    assert (
        first.count("https://doi.org/10.1158/1078-0432.CCR-24-0148") == 2
    )  # once as address, once as words
    assert "May 15, 2024" in first
    assert "Our own words" in first
    assert "Free to read" in first
    assert "Status: recruiting now" in html
    assert "no date" in html
    assert not [mark for mark in Placeholder if mark in html]


def test_the_proof_sheet_quotes_the_source_beside_our_own_words(templates):
    entry = dataclasses.replace(SAMPLE.entries()[0], summary="What the paper itself says.")
    section = dataclasses.replace(SAMPLE.sections[0], entries=(entry,))
    html = render_proof(dataclasses.replace(SAMPLE, sections=(section,)), SETTINGS, templates)
    assert "Source’s words: What the paper itself says." in html


def test_the_archive_lists_the_newest_first(templates):
    html = render_archive((OLDER, SAMPLE), SETTINGS, templates)
    assert re.findall(r'href="(issues/[^"]+)"', html) == ["issues/2026-12/", "issues/2026-11/"]
    assert "November &amp; more" in html
    assert html.count("atom.xml") == 2
    assert "atom.xml" not in render_archive(
        (), dataclasses.replace(SETTINGS, public=None), templates
    )


def test_the_feed_is_one_that_feed_readers_read(templates):
    feed = feedparser.parse(render_feed((OLDER, SAMPLE), SETTINGS, templates))
    assert not feed.bozo
    assert feed.version == "atom10"
    assert [entry.link for entry in feed.entries] == [
        "https://news.example.org/issues/2026-12/",
        "https://news.example.org/issues/2026-11/",
    ]
    assert feed.entries[1].title == "November & more"
    assert feed.feed.updated == "2026-12-01T00:00:00Z"


def test_a_feed_of_no_issue_is_still_a_feed(templates):
    assert not feedparser.parse(render_feed((), SETTINGS, templates)).bozo


def test_a_feed_needs_a_public_page(templates):
    with pytest.raises(ValueError, match="needs"):
        render_feed((), dataclasses.replace(SETTINGS, public=None), templates)
