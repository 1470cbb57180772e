"""Which entries are new: one test for each way a real month goes wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model import (
    Choice,
    Dated,
    Decision,
    Entry,
    Event,
    Flag,
    Grant,
    Ids,
    Issue,
    LeftOut,
    Reason,
    Section,
    Trial,
    TrialStatus,
    Verdict,
)
from newsletter.selection import SelectionCriteria, SelectionHistory, build_history, select

NEW_YORK = ZoneInfo("America/New_York")
WINDOW = SelectionCriteria(
    issue="2026-11",
    since_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
    until_at=datetime(2026, 12, 1, 12, tzinfo=UTC),
    now=datetime(2026, 12, 1, 12, tzinfo=UTC),
    zone=NEW_YORK,
)
SEEN_BEFORE = datetime(2026, 10, 20, tzinfo=UTC)
SEEN_NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def paper(
    dated: str | None = "2026-11-10", *, seen: datetime | None = SEEN_NOW, **changes
) -> Entry:
    values = {
        "key": "doi:10.1/x",
        "ids": Ids(doi="10.1/x"),
        "title": "Trabectedin and doxorubicin in uterine leiomyosarcoma",
        "dated": Dated.parse(dated) if dated else None,
        "first_seen_at": seen,
    }
    return Entry(**(values | changes))


def event(starts: datetime | date | None, **changes) -> Entry:
    values = {
        "key": "uid:a@x",
        "ids": Ids(uid="a@x"),
        "title": "Patient webinar",
        "event": Event(starts=starts),
    }
    return Entry(**({"first_seen_at": SEEN_NOW} | values | changes))


def grant(deadline: date | None, **changes) -> Entry:
    values = {
        "key": "opportunity:PAR-1",
        "ids": Ids(opportunity="PAR-1"),
        "title": "Sarcoma research grants",
    }
    return Entry(
        **({"first_seen_at": SEEN_NOW, "grant": Grant(deadline=deadline)} | values | changes)
    )


def trial(
    status: TrialStatus, dated: str = "2019-05-01", seen: datetime = SEEN_BEFORE, **of_trial
) -> Entry:
    return Entry(
        key="nct:NCT01234567",
        ids=Ids(nct="NCT01234567"),
        title="A study of lurbinectedin in leiomyosarcoma",
        dated=Dated.parse(dated),
        first_seen_at=seen,
        trial=Trial(status=status, **of_trial),
    )


def decided(
    verdict: Verdict, issue: str, why: str = "", key: str = "doi:10.1/x", **changes
) -> Decision:
    return Decision(
        key=key, verdict=verdict, why=why, issue=issue, decided_at=SEEN_BEFORE, **changes
    )


def carried(entry: Entry, issue: str = "2026-10") -> SelectionHistory:
    return SelectionHistory(carried=((issue, entry),))


def place(
    entry: Entry, memory: SelectionHistory | None = None, window: SelectionCriteria = WINDOW
) -> Choice | LeftOut:
    """The one place of an entry."""
    selection = select([entry], memory or SelectionHistory(), window)
    (only,) = selection.chosen + selection.left_out
    return only


def why(
    entry: Entry, memory: SelectionHistory | None = None, window: SelectionCriteria = WINDOW
) -> str:
    """`+ reason` when chosen, `state: reason` when left out."""
    found = place(entry, memory, window)
    return f"+ {found.why}" if isinstance(found, Choice) else f"{found.state}: {found.reason}"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (paper("2026-11-10"), "+ dated 2026-11-10, after the last issue"),
        (paper("2026-11-01"), "+ dated 2026-11-01, after the last issue"),
        (paper("2026-10-29"), "+ dated 2026-10-29, but first seen 2026-11-20 only: a late arrival"),
        (paper("2026-08-03"), "+ dated 2026-08-03, but first seen 2026-11-20 only: a late arrival"),
        (
            paper("2026-08-02"),
            "left_out: dated 2026-08-02, more than 90 days before this issue's window",
        ),
        (
            paper("2026-10-29", seen=SEEN_BEFORE),
            "left_out: dated 2026-10-29 and first seen 2026-10-19, both before this issue's window",
        ),
        (paper("2027-01-01"), "+ dated ahead, 2027-01-01, and out already"),
        (paper("2026-11"), "+ dated 2026-11, after the last issue"),
        (paper("2026-12"), "+ dated 2026-12, after the last issue"),
        (paper("2026-10"), "+ dated 2026-10, but first seen 2026-11-20 only: a late arrival"),
        (paper("2026"), "+ dated 2026, after the last issue"),
        (paper("2025"), "left_out: dated 2025, more than 90 days before this issue's window"),
        (paper(None), "+ undated; first seen 2026-11-20"),
        (paper(None, seen=None), "+ undated; first seen now"),
        (
            paper(None, seen=SEEN_BEFORE),
            "left_out: undated, and first seen 2026-10-19: the last issue looked at it",
        ),
    ],
)
def test_a_paper_is_new_when_dated_or_first_seen_after_the_last_issue(entry, expected):
    assert why(entry) == expected


def test_a_paper_dated_ahead_that_was_seen_before_the_last_issue_but_not_printed_is_offered():
    assert why(paper("2026-11-15", seen=SEEN_BEFORE)) == "+ dated 2026-11-15, after the last issue"


def test_what_is_dated_and_seen_after_a_window_that_closed_waits_for_the_next():
    early = replace(WINDOW, until_at=datetime(2026, 11, 15, tzinfo=UTC))
    assert (
        why(paper("2026-11-18"), window=early)
        == "waiting: dated 2026-11-18 and seen after this issue's window"
    )
    assert why(paper("2026-11-10"), window=early).startswith("+ dated 2026-11-10")


def test_days_are_compared_in_the_newsletters_zone():
    just_after_midnight = replace(
        WINDOW, since_at=datetime(2026, 11, 1, 2, tzinfo=UTC)
    )  # still October in New York
    assert why(paper("2026-10-31", seen=SEEN_BEFORE), window=just_after_midnight).startswith("+")


def test_a_carried_paper_is_not_offered_again_under_any_of_its_names():
    as_printed = paper(key="pmid:1", ids=Ids(pmid="1", doi="10.1/x"))
    assert why(paper("2026-11-20"), carried(as_printed)) == "carried: carried in 2026-10"
    assert place(paper(), carried(as_printed)).issue == "2026-10"


def test_what_was_carried_is_known_from_title_and_year_alone():
    as_printed = paper("2026-10-02", key="title:x", ids=Ids())
    assert why(paper("2026-11-20"), carried(as_printed)) == "carried: carried in 2026-10"


def test_an_editors_drop_stays_dropped_for_a_year_of_offers():
    memory = SelectionHistory(decisions=(decided(Verdict.DROP, "2025-11", "not about LMS"),))
    assert (
        why(paper(), memory) == "dropped: dropped by an editor when 2025-11 was made: not about LMS"
    )


@pytest.mark.parametrize(
    "key", ["doi:10.1/x", "title:trabectedin-and-doxorubicin-in-uterine-leiomyosarcoma-2026"]
)
def test_a_drop_is_known_from_the_issue_file_alone(key):
    issue = an_issue("2026-10", left_out=((key, "double"),))
    assert (
        why(paper(), build_history([issue]))
        == "dropped: dropped by an editor when 2026-10 was made: double"
    )


def test_a_drop_written_into_the_issue_being_made_counts():
    current = an_issue("2026-11", left_out=(("doi:10.1/x", ""),))
    assert (
        why(paper(), build_history([], current=current))
        == "dropped: dropped by an editor when 2026-11 was made"
    )


def test_what_was_held_comes_back_in_the_next_issue():
    held_now = SelectionHistory(decisions=(decided(Verdict.HOLD, "2026-11", "ask Dr. B."),))
    held_before = SelectionHistory(decisions=(decided(Verdict.HOLD, "2026-10"),))
    old = paper("2026-05-01", seen=SEEN_BEFORE)
    assert why(old, held_now) == "held: held by an editor for the next issue: ask Dr. B."
    assert why(old, held_before) == "+ held by an editor when 2026-10 was made"


def test_a_held_event_that_is_past_does_not_come_back():
    memory = SelectionHistory(decisions=(decided(Verdict.HOLD, "2026-10", key="uid:a@x"),))
    assert why(event(date(2026, 11, 3)), memory) == "left_out: already past: it was on 2026-11-03"


def test_what_an_editor_keeps_is_taken_though_it_is_old_or_was_carried():
    memory = SelectionHistory(
        decisions=(decided(Verdict.KEEP, "2026-11", "asked for"),), carried=(("2026-01", paper()),)
    )
    assert why(paper("2020"), memory) == "+ kept by an editor: asked for"


def test_what_an_editor_kept_for_an_issue_that_was_never_sent_is_offered():
    memory = SelectionHistory(decisions=(decided(Verdict.KEEP, "2026-10"),))
    assert why(paper("2020"), memory) == "+ kept by an editor when 2026-10 was made"


def test_the_latest_decision_counts():
    first = decided(Verdict.DROP, "2026-11")
    then = replace(decided(Verdict.KEEP, "2026-11"), decided_at=SEEN_NOW)
    assert why(paper(), SelectionHistory(decisions=(then, first))) == "+ kept by an editor"


def test_a_hold_wins_over_the_deletion_it_was_made_after_but_not_over_a_later_one():
    held = decided(Verdict.HOLD, "2026-09")
    deleted = an_issue("2026-09", left_out=(("doi:10.1/x", "deleted"),))
    assert why(paper(), build_history([deleted], decisions=[held])).startswith(
        "+ held by an editor"
    )
    later = an_issue("2026-10", left_out=(("doi:10.1/x", "deleted"),))
    assert why(paper(), build_history([later], decisions=[held])).startswith("dropped: ")


def test_a_retracted_paper_is_offered_and_the_reason_says_so():
    assert why(paper(flags=frozenset({Flag.RETRACTED}))).endswith("; it is marked as retracted")
    assert why(paper(flags=frozenset({Flag.RETRACTED})), carried(paper())).endswith(
        "; it is marked as retracted"
    )


def test_an_article_says_that_its_preprint_was_carried():
    preprint = paper(key="doi:10.1101/2026.01.01.123456", ids=Ids(doi="10.1101/2026.01.01.123456"))
    assert why(paper(), carried(preprint, "2026-03")).endswith(
        "; its preprint was carried in 2026-03"
    )


# Events


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (paper("2026-11-10"), Reason.NEW),
        (paper("2026-10-29"), Reason.LATE),
        (paper("2026-10-29", seen=SEEN_BEFORE), Reason.BEFORE_WINDOW),
        (paper("2026-01-05"), Reason.TOO_OLD),
        (paper(None), Reason.UNDATED),
        (paper("2026-12-20"), Reason.DATED_AHEAD),
        (event(date(2026, 12, 9)), Reason.AHEAD),
        (event(date(2026, 11, 30)), Reason.PAST),
        (event(date(2027, 4, 1)), Reason.TOO_FAR_AHEAD),
    ],
)
def test_a_code_says_for_programs_what_the_sentence_says_for_people(entry, code):
    assert place(entry).code is code


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(Verdict.KEEP, Reason.KEPT), (Verdict.HOLD, Reason.HELD), (Verdict.DROP, Reason.DROPPED)],
)
def test_an_editors_words_are_no_reason_for_a_program(verdict, code):
    words = "too late: it was seen only now, and is too far ahead"
    memory = SelectionHistory(decisions=(decided(verdict, "2026-11", words),))
    assert words in why(paper("2026-10-29"), memory)
    assert place(paper("2026-10-29"), memory).code is code


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (datetime(2026, 12, 9, 18, tzinfo=NEW_YORK), "+ ahead: on 2026-12-09"),
        (date(2026, 12, 1), "+ ahead: on 2026-12-01"),
        (date(2027, 3, 31), "+ ahead: on 2027-03-31"),
        (
            date(2027, 4, 1),
            "waiting: too far ahead: it is on 2027-04-01, and is offered from 2026-12-02 on",
        ),
        (datetime(2026, 12, 1, 6, tzinfo=NEW_YORK), "left_out: already past: it was on 2026-12-01"),
        (date(2026, 11, 30), "left_out: already past: it was on 2026-11-30"),
        (None, "+ undated; first seen 2026-11-20"),
    ],
)
def test_an_event_is_offered_while_it_lies_ahead(starts, expected):
    assert why(event(starts)) == expected


def test_an_event_announced_long_ago_is_offered_when_it_comes_near():
    assert (
        why(event(date(2026, 12, 9), first_seen_at=datetime(2026, 1, 1, tzinfo=UTC)))
        == "+ ahead: on 2026-12-09"
    )


def test_a_cancelled_event_is_left_out_and_one_that_readers_were_told_of_is_offered_again():
    cancelled = event(None, event=Event(starts=date(2026, 12, 9), cancelled=True))
    assert why(cancelled) == "left_out: the event is cancelled"
    as_printed = event(date(2026, 12, 9))
    assert why(cancelled, carried(as_printed)) == "+ cancelled since 2026-10 carried it"
    assert why(cancelled, carried(cancelled)) == "carried: carried in 2026-10"


def test_a_carried_event_is_offered_again_only_when_it_moved():
    as_printed = event(datetime(2026, 12, 9, 18, tzinfo=NEW_YORK))
    same_moment = event(datetime(2026, 12, 9, 23, tzinfo=UTC))
    moved = event(datetime(2026, 12, 16, 18, tzinfo=NEW_YORK))
    assert why(same_moment, carried(as_printed)) == "carried: carried in 2026-10"
    assert (
        why(moved, carried(as_printed))
        == "+ moved from 2026-12-09 to 2026-12-16 since 2026-10 carried it"
    )
    back = event(date(2026, 11, 9))
    assert (
        why(back, carried(as_printed))
        == "carried: carried in 2026-10; moved from 2026-12-09 to 2026-11-09"
    )


def test_the_next_evening_of_a_support_group_is_an_event_of_its_own():
    november = event(
        date(2026, 11, 12), key="uid:g/20261112T180000Z", ids=Ids(uid="g/20261112T180000Z")
    )
    december = event(
        date(2026, 12, 10), key="uid:g/20261210T180000Z", ids=Ids(uid="g/20261210T180000Z")
    )
    assert why(december, carried(november)) == "+ ahead: on 2026-12-10"


# Grants


def test_a_grant_is_offered_until_its_deadline():
    assert why(grant(date(2026, 12, 1), first_seen_at=SEEN_BEFORE)) == "+ open until 2026-12-01"
    assert why(grant(date(2026, 11, 30))) == "left_out: the deadline is past: it was 2026-11-30"
    assert why(grant(None)) == "+ undated; first seen 2026-11-20"


def test_a_carried_grant_is_offered_again_when_the_deadline_moved():
    as_printed = grant(date(2026, 12, 1))
    assert why(grant(date(2026, 12, 1)), carried(as_printed)) == "carried: carried in 2026-10"
    expected = "+ deadline moved from 2026-12-01 to 2027-02-01 since 2026-10 carried it"
    assert why(grant(date(2027, 2, 1)), carried(as_printed)) == expected
    assert (
        why(grant(date(2027, 2, 1)), carried(replace(as_printed, grant=None)))
        == "carried: carried in 2026-10"
    )


# Trials


def test_a_carried_trial_is_offered_again_when_its_status_changed():
    memory = carried(trial(TrialStatus.RECRUITING))
    assert why(trial(TrialStatus.RECRUITING), memory) == "carried: carried in 2026-10"
    chosen = place(trial(TrialStatus.COMPLETED), memory)
    assert chosen.why == "status changed from recruiting to completed since 2026-10 carried it"
    assert chosen.entry.trial.was is TrialStatus.RECRUITING


def test_the_last_printed_status_counts():
    memory = SelectionHistory(
        carried=(
            ("2026-09", trial(TrialStatus.RECRUITING)),
            ("2026-10", trial(TrialStatus.SUSPENDED)),
        )
    )
    assert why(trial(TrialStatus.SUSPENDED), memory) == "carried: carried in 2026-10"
    assert why(trial(TrialStatus.RECRUITING), memory).startswith(
        "+ status changed from suspended to recruiting"
    )


def test_a_status_that_is_not_known_is_no_change():
    assert why(trial(TrialStatus.UNKNOWN), carried(trial(TrialStatus.RECRUITING))).startswith(
        "carried: "
    )


def test_an_old_trial_that_opened_is_news():
    assert why(trial(TrialStatus.RECRUITING)).startswith("left_out: dated 2019-05-01")
    opened = trial(TrialStatus.RECRUITING, was=TrialStatus.NOT_YET_RECRUITING)
    assert why(opened) == "+ status changed from not yet recruiting to recruiting"
    since = trial(TrialStatus.RECRUITING, status_on=Dated.parse("2026-11"))
    assert why(since) == "+ recruiting since 2026-11"
    long_since = trial(TrialStatus.RECRUITING, status_on=Dated.parse("2020-01"))
    assert why(long_since).startswith("left_out: ")


def test_a_kept_trial_still_says_what_it_was():
    decision = decided(Verdict.KEEP, "2026-11", key="nct:NCT01234567")
    memory = SelectionHistory(
        carried=(("2026-10", trial(TrialStatus.RECRUITING)),), decisions=(decision,)
    )
    assert place(trial(TrialStatus.COMPLETED), memory).entry.trial.was is TrialStatus.RECRUITING


# The whole


def an_issue(name: str, *entries: Entry, **changes) -> Issue:
    until_at = datetime(int(name[:4]), int(name[5:]), 28, tzinfo=UTC)
    values = {
        "name": name,
        "subject": "",
        "send_on": until_at.date(),
        "since_at": None,
        "until_at": until_at,
    }
    return Issue(
        **values, sections=(Section(name="research", title="Research", entries=entries),), **changes
    )


def test_the_memory_is_in_the_issues_oldest_first():
    memory = build_history(
        [an_issue("2026-10", trial(TrialStatus.SUSPENDED)), an_issue("2026-09", paper())]
    )
    assert [(issue, entry.key) for issue, entry in memory.carried] == [
        ("2026-09", "doi:10.1/x"),
        ("2026-10", "nct:NCT01234567"),
    ]


def test_a_printed_entry_without_a_key_is_remembered_by_its_ids():
    assert why(paper(), carried(paper(key=""))) == "carried: carried in 2026-10"


def test_the_section_is_the_editors_then_the_proposed_one():
    memory = SelectionHistory(decisions=(decided(Verdict.KEEP, "2026-11", section="trials"),))
    assert select([paper()], memory, WINDOW, lambda _: "research").chosen[0].section == "trials"
    assert (
        select([paper()], SelectionHistory(), WINDOW, lambda _: "research").chosen[0].section
        == "research"
    )
    assert select([paper()], SelectionHistory(), WINDOW).chosen[0].section is None


def test_what_lies_ahead_stands_soonest_first_and_the_rest_newest_first():
    entries = [
        paper(None, key="c", ids=Ids(), title="C"),
        paper("2026-11-10", key="b", ids=Ids(), title="B"),
        paper("2026-11-12", key="a", ids=Ids(), title="A"),
        grant(date(2026, 12, 24)),
        event(date(2026, 12, 9)),
    ]
    expected = ["uid:a@x", "opportunity:PAR-1", "a", "b", "c"]
    assert [
        choice.entry.key for choice in select(entries, SelectionHistory(), WINDOW).chosen
    ] == expected
    assert [
        choice.entry.key for choice in select(entries[::-1], SelectionHistory(), WINDOW).chosen
    ] == expected


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
ENTRIES = st.builds(
    lambda number, day, seen, form: replace(
        paper(
            day.isoformat()[:form],
            seen=seen,
            key=f"doi:10.1/{number}",
            ids=Ids(doi=f"10.1/{number}"),
        ),
        title=f"Title {number}",
    ),
    st.integers(0, 40),
    DAYS,
    st.one_of(
        st.none(),
        st.datetimes(
            datetime(2026, 1, 1),  # noqa: DTZ001 - bounds are naive by contract
            datetime(2026, 12, 31),  # noqa: DTZ001
            timezones=st.just(UTC),
        ),
    ),
    st.sampled_from([4, 7, 10]),
)


@settings(max_examples=60)
@given(st.lists(ENTRIES, unique_by=lambda entry: entry.key))
def test_every_entry_has_one_place_and_what_one_issue_took_the_next_does_not(entries):
    first = select(entries, SelectionHistory(), WINDOW)
    assert sorted(x.entry.key for x in first.chosen + first.left_out) == sorted(
        entry.key for entry in entries
    )
    assert all(left.reason for left in first.left_out)
    following = replace(
        WINDOW, issue="2026-12", since_at=WINDOW.until_at, until_at=WINDOW.until_at + timedelta(30)
    )
    memory = SelectionHistory(carried=tuple(("2026-11", choice.entry) for choice in first.chosen))
    second = select(entries, memory, replace(following, now=following.until_at))
    assert not {choice.entry.key for choice in first.chosen} & {
        choice.entry.key for choice in second.chosen
    }
