import dataclasses
from datetime import date

import pytest
from support.specimen import (
    EVENT,
    GRANT,
    ISSUE,
    PAPER,
    TRIAL,
    changed,
    context,
    findings,
    message,
    where,
    with_entry,
)

from newsletter.checks import EarlierIssue, check_issue
from newsletter.model import Entry, Event, Flag, Ids, Section, Severity, Trial, TrialStatus


def test_a_clean_issue_has_no_findings():
    assert check_issue(context()) == ()


def test_an_issue_without_entry_or_text_is_empty():
    empty = context(dataclasses.replace(ISSUE, sections=()))
    assert where(empty, "issue-empty") == ["issue"]
    assert findings(empty, "issue-empty")[0].severity is Severity.ERROR


def test_a_section_with_words_alone_makes_an_issue():
    tips = Section(name="tips", title="Tips", text="Drink enough water.")
    assert where(context(dataclasses.replace(ISSUE, sections=(tips,))), "issue-empty") == []


def test_a_section_without_entry_and_text_is_empty():
    bare = Section(name="tips", title="Tips for living")
    spoiled = context(dataclasses.replace(ISSUE, sections=(*ISSUE.sections, bare)))
    assert message(spoiled, "section-empty") == "The section “Tips for living” is empty."
    assert where(context(), "section-empty") == []


def test_an_entry_that_nobody_sorted_blocks():
    unsorted = Section(
        name="to-sort", title="To sort", entries=(dataclasses.replace(PAPER, key="url:x"),)
    )
    spoiled = context(dataclasses.replace(ISSUE, sections=(*ISSUE.sections[1:], unsorted)))
    (found,) = findings(spoiled, "entry-to-sort")
    assert (found.severity, found.where) == (Severity.ERROR, "url:x")
    assert found.message == "“Trabectedin plus doxorubicin in leiomyosarcoma” is in no section yet."
    assert where(context(), "entry-to-sort") == []


def test_the_dates_of_one_series_are_no_repetition():
    page = ("https://www.example.org/support-group",)
    dates = [
        dataclasses.replace(
            EVENT,
            key=f"uid:group@example.org/202612{day:02}T230000Z",
            ids=Ids(uid=f"group@example.org/202612{day:02}T230000Z"),
            title="Monthly support group for families",
            links=page,
            event=dataclasses.replace(EVENT.event, starts=EVENT.event.starts.replace(day=day)),
        )
        for day in (2, 16, 30)
    ]
    series = context(
        dataclasses.replace(
            ISSUE, sections=(Section(name="events", title="Events", entries=tuple(dates)),)
        )
    )
    assert where(series, "link-twice") == []
    assert where(series, "entries-alike") == []
    assert where(series, "entry-twice") == []


@pytest.mark.parametrize("title", ["", "  ", "None", "Untitled"])
def test_an_entry_needs_a_title(title):
    assert where(changed(PAPER, title=title), "entry-without-title") == [PAPER.key]
    assert where(changed(PAPER, title="None of the above"), "entry-without-title") == []


def test_an_entry_needs_a_link():
    assert where(changed(PAPER, links=()), "entry-without-link") == [PAPER.key]
    assert where(changed(PAPER, links=("  ",)), "entry-without-link") == [PAPER.key]


def test_a_joining_link_is_a_link():
    event = dataclasses.replace(EVENT.event, join="https://meet.example.org/1")
    assert where(changed(EVENT, links=(), event=event), "entry-without-link") == []


def test_an_undated_paper_is_told():
    assert where(changed(PAPER, dated=None), "entry-undated") == [PAPER.key]


def test_trials_events_and_grants_have_dates_of_their_own():
    assert not any(entry.dated for entry in (TRIAL, EVENT, GRANT))
    assert where(context(), "entry-undated") == []


def test_a_key_stands_once():
    assert message(with_entry(PAPER), "entry-twice") == (
        "“Trabectedin plus doxorubicin in leiomyosarcoma” stands in this issue 2 times"
        " (key doi:10.1158/1078-0432.ccr-24-0148)."
    )


def test_two_entries_with_one_link_are_told_once():
    other = dataclasses.replace(
        PAPER, key="title:other", links=("http://www.doi.org/10.1158/1078-0432.CCR-24-0148/",)
    )
    same = dataclasses.replace(PAPER, key="title:other", links=(PAPER.links[0] + "/?utm_source=x",))
    assert where(with_entry(same), "link-twice") == ["title:other"]
    assert (
        where(
            with_entry(dataclasses.replace(other, links=("https://doi.org/10.1/y",))), "link-twice"
        )
        == []
    )


def test_two_days_of_one_event_share_its_page():
    again = dataclasses.replace(EVENT, key="uid:webinar@example.org/2")
    assert where(with_entry(again, section="events"), "link-twice") == []


def test_one_entry_names_a_page_once():
    twice = (PAPER.links[0], PAPER.links[0].replace("https://", "http://"))
    assert message(changed(PAPER, links=twice), "link-twice").endswith("has the same link twice.")
    assert where(changed(PAPER, links=(PAPER.links[0], "https://x.org/a")), "link-twice") == []


def test_a_home_page_may_be_linked_twice():
    first = dataclasses.replace(PAPER, key="a", links=("https://www.example.org/",))
    second = dataclasses.replace(PAPER, key="b", links=("https://www.example.org",))
    sections = (Section(name="research", title="Research", entries=(first, second)),)
    assert where(context(dataclasses.replace(ISSUE, sections=sections)), "link-twice") == []


def test_one_paper_in_two_forms_is_told():
    ids = Ids(pmid="36603130")
    first = dataclasses.replace(
        PAPER, key="pmid:36603130", ids=ids, links=("https://pubmed.ncbi.nlm.nih.gov/36603130/",)
    )
    second = dataclasses.replace(
        first, key="url:x", links=("https://journal.example.org/article/77",)
    )
    sections = (Section(name="research", title="Research", entries=(first, second)),)
    given = context(dataclasses.replace(ISSUE, sections=sections))
    assert message(given, "entries-alike").endswith("is the same thing as pmid:36603130.")
    assert where(given, "link-twice") == []
    same = dataclasses.replace(second, links=first.links)
    linked = (Section(name="research", title="Research", entries=(first, same)),)
    assert where(context(dataclasses.replace(ISSUE, sections=linked)), "entries-alike") == []


def test_an_entry_is_known_by_another_of_its_identifiers():
    both = dataclasses.replace(
        PAPER, key="pmid:1", ids=Ids(pmid="1", doi=PAPER.ids.doi), links=("https://x.org/1",)
    )
    earlier = EarlierIssue(name="2026-11", keys=frozenset({PAPER.key}))
    given = dataclasses.replace(with_entry(both), earlier=(earlier,))
    assert where(given, "entry-ran-before") == [PAPER.key, "pmid:1"]


def test_an_entry_that_ran_before_names_the_issue():
    earlier = (
        EarlierIssue(name="2026-11"),
        EarlierIssue(name="2026-10", keys=frozenset({PAPER.key})),
    )
    spoiled = context(earlier=earlier)
    assert message(spoiled, "entry-ran-before").endswith("ran before, in issue 2026-10.")
    assert findings(spoiled, "entry-ran-before")[0].severity is Severity.ERROR


def test_a_paper_under_another_key_is_known_by_its_link():
    earlier = EarlierIssue(
        name="2026-11", keys=frozenset({"pmid:1"}), links=frozenset({PAPER.links[0] + "?utm_id=1"})
    )
    assert where(context(earlier=(earlier,)), "entry-ran-before") == [PAPER.key]


def test_events_of_one_page_are_different_events():
    earlier = EarlierIssue(name="2026-11", links=frozenset(EVENT.links))
    assert where(context(earlier=(earlier,)), "entry-ran-before") == []


def test_the_issue_itself_is_no_earlier_one():
    assert (
        where(
            context(earlier=(EarlierIssue(name="2026-12", keys=frozenset({PAPER.key})),)),
            "entry-ran-before",
        )
        == []
    )


def test_a_trial_may_come_again_when_its_status_changed():
    earlier = (EarlierIssue(name="2026-11", keys=frozenset({TRIAL.key})),)
    news = Trial(status=TrialStatus.RECRUITING, was=TrialStatus.NOT_YET_RECRUITING)
    same = Trial(status=TrialStatus.RECRUITING, was=TrialStatus.RECRUITING)
    again = dataclasses.replace(changed(TRIAL, trial=news), earlier=earlier)
    assert where(again, "entry-ran-before") == []
    assert where(
        dataclasses.replace(changed(TRIAL, trial=same), earlier=earlier), "entry-ran-before"
    ) == [TRIAL.key]
    assert where(context(earlier=earlier), "entry-ran-before") == [TRIAL.key]


def test_a_retracted_paper_must_say_so():
    retracted = frozenset({Flag.RETRACTED})
    assert where(changed(PAPER, flags=retracted), "paper-retracted") == [PAPER.key]
    assert (
        where(
            changed(PAPER, flags=retracted, note="The journal retracted it in May."),
            "paper-retracted",
        )
        == []
    )
    titled = {"title": "RETRACTED: two drugs", "flags": retracted}
    assert where(changed(PAPER, **titled, note=""), "paper-retracted") == []
    assert where(changed(PAPER, **titled), "paper-retracted") == [
        PAPER.key
    ]  # the note tells it as if it held
    assert where(changed(PAPER, title="[Retracted] two drugs: no flag"), "paper-retracted") == [
        PAPER.key
    ]
    assert where(changed(PAPER, title="Why papers are retracted: a study"), "paper-retracted") == []


def test_a_paper_in_doubt_should_say_so():
    concern = frozenset({Flag.CONCERN})
    assert where(changed(PAPER, flags=concern), "paper-in-doubt") == [PAPER.key]
    assert (
        where(
            changed(PAPER, flags=concern, note="The journal has voiced concern."), "paper-in-doubt"
        )
        == []
    )


PREPRINT = Entry(
    key="url:x",
    title="A model of tumour growth",
    links=("https://www.medrxiv.org/content/10.1101/2026.01.02.26300001v1",),
)


@pytest.mark.parametrize(
    "entry",
    [
        PREPRINT,
        dataclasses.replace(PREPRINT, links=("https://www.researchsquare.com/article/rs-100/v1",)),
        dataclasses.replace(
            PREPRINT, links=("https://x.example.org/a",), ids=Ids(doi="10.1101/2026.01.02.26300001")
        ),
    ],
)
def test_a_preprint_must_be_marked(entry):
    assert where(with_entry(entry), "preprint-not-marked") == ["url:x"]
    assert (
        where(
            with_entry(dataclasses.replace(entry, flags=frozenset({Flag.PREPRINT}))),
            "preprint-not-marked",
        )
        == []
    )
    noted = dataclasses.replace(entry, note="It has not yet been peer-reviewed.")
    assert where(with_entry(noted), "preprint-not-marked") == []


def test_a_preprint_that_became_an_article_is_one():
    published = dataclasses.replace(
        PREPRINT, links=(*PREPRINT.links, "https://doi.org/10.1158/1078-0432.ccr-24-0148")
    )
    assert where(with_entry(published), "preprint-not-marked") == []
    assert (
        where(with_entry(dataclasses.replace(PREPRINT, ids=Ids(pmid="123"))), "preprint-not-marked")
        == []
    )


def test_a_cancelled_event_must_say_so():
    cancelled = Event(starts=EVENT.event.starts, zone="America/New_York", cancelled=True)
    assert where(changed(EVENT, event=cancelled), "event-cancelled") == [EVENT.key]
    assert (
        where(
            changed(EVENT, event=cancelled, note="Cancelled: the speaker is ill."),
            "event-cancelled",
        )
        == []
    )


def test_an_event_that_its_calendar_no_longer_lists_is_asked_after():
    gone = context(unlisted={EVENT.key: date(2026, 11, 20)})
    assert where(gone, "event-unlisted") == [EVENT.key]
    assert message(gone, "event-unlisted").endswith(
        " is not in its calendar any more: it was last there on 2026-11-20."
    )
    assert where(context(), "event-unlisted") == []


def test_a_long_title_is_shortened_in_messages():
    assert "“" + "x" * 69 + "…”" in message(
        changed(PAPER, title="x" * 400, dated=None), "entry-undated"
    )


def test_an_entry_without_title_is_named_by_its_key():
    assert (
        message(changed(PAPER, title="", dated=None), "entry-undated")
        == f"Entry {PAPER.key} has no date."
    )
