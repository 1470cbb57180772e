"""Calls for proposals from Grants.gov and the NIH Guide."""

import contextlib
import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Grant, Source, SourceKind
from newsletter.sources.registries.grants_gov import collect_grants, read_grants

SOURCE = Source(name="grants", kind=SourceKind.GRANTS, query="sarcoma")

HIT = {
    "id": "356000",
    "number": "PAR-26-101",
    "title": "Rare Cancers &ndash; Early Phase Trials (R01)",
    "agencyCode": "HHS-NIH11",
    "agency": "National Institutes of Health",
    "openDate": "09/05/2026",
    "closeDate": "02/07/2027",
    "oppStatus": "posted",
    "docType": "synopsis",
    "cfdaList": ["93.395"],
}
DETAIL = {
    "id": 356000,
    "opportunityNumber": "PAR-26-101",
    "opportunityTitle": "Rare Cancers – Early Phase Trials (R01)",
    "owningAgencyCode": "HHS-NIH11",
    "docType": "synopsis",
    "agencyDetails": {
        "code": "HHS-NIH11",
        "agencyName": "National Institutes of Health",
        "agencyCode": "HHS-NIH11",
    },
    "topAgencyDetails": {
        "code": "HHS",
        "agencyName": "Department of Health and Human Services",
        "agencyCode": "HHS",
    },
    "synopsis": {
        "agencyName": "Jane Roe\nGrants Officer",
        "agencyContactName": "Jane Roe",
        "agencyContactEmail": "jane.roe@example.gov",
        "postingDate": "Sep 05, 2026 12:00:00 AM EDT",
        "responseDate": "Feb 07, 2027 12:00:00 AM EST",
        "synopsisDesc": "<p>For <b>rare</b> cancers.</p><p>Two parts.</p>",
        "responseDateStr": "2027-02-07-00-00-00",
        "estimatedFunding": "2500000",
        "estimatedFundingFormatted": "2,500,000",
        "awardCeiling": "500000",
        "awardCeilingFormatted": "500,000",
        "awardFloor": "0",
        "costSharing": False,
        "applicantTypes": [
            {"id": "06", "description": "Universities"},
            {"description": "Nonprofits"},
        ],
    },
    "cfdas": [
        {
            "id": 1,
            "opportunityId": 356000,
            "cfdaNumber": "93.395",
            "programTitle": "Cancer Treatment Research",
        }
    ],
}


def answer(*hits, total=None):
    return {
        "errorcode": 0,
        "msg": "Webservice Succeeds",
        "data": {"hitCount": total or len(hits), "oppHits": list(hits)},
    }


def read(value, source=SOURCE):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_grants(Document(content=content), source)


def only(value, source=SOURCE):
    reading = read(value, source)
    assert reading.skipped == ()
    (entry,) = reading.entries
    return entry


def test_a_hit_of_the_search_is_a_call():
    entry = only(answer(HIT))
    assert entry.title == "Rare Cancers – Early Phase Trials (R01)"
    assert entry.ids.known() == {
        "opportunity": "PAR-26-101",
        "url": "https://www.grants.gov/search-results-detail/356000",
    }
    assert entry.links == ("https://www.grants.gov/search-results-detail/356000",)
    assert (str(entry.dated), entry.section, entry.summary) == ("2026-09-05", "grants", "")
    assert entry.grant == Grant(
        deadline=date(2027, 2, 7), funder="National Institutes of Health", number="PAR-26-101"
    )


def test_the_older_search_has_the_same_hits_without_the_envelope():
    assert only({"hitCount": 1, "oppHits": [HIT]}) == only(answer(HIT))


def test_the_whole_record_tells_amount_and_who_may_apply():
    entry = only({"errorcode": 0, "data": DETAIL})
    assert entry.summary == "For rare cancers.\n\nTwo parts."
    assert str(entry.dated) == "2026-09-05"
    assert entry.grant == Grant(
        deadline=date(2027, 2, 7),
        amount="up to $500,000",
        funder="National Institutes of Health",
        number="PAR-26-101",
        who="Universities, Nonprofits",
    )


FORECAST = {
    "id": 357000,
    "opportunityNumber": "RFA-CA-27-005",
    "opportunityTitle": "Sarcoma Registries (U01)",
    "owningAgencyCode": "HHS-NIH11",
    "docType": "forecast",
    "synopsis": None,
    "forecast": {
        "postingDate": "Oct 05, 2026 12:00:00 AM EDT",
        "forecastDesc": "<p>Registries of rare sarcomas.</p>",
        "agencyDetails": {"agencyName": "National Cancer Institute"},
        "estApplicationResponseDate": "Mar 01, 2027 12:00:00 AM EST",
        "awardCeiling": "300000",
        "applicantTypes": [
            {
                "id": "25",
                "description": 'Others (see text field entitled "Additional Information on Eligibility" for clarification)',
            }
        ],
    },
}


def test_a_forecast_has_its_text_and_no_deadline_yet():
    entry = only({"errorcode": 0, "msg": "Webservice Succeeds", "data": FORECAST})
    assert (entry.title, entry.summary) == (
        "Sarcoma Registries (U01)",
        "Registries of rare sarcomas.",
    )
    assert str(entry.dated) == "2026-10-05"
    assert entry.grant == Grant(
        amount="up to $300,000",
        funder="National Cancer Institute",
        number="RFA-CA-27-005",
        who="Others",
    )
    assert only(answer(HIT | {"closeDate": "", "oppStatus": "forecasted"})).grant.deadline is None


def test_what_an_agency_escaped_once_too_often_is_read_as_meant():
    entry = only(
        answer(
            HIT
            | {
                "title": "A Foundation&amp;rsquo;s Call &amp; More",
                "agency": "Women&amp;#39;s Health",
            }
        )
    )
    assert (entry.title, entry.grant.funder) == ("A Foundation’s Call & More", "Women's Health")
    told = DETAIL | {
        "synopsis": {"synopsisDesc": "<p>Not &lt;more&gt; than&amp;nbsp;one &amp;ndash; each.</p>"}
    }
    assert only({"data": told}).summary == "Not <more> than one – each."


@pytest.mark.parametrize(
    ("floor", "ceiling", "amount"),
    [
        (5000, 50000, "$5,000 to $50,000"),
        ("$50,000", "50000.00", "up to $50,000"),
        (5000, None, "from $5,000"),
        (0, 0, ""),
        ("none", "", ""),
    ],
)
def test_amounts_are_dollars(floor, ceiling, amount):
    assert only(answer(HIT | {"awardFloor": floor, "awardCeiling": ceiling})).grant.amount == amount


@pytest.mark.parametrize("written", ["", "soon", "2027", None])
def test_a_deadline_that_is_no_day_is_none(written):
    assert only(answer(HIT | {"closeDate": written})).grant.deadline is None


def test_the_agency_s_code_stands_in_for_its_name():
    entry = only(answer(HIT | {"agency": "", "id": "x"}))
    assert (entry.grant.funder, entry.links) == ("HHS-NIH11", ())


def test_a_call_without_a_title_is_named_and_left_out():
    reading = read(answer({"number": "PAR-26-101"}, {}, HIT))
    assert len(reading.entries) == 1
    assert reading.skipped == (
        "call PAR-26-101 was left out: it has no title",
        "call without a number was left out: it has no title",
    )


def guide(*items):
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>NIH Guide</title>{inner}</channel></rss>".encode()


def test_the_nih_guide_s_feed_gives_calls_with_their_numbers():
    reading = read(
        guide(
            "<title>PAR-26-101: Rare Cancers (R01)</title><link>https://grants.nih.gov/grants/guide/pa-files/PAR-26-101.html</link>"
            "<description>Funding Opportunity PAR-26-101 from the NIH Guide.</description><pubDate>Mon, 02 Nov 2026 05:00:00 EST</pubDate>",
            "<title>Sarcoma models</title><description>See RFA-CA-26-012</description>",
            "<title>News of the week</title>",
        )
    )
    first, second = reading.entries
    assert (first.title, first.ids.opportunity) == ("Rare Cancers (R01)", "PAR-26-101")
    assert first.links == ("https://grants.nih.gov/grants/guide/pa-files/PAR-26-101.html",)
    assert str(first.dated) == "2026-11-02"
    assert first.grant == Grant(funder="National Institutes of Health", number="PAR-26-101")
    assert (second.ids.opportunity, second.links, second.dated) == ("RFA-CA-26-012", (), None)
    assert reading.skipped == ("item “News of the week” was left out: it names no call",)


def test_an_item_as_the_nih_guide_writes_it():
    reading = read(
        guide(
            "<title>Models of Rare Sarcomas (U24 Clinical Trial Not Allowed)</title>"
            "<link>http://grants.nih.gov/grants/guide/rfa-files/RFA-CA-27-004.html</link>"
            "<description>Funding Opportunity RFA-CA-27-004 from the NIH Guide for Grants and Contracts. "
            "This call supports shared models. Efforts will b...</description>"
            "<pubDate>Tue, 03 Nov 2026 04:22:48 EST</pubDate>",
            "<title>Notice of Change to Dates</title>"
            "<link>http://grants.nih.gov/grants/guide/notice-files/NOT-CA-27-011.html</link>"
            "<description>Notice NOT-CA-27-011 from the NIH Guide for Grants and Contracts</description>"
            "<pubDate>Tue, 03 Nov 2026 04:20:11 EST</pubDate>",
        )
    )
    call, notice = reading.entries
    assert (call.title, call.ids.opportunity) == (
        "Models of Rare Sarcomas (U24 Clinical Trial Not Allowed)",
        "RFA-CA-27-004",
    )
    assert call.summary == "This call supports shared models. Efforts will b..."
    assert str(call.dated) == "2026-11-03"
    assert (notice.ids.opportunity, notice.summary) == ("NOT-CA-27-011", "")


def test_a_feed_cut_short_is_told():
    assert "broken" in read(guide()[:-6]).skipped[0]


def test_the_section_of_the_source_is_the_entry_s():
    assert (
        only(answer(HIT), Source(name="a", kind=SourceKind.GRANTS, section="money")).section
        == "money"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"errorcode": 1, "msg": "Unknown"}', "Grants.gov answered: Unknown"),
        (b'{"errorcode": 1}', "an error without words"),
        (b'{"meta": {}, "results": []}', "it has no oppHits; use search2"),
        (b"[]", "it has no oppHits"),
        (b"<html><body/></html>", "neither an answer of Grants.gov nor a feed"),
        (b"", "it is empty"),
        (b"x", "it is no JSON"),
    ],
)
def test_what_is_no_answer_is_refused(content, words):
    with pytest.raises(SourceError, match=words):
        read(content)


SHAPES = st.recursive(
    st.sampled_from([None, True, 5, float("inf"), "", "PAR-26-101", "02/30/2027", "9" * 30]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*HIT, *DETAIL, *DETAIL["synopsis"]]), inner, max_size=6)
    ),
    max_leaves=15,
)


@given(SHAPES)
@settings(deadline=None)
def test_any_json_ends_in_entries_or_a_sentence(value):
    for shape in (value, {"oppHits": [value]}, {"data": value}):
        with contextlib.suppress(SourceError):
            assert all(entry.title for entry in read(shape).entries)


async def test_a_search_is_followed_page_by_page_and_call_by_call(registry):
    other = HIT | {"id": "356001", "number": "RFA-CA-26-012", "title": "Other"}
    third = HIT | {"id": "", "number": "PAR-26-003", "title": "Third"}
    pages = [answer(HIT, other, total=3), answer(third, total=3)]
    registry.answers["/search2"] = [json.dumps(page).encode() for page in pages]
    registry.answers["/fetchOpportunity"] = [json.dumps({"data": DETAIL}).encode()]
    reading = await collect_grants(registry, SOURCE, base=registry.base)
    assert [(entry.ids.opportunity, entry.grant.amount) for entry in reading.entries] == [
        ("PAR-26-101", "up to $500,000"),
        ("RFA-CA-26-012", ""),
        ("PAR-26-003", ""),
    ]
    assert reading.entries[0].grant.deadline == date(2027, 2, 7)
    assert [
        (path, data.get("startRecordNum", data.get("opportunityId")))
        for path, data in registry.asked
    ] == [
        ("/search2", 0),
        ("/search2", 2),
        ("/fetchOpportunity", 356000),
        ("/fetchOpportunity", 356001),
    ]
    assert registry.asked[0][1]["oppStatuses"] == "forecasted|posted"


async def test_details_of_another_call_are_not_taken(registry):
    registry.answers["/search2"] = json.dumps(answer(HIT | {"number": "X-1"})).encode()
    registry.answers["/fetchOpportunity"] = json.dumps({"data": DETAIL}).encode()
    assert (await collect_grants(registry, SOURCE, base=registry.base)).entries[
        0
    ].grant.amount == ""


async def test_a_search_without_hits_or_with_a_wrong_count_ends(registry):
    registry.answers["/search2"] = [
        json.dumps(answer(total=7)).encode(),
        b'{"oppHits": [{"title": "A"}]}',
    ]
    assert (await collect_grants(registry, SOURCE, base=registry.base)).entries == ()
    assert len((await collect_grants(registry, SOURCE, base=registry.base)).entries) == 1


async def test_a_search_ends_at_the_source_s_limit(registry):
    registry.answers["/search2"] = json.dumps(answer(HIT, HIT, total=900)).encode()
    source = Source(name="a", kind=SourceKind.GRANTS, query="x", limit=1)
    assert len((await collect_grants(registry, source, base=registry.base)).entries) == 1


async def test_a_search_that_fails_fails_the_source(registry):
    with pytest.raises(SourceError, match="answered 404"):
        await collect_grants(registry, SOURCE, base=registry.base)
