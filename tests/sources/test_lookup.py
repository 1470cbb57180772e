"""One thing that a person names is looked up where it is known."""

import json

import pytest

from newsletter.errors import SourceError
from newsletter.sources.lookup import Kind, Services, kind_of, look_up


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("doi:10.1158/1078-0432.CCR-22-1", Kind.DOI),
        ("10.1158/1078-0432.CCR-22-1", Kind.DOI),
        ("https://doi.org/10.1158/x", Kind.DOI),
        ("DOI: 10.1158/x", Kind.DOI),
        ("pmid:36000001", Kind.PMID),
        ("PMID 36000001", Kind.PMID),
        ("https://pubmed.ncbi.nlm.nih.gov/36000001/?fc=1", Kind.PMID),
        ("nct01234567", Kind.NCT),
        ("https://clinicaltrials.gov/study/NCT01234567?cond=x", Kind.NCT),
        (" https://www.example.org/news ", Kind.URL),
        ("https://www.example.org/doi/full/10.1158/x", Kind.URL),
        ("paste.txt", Kind.FILE),
        ("https://", Kind.FILE),
        ("36000001", Kind.FILE),
        ("-", Kind.FILE),
        ("", Kind.FILE),
    ],
)
def test_a_reference_tells_what_it_is(reference, kind):
    assert kind_of(reference) is kind


WORK = json.dumps({"status": "ok", "message": {"title": ["A work"], "DOI": "10.1158/x"}}).encode()
RECORD = b"""<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>36000001</PMID><Article><ArticleTitle>A record
</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"""
STUDY = b'{"protocolSection": {"identificationModule": {"nctId": "NCT01234567", "briefTitle": "A study"}}}'


@pytest.fixture
def services(registry):
    registry.answers |= {
        "/works/10.1158/x": WORK,
        "/efetch.fcgi": RECORD,
        "/studies/NCT01234567": STUDY,
        "/page": b"<title>A page</title>",
        "/doi/10.5281/zenodo.1": b"<title>A dataset</title>",
        "/works/10.1000/untitled": b'{"status": "ok", "message": {"DOI": "10.1000/untitled"}}',
    }
    return Services(crossref=registry.base, doi=f"{registry.base}/doi", eutils=registry.base, trials=registry.base)


@pytest.mark.parametrize(
    ("reference", "title"),
    [
        ("doi:10.1158/X", "A work"),
        ("pmid:36000001", "A record"),
        ("https://pubmed.ncbi.nlm.nih.gov/36000001/?fc=20261101", "A record"),
        ("nct01234567", "A study"),
        ("doi:10.5281/zenodo.1", "A dataset"),
    ],
)
async def test_the_registry_is_asked(registry, services, reference, title):
    (entry,) = (await look_up(reference, registry, services=services)).entries
    assert entry.title == title


async def test_a_pmid_is_asked_for_by_its_number(registry, services):
    await look_up("https://pubmed.ncbi.nlm.nih.gov/36000001/?fc=20261101", registry, api_key="k", services=services)
    assert registry.asked == [
        ("/efetch.fcgi", {"db": "pubmed", "id": "36000001", "retmode": "xml", "tool": "newsletter", "api_key": "k"})
    ]


async def test_a_page_is_asked_about_itself(registry, services):
    (entry,) = (await look_up(f"{registry.base}/page", registry, services=services)).entries
    assert entry.title == "A page"


async def test_a_publisher_who_turns_programs_away_is_asked_for_by_the_doi_in_the_address(registry, services):
    (entry,) = (await look_up(f"{registry.base}/doi/full/10.1158/x", registry, services=services)).entries
    assert entry.title == "A work"


async def test_a_page_that_is_gone_is_an_error(registry, services):
    with pytest.raises(SourceError, match="answered 404"):
        await look_up(f"{registry.base}/gone", registry, services=services)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("doi:10.1000/unknown", "nothing is known of 10.1000/unknown: .* answered 404; its page: .* answered 404"),
        ("doi:10.1000/untitled", "nothing is known of 10.1000/untitled: work 10.1000/untitled was left out"),
        ("paste.txt", "“paste.txt” is no DOI, PMID, NCT number or web address"),
    ],
)
async def test_what_nobody_knows_is_told(registry, services, reference, words):
    with pytest.raises(SourceError, match=words):
        await look_up(reference, registry, services=services)
