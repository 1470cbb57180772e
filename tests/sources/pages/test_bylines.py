"""A title, who wrote it and where, and a link: three lines, as people copy them from anywhere."""

from __future__ import annotations

import pytest

from newsletter.sources.pages.page import read_text

LINKS = (
    "https://example.org/one",
    "https://doi.org/10.1000/one",
    "doi:10.1000/one",
    "PMID: 34567891",
    "www.example.org/one",
)
TITLES = (
    "A paper about hope",
    "Sounding the alarm on uterine sarcoma",
    "Does exercise help people with sarcoma?",
    "Living with LMS",
)


def understood(text: str) -> list[tuple[str, tuple[str, ...], str, str]]:
    return [
        (each.title, each.authors, each.journal, str(each.dated or ""))
        for each in read_text(text).entries
    ]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize(
    ("byline", "authors", "journal", "dated"),
    [
        ("Smith J. Journal of Hope, 2026.", ("Smith J",), "Journal of Hope", "2026"),
        (
            "Smith J, Jones AB. Journal of Hope, 2026",
            ("Smith J", "Jones AB"),
            "Journal of Hope",
            "2026",
        ),
        ("Journal of Hope, 2026", (), "Journal of Hope", "2026"),
        ("Journal of Hope", (), "Journal of Hope", ""),
        ("Smith J, et al. Cancer. 2026;12(3):45-50.", ("Smith J",), "Cancer", "2026"),
        (
            "Jane Smith and others, The Lancet Oncology, March 2026",
            ("Jane Smith",),
            "The Lancet Oncology",
            "2026-03",
        ),
        ("by Jane Smith", ("Jane Smith",), "", ""),
        ("Smith J – Journal of Hope (2026)", ("Smith J",), "Journal of Hope", "2026"),
        ("Jane Smith, MD, Mayo Clinic", ("Jane Smith",), "", ""),
    ],
)
def test_three_lines_are_one_entry(
    title: str, byline: str, authors: tuple[str, ...], journal: str, dated: str
) -> None:
    expected = (title, authors, journal, dated)
    for link in LINKS:
        assert understood(f"{title}\n{byline}\n{link}\n") == [expected]
        assert understood(f"{title}\n\n{byline}\n\n{link}\n") == [expected]


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "byline", ["Smith J. Journal of Hope, 2026.", "Jane Smith", "Journal of Hope", "Cancer, 2026"]
)
def test_several_stand_below_each_other_with_or_without_empty_lines(
    between: str, byline: str
) -> None:
    text = between.join(
        f"{title}\n{byline}\nhttps://example.org/{at}" for at, title in enumerate(TITLES[:3])
    )
    found = read_text(text).entries
    assert [(each.title, each.links) for each in found] == [
        (title, (f"https://example.org/{at}",)) for at, title in enumerate(TITLES[:3])
    ]


def test_a_heading_above_stays_one() -> None:
    text = "Our research\n\nA paper about hope\nSmith J. Journal of Hope, 2026.\nhttps://example.org/hope\n"
    assert understood(text) == [("A paper about hope", ("Smith J",), "Journal of Hope", "2026")]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            "Our research\nA paper about hope and care in 2026\nhttps://example.org/1\n",
            ["A paper about hope and care in 2026"],
        ),
        (
            "A paper about hope\nSmith J, Jones AB. Outcomes of leiomyosarcoma after surgery. Cancer. 2026;12:4\nhttps://example.org/1\n",
            ["Outcomes of leiomyosarcoma after surgery"],
        ),
        (
            "A paper about hope\nhttps://example.org/1\nRegorafenib in advanced leiomyosarcoma\nhttps://example.org/2\n",
            ["A paper about hope", "Regorafenib in advanced leiomyosarcoma"],
        ),
        (
            "Smith J, Jones AB\nRegorafenib in advanced leiomyosarcoma\nhttps://example.org/2\n",
            ["Regorafenib in advanced leiomyosarcoma"],
        ),
    ],
)
def test_what_is_no_byline_is_read_as_ever(text: str, titles: list[str]) -> None:
    assert [each[0] for each in understood(text)] == titles


def test_a_line_of_a_book_is_no_byline() -> None:
    assert (
        read_text(f"A paper about hope\n{'Smith J, ' * 400}\nhttps://example.org/1\n").entries
        is not None
    )
