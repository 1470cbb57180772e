"""Pages of many makes, each against the list that an editor would make of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Entry, Source, SourceKind
from newsletter.sources.pages.page import MAX_ENTRIES, read_page, read_text

PAGES = Path(__file__).parent / "texts"
SOURCE = Source(name="updates", kind=SourceKind.PAGE)
BASE = "https://foundation.example.org/research"


def _row(entry: Entry) -> str:
    """Date | identifiers | number of links | title | authors"""
    ids = " ".join(f"{name}:{value}" for name, value in entry.ids.known().items() if name != "url")
    authors = "; ".join(entry.authors)
    return f"{entry.dated or '-'} | {ids or '-'} | {len(entry.links)} | {entry.title} | {authors or '-'}"


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.expected")))
def test_a_page_holds_what_an_editor_sees_in_it(name):
    page = next(path for path in PAGES.glob(f"{name}.*") if path.suffix != ".expected")
    reading = read_page(Document(content=page.read_bytes(), url=BASE), SOURCE)
    assert [_row(entry) for entry in reading.entries] == (
        PAGES / f"{name}.expected"
    ).read_text().splitlines()


def _titles(text: str) -> list[str]:
    return [entry.title for entry in read_text(text).entries]


def test_an_empty_page_is_an_empty_reading():
    assert read_page(Document(content=b""), SOURCE).entries == ()
    assert read_text(" \n\n ").entries == ()


def test_entries_take_the_section_of_their_source_but_for_calls_that_say_they_are_grants():
    page = "Leiomyosarcoma in Adults: A Review (May 2024)\n\nRFP: Call for Research Proposals 2025 https://example.org/rfp\n"
    source = Source(name="updates", kind=SourceKind.PAGE, section="research")
    entries = read_page(Document(content=page.encode()), source).entries
    assert [entry.section for entry in entries] == ["research", "grants"]


@pytest.mark.parametrize(
    "content",
    [
        "Étude des sarcomes – a new review (5 May 2024)".encode(),
        b"\xef\xbb\xbf" + "Étude des sarcomes – a new review (5 May 2024)".encode(),
        "Étude des sarcomes – a new review (5 May 2024)".encode("cp1252"),
        "Étude des sarcomes – a new review (5 May 2024)".encode("utf-16"),
        "Étude des sarcomes – a new review (5 May 2024)".encode("utf-16-le"),
        "Étude des sarcomes – a new review (5 May 2024)".encode("utf-16-be"),
        "Étude des sarcomes – a new review (5 May 2024)".encode().decode("cp1252").encode(),
    ],
    ids=["utf-8", "with mark", "windows", "utf-16", "utf-16-le", "utf-16-be", "decoded twice"],
)
def test_a_page_is_read_in_whatever_coding_it_came(content):
    [entry] = read_page(Document(content=content), SOURCE).entries
    assert (entry.title, str(entry.dated)) == ("Étude des sarcomes – a new review", "2024-05-05")


def test_a_declared_charset_counts_and_an_unknown_one_does_not():
    title = "Саркома матки: обзор литературы (5 May 2024)"
    koi = Document(content=title.encode("koi8-r"), content_type="text/plain; charset=koi8-r")
    odd = Document(content=title.encode(), content_type="text/plain; charset=x-nothing")
    assert [read_page(page, SOURCE).entries[0].title for page in (koi, odd)] == [
        "Саркома матки: обзор литературы"
    ] * 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 text", "a PDF"),
        (b"PK\x03\x04 and more", "Office file"),
        (b"\x89PNG\r\n", "a picture"),
        (bytes(range(32)) * 40, "no text that can be read"),
        (b"x" * (20 * 1024 * 1024 + 1), "more than the 20 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(content, words):
    with pytest.raises(SourceError, match=words):
        read_page(Document(content=content), SOURCE)


def test_the_same_thing_printed_twice_is_one_entry_with_all_that_was_said():
    page = """
Margins in Retroperitoneal Sarcoma: A Cohort Study (2024)

Margins in retroperitoneal sarcoma: a cohort study
Ana Souto, Luis Prieto
(3 Feb 2024) https://doi.org/10.1002/jso.12345

A short word on margins https://doi.org/10.1002/JSO.12345
"""
    [entry] = read_text(page).entries
    assert (str(entry.dated), entry.authors, entry.ids.doi) == (
        "2024-02-03",
        ("Ana Souto", "Luis Prieto"),
        "10.1002/jso.12345",
    )


def test_an_entry_without_link_gets_one_from_its_identifier():
    page = """
First Paper on Sarcoma of the Uterus. PMID: 31234567

Second Paper on Sarcoma of the Uterus (May 2024) PMC1234567

Third Paper on Sarcoma of the Uterus (May 2024) doi:10.1000/abc.1

A Trial of Something in Sarcoma (NCT01234567) (May 2024)
"""
    assert [entry.links for entry in read_text(page).entries] == [
        ("https://pubmed.ncbi.nlm.nih.gov/31234567/",),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/",),
        ("https://doi.org/10.1000/abc.1",),
        ("https://clinicaltrials.gov/study/NCT01234567",),
    ]


def test_a_figure_date_is_read_in_the_order_that_the_page_shows():
    american = "Sarcoma Paper of One Kind 3/8/23 https://example.org/1\n\nSarcoma Paper of Two Kinds 3/18/23 https://example.org/2"
    european = "Sarcoma Paper of One Kind 3/8/23 https://example.org/1\n\nSarcoma Paper of Two Kinds 18/3/23 https://example.org/2"
    assert [str(entry.dated) for entry in read_text(american).entries] == [
        "2023-03-08",
        "2023-03-18",
    ]
    assert [str(entry.dated) for entry in read_text(european).entries] == [
        "2023-08-03",
        "2023-03-18",
    ]


def test_a_year_that_heads_a_part_of_the_page_dates_what_has_no_date():
    page = """
2023

Sarcoma Paper of the Third Kind and Its Outcomes https://example.org/3

Sarcoma Paper of the Fourth Kind and Its Outcomes (2 May 2023) https://example.org/4

March 2022

Sarcoma Paper of the Fifth Kind and Its Outcomes https://example.org/5
"""
    assert [str(entry.dated) for entry in read_text(page).entries] == [
        "2023",
        "2023-05-02",
        "2022-03",
    ]


def test_facts_may_stand_above_their_titles():
    page = """
2 May 2024
Imaging of Smooth Muscle Tumors in Practice
https://example.org/imaging

3 June 2024
Pathology of Smooth Muscle Tumors in Practice
https://example.org/pathology
"""
    found = [(str(entry.dated), entry.title, entry.links) for entry in read_text(page).entries]
    assert found == [
        (
            "2024-05-02",
            "Imaging of Smooth Muscle Tumors in Practice",
            ("https://example.org/imaging",),
        ),
        (
            "2024-06-03",
            "Pathology of Smooth Muscle Tumors in Practice",
            ("https://example.org/pathology",),
        ),
    ]


def test_links_may_stand_above_all_titles():
    page = "https://example.org/1\n\nImaging of Smooth Muscle Tumors\n\nhttps://example.org/2\n\nPathology of Smooth Muscle Tumors\n"
    assert [entry.links for entry in read_text(page).entries] == [
        ("https://example.org/1",),
        ("https://example.org/2",),
    ]


def test_a_title_broken_over_lines_is_one():
    page = """
Long-term outcomes after surgery of sarcoma
in patients of two centers over a period of
twenty to thirty and more full calendar long
Years of Practice (May 2021)

Quality of life among survivors of soft
tissue sarcoma (June 2021)
"""
    assert _titles(page) == [
        "Long-term outcomes after surgery of sarcoma in patients of two centers over a period of twenty to thirty and more full calendar long Years of Practice",
        "Quality of life among survivors of soft tissue sarcoma",
    ]


def test_two_things_run_together_in_one_line_are_two_entries():
    page = (
        "Radiation of Sarcoma Before Surgery (1 May 2024) https://example.org/a "
        "Chemotherapy of Sarcoma After Surgery (2 May 2024) https://example.org/b"
    )
    found = [(entry.title, str(entry.dated), entry.links) for entry in read_text(page).entries]
    assert found == [
        ("Radiation of Sarcoma Before Surgery", "2024-05-01", ("https://example.org/a",)),
        ("Chemotherapy of Sarcoma After Surgery", "2024-05-02", ("https://example.org/b",)),
    ]


def test_parts_between_bars_are_told_apart():
    page = "Margins in Sarcoma Surgery of the Leg | Ana Souto, Eva Brück | Acta Something | open to all | May 2024\n"
    [entry] = read_text(page).entries
    assert (entry.title, entry.authors) == (
        "Margins in Sarcoma Surgery of the Leg",
        ("Ana Souto", "Eva Brück"),
    )
    assert (entry.journal, entry.summary) == ("Acta Something", "open to all")


@pytest.mark.parametrize(
    ("line", "title", "journal"),
    [
        ("Margins in Sarcoma. Souto A, Brück E.  Ann Surg Oncol. 2024;31(2):11-20.", "Margins in Sarcoma", "Ann Surg Oncol"),
        ("Souto A, Brück E. Margins in sarcoma surgery of the leg. Acta Chir Leg. 2024;31:11-20.", "Margins in sarcoma surgery of the leg", "Acta Chir Leg"),
        ("Eva Brück, Ana B. Souto. Margins in sarcoma. Cancers 2024;31:11-20", "Margins in sarcoma", "Cancers"),
        ("“Margins in Sarcoma” (Cureus, May 2024)", "Margins in Sarcoma", "Cureus"),
        ("Margins in Sarcoma (Stage I or II)) (3–5 May 2024)", "Margins in Sarcoma (Stage I or II)", ""),
        ("Margins in sarcoma (2022) and beyond (May 2024)", "Margins in sarcoma (2022) and beyond", ""),
        ("Margins in Sarcoma and Their Meaning (see the long report that our own board wrote in May 2023 about it) (May 2024)", "Margins in Sarcoma and Their Meaning (see the long report that our own board wrote in May 2023 about it)", ""),
        ("Margins in Sarcoma, Received 3 May 2023, Accepted 4 May 2023, Published online: May 2024", "Margins in Sarcoma", ""),
        ("NEW! Margins in Sarcoma (31 Feb 2024) (May 2024)", "Margins in Sarcoma (31 Feb 2024)", ""),
    ],
)  # fmt: skip
def test_title_journal_and_date_of_a_line_are_told_apart(line, title, journal):
    [entry] = read_text(line).entries
    assert (entry.title, entry.journal, str(entry.dated)[:4]) == (title, journal, "2024")


def test_a_second_person_between_two_entries_speaks_in_the_next_only_when_it_is_a_talk():
    page = """
Margins in Sarcoma Surgery (May 2024)
Ana Souto, Eva Brück

Otto Brehm, Ada Moor

Video: How Surgeons Think About Margins (June 2024)
"""
    assert [entry.authors for entry in read_text(page).entries] == [
        ("Ana Souto", "Eva Brück"),
        ("Otto Brehm", "Ada Moor"),
    ]


def test_a_marked_heading_with_a_date_dates_its_part():
    page = "<h2>May 2024</h2><ul><li><a href='https://example.org/1'>Margins in Sarcoma Surgery</a></li></ul><h3>More</h3>"
    assert [str(entry.dated) for entry in read_text(page).entries] == ["2024-05"]


def test_a_link_broken_over_lines_is_one():
    page = "Margins in Sarcoma Surgery of the Leg (May 2024)\nhttps://example.org/articles/\n2024-margins\n"
    assert read_text(page).entries[0].links == ("https://example.org/articles/2024-margins",)


def test_a_page_of_too_many_entries_says_so():
    page = "\n\n".join(
        f"Margins in Sarcoma Surgery Part {n} (2024)" for n in range(MAX_ENTRIES + 1)
    )
    reading = read_text(page)
    assert (len(reading.entries), len(reading.skipped)) == (MAX_ENTRIES, 1)


def test_a_press_release_whose_title_does_not_follow_stands_for_itself():
    page = "Press release from a Drug Maker about a New Pill: (3 Jun 2022) https://example.org/pill\n\nArticle by Dr. Ada Moor in the Journal of Nothing|\n"
    assert _titles(page) == ["Press release from a Drug Maker about a New Pill"]


def test_remarks_and_prose_stand_beneath_their_entry_and_their_link_helps_only_where_there_is_none():
    page = """
Call for Letters of Intent: Sarcoma Research Grants

Find all details at this link: https://example.org/rfp

Imaging of Sarcoma in Children (May 2024) https://example.org/imaging
NOTE: see also our video https://youtu.be/abc
"""
    call, imaging = read_text(page).entries
    assert (call.links, imaging.links) == (
        ("https://example.org/rfp",),
        ("https://example.org/imaging",),
    )
    assert imaging.summary == "NOTE: see also our video"


def test_relative_links_start_from_the_page_and_mail_and_script_links_are_none():
    page = (
        '<p><a href="papers/1.html">Margins in Sarcoma Surgery of the Leg</a> <a href="mailto:a@example.org">Write</a>'
        '<a href="javascript:x()">More</a> <a href="http://[broken">Odd</a></p>'
    )
    [entry] = read_text(page, base="https://example.org/lms/").entries
    assert entry.links == ("https://example.org/lms/papers/1.html",)


def test_a_page_longer_than_is_read_says_so():
    page = (
        "Sarcoma Paper of Some Kind (May 2024) https://example.org/1\n"
        + f"{'word ' * 990}.\n" * 220
    )
    reading = read_text(page)
    assert len(reading.entries) == 1
    assert reading.skipped == (
        "The page is longer than we read: its last part was left out. Split it into several.",
    )


def test_a_page_of_more_lines_than_are_read_says_so():
    page = "\n".join(f"Sarcoma Paper of Kind {n} (May 2024)" for n in range(10_001))
    cut, too_many = read_text(page).skipped
    assert (
        cut == "The page is longer than we read: its last part was left out. Split it into several."
    )
    assert too_many == "The page holds 10000 entries; the first 2000 were read."


def test_deep_nesting_and_endless_titles_end():
    deep = b"<div>" * 50_000 + b"<p>Margins in Sarcoma Surgery of the Leg (May 2024)</p>"
    assert len(read_page(Document(content=deep), SOURCE).entries) == 1
    assert (
        read_page(Document(content=b"Sarcoma " * 1_250_000 + b"(May 2024)"), SOURCE).entries == ()
    )


WORDS = """( ) … http:// https://a.b/c (8_Mar_2023) Mar_2023 | . , : doi:_10.1/x Kasper_B MD,_PhD Luxi_ChenDavid_Liebner Sarcoma of_the
    NOTE: <a_href='x'> </a> <p> <table><tr><td> <th>Title <li> 2023;1(2):3-4 NCT01234567 12 1* [ ] • [1] Article_by_Dr._X_in_the_J| by
    \ue000 \ue0011\ue002 [3] 2023 et_al. https://example.org/a/"""
PARTS = st.sampled_from(WORDS.split())
GAPS = st.sampled_from(["", " ", "  ", ". ", ", ", "\n", "\n\n"])
PAGES_OF_PARTS = st.lists(st.tuples(PARTS, GAPS), max_size=60).map(
    lambda pairs: "".join(part.replace("_", " ") + gap for part, gap in pairs).encode()
)


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.binary(max_size=400), PAGES_OF_PARTS))
def test_any_bytes_end_in_entries_or_a_sentence(content):
    try:
        reading = read_page(Document(content=content, url=BASE), SOURCE)
    except SourceError as error:
        # either way is right, none must raise anything else
        assert str(error).endswith(".")  # noqa: PT017
    else:
        assert all(entry.title and "\n" not in entry.title for entry in reading.entries)
        assert all(
            link.startswith("http") and "…" not in link
            for entry in reading.entries
            for link in entry.links
        )
