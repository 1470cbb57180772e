"""PubMed records become entries, with what a reader has to be told of them."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Flag, Source, SourceKind
from newsletter.sources.registries.pubmed import read_pubmed

SOURCE = Source(name="pubmed", kind=SourceKind.PUBMED, query="leiomyosarcoma")


def read(content, source=SOURCE):
    return read_pubmed(
        Document(content=content.encode() if isinstance(content, str) else content), source
    )


def article(
    inner="", *, title="A title.", citation="", data="", issue="<Year>2023</Year><Month>Mar</Month>"
):
    """An efetch answer with one article."""
    return f"""<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">36000001</PMID>
    <Article PubModel="Print-Electronic"><Journal><JournalIssue><PubDate>{issue}</PubDate></JournalIssue>
    <Title>Clinical cancer research</Title><ISOAbbreviation>Clin Cancer Res</ISOAbbreviation></Journal>
    <ArticleTitle>{title}</ArticleTitle>{inner}</Article>{citation}</MedlineCitation>
    <PubmedData><ArticleIdList><ArticleId IdType="pubmed">36000001</ArticleId>{data}</ArticleIdList></PubmedData>
    </PubmedArticle></PubmedArticleSet>"""


def only(content, source=SOURCE):
    reading = read(content, source)
    assert reading.skipped == ()
    (entry,) = reading.entries
    return entry


def test_an_article_is_an_entry():
    entry = only(
        article(
            """<AuthorList><Author ValidYN="Y"><LastName>Hemming</LastName><ForeName>Matthew L</ForeName>
            <Initials>ML</Initials></Author><Author><LastName>King</LastName><Initials>M</Initials><Suffix>Jr</Suffix>
            </Author><Author ValidYN="N"><LastName>Wrong</LastName></Author>
            <Author><CollectiveName>Sarcoma Study Group.</CollectiveName></Author><Author/></AuthorList>
            <Abstract><AbstractText Label="PURPOSE" NlmCategory="OBJECTIVE">To see <i>TP53</i> at p &lt; 0.05.</AbstractText>
            <AbstractText Label="Patients and Methods">Ten.</AbstractText><AbstractText Label="NONE"/>
            <AbstractText>No label.</AbstractText></Abstract>
            <ArticleDate DateType="Electronic"><Year>2023</Year><Month>02</Month><Day>07</Day></ArticleDate>""",
            title="Targeting <i>RB1</i> in LMS&#xa0;cells.",
            data='<ArticleId IdType="doi">10.1158/1078-0432.CCR-22-1</ArticleId><ArticleId IdType="pmc">PMC9029111</ArticleId>',
        )
    )
    assert entry.title == "Targeting RB1 in LMS cells"
    assert entry.authors == ("Hemming ML", "King M Jr", "Sarcoma Study Group")
    assert entry.ids.known() == {
        "doi": "10.1158/1078-0432.ccr-22-1",
        "pmid": "36000001",
        "pmcid": "PMC9029111",
    }
    assert entry.links == (
        "https://pubmed.ncbi.nlm.nih.gov/36000001/",
        "https://doi.org/10.1158/1078-0432.ccr-22-1",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC9029111/",
    )
    assert str(entry.dated) == "2023-02-07"
    assert (
        entry.summary
        == "Purpose: To see TP53 at p < 0.05.\n\nPatients and Methods: Ten.\n\nNo label."
    )
    assert entry.journal == "Clin Cancer Res"
    assert (entry.section, entry.flags, entry.related) == (None, frozenset(), ())
    assert (entry.key, entry.sources, entry.first_seen_at) == ("", (), None)


def test_the_section_of_the_source_is_the_entry_s():
    assert (
        only(article(), Source(name="a", kind=SourceKind.PUBMED, section="research")).section
        == "research"
    )


@pytest.mark.parametrize(
    ("issue", "dated"),
    [
        ("<Year>2012</Year><Month>Jul</Month><Day>12</Day>", "2012-07-12"),
        ("<Year>2012</Year><Month>07</Month><Day>2</Day>", "2012-07-02"),
        ("<Year>2012</Year><Month>Jul</Month>", "2012-07"),
        ("<Year>2012</Year><Month>7</Month>", "2012-07"),
        ("<Year>2012</Year><Month>Jul-Aug</Month>", "2012-07"),
        ("<Year>2012</Year>", "2012"),
        ("<Year>2012</Year><Season>Spring</Season>", "2012"),
        ("<Year>2012</Year><Season>Spring-Summer</Season>", "2012"),
        ("<Year>2012</Year><Month>13</Month>", "2012"),
        ("<MedlineDate>2023 Mar-Apr</MedlineDate>", "2023-03"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>2000 Spring-Summer</MedlineDate>", "2000"),
        ("<MedlineDate>2022-2023</MedlineDate>", "2022"),
        ("<MedlineDate>soon</MedlineDate>", "None"),
        ("", "None"),
    ],
)
def test_the_issue_s_date_keeps_its_precision(issue, dated):
    assert str(only(article(issue=issue)).dated) == dated


@pytest.mark.parametrize(
    ("issue", "electronic", "dated"),
    [
        ("<Year>2023</Year><Month>Mar</Month>", "2022-11-30", "2022-11-30"),
        ("<Year>2018</Year><Month>Apr</Month>", "2018-06-28", "2018-06-28"),
        ("<Year>2018</Year>", "2018-06-28", "2018-06-28"),
        ("<Year>1976</Year><Month>Sep</Month>", "2005-06-28", "1976-09"),
    ],
)
def test_the_electronic_date_counts_unless_an_old_issue_was_put_online(issue, electronic, dated):
    year, month, day = electronic.split("-")
    put = f"<ArticleDate><Year>{year}</Year><Month>{month}</Month><Day>{day}</Day></ArticleDate>"
    assert str(only(article(put, issue=issue)).dated) == dated


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        ("Review", {Flag.REVIEW}),
        ("Systematic Review", {Flag.REVIEW}),
        ("Preprint", {Flag.PREPRINT}),
        ("Retracted Publication", {Flag.RETRACTED}),
        ("Published Erratum", {Flag.ERRATUM}),
        ("Expression of Concern", {Flag.CONCERN}),
        ("Retraction of Publication", set()),
        ("Journal Article", set()),
    ],
)
def test_publication_types_become_flags(kind, flags):
    listed = f"<PublicationTypeList><PublicationType>{kind}</PublicationType></PublicationTypeList>"
    assert only(article(listed)).flags == flags


def notice(kind, source="Nature. 2020;1(1):1. doi: 10.1038/S1-2.", pmid="<PMID>31</PMID>"):
    comment = f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource>{pmid}</CommentsCorrections>'
    return article(citation=f"<CommentsCorrectionsList>{comment}</CommentsCorrectionsList>")


@pytest.mark.parametrize(
    ("kind", "flags", "related"),
    [
        ("RetractionIn", {Flag.RETRACTED}, ("pmid:31", "doi:10.1038/s1-2")),
        ("ExpressionOfConcernIn", {Flag.CONCERN}, ("pmid:31", "doi:10.1038/s1-2")),
        ("ErratumIn", {Flag.ERRATUM}, ("pmid:31", "doi:10.1038/s1-2")),
        ("ErratumFor", set(), ("pmid:31", "doi:10.1038/s1-2")),
        ("RetractionOf", set(), ("pmid:31", "doi:10.1038/s1-2")),
        ("UpdateOf", set(), ("pmid:31", "doi:10.1038/s1-2")),
        ("UpdateIn", set(), ("pmid:31", "doi:10.1038/s1-2")),
        ("CommentIn", set(), ()),
        ("Cites", set(), ()),
    ],
)
def test_notices_flag_the_record_and_name_the_other_one(kind, flags, related):
    entry = only(notice(kind))
    assert (entry.flags, entry.related) == (flags, related)


def test_a_notice_without_numbers_names_nothing():
    assert only(notice("UpdateOf", source="somewhere", pmid="")).related == ()


def test_the_trial_that_a_paper_reports_is_related_to_it():
    bank = """<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
    <AccessionNumber>NCT01245062</AccessionNumber><AccessionNumber>none</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"""
    entry = only(article(bank))
    assert (entry.related, entry.ids.nct) == (("nct:NCT01245062",), None)


def test_the_doi_may_stand_in_the_article_itself():
    located = '<ELocationID EIdType="doi" ValidYN="N">10.1/no</ELocationID><ELocationID EIdType="doi">10.1000/Yes</ELocationID>'
    assert only(article(located)).ids.doi == "10.1000/yes"


def test_the_numbers_of_references_are_not_the_record_s():
    content = article().replace(
        "</ArticleIdList>",
        "</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType='doi'>10.1000/other</ArticleId>"
        "</ArticleIdList></Reference></ReferenceList>",
    )
    assert only(content).ids.doi is None


def test_a_title_that_was_translated_loses_its_brackets():
    assert only(article(title="[Uterine sarcoma: a case.].")).title == "Uterine sarcoma: a case"


def test_a_title_that_is_not_available_is_taken_in_its_own_language():
    own = "<VernacularTitle>Un cas de sarcome.</VernacularTitle>"
    assert only(article(own, title="[Not Available].")).title == "Un cas de sarcome"


def test_a_record_without_title_is_named_and_left_out():
    reading = read(article(title=""))
    assert reading.entries == ()
    assert reading.skipped == ("record 36000001 was left out: it has no title",)


def test_a_chapter_of_a_book_is_an_entry():
    entry = only(
        """<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>20301</PMID><ArticleIdList>
        <ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList><Book><Publisher/><BookTitle>GeneReviews</BookTitle>
        <PubDate><Year>1993</Year></PubDate><AuthorList Type="editors"><Author><LastName>Adam</LastName></Author></AuthorList>
        <Isbn>978-0-306-40615-7</Isbn></Book><ArticleTitle>FH Tumor Predisposition Syndrome</ArticleTitle>
        <AuthorList Type="authors"><Author><LastName>Kamihara</LastName><Initials>J</Initials></Author></AuthorList>
        <PublicationType>Review</PublicationType><Abstract><AbstractText>Leiomyomas.</AbstractText></Abstract>
        <ContributionDate><Year>2006</Year><Month>7</Month><Day>31</Day></ContributionDate></BookDocument>
        <PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">20301</ArticleId></ArticleIdList></PubmedBookData>
        </PubmedBookArticle></PubmedArticleSet>"""
    )
    assert (entry.title, entry.authors) == ("FH Tumor Predisposition Syndrome", ("Kamihara J",))
    assert (entry.journal, str(entry.dated), entry.flags) == (
        "GeneReviews",
        "2006-07-31",
        {Flag.REVIEW},
    )
    assert entry.ids.known() == {"pmid": "20301", "isbn": "9780306406157"}


def test_one_record_alone_is_read():
    inner = article().split("<PubmedArticleSet>")[1].split("</PubmedArticleSet>")[0]
    assert only(inner).title == "A title"


def test_a_record_cut_short_is_told_and_the_rest_read():
    whole = article()
    reading = read(whole.replace("</PubmedArticleSet>", "<PubmedArticle><Medl"))
    assert [entry.title for entry in reading.entries][:1] == ["A title"]
    assert reading.skipped[0].startswith("the answer is broken at line")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<eSummaryResult/>", "it starts with <eSummaryResult>; use efetch"),
        (
            "<eFetchResult><ERROR>Empty id list</ERROR></eFetchResult>",
            "PubMed answered: Empty id list",
        ),
        ("{}", "it is no XML"),
        ("", "it is empty"),
        ("<html><body><p>Sorry</body></html>", "it starts with <html>"),
    ],
)
def test_what_is_no_efetch_answer_is_refused(content, words):
    with pytest.raises(SourceError, match=words):
        read(content)


PIECES = """
<PubmedArticleSet> <PubmedArticle> <MedlineCitation> <Article> <ArticleTitle> Title </ArticleTitle> <PubDate>
<Year>2023</Year> <Year>99999999</Year> <Month>x</Month> <AuthorList> <Author> <LastName> &amp; &lol; </Article> <PMID>
</MedlineCitation> </PubmedArticle> </PubmedArticleSet> <!-- --> <![CDATA[ ]]> <ERROR>
"""
ANSWERS = st.lists(st.sampled_from(PIECES.split()), max_size=20).map(
    lambda pieces: "".join(pieces).encode()
)


@given(st.one_of(st.binary(max_size=200), ANSWERS))
@settings(deadline=None)
def test_any_bytes_end_in_entries_or_a_sentence(content):
    with contextlib.suppress(SourceError):
        assert all(entry.title for entry in read(content).entries)


@pytest.mark.shared
def test_recorded_answers_are_read_as_an_editor_reads_them(recorded):
    def of(name):
        return [
            (
                entry.ids.pmid,
                str(entry.dated),
                entry.authors[0],
                len(entry.authors),
                entry.journal,
                entry.ids.doi,
            )
            for entry in read((recorded / "pubmed" / name).read_bytes()).entries
        ]

    assert of("biomcp__efetch_citation_22663011.xml") == [
        ("22663011", "2012-06-04", "Flaherty KT", 26, "N Engl J Med", "10.1056/nejmoa1203421")
    ]
    assert of("biopython__pubmed1.xml") == [
        ("12091962", "1990", "Olivero JM", 1, "Soc Justice", None),
        (
            "9997",
            "1976-09-28",
            "Strekas TC",
            1,
            "Biochim Biophys Acta",
            "10.1016/0005-2795(76)90109-4",
        ),
    ]
    assert of("biopython__pubmed7.xml")[0][1] == "2018-06-28"
