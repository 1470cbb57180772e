"""One entry in the reader's words."""

from __future__ import annotations

from datetime import date

import pytest

from newsletter.model import Dated, Entry, Flag, Grant, Trial, TrialStatus
from newsletter.rendering.entry_views import (
    authors_line,
    badges,
    build_related_links,
    deadline_line,
    origin_line,
    places_line,
    trial_change,
    trim_summary,
)
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.links import Link

EN, ES = Phrases("en"), Phrases("es")


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (0, ""),
        (1, "A1"),
        (3, "A1, A2, A3"),
        (4, "A1, A2, A3, A4"),
        (5, "A1, A2, A3 and 2 other authors"),
        (1300, "A1, A2, A3 and 1,297 other authors"),
    ],
)
def test_authors_are_named_as_long_as_they_are_few(count, line):
    assert authors_line(tuple(f"A{n}" for n in range(1, count + 1)), EN) == line


def test_authors_may_be_left_out_altogether():
    assert authors_line(("A",), EN, shown=0) == ""


@pytest.mark.parametrize(
    ("dated", "line"),
    [
        ("2024-05-15", "J, May 15, 2024"),
        ("2024-05", "J, May 2024"),
        ("2024", "J, 2024"),
        (None, "J"),
    ],
)
def test_a_date_is_told_as_finely_as_its_source_told_it(dated, line):
    entry = Entry(title="T", journal="J", dated=Dated.parse(dated) if dated else None)
    assert origin_line(entry, EN) == line


def test_the_gravest_remark_comes_first_and_warns():
    found = badges(Entry(title="T", flags=frozenset(Flag)), EN)
    assert [badge.urgent for badge in found] == [True, True, False, False, False, False]
    assert found[0].text == "Retracted: do not rely on it"


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        (None, TrialStatus.RECRUITING, "New in this newsletter"),
        (TrialStatus.RECRUITING, TrialStatus.RECRUITING, ""),
        (
            TrialStatus.NOT_YET_RECRUITING,
            TrialStatus.RECRUITING,
            "Now recruiting (before: not yet recruiting)",
        ),
        (
            TrialStatus.RECRUITING,
            TrialStatus.COMPLETED,
            "Closed since the last issue (before: recruiting now)",
        ),
        (
            TrialStatus.SUSPENDED,
            TrialStatus.TERMINATED,
            "Changed since the last issue (before: paused)",
        ),
    ],
)
def test_a_trial_says_what_is_new_since_the_last_issue(was, now, words):
    assert trial_change(Trial(status=now, was=was), EN) == words


@pytest.mark.parametrize("status", list(TrialStatus))
def test_every_status_has_plain_words_in_every_language(status):
    assert EN(f"status {status}")
    assert ES(f"status {status}")


@pytest.mark.parametrize(
    ("deadline", "words"),
    [
        (None, "no fixed date"),
        (date(2026, 12, 3), "Thursday, December 3, 2026 (2\u00a0days\u00a0left)"),
        (date(2026, 12, 2), "Wednesday, December 2, 2026 (1\u00a0day\u00a0left)"),
        (date(2026, 12, 1), "Tuesday, December 1, 2026 (last day)"),
        (date(2026, 11, 30), "Monday, November 30, 2026 (passed)"),
    ],
)
def test_days_left_are_counted_to_the_day_the_issue_goes_out(deadline, words):
    assert deadline_line(Grant(deadline=deadline), date(2026, 12, 1), EN) == words


@pytest.mark.parametrize(
    ("places", "line"),
    [
        ((), ""),
        (("Germany",), "Germany"),
        (("Denver, US", "Paris, FR", "Denver, US"), "United States: Denver · France: Paris"),
        (
            tuple(f"Town {n}, US" for n in range(8)),
            "United States: Town 0, Town 1, Town 2, Town 3, Town 4, Town 5 and 2 more places",
        ),
        (("San Antonio, Texas, US",), "United States: San Antonio, Texas"),
        (("Leeds, United Kingdom",), "United Kingdom: Leeds"),
    ],
)
def test_places_are_gathered_by_country(places, line):
    assert places_line(places, EN) == line


def test_what_an_entry_is_linked_to_can_be_looked_up():
    entry = Entry(title="T", related=("doi:10.1101/2024.01.01", "pmid:1", "title:no-such"))
    assert build_related_links(entry) == (
        Link(label="DOI 10.1101/2024.01.01", url="https://doi.org/10.1101/2024.01.01"),
        Link(label="PMID 1", url="https://pubmed.ncbi.nlm.nih.gov/1/"),
    )


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            Entry(
                title="t",
                summary="Condition: Leiomyosarcoma Interventions: Drug: X",
                trial=Trial(interventions=("X",)),
            ),
            "",
        ),
        (
            Entry(title="t", summary="Condition: Leiomyosarcoma", trial=Trial()),
            "Condition: Leiomyosarcoma",
        ),
        (
            Entry(
                title="t",
                summary="Come and see.\n\nRegister: https://a.org/x",
                links=("https://a.org/x",),
            ),
            "Come and see.",
        ),
        (
            Entry(
                title="t",
                summary="Come and see.\n\nRegister: https://a.org/y",
                links=("https://a.org/x",),
            ),
            "Come and see.\n\nRegister: https://a.org/y",
        ),
    ],
)
def test_a_summary_does_not_say_again_what_stands_beside_it(entry, told):
    assert trim_summary(entry) == told
