"""What changed is said as an editor would say it, and shown word by word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.diff import (
    DiffKind,
    describe_place,
    diff_words,
    list_changes,
    summarize_changes,
)
from newsletter.model import Entry, Issue, Section

FIRST = Entry(
    key="url:https://a.example/1", title="A first paper", summary="It is short.", section="research"
)
SECOND = Entry(
    key="url:https://a.example/2", title="A second paper", note="Read it.", section="research"
)
ISSUE = Issue(
    name="2026-12",
    subject="News",
    send_on=date(2026, 12, 1),
    since_at=None,
    until_at=datetime(2026, 12, 1, tzinfo=UTC),
    letter="Dear all, hello.",
    sections=(
        Section(name="research", title="Research", entries=(FIRST, SECOND)),
        Section(name="events", title="Events"),
    ),
)


def with_entries(*entries: Entry) -> Issue:
    return replace(ISSUE, sections=(replace(ISSUE.sections[0], entries=entries), ISSUE.sections[1]))


def said(before: Issue, after: Issue) -> list[str]:
    return [change.said for change in list_changes(before, after)]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (ISSUE, []),
        (replace(ISSUE, subject="More"), ["the subject changed"]),
        (replace(ISSUE, preheader="x", closing="y"), ["the line behind the subject changed", "the closing words changed"]),
        (replace(ISSUE, send_on=date(2026, 12, 2)), ["the planned day changed to 2 December 2026"]),
        (with_entries(SECOND, FIRST), ["the order of “Research” changed"]),
        (with_entries(FIRST), ["“A second paper” was taken out"]),
        (with_entries(FIRST, SECOND, replace(FIRST, key="k", title="A third")), ["“A third” came in"]),
        (with_entries(replace(FIRST, note="New."), SECOND), ["the note on “A first paper” changed"]),
        (with_entries(replace(FIRST, title="A 1st paper"), SECOND), ["the title of “A 1st paper” changed"]),
        (with_entries(replace(FIRST, summary="Short."), SECOND), ["the summary of “A first paper” changed"]),
        (
            replace(ISSUE, sections=(replace(ISSUE.sections[0], text="x"), ISSUE.sections[1])),
            ["the words before “Research” changed"],
        ),
        (
            replace(
                ISSUE,
                sections=(
                    replace(ISSUE.sections[0], entries=(FIRST,)),
                    replace(ISSUE.sections[1], entries=(replace(SECOND, section="events"),)),
                ),
            ),
            ["“A second paper” was moved to “Events”"],
        ),
        (replace(ISSUE, sections=ISSUE.sections[:1]), []),
    ],
)  # fmt: skip
def test_each_change_has_its_sentence(after: Issue, told: list[str]) -> None:
    assert said(ISSUE, after) == told


def test_a_note_goes_and_comes_with_its_entry() -> None:
    gone, come = list_changes(ISSUE, with_entries(FIRST)), list_changes(with_entries(FIRST), ISSUE)
    assert [(piece.kind, piece.text) for piece in gone[0].pieces] == [
        (DiffKind.REMOVED, "Read it.")
    ]
    assert [(piece.kind, piece.text) for piece in come[0].pieces] == [(DiffKind.ADDED, "Read it.")]


def test_a_section_of_words_that_went_is_told() -> None:
    tips = replace(
        ISSUE, sections=(*ISSUE.sections, Section(name="tips", title="Tips", text="Go out."))
    )
    assert said(tips, ISSUE) == ["the words before “Tips” changed"]


def test_places_are_named_as_people_know_them() -> None:
    assert describe_place(ISSUE, "whole") == "the whole issue"
    assert describe_place(ISSUE, "note:gone") == "the note on “gone”"
    long = with_entries(replace(FIRST, title="Outcomes of " + "very " * 20 + "long titles"))
    assert (
        describe_place(long, f"note:{FIRST.key}")
        == "the note on “Outcomes of " + "very " * 9 + "…”"
    )


def test_words_are_compared_not_letters() -> None:
    assert [
        (piece.kind, piece.text)
        for piece in diff_words("Dear all, hello.", "Dear friends, hello again.")
    ] == [
        (DiffKind.SAME, "Dear "),
        (DiffKind.REMOVED, "all,"),
        (DiffKind.ADDED, "friends,"),
        (DiffKind.SAME, " "),
        (DiffKind.REMOVED, "hello."),
        (DiffKind.ADDED, "hello again."),
    ]


def test_a_space_before_added_words_stays_outside() -> None:
    assert [(piece.kind, piece.text) for piece in diff_words("good news", "good very news")][
        1:3
    ] == [(DiffKind.ADDED, "very "), (DiffKind.SAME, "news")]
    assert (DiffKind.ADDED, "news") in [
        (piece.kind, piece.text) for piece in diff_words("good", "good news")
    ]


def test_a_long_stretch_without_a_change_is_left_out() -> None:
    words = " ".join(f"w{number}" for number in range(100))
    found = diff_words(f"A {words} z", f"B {words} y")
    assert [piece.kind for piece in found].count(DiffKind.SKIPPED) == 1
    assert sum(len(piece.text.split()) for piece in found) < 35


@given(st.text("ab \n", max_size=20), st.text("ab \n", max_size=20))
def test_both_texts_can_be_read_out_of_the_pieces(before: str, after: str) -> None:
    found = diff_words(before, after)
    if before == after:
        assert found == ()
        return
    old = "".join(piece.text for piece in found if piece.kind is not DiffKind.ADDED)
    new = "".join(piece.text for piece in found if piece.kind is not DiffKind.REMOVED)
    assert (old.split(), new.split()) == (before.split(), after.split())


def test_the_sentence_names_a_few_and_counts_the_rest() -> None:
    after = replace(
        ISSUE, subject="a", preheader="b", letter="c", closing="d", send_on=date(2027, 1, 1)
    )
    assert summarize_changes(list_changes(ISSUE, after)) == (
        "The subject changed; the line behind the subject changed; the letter changed; the closing words changed; and 1 more."
    )
    assert summarize_changes(()) == "Nothing that readers see changed."
