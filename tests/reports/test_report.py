"""The report of an issue."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from newsletter.reports.providers import Provider
from newsletter.reports.report import BEFORE, FEWEST, IssueReport, OutcomeCounts, build_report
from newsletter.reports.repository import IssueOutcome

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
P = Provider


def result(counts: dict[tuple[Provider, str], int], issue: str = "2026-11") -> IssueOutcome:
    return IssueOutcome(issue=issue, started_at=NOW, counts=counts)


def lines(report: IssueReport) -> dict[str, int]:
    return {line.title: line.now.people for line in report.lines}


def test_people_are_counted_once_and_what_happened_beside_them() -> None:
    counts = {
        "accepted": 90,
        "refused": 4,
        "unknown": 1,
        "suppressed": 2,
        "queued": 1,
        "deferred": 2,
    }
    later = {"bounced": 3, "blamed": 5, "complained": 1, "left": 6}
    assert OutcomeCounts.of(counts | later) == OutcomeCounts(
        people=100, accepted=90, refused=4, in_doubt=1, not_written=2, waiting=3,
        bounced=3, blamed=5, complained=1, left=6,
    )  # fmt: skip


def test_providers_stand_in_order_of_their_people() -> None:
    report = build_report(
        result({(P.APPLE, "accepted"): 7, (P.OTHER, "accepted"): 30, (P.GMAIL, "accepted"): 20}), []
    )
    assert lines(report) == {"Gmail": 20, "iCloud": 7, "all others": 30}
    assert report.all.now.people == 57


def test_few_people_are_joined() -> None:
    report = build_report(
        result({(P.GMAIL, "accepted"): 20, (P.PROTON, "accepted"): 4, (P.OTHER, "accepted"): 30}),
        [],
    )
    assert lines(report) == {"Gmail": 20, "all others": 34}


def test_so_few_others_take_the_next_one_along() -> None:
    """Else they could be told by taking the lines from the sum."""
    counts = {(P.GMAIL, "accepted"): 20, (P.YAHOO, "accepted"): 6, (P.PROTON, "complained"): 1}
    assert lines(build_report(result({**counts, (P.PROTON, "accepted"): 1}), [])) == {
        "Gmail": 20,
        "all others": 7,
    }


def test_a_small_list_is_one_line() -> None:
    report = build_report(result({(P.GMAIL, "accepted"): 2, (P.YAHOO, "accepted"): 1}), [])
    assert lines(report) == {"all others": 3}


def test_a_provider_that_had_few_in_an_earlier_issue_stays_joined() -> None:
    before = result(
        {(P.GMAIL, "accepted"): 20, (P.APPLE, "accepted"): 2, (P.OTHER, "accepted"): 9}, "2026-10"
    )
    now = result({(P.GMAIL, "accepted"): 21, (P.APPLE, "accepted"): 8, (P.OTHER, "accepted"): 9})
    assert lines(build_report(now, [before])) == {"Gmail": 21, "all others": 17}


def test_each_line_is_set_against_the_same_people_of_the_issues_before() -> None:
    first = result({(P.GMAIL, "accepted"): 10, (P.OTHER, "accepted"): 9}, "2026-09")
    second = result(
        {(P.GMAIL, "accepted"): 12, (P.GMAIL, "left"): 2, (P.OTHER, "refused"): 9}, "2026-10"
    )
    report = build_report(
        result({(P.GMAIL, "accepted"): 14, (P.OTHER, "accepted"): 9}), [second, first]
    )
    gmail, others = report.lines
    assert (gmail.before.people, gmail.before.left, gmail.before.share("left")) == (22, 2, 2 / 22)
    assert others.before.refused == 9
    assert [(name, all_.people) for name, _, all_ in report.before] == [
        ("2026-10", 21),
        ("2026-09", 19),
    ]


def test_nothing_unusual_needs_no_note() -> None:
    assert build_report(result({(P.GMAIL, "accepted"): 900, (P.GMAIL, "left"): 4}), []).notes == ()


def test_what_needs_a_look_is_said() -> None:
    before = result(
        {(P.GMAIL, "accepted"): 1000, (P.GMAIL, "bounced"): 4, (P.GMAIL, "left"): 2}, "2026-10"
    )
    now = {"accepted": 1000, "bounced": 50, "complained": 3, "left": 9, "unknown": 2, "blamed": 1}
    report = build_report(
        result({(P.GMAIL, word): people for word, people in now.items()}), [before]
    )
    assert report.notes == (
        "Gmail: 5.0 % refused or came back, and 0.4 % before. “newsletter inbox” and “status” tell the reasons.",
        (
            "Gmail: 0.3 % called the mail spam; Gmail and Yahoo put mails of those who stay above 0.1 % among the spam. "
            "Are all of them people who asked for it?"
        ),
        (
            "1 mail came back because of us (reputation, policy or speed), and not of the readers: “newsletter doctor” "
            "looks for the reason."
        ),
        "More left than usual: 0.9 %, and 0.2 % before.",
        "2 in doubt: “newsletter resolve 2026-11” settles them.",
    )


def test_the_first_issue_has_nothing_to_be_set_against() -> None:
    (note, _) = build_report(
        result({(P.YAHOO, "refused"): 90, (P.YAHOO, "accepted"): 10, (P.YAHOO, "blamed"): 9}), []
    ).notes
    assert note.startswith("Yahoo and AOL: 90.0 % refused or came back. ")


OUTCOMES = ("accepted", "refused", "unknown", "queued", "suppressed")
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(Provider), st.sampled_from(OUTCOMES)), st.integers(1, 12), max_size=20
)


@given(COUNTS, st.lists(COUNTS, max_size=BEFORE))
def test_no_line_stands_for_few_and_none_is_lost(now: dict, before: list[dict]) -> None:
    report = build_report(result(now), [result(each) for each in before])
    named = Counter(each for line in report.lines for each in line.providers)
    assert max(named.values(), default=0) <= 1
    assert (
        sum((line.now for line in report.lines), OutcomeCounts())
        == report.all.now
        == OutcomeCounts.of(_totals(now))
    )
    for counts in (now, *before):
        sizes = [
            sum(people for (who, _), people in counts.items() if who in line.providers)
            for line in report.lines
        ]
        assert (
            len(report.lines) <= 1
            or min((size for size in sizes if size), default=FEWEST) >= FEWEST
        )


def _totals(counts: dict[tuple[Provider, str], int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, outcome), people in counts.items():
        found[outcome] += people
    return found
