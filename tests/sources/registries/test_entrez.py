"""E-utilities: searching, paging through the history server, and NCBI's manners."""

import json

import pytest

from newsletter.errors import SourceError
from newsletter.model import Source, SourceKind
from newsletter.sources.registries.entrez import (
    collect_pubmed,
    esearch_request,
    fetch_pubmed,
    parse_esearch,
)

SOURCE = Source(
    name="pubmed", kind=SourceKind.PUBMED, query='"leiomyosarcoma"[MeSH] AND 2026[dp]', limit=450
)


def records(*pmids):
    articles = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>Title {pmid}</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>"
        for pmid in pmids
    )
    return f"<PubmedArticleSet>{articles}</PubmedArticleSet>".encode()


def found(count, ids=(), **more):
    return json.dumps(
        {"esearchresult": {"count": str(count), "idlist": list(ids), **more}}
    ).encode()


def test_a_search_asks_for_the_newest_and_keeps_them_on_the_server():
    assert esearch_request("a b", most=20, api_key="k") == (
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi?db=pubmed&term=a+b&usehistory=y&retmax=20"
        "&retmode=json&sort=pub_date&tool=newsletter&api_key=k"
    )


def test_answers_in_json_and_xml_say_the_same():
    as_json = found(63, ["1", "2", "x"], webenv="MCID_1", querykey="1")
    as_xml = b"""<eSearchResult><Count>63</Count><QueryKey>1</QueryKey><WebEnv>MCID_1</WebEnv><IdList><Id>1</Id>
    <Id>2</Id><Id>x</Id></IdList></eSearchResult>"""
    search = parse_esearch(as_json)
    assert (search.count, search.ids, search.web_env, search.query_key) == (
        63,
        ("1", "2"),
        "MCID_1",
        "1",
    )
    assert parse_esearch(as_xml) == search


@pytest.mark.parametrize(
    "content",
    [
        found(3, errorlist={"phrasesnotfound": ["abcXYZ"], "fieldsnotfound": ["zz"]}),
        b"""<eSearchResult><Count>3</Count><IdList/><ErrorList><PhraseNotFound>abcXYZ</PhraseNotFound>
        <FieldNotFound>zz</FieldNotFound></ErrorList></eSearchResult>""",
    ],
)
def test_words_that_pubmed_does_not_know_are_told(content):
    assert parse_esearch(content).remarks == ("unknown phrase “abcXYZ”", "unknown field “zz”")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            found(0, errorlist={"phrasesnotfound": ["abc"]}),
            "found nothing: unknown phrase “abc”; mend the source's query",
        ),
        (found(0, ERROR="Search Backend failed"), "PubMed answered: Search Backend failed"),
        (b'{"error": "API rate limit exceeded"}', "PubMed answered: API rate limit exceeded"),
        (b"[]", "it has no count"),
        (
            b"<eSearchResult><ERROR>Empty term</ERROR></eSearchResult>",
            "PubMed answered: Empty term",
        ),
        (b"<eSearchResult/>", "it has no count"),
        (b"<html><Count>3</Count></html>", "it has no count"),
        (b"", "it is empty"),
    ],
)
def test_a_search_that_failed_says_why(content, words):
    with pytest.raises(SourceError, match=words):
        parse_esearch(content)


async def test_records_come_page_by_page_from_the_history_server(registry):
    registry.answers["/esearch.fcgi"] = found(500, webenv="MCID_1", querykey="7")
    registry.answers["/efetch.fcgi"] = [records(1), records(2), records(3)]
    reading = await collect_pubmed(registry, SOURCE, api_key="k", base=registry.base)
    assert [entry.ids.pmid for entry in reading.entries] == ["1", "2", "3"]
    (_, search), *pages = registry.asked
    assert (search["term"], search["retmax"], search["api_key"]) == (SOURCE.query, "450", "k")
    assert [
        (page["WebEnv"], page["query_key"], page["retstart"], page["retmax"]) for _, page in pages
    ] == [("MCID_1", "7", "0", "200"), ("MCID_1", "7", "200", "200"), ("MCID_1", "7", "400", "50")]


async def test_without_a_history_server_records_are_asked_for_by_number(registry):
    registry.answers["/esearch.fcgi"] = found(2, ["11", "12"])
    registry.answers["/efetch.fcgi"] = records(11, 12)
    reading = await collect_pubmed(registry, SOURCE, base=registry.base)
    assert [entry.ids.pmid for entry in reading.entries] == ["11", "12"]
    assert registry.asked[1][1]["id"] == "11,12"


async def test_a_search_that_finds_nothing_is_an_empty_reading(registry):
    registry.answers["/esearch.fcgi"] = found(0)
    reading = await collect_pubmed(registry, SOURCE, base=registry.base)
    assert (reading.entries, reading.skipped) == ((), ())


async def test_a_page_that_fails_fails_the_source_and_keeps_the_key_secret(registry):
    registry.answers["/esearch.fcgi"] = found(500, webenv="MCID_1", querykey="7")
    registry.answers["/efetch.fcgi"] = [records(1)]
    with pytest.raises(SourceError, match="answered 404") as caught:
        await collect_pubmed(registry, SOURCE, api_key="s3cret", base=registry.base)
    assert "s3cret" not in str(caught.value)


async def test_records_may_be_asked_for_by_number(registry):
    registry.answers["/efetch.fcgi"] = [records(11), records()]
    reading = await fetch_pubmed(registry, ("11",), SOURCE, base=registry.base)
    assert [entry.title for entry in reading.entries] == ["Title 11"]
    with pytest.raises(SourceError, match="PubMed has no record 12"):
        await fetch_pubmed(registry, ("12",), SOURCE, base=registry.base)


@pytest.mark.shared
def test_recorded_searches_are_read(recorded):
    def counts(name):
        search = parse_esearch((recorded / "pubmed" / name).read_bytes())
        return search.count, len(search.ids)

    assert counts("biopython__esearch1.xml") == (63, 20)
    assert counts("biomcp__esearch_braf.json") == (2, 2)
    with pytest.raises(SourceError, match="unknown phrase “abcXYZ”"):
        counts("biopython__esearch8.xml")
