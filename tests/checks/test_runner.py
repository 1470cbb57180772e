import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.specimen import ISSUE, PAPER, changed, context, page

from newsletter.checks import by_remedy, check_issue, links_to_try, rules
from newsletter.checks.rules import rule
from newsletter.model import Section, Severity


def test_errors_come_first_and_each_kind_in_reading_order():
    spoiled = changed(PAPER, title="", dated=None)
    spoiled = dataclasses.replace(
        spoiled, subject="TODO", html=page(extra="<img src='https://www.example.org/a.png'>")
    )
    found = [
        (each.severity, each.where)
        for each in check_issue(spoiled)
        if each.rule.startswith(("entry", "unf", "image-without"))
    ]
    assert found == [
        (Severity.ERROR, "subject"),
        (Severity.ERROR, PAPER.key),
        (Severity.WARNING, PAPER.key),
        (Severity.WARNING, "html"),
    ]


def test_an_empty_page_is_checked_without_a_crash():
    found = {each.rule for each in check_issue(context(html="", text="", subject="", preheader=""))}
    assert "unsubscribe-missing" in found


def test_a_place_of_no_entry_comes_last():
    assert check_issue(context(dataclasses.replace(ISSUE, sections=())))


def test_every_rule_has_a_reason_and_a_remedy_as_sentences():
    for each in rules():
        assert each.why.endswith("."), each.name
        assert each.remedy.endswith("."), each.name
        assert each.examine.__doc__, each.name


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="two rules are named html-large"):
        rule("html-large", Severity.ERROR, why="", remedy="")(lambda proof: ())


def test_findings_are_grouped_by_what_to_do():
    two = dataclasses.replace(
        ISSUE,
        sections=(*ISSUE.sections, Section(name="a", title="A"), Section(name="b", title="B")),
    )
    ((remedy, findings),) = by_remedy(check_issue(context(two)))
    assert remedy == "Put something in, or take the section out of this issue."
    assert [each.where for each in findings] == ["a", "b"]


def test_the_links_to_try_are_those_of_the_page_and_its_entries():
    assert links_to_try(context()) == (
        "https://doi.org/10.1158/1078-0432.ccr-24-0148",
        "https://clinicaltrials.gov/study/NCT04000001",
        "https://www.example.org/webinar",
        "https://www.grants.gov/search-results-detail/350001",
        "https://news.example.org/2026-12",
    )


def test_a_secured_link_of_an_entry_is_tried_once():
    given = dataclasses.replace(
        changed(PAPER, links=("http://x.org/a",)),
        html=page(extra='<a href="https://x.org/a">A paper</a>'),
    )
    assert [each for each in links_to_try(given) if "x.org" in each] == ["https://x.org/a"]
    assert [each.rule for each in check_issue(given) if each.rule == "link-scheme"] == []


@given(html=st.text(), text=st.text(), words=st.text(), title=st.text(), link=st.text())
@settings(max_examples=100)
def test_no_text_however_odd_stops_the_check(html, text, words, title, link):
    odd = dataclasses.replace(
        PAPER, key="odd", title=title, links=(link,), note=words, summary=words
    )
    issue = dataclasses.replace(
        ISSUE, letter=words, sections=(Section(name="a", title=title, entries=(odd,)),)
    )
    extra = page(issue, extra=f"<p style='{words}' class=x>{html}</p>", css=words)
    for each in (html, f"<p>{html}</p><a href='{link}'>x</a>", extra):
        check_issue(context(issue, html=each, text=text, subject=words, preheader=words))


@given(st.integers(0, len(page()) - 8))
@settings(max_examples=25)
def test_a_page_that_ends_in_the_middle_is_checked(length):
    assert "html-cut-off" in {each.rule for each in check_issue(context(html=page()[:length]))}
