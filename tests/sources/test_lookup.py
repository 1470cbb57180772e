"""One thing that a person names is looked up where it is known."""

import json

import pytest

from newsletter.errors import SourceError
from newsletter.sources.lookup import ReferenceKind, RegistryUrls, detect_kind, look_up_reference


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("doi:10.1158/1078-0432.CCR-22-1", ReferenceKind.DOI),
        ("10.1158/1078-0432.CCR-22-1", ReferenceKind.DOI),
        ("https://doi.org/10.1158/x", ReferenceKind.DOI),
        ("DOI: 10.1158/x", ReferenceKind.DOI),
        ("pmid:36000001", ReferenceKind.PMID),
        ("PMID 36000001", ReferenceKind.PMID),
        ("https://pubmed.ncbi.nlm.nih.gov/36000001/?fc=1", ReferenceKind.PMID),
        ("nct01234567", ReferenceKind.NCT),
        ("https://clinicaltrials.gov/study/NCT01234567?cond=x", ReferenceKind.NCT),
        (" https://www.example.org/news ", ReferenceKind.URL),
        ("https://www.example.org/doi/full/10.1158/x", ReferenceKind.URL),
        ("paste.txt", ReferenceKind.FILE),
        ("https://", ReferenceKind.FILE),
        ("36000001", ReferenceKind.FILE),
        ("-", ReferenceKind.FILE),
        ("", ReferenceKind.FILE),
    ],
)
def test_a_reference_tells_what_it_is(reference, kind):
    assert detect_kind(reference) is kind


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
    return RegistryUrls(
        crossref=registry.base,
        doi=f"{registry.base}/doi",
        eutils=registry.base,
        trials=registry.base,
    )


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
    (entry,) = (await look_up_reference(reference, registry, services=services)).entries
    assert entry.title == title


async def test_a_pmid_is_asked_for_by_its_number(registry, services):
    await look_up_reference(
        "https://pubmed.ncbi.nlm.nih.gov/36000001/?fc=20261101",
        registry,
        api_key="k",
        services=services,
    )
    assert registry.asked == [
        (
            "/efetch.fcgi",
            {
                "db": "pubmed",
                "id": "36000001",
                "retmode": "xml",
                "tool": "newsletter",
                "api_key": "k",
            },
        )
    ]


async def test_a_page_is_asked_about_itself(registry, services):
    (entry,) = (
        await look_up_reference(f"{registry.base}/page", registry, services=services)
    ).entries
    assert entry.title == "A page"


async def test_a_publisher_who_turns_programs_away_is_asked_for_by_the_doi_in_the_address(
    registry, services
):
    (entry,) = (
        await look_up_reference(f"{registry.base}/doi/full/10.1158/x", registry, services=services)
    ).entries
    assert entry.title == "A work"


async def test_a_page_that_is_gone_is_an_error(registry, services):
    with pytest.raises(SourceError, match="answered 404"):
        await look_up_reference(f"{registry.base}/gone", registry, services=services)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (
            "doi:10.1000/unknown",
            "nothing is known of 10.1000/unknown: .* answered 404; its page: .* answered 404",
        ),
        (
            "doi:10.1000/untitled",
            "nothing is known of 10.1000/untitled: work 10.1000/untitled was left out",
        ),
        ("paste.txt", "“paste.txt” is no DOI, PMID, NCT number or web address"),
    ],
)
async def test_what_nobody_knows_is_told(registry, services, reference, words):
    with pytest.raises(SourceError, match=words):
        await look_up_reference(reference, registry, services=services)
