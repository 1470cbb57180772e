from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter import composition
from newsletter.config import DEFAULT_SECTIONS
from newsletter.model import Choice, Entry, Event, Grant, Issue, Reason, Section

TIPS = Section(name="recipe", title="A recipe", text="Soup.")
ISSUE = Issue(
    name="2026-11",
    subject="News",
    send_on=date(2026, 12, 1),
    since_at=None,
    until_at=datetime(2026, 12, 1, tzinfo=UTC),
)


def entry(key: str, section: str = "research", **parts: object) -> Entry:
    # tests give what fits
    return Entry(key=key, title=key.upper(), section=section, **parts)  # type: ignore[arg-type]


def choice(key: str, section: str | None) -> Choice:
    return Choice(entry=entry(key), section=section, code=Reason.NEW, why="new")


def keys(issue: Issue) -> dict[str, list[str]]:
    return {section.name: [each.key for each in section.entries] for section in issue.sections}


def composed(*choices: Choice, issue: Issue = ISSUE) -> Issue:
    return composition.compose(issue, choices, DEFAULT_SECTIONS)


def test_entries_go_to_their_sections_in_printing_order() -> None:
    issue = composed(
        choice("e", "events"), choice("a", "research"), choice("x", None), choice("b", "research")
    )
    assert keys(issue) == {"research": ["a", "b"], "events": ["e"], "to-sort": ["x"]}
    assert [section.title for section in issue.sections] == ["Research", "Events", "To sort"]


def test_composing_again_adds_what_is_new_and_keeps_every_edit() -> None:
    first = composed(choice("a", "research"))
    (section,) = first.sections
    edited = replace(
        first,
        subject="Mine",
        sections=(replace(section, entries=(replace(section.entries[0], note="Ours"),)),),
    )
    again = composed(choice("a", "research"), choice("b", "research"), issue=edited)
    assert again.subject == "Mine"
    assert again.entries()[0].note == "Ours"
    assert keys(again) == {"research": ["a", "b"]}
    assert composed(choice("a", "research"), issue=edited) == edited


def test_an_issues_own_section_stays_behind_the_one_it_follows() -> None:
    issue = replace(
        ISSUE, sections=(Section(name="trials", title="T", entries=(entry("t", "trials"),)), TIPS)
    )
    assert [*keys(composed(choice("a", "research"), choice("e", "events"), issue=issue))] == [
        "research",
        "trials",
        "recipe",
        "events",
    ]


def test_an_entry_moved_by_hand_to_another_section_stays_there() -> None:
    issue = composition.move_entry(
        composed(choice("a", "research")), "a", "events", DEFAULT_SECTIONS
    )
    assert keys(composed(choice("a", "research"), issue=issue)) == {"research": [], "events": ["a"]}


def test_moving_to_where_it_is_or_what_is_not_there_changes_nothing() -> None:
    issue = composed(choice("a", "research"))
    assert composition.move_entry(issue, "a", "research", DEFAULT_SECTIONS) == issue
    assert composition.move_entry(issue, "z", "events", DEFAULT_SECTIONS) == issue


def test_what_an_editor_drops_leaves_the_issue_and_is_noted_once() -> None:
    issue = composition.without(
        composed(choice("a", "research"), choice("b", "research")), {"a": "not ours"}
    )
    assert keys(issue) == {"research": ["b"]}
    assert issue.left_out == (("a", "not ours"),)
    assert composition.without(issue, {"a": "again"}).left_out == (("a", "not ours"),)
    assert composition.without(issue, {}) == issue


def test_what_is_held_leaves_no_trace() -> None:
    issue = composition.withdrawn(composed(choice("a", "research")), ["a"])
    assert issue.entries() == ()
    assert issue.left_out == ()


def test_an_entry_taken_after_all_is_no_longer_noted_as_left_out() -> None:
    issue = replace(ISSUE, left_out=(("a", "no"), ("b", "no")))
    assert composition.with_entry(issue, entry("a"), "research", DEFAULT_SECTIONS).left_out == (
        ("b", "no"),
    )


def test_a_new_issue_has_its_window_and_a_first_subject() -> None:
    issue = composition.blank(
        "2026-11", title="LMS News", since_at=None, until_at=ISSUE.until_at, send_on=ISSUE.send_on
    )
    assert issue.subject == "LMS News: December 2026"


def test_the_first_preheader_counts_and_tells_no_illness() -> None:
    issue = composed(
        choice("a", "research"),
        choice("b", "research"),
        choice("e", "events"),
        choice("x", "lms-tips"),
    )
    assert (
        composition.first_preheader(issue)
        == "New since our last letter: 2 papers, 1 event, 1 more."
    )
    assert (
        composition.first_preheader(composed(choice("x", "tips")))
        == "What is new since our last letter."
    )
    assert composition.first_preheader(ISSUE) == ""


class TestComingUp:
    def announced(self, *entries: Entry) -> Issue:
        return replace(
            ISSUE,
            name="2026-10",
            sections=(Section(name="events", title="Events", entries=entries),),
        )

    def on(self, key: str, day: date) -> Entry:
        return entry(key, "events", event=Event(starts=day))

    def test_events_and_deadlines_that_lie_ahead_come_soonest_first(self) -> None:
        late = self.on("late", date(2027, 1, 20))
        soon = entry("soon", "events", event=Event(starts=datetime(2026, 12, 5, 18, tzinfo=UTC)))
        call = entry("call", "grants", grant=Grant(deadline=date(2026, 12, 31)))
        paper, past, far = (
            entry("paper"),
            self.on("past", date(2026, 11, 30)),
            self.on("far", date(2027, 6, 1)),
        )
        found = composition.coming_up(ISSUE, [self.announced(late, soon, call, paper, past, far)])
        assert [each.key for each in found] == ["soon", "call", "late"]

    def test_what_the_issue_itself_carries_or_drops_is_not_repeated(self) -> None:
        issue = composition.without(composed(choice("a", "events")), {"b": ""})
        day = date(2026, 12, 5)
        assert (
            composition.coming_up(issue, [self.announced(self.on("a", day), self.on("b", day))])
            == ()
        )

    def test_the_last_word_on_a_day_counts(self) -> None:
        earlier = [
            self.announced(self.on("a", date(2026, 12, 5))),
            self.announced(self.on("a", date(2026, 12, 9))),
        ]
        (found,) = composition.coming_up(ISSUE, earlier, ahead=timedelta(days=30))
        assert composition.due_on(found) == date(2026, 12, 9)

    def test_what_a_later_issue_called_off_does_not_come_up(self) -> None:
        day = date(2026, 12, 5)
        called_off = entry("a", "events", event=Event(starts=day, cancelled=True))
        assert (
            composition.coming_up(
                ISSUE, [self.announced(self.on("a", day)), self.announced(called_off)]
            )
            == ()
        )


class TestTexts:
    def test_each_place_is_named_and_takes_other_words(self) -> None:
        issue = composed(choice("a", "research"))
        places = ("subject", "preheader", "letter", "closing", "section:research", "note:a")
        assert tuple(composition.texts_of(issue)) == places
        for place in places:
            issue = composition.with_text(issue, place, f"words at {place}")
        assert composition.texts_of(issue) == {place: f"words at {place}" for place in places}

    def test_a_place_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            composition.with_text(ISSUE, "note:nothing", "x")


class TestOrder:
    def test_entries_stand_as_named_and_others_behind_them(self) -> None:
        issue = composed(choice("a", "research"), choice("b", "research"), choice("c", "research"))
        assert [
            each.key
            for each in composition.reorder_entries(issue, "research", ["c", "a"]).entries()
        ] == ["c", "a", "b"]
        assert composition.reorder_entries(issue, "events", ["c"]) == issue

    def test_as_before_gives_entries_their_place_and_leaves_the_rest(self) -> None:
        before = composed(choice("a", "research"), choice("b", "research"), choice("c", "events"))
        now = composition.with_text(composition.without(before, {"a": "no"}), "letter", "Hello")
        again = composition.as_before(now, before, ["a"], DEFAULT_SECTIONS)
        assert again == composition.with_text(before, "letter", "Hello")
        assert composition.as_before(before, now, ["a"], DEFAULT_SECTIONS) == replace(
            now, letter=""
        )


def test_one_entry_stands_where_the_first_of_several_stood_with_all_their_notes() -> None:
    issue = composed(choice("a", "research"), choice("b", "research"), choice("c", "events"))
    for key in ("a", "c"):
        issue = composition.with_text(issue, f"note:{key}", f"about {key}")
    one = composition.replace_entries(issue, ["c", "a"], [entry("c", "events")])
    assert keys(one) == {"research": ["c", "b"], "events": []}
    assert (one.entries()[0].note, one.entries()[0].section) == ("about a\n\nabout c", "research")
    assert composition.replace_entries(issue, ["x"], [entry("x")]) == issue


def test_an_entry_is_exchanged_for_its_parts() -> None:
    issue = composed(choice("a", "research"), choice("b", "research"))
    assert keys(composition.replace_entries(issue, ["a"], [entry("a"), entry("a~2")])) == {
        "research": ["a", "a~2", "b"]
    }


def test_what_was_changed_comes_back_and_what_was_written_since_stays() -> None:
    before = composed(choice("a", "research"))
    before = replace(
        before, letter="old", closing="bye", sections=(*before.sections, replace(TIPS, text=""))
    )
    after = replace(composition.without_section(before, "recipe"), letter="new", closing="ciao")
    since = replace(after, closing="See you")
    back = composition.with_words_before(since, before, after, DEFAULT_SECTIONS)
    assert (back.letter, back.closing) == ("old", "See you")
    assert [section.name for section in back.sections] == ["research", "recipe"]


def test_what_differs_between_two_states_is_told_by_its_keys() -> None:
    before = composed(choice("a", "research"), choice("b", "research"), choice("c", "research"))
    after = composition.without(composition.with_text(before, "note:b", "!"), {"c": "why"})
    assert {*composition.find_changed_keys(before, after)} == {"b", "c"}
    assert composition.find_changed_keys(before, before) == ()


def test_a_section_with_words_is_not_removed() -> None:
    issue = replace(ISSUE, sections=(TIPS,))
    assert composition.without_section(issue, "recipe") == issue
