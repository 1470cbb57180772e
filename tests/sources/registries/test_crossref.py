"""Crossref's works and CSL JSON become entries."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Flag, Source, SourceKind
from newsletter.sources.registries.crossref import fetch_work, read_works

SOURCE = Source(name="added", kind=SourceKind.PAGE)

WORK = {
    "DOI": "10.1158/1078-0432.CCR-22-1",
    "URL": "https://doi.org/10.1158/1078-0432.CCR-22-1",
    "type": "journal-article",
    "title": ["Targeting <i>RB1</i>"],
    "subtitle": ["A phase 2 trial"],
    "container-title": ["Clinical Cancer Research"],
    "short-container-title": ["Clin Cancer Res"],
    "author": [
        {"given": "Matthew L.", "family": "Hemming", "sequence": "first"},
        {"given": "Jean-Pierre", "family": "Berg", "suffix": "Jr."},
        {"name": "Sarcoma Group"},
        {"family": "King"},
        {},
    ],
    "published-online": {"date-parts": [[2023, 3, 31]]},
    "published-print": {"date-parts": [[2023, 4]]},
    "issued": {"date-parts": [[2023, 3, 31]]},
    "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Purpose:</jats:title><jats:p>To see "
    "<jats:italic>p</jats:italic> &lt; 1.</jats:p></jats:sec><jats:p>More.</jats:p>",
}


def read(value, source=SOURCE):
    return read_works(Document(content=json.dumps(value).encode()), source)


def only(value, source=SOURCE):
    reading = read(value, source)
    assert reading.skipped == ()
    (entry,) = reading.entries
    return entry


def test_a_work_is_an_entry():
    entry = only({"status": "ok", "message-type": "work", "message": WORK})
    assert entry.title == "Targeting RB1: A phase 2 trial"
    assert entry.authors == ("Hemming ML", "Berg JP Jr", "Sarcoma Group", "King")
    assert entry.ids.doi == "10.1158/1078-0432.ccr-22-1"
    assert entry.links == ("https://doi.org/10.1158/1078-0432.ccr-22-1",)
    assert (str(entry.dated), entry.journal) == ("2023-03-31", "Clin Cancer Res")
    assert entry.summary == "Purpose: To see p < 1.\n\nMore."
    assert (entry.flags, entry.related, entry.section) == (frozenset(), (), None)


def test_a_list_of_works_is_read_in_its_order_and_what_has_no_title_is_named():
    items = [
        WORK,
        {"DOI": "10.1000/untitled"},
        {"type": "x"},
        WORK | {"title": ["Other"], "subtitle": ["other"]},
    ]
    reading = read({"status": "ok", "message": {"items": items}})
    assert [entry.title for entry in reading.entries] == ["Targeting RB1: A phase 2 trial", "Other"]
    assert reading.skipped == (
        "work 10.1000/untitled was left out: it has no title",
        "work 3 was left out: it has no title",
    )


def test_csl_json_of_a_reference_manager_is_read():
    entry = only(
        [
            {
                "id": "hemming2023",
                "type": "article-journal",
                "title": "Targeting RB1.",
                "container-title": "Clinical Cancer Research",
                "container-title-short": "Clin Cancer Res",
                "author": [
                    {"family": "Velde", "non-dropping-particle": "van der", "given": "Ann"},
                    {"literal": "Sarcoma Group"},
                ],
                "issued": {"date-parts": [["2023", "3"]]},
                "PMID": "36000001",
                "PMCID": "PMC9029111",
                "URL": "https://example.org/a?utm_source=x",
            }
        ],
        Source(name="a", kind=SourceKind.PAGE, section="research"),
    )
    assert (entry.title, entry.journal, str(entry.dated)) == (
        "Targeting RB1",
        "Clin Cancer Res",
        "2023-03",
    )
    assert entry.authors == ("van der Velde A", "Sarcoma Group")
    assert entry.ids.known() == {
        "pmid": "36000001",
        "pmcid": "PMC9029111",
        "url": "https://example.org/a",
    }
    assert entry.links == ("https://pubmed.ncbi.nlm.nih.gov/36000001/", "https://example.org/a")
    assert entry.section == "research"


@pytest.mark.parametrize(
    ("dates", "dated"),
    [
        ({"published-online": [[2005, 6, 1]], "published-print": [[1976, 9]]}, "1976-09"),
        ({"published-online": [[2017]], "published-print": [[2017, 3]]}, "2017-03"),
        ({"published-online": [[2018, 6, 28]], "published-print": [[2018, 4]]}, "2018-06-28"),
        ({"published-print": [[2018, 4]]}, "2018-04"),
        ({"published": [[2018]], "issued": [[2018, 4]]}, "2018"),
        ({"posted": [[2018, 4, 1]]}, "2018-04-01"),
        ({"issued": [[None]]}, "None"),
        ({"issued": [["soon"]]}, "None"),
        ({"issued": []}, "None"),
        ({"issued": ["2018"]}, "None"),
        ({"issued": [[2018, 13]]}, "None"),
        ({}, "None"),
    ],
)
def test_the_first_publication_dates_a_work(dates, dated):
    parts = {name: {"date-parts": value} for name, value in dates.items()}
    assert str(only({"title": "A"} | parts).dated) == dated


@pytest.mark.parametrize("issued", [{"raw": "2023-03-31"}, {"literal": "31 March 2023"}])
def test_dates_written_as_words_are_read(issued):
    assert str(only({"title": "A", "issued": issued}).dated) == "2023-03-31"


@pytest.mark.parametrize(
    ("more", "flags", "related"),
    [
        ({"type": "posted-content", "subtype": "preprint"}, {Flag.PREPRINT}, ()),
        ({"DOI": "10.1101/2023.01.01.123456"}, {Flag.PREPRINT}, ()),
        ({"type": "posted-content", "subtype": "other"}, set(), ()),
        (
            {"updated-by": [{"DOI": "10.1000/R", "type": "retraction"}]},
            {Flag.RETRACTED},
            ("doi:10.1000/r",),
        ),
        ({"updated-by": [{"DOI": "10.1000/R", "type": "new_version"}]}, set(), ("doi:10.1000/r",)),
        ({"update-to": [{"DOI": "10.1000/R", "type": "retraction"}]}, set(), ("doi:10.1000/r",)),
        (
            {"update-to": [{"DOI": "10.1000/R", "type": "correction"}]},
            {Flag.ERRATUM},
            ("doi:10.1000/r",),
        ),
        (
            {"update-to": [{"DOI": "10.1000/R", "type": "expression_of_concern"}]},
            {Flag.CONCERN},
            ("doi:10.1000/r",),
        ),
        ({"title": ["RETRACTED: A study"]}, {Flag.RETRACTED}, ()),
        ({"title": ["Retracted lives: an essay"]}, set(), ()),
        (
            {"relation": {"has-preprint": [{"id-type": "doi", "id": "10.1101/1"}]}},
            set(),
            ("doi:10.1101/1",),
        ),
        ({"relation": {"has-review": [{"id-type": "doi", "id": "10.1000/1"}]}}, set(), ()),
        (
            {"clinical-trial-number": [{"clinical-trial-number": "nct01234567"}, {}]},
            set(),
            ("nct:NCT01234567",),
        ),
    ],
)
def test_what_a_reader_has_to_be_told(more, flags, related):
    entry = only({"title": ["A study"]} | more)
    assert (entry.flags, entry.related) == (flags, related)


def test_an_isbn_names_a_book_and_not_its_chapter():
    book = {"title": ["A"], "ISBN": ["9780306406157"]}
    assert only(book | {"type": "book"}).ids.isbn == "9780306406157"
    assert only(book | {"type": "book-chapter"}).ids.isbn is None


def test_a_preprint_s_server_stands_in_for_its_journal():
    assert (
        only({"title": ["A"], "institution": [{"name": "bioRxiv"}], "container-title": []}).journal
        == "bioRxiv"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            {"status": "failed", "message": [{"type": "x", "message": "No such filter"}]},
            "Crossref answered: No such filter",
        ),
        ({"status": "failed", "message": None}, "an error without words"),
        (
            {"status": "ok", "message-type": "member", "message": {"id": 78}},
            "neither an answer of Crossref nor CSL JSON",
        ),
        ({"meta": {}, "results": []}, "neither an answer"),
        ([], "neither an answer"),
        (5, "neither an answer"),
    ],
)
def test_what_is_no_work_is_refused(value, words):
    with pytest.raises(SourceError, match=words):
        read(value)


NAMES = [
    *WORK,
    "status",
    "message",
    "items",
    "date-parts",
    "issued",
    "given",
    "family",
    "update-to",
    "relation",
    "PMID",
]
SHAPES = st.recursive(
    st.sampled_from([None, True, 5, 2.5, "", "failed", "10.1000/x", "https://[", "<jats:p>", 2023]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=15,
)


@given(SHAPES)
@settings(deadline=None)
def test_any_json_ends_in_entries_or_a_sentence(value):
    for shape in (
        value,
        [value],
        {"title": "A", "author": value, "issued": {"date-parts": value}, "abstract": value},
    ):
        with contextlib.suppress(SourceError):
            assert all(entry.title for entry in read(shape).entries)


async def test_a_work_is_fetched_by_its_doi(registry):
    registry.answers["/works/10.1000/a<b>"] = json.dumps({"status": "ok", "message": WORK}).encode()
    assert (
        len((await fetch_work(registry, "10.1000/a<b>", SOURCE, base=registry.base)).entries) == 1
    )


@pytest.mark.shared
def test_every_recorded_answer_is_read_or_refused(recorded):
    read_whole = 0
    for path in sorted((recorded / "crossref_json").iterdir()):
        message = json.loads(path.read_bytes())["message"]
        works = message.get("items", [message]) if isinstance(message, dict) else []
        titled = [work for work in works if work.get("title")]
        try:
            entries = read_works(Document(content=path.read_bytes()), SOURCE).entries
        except SourceError:
            assert not titled, path.name
        else:
            assert len(entries) == len(titled), path.name
            assert all(
                entry.dated
                for entry, work in zip(entries, titled, strict=True)
                if _tells_a_date(work)
            ), path.name
            read_whole += len(entries)
    assert read_whole > 300


def _tells_a_date(work):
    return any(
        (work.get(name) or {}).get("date-parts", [[None]])[0][0]
        for name in ("published-print", "published-online", "issued")
    )
