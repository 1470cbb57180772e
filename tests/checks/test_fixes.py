"""What a program can mend: the change takes its finding away, and touches nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from support.specimen import EVENT, GRANT, ISSUE, PAPER, changed, context, findings, with_entry

from newsletter.checks import CheckContext, EarlierIssue, LinkAnswer, LinkState, rules
from newsletter.model import Entry, Event, Finding, Flag, Ids, Issue, Section

WATCHED = "https://x.org/a?utm_source=mail&id=1#part"


def cases() -> Iterator[tuple[str, CheckContext, str]]:
    """(rule, an issue with something to mend, what the button says)."""
    yield "link-tracks", changed(PAPER, links=(WATCHED,)), "Remove the tracking"
    yield "link-tracks", written(WATCHED), "Remove the tracking"
    yield "link-scheme", written("http://x.org/a"), "Use https"
    yield (
        "section-empty",
        context(replace(ISSUE, sections=(*ISSUE.sections, EMPTY))),
        "Remove the section",
    )
    yield "entry-twice", with_entry(PAPER), "Remove the second"
    yield (
        "link-twice",
        changed(PAPER, links=(*PAPER.links, PAPER.links[0] + "/")),
        "Remove the second",
    )
    yield (
        "link-twice",
        with_entry(replace(GRANT, key="url:x", ids=Ids(), grant=None)),
        "Remove the second",
    )
    yield "entry-ran-before", replace(context(), earlier=(RAN,)), "Drop"
    yield (
        "preprint-not-marked",
        changed(PAPER, ids=Ids(), links=("https://www.medrxiv.org/content/1",)),
        "Mark as a preprint",
    )
    yield "event-past", changed(EVENT, event=Event(starts=date(2026, 11, 2))), "Drop"
    yield "event-cancelled", changed(EVENT, event=replace(EVENT.event, cancelled=True)), "Drop"
    yield (
        "deadline-past",
        changed(GRANT, grant=replace(GRANT.grant, deadline=date(2026, 11, 2))),
        "Drop",
    )
    yield "link-moved", replace(context(), links={PAPER.links[0]: MOVED}), "Use the new address"


EMPTY = Section(name="tips", title="Tips")
RAN = EarlierIssue(name="2026-10", keys=frozenset({PAPER.key}))
MOVED = LinkAnswer(state=LinkState.MOVED, final_url="https://new.example.org/paper")


def written(href: str) -> CheckContext:
    """The clean issue whose letter has a link, on the page as it is written."""
    issue = replace(ISSUE, letter=f"Read [this page]({href}).")
    return context(
        issue, html=context().html.replace("</h1>", f'</h1><a href="{href}">this page</a>')
    )


def mended(given: CheckContext, finding: Finding) -> Issue:
    assert finding.fix is not None
    return finding.fix.change(given.issue)


@pytest.mark.parametrize(("rule", "given", "verb"), [*cases()])
def test_the_button_takes_its_finding_away(rule: str, given: CheckContext, verb: str) -> None:
    found = findings(given, rule)[0]
    assert found.fix is not None
    assert found.fix.verb == verb
    issue = mended(given, found)
    after = context(issue, earlier=given.earlier, links=given.links)
    assert findings(after, rule) == []
    touched = {*issue.entries()} ^ {*given.issue.entries()}
    assert {entry.key for entry in touched} <= {found.where}


@pytest.mark.parametrize(("rule", "given", "verb"), [*cases()])
def test_mending_twice_is_mending_once(rule: str, given: CheckContext, verb: str) -> None:
    found = findings(given, rule)[0]
    issue = mended(given, found)
    assert mended(replace(given, issue=issue), found) == issue


def test_only_what_watches_is_cut_out_of_an_address() -> None:
    given = changed(PAPER, links=(WATCHED,))
    assert mended(given, findings(given, "link-tracks")[0]).entries()[0].links == (
        "https://x.org/a?id=1#part",
    )


def test_a_longer_address_that_begins_alike_stays() -> None:
    letter = "[One](http://x.org/a) and [two](http://x.org/a/b)"
    given = written("http://x.org/a")
    issue = mended(
        replace(given, issue=replace(given.issue, letter=letter)), findings(given, "link-scheme")[0]
    )
    assert issue.letter == "[One](https://x.org/a) and [two](http://x.org/a/b)"


def test_what_is_dropped_is_noted_with_the_reason() -> None:
    given = changed(EVENT, event=Event(starts=date(2026, 11, 2)))
    issue = mended(given, findings(given, "event-past")[0])
    assert issue.left_out == ((EVENT.key, "it was on Monday 2 November 2026"),)


def test_an_event_that_is_joined_at_the_address_is_mended_too() -> None:
    given = changed(EVENT, links=(), event=replace(EVENT.event, join=WATCHED))
    (event,) = (
        each.event
        for each in mended(given, findings(given, "link-tracks")[0]).entries()
        if each.event
    )
    assert event.join == "https://x.org/a?id=1#part"


def test_what_only_the_template_says_is_not_mended_by_a_button() -> None:
    html = context().html.replace("</h1>", '</h1><a href="http://x.org/logo">Logo</a>')
    assert findings(context(html=html), "link-scheme")[0].fix is None
    assert findings(written("ftp://x.org/a"), "link-scheme")[0].fix is None


def test_a_mark_is_added_to_those_that_are_there() -> None:
    preprint = Entry(
        key="url:p",
        title="P",
        links=("https://www.medrxiv.org/content/1",),
        flags=frozenset({Flag.REVIEW}),
    )
    given = with_entry(preprint)
    issue = mended(given, findings(given, "preprint-not-marked")[0])
    assert {Flag.REVIEW, Flag.PREPRINT} in [entry.flags for entry in issue.entries()]


def test_each_rule_with_a_button_is_tried_here() -> None:
    assert {rule.name for rule in rules() if rule.fix} == {rule for rule, _, _ in cases()}
