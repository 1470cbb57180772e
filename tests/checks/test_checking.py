import dataclasses

import pytest
from checks.specimen import ISSUE, PAPER, changed, context, page

from newsletter.checks import check_issue, rules
from newsletter.checks.registry import rule
from newsletter.model import Severity


def test_errors_come_first_and_each_kind_in_reading_order():
    spoiled = changed(PAPER, title="", dated=None)
    spoiled = dataclasses.replace(spoiled, subject="TODO", html=page(extra="<img src='https://www.example.org/a.png'>"))
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
