"""What pages say about themselves."""

import contextlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Flag, Source, SourceKind
from newsletter.sources.page_metadata import read_page_metadata

SOURCE = Source(name="added", kind=SourceKind.PAGE)
URL = "https://www.example.org/news/a?utm_source=x"
NEW_YORK = ZoneInfo("America/New_York")


def read(html, url=URL, source=SOURCE):
    content = html.encode() if isinstance(html, str) else html
    return read_page_metadata(Document(content=content, url=url), source, zone=NEW_YORK)


def only(html, url=URL, source=SOURCE):
    (entry,) = read(html, url, source).entries
    return entry


def meta(**tags):
    lines = [
        f'<meta name="{name.replace("__", ".")}" content="{value}">'
        for name, values in tags.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return f"<html><head>{''.join(lines)}<title>Bare title</title></head><body></body></html>"


def linked(*nodes):
    return f'<script type="application/ld+json">{json.dumps(nodes[0] if len(nodes) == 1 else nodes)}</script>'


def test_a_paper_s_page_is_read_by_its_highwire_tags():
    entry = only(
        meta(
            citation_title="Targeting &lt;i&gt;RB1&lt;/i&gt; in LMS.",
            citation_author=["Hemming, Matthew L.", "Jean-Pierre Berg"],
            citation_doi="doi:10.1158/X-1",
            citation_pmid="36000001",
            citation_online_date="2023/03/31",
            citation_publication_date="2023/04",
            citation_journal_title="Clinical Cancer Research",
            citation_journal_abbrev="Clin Cancer Res",
            citation_abstract="&lt;p&gt;To see.&lt;/p&gt;",
            og__title="Shorter",
        )
    )
    assert entry.title == "Targeting RB1 in LMS"
    assert entry.authors == ("Hemming ML", "Berg JP")
    assert entry.ids.known() == {
        "doi": "10.1158/x-1",
        "pmid": "36000001",
        "url": "https://www.example.org/news/a",
    }
    assert (str(entry.dated), entry.journal, entry.summary) == (
        "2023-03-31",
        "Clin Cancer Res",
        "To see.",
    )
    assert entry.links == ("https://www.example.org/news/a",)


def test_authors_may_stand_in_one_tag():
    entry = only(meta(citation_title="A", citation_author="Hemming ML; King M; Berg JP"))
    assert entry.authors == ("Hemming ML", "King M", "Berg JP")


def test_the_finer_of_two_dates_of_one_year_counts():
    page = meta(
        citation_title="A",
        citation_publication_date="2023",
        dc__date="2023-03-31",
        date="2021-01-01",
    )
    assert str(only(page).dated) == "2023-03-31"
    assert str(only(meta(citation_title="A", citation_date="2023")).dated) == "2023"
    assert only(meta(citation_title="A", date="soon")).dated is None


def test_a_preprint_is_flagged_by_its_doi():
    assert only(meta(citation_title="A", citation_doi="10.1101/2023.01.01.123456")).flags == {
        Flag.PREPRINT
    }


def test_dublin_core_says_what_it_can():
    entry = only(
        meta(
            DC__title="A report",
            DC__creator="King, Mary",
            DC__identifier="10.1000/R",
            DC__date="2023-03",
        )
    )
    assert (entry.title, entry.authors, entry.ids.doi, str(entry.dated)) == (
        "A report",
        ("King M",),
        "10.1000/r",
        "2023-03",
    )


def test_news_is_read_by_json_ld():
    node = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "name": "Alliance"},
            {
                "@type": ["NewsArticle"],
                "headline": "New drug approved",
                "author": [{"@type": "Person", "name": "Ann Lee"}, "Bo Day"],
                "datePublished": "2026-11-03T10:00:00Z",
                "description": "A drug.",
            },
        ],
    }
    entry = only(linked(node) + meta(og__description="Other"))
    assert (entry.title, entry.authors, str(entry.dated)) == (
        "New drug approved",
        ("Ann Lee", "Bo Day"),
        "2026-11-03",
    )
    assert entry.summary == "A drug."


def test_one_author_of_json_ld_may_stand_alone():
    assert only(
        linked({"@type": "Article", "name": "A", "author": {"name": "Ann Lee"}})
    ).authors == ("Ann Lee",)


def test_opengraph_is_taken_where_nothing_better_is():
    page = """<meta property="og:title" content="A story"><meta property="og:description" content="Short &amp; good">
    <meta property="article:published_time" content="2026-11-03T10:00:00+00:00">
    <meta property="article:author" content="https://facebook.com/ann"><meta property="og:site_name" content="Alliance">"""
    entry = only(page, source=Source(name="a", kind=SourceKind.PAGE, section="news"))
    assert (entry.title, entry.summary, str(entry.dated)) == (
        "A story",
        "Short & good",
        "2026-11-03",
    )
    assert (entry.authors, entry.journal, entry.section) == ((), "", "news")


def test_a_bare_title_loses_the_name_of_the_site():
    page = '<title>Webinar recap | Sarcoma Alliance</title><meta property="og:site_name" content="Sarcoma Alliance">'
    assert only(page).title == "Webinar recap"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ('<link rel="canonical" href="/news/b">', "https://www.example.org/news/b"),
        ('<link rel="canonical" href="https://other.example/b">', "https://www.example.org/news/a"),
        (
            '<link rel="canonical" href="https://www.example.org/">',
            "https://www.example.org/news/a",
        ),
        ('<link rel="canonical" href="https://[">', "https://www.example.org/news/a"),
        (
            '<meta property="og:url" content="https://www.example.org/news/c">',
            "https://www.example.org/news/c",
        ),
        ('<link rel="stylesheet" href="/x">', "https://www.example.org/news/a"),
    ],
)
def test_the_address_is_the_page_s_own(link, address):
    assert only(f"<title>A</title>{link}").links == (address,)


EVENT = {
    "@type": "Event",
    "name": "Ask the surgeon",
    "startDate": "2026-12-09T18:00:00-05:00",
    "endDate": "2026-12-09T19:30:00-05:00",
    "description": "<p>An hour.</p>",
    "url": "/events/1",
    "location": {"@type": "VirtualLocation", "url": "https://zoom.us/j/1"},
}


def test_an_event_s_page_is_an_event():
    entry = only(linked(EVENT) + "<title>Events</title>")
    assert (entry.title, entry.section, entry.summary) == ("Ask the surgeon", "events", "An hour.")
    assert entry.links == ("https://www.example.org/events/1", "https://zoom.us/j/1")
    assert entry.ids.known() == {"url": "https://www.example.org/events/1"}
    assert entry.event.starts == datetime(2026, 12, 9, 18, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert entry.event.ends == datetime(2026, 12, 9, 19, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert (entry.event.place, entry.event.join, entry.event.cancelled) == (
        "Online",
        "https://zoom.us/j/1",
        False,
    )


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("Town hall", "Town hall"),
        (None, ""),
        (
            {
                "@type": "Place",
                "name": "Hotel",
                "address": {"addressLocality": "Denver", "addressRegion": "CO"},
            },
            "Hotel, Denver, CO",
        ),
        ({"@type": "Place", "name": "Hotel", "address": "1 Main St"}, "Hotel, 1 Main St"),
        ([{"@type": "VirtualLocation"}, {"@type": "Place", "name": "Hotel"}], "Hotel"),
        ({"@type": "VirtualLocation"}, "Online"),
    ],
)
def test_places_of_events_are_read(location, place):
    assert only(linked(EVENT | {"location": location})).event.place == place


def test_a_page_of_events_gives_each_of_them():
    nodes = [
        EVENT,
        EVENT | {"name": "Walk", "startDate": "2026-12-12", "endDate": "2026-12-12", "url": None},
    ]
    reading = read(
        linked({"@type": "ItemList", "itemListElement": [{"item": node} for node in nodes]})
    )
    assert [(entry.title, entry.event.starts) for entry in reading.entries][1] == (
        "Walk",
        date(2026, 12, 12),
    )
    assert reading.entries[1].event.ends is None


def test_events_are_cancelled_sold_and_read_in_the_reader_s_zone():
    more = {
        "eventStatus": "https://schema.org/EventCancelled",
        "offers": [{"url": "https://www.eventbrite.com/e/1"}],
        "startDate": "2026-12-09T18:00",
        "location": None,
        "endDate": "December 2026",
        "@type": "https://schema.org/EducationEvent",
    }
    event = only(linked(EVENT | more)).event
    assert (event.cancelled, event.join) == (True, "https://www.eventbrite.com/e/1")
    assert (event.starts, event.ends) == (datetime(2026, 12, 9, 18, 0, tzinfo=NEW_YORK), None)


def test_an_event_without_a_name_leaves_the_page():
    assert only(linked(EVENT | {"name": ""}) + "<title>Page</title>").event is None


def test_a_written_day_is_read():
    assert only(linked(EVENT | {"startDate": "9 December 2026"})).event.starts == date(2026, 12, 9)


def test_broken_json_ld_is_passed_over():
    bad = '<script type="application/ld+json">{"@type": </script><script>var a</script><script type="application/ld+json">5</script>'
    assert only(f"<title>A</title>{bad}").title == "A"


@pytest.mark.parametrize("html", ["", "  ", "<html></html>", "\x00"])
def test_a_page_that_says_nothing_is_refused(html):
    with pytest.raises(SourceError, match=r"does not say its title|no web page"):
        read(html)


def test_bombs_end():
    nested = "[" * 5_000
    page = (
        f'<title>A</title><script type="application/ld+json">{nested}</script>' + "<div>" * 50_000
    )
    assert only(page).title == "A"
    assert only(linked([{"@type": "Event"}] * 5_000) + "<title>A</title>").title == "A"


PIECES = [
    "<meta name=citation_title content='",
    "'>",
    "<script type=application/ld+json>",
    "</script>",
    '{"@type":"Event","name":"a","startDate":',
    '"2026-13-01T99"',
    "}",
    "[",
    "]",
    "<link rel=canonical href=//[>",
    "<title>x</title>",
    '"',
    ",",
    "\x00\ud7ff",
]


@given(
    st.one_of(
        st.binary(max_size=100),
        st.lists(st.sampled_from(PIECES), max_size=15).map(lambda p: "".join(p).encode()),
    )
)
@settings(deadline=None)
def test_any_bytes_end_in_entries_or_a_sentence(content):
    with contextlib.suppress(SourceError):
        assert all(
            entry.title
            for entry in read_page_metadata(
                Document(content=content, url=URL), SOURCE, zone=UTC
            ).entries
        )
