from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model import Document, Entry, Grant, Ids, Source, SourceKind
from newsletter.sources.feeds.feed import read_feed
from newsletter.sources.registries.call_text import amount_in, deadline_in, with_call
from newsletter.sources.registries.grants_gov import read_grants


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Deadline: December 31, 2026", date(2026, 12, 31)),
        ("Application deadline: 31 December 2026.", date(2026, 12, 31)),
        ("Applications are due by 5:00 pm ET on Friday, January 15th, 2027.", date(2027, 1, 15)),
        ("The call closes on 2027-02-06.", date(2027, 2, 6)),
        ("Apply by Feb. 6, 2027", date(2027, 2, 6)),
        (
            "Letters of intent are due by 6 February 2027; applications are due by 1 May 2027.",
            date(2027, 2, 6),
        ),
        ("Cycle 1 deadline: January 15, 2027. Cycle 2 deadline: July 15, 2027.", date(2027, 7, 15)),
        (
            "The deadline has been extended from January 5, 2027 to January 31, 2027.",
            date(2027, 1, 31),
        ),
        ("Deadline extended to the 1st of March 2027", date(2027, 3, 1)),
        ("Proposals must be received no later than March 1, 2027", date(2027, 3, 1)),
        ("Deadline: December 31", None),
        ("Deadline: soon. The award was given on December 31, 2026", None),
        ("Postponed due to the meeting on January 5, 2027", None),
        ("Deadline: 03/04/2027", None),
        ("Deadline: 31/12/2026", date(2026, 12, 31)),
        ("A study of rest, January 5, 2027", None),
    ],
)
def test_a_deadline_is_what_the_text_calls_one(text: str, day: date | None) -> None:
    assert deadline_in(text) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Awards of up to $50,000 for one year", "up to $50,000"),
        ("Twelve awards of $1,500 help", "$1,500"),
        ("$1.5 million over two years", "$1.5 million"),
        ("€ 20,000 each", "€ 20,000"),
        ("$250000 in total", "$250000"),
        ("nothing is said", ""),
    ],
)
def test_the_amount_is_as_the_funder_writes_it(text: str, amount: str) -> None:
    assert amount_in(text) == amount


def test_what_tells_nothing_of_a_call_is_left_as_it_is() -> None:
    news = Entry(title="Our committee met")
    assert with_call(news) is news
    paper = Entry(title="Deadline: December 31, 2026", ids=Ids(doi="10.1000/x"))
    assert with_call(paper) is paper


ITEM = (
    "<item><title>{}</title><link>https://example.org/{}</link><description>{}</description>"
    "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>"
)
FEED = (
    "<rss version='2.0'><channel><title>F</title>"
    + ITEM.format("Seed grants", "seed", "Awards of up to $50,000. Deadline: December 31, 2026")
    + ITEM.format("Our committee met", "met", "It was a fine day.")
    + "</channel></rss>"
).encode()
CALL = Grant(deadline=date(2026, 12, 31), amount="up to $50,000")


def test_a_feed_of_calls_brings_deadlines() -> None:
    source = Source(name="calls", kind=SourceKind.FEED, section="grants")
    seed, met = read_feed(Document(content=FEED), source).entries
    assert (seed.grant, met.grant) == (CALL, None)
    elsewhere = read_feed(
        Document(content=FEED), Source(name="calls", kind=SourceKind.FEED)
    ).entries
    assert elsewhere[0].grant is None


def test_a_funders_feed_may_be_a_source_of_grants() -> None:
    reading = read_grants(Document(content=FEED), Source(name="calls", kind=SourceKind.GRANTS))
    assert [(entry.title, entry.grant) for entry in reading.entries] == [("Seed grants", CALL)]
    assert reading.skipped == ("item “Our committee met” was left out: it names no call",)


@settings(max_examples=60)
@given(
    st.text(
        st.sampled_from("deadline due by extended from to 31 December 2026,.$/:\n"), max_size=300
    )
)
def test_any_text_tells_a_day_or_none(text: str) -> None:
    assert deadline_in(text) is None or isinstance(deadline_in(text), date)
