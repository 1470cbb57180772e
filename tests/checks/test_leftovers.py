import dataclasses

import pytest
from support.specimen import (
    ISSUE,
    PAPER,
    SETTINGS,
    changed,
    context,
    findings,
    message,
    page,
    text,
    where,
)

from newsletter.model import Severity


@pytest.mark.parametrize(
    "mark",
    [
        "{{ title }}",
        "{% if x %}",
        "{# note #}",
        "*|FNAME|*",
        "%%name%%",
        "${name}",
        "{name}",
        "{first_name}",
        "<%= x %>",
    ],
)
def test_a_template_mark_is_left(mark):
    spoiled = context(text=text(extra=mark), html=page(extra=f"<p>{mark}</p>"))
    assert where(spoiled, "unrendered-mark") == ["html", "text"]
    assert where(context(subject=f"Hello {mark}"), "unrendered-mark") == ["subject"]
    assert findings(spoiled, "unrendered-mark")[0].severity is Severity.ERROR


def test_a_mark_that_a_text_brings_in_is_told_there():
    given = changed(PAPER, title="{{ entry.title }}")
    assert where(given, "unrendered-mark") == [PAPER.key]
    assert where(
        context(dataclasses.replace(ISSUE, letter="Dear *|FNAME|*,")), "unrendered-mark"
    ) == ["letter"]


@pytest.mark.parametrize(
    "title", [r"Growth as \frac{a}{{b}}", "x^{{2}} + y_{{n}}", r"\mathrm{CD8^{+}}"]
)
def test_a_formula_is_no_mark(title):
    assert where(changed(PAPER, title=title), "unrendered-mark") == []


def test_the_place_of_the_name_is_no_mark_in_a_text():
    given = context(dataclasses.replace(ISSUE, letter="Dear {name},"), html=page(), text=text())
    assert where(given, "unrendered-mark") == []


def test_a_template_mark_is_left_in_a_link():
    spoiled = context(
        html=page(extra='<a href="https://x.org/%7B%7B%20url%20%7D%7D">The paper</a>')
    )
    assert where(spoiled, "unrendered-mark") == ["html"]


def test_braces_of_styles_comments_and_sets_are_no_marks():
    page_with = page(
        extra="<!--[if mso]>{{x}}<![endif]--><style>@media x{a{b:c}}</style><p>the set {1, 2}</p>"
    )
    assert where(context(html=page_with), "unrendered-mark") == []


@pytest.mark.parametrize(
    "words", ["<p>None</p>", "<p>Deadline: None</p>", "<p>Dear None,</p>", "<p>undefined</p>"]
)
def test_a_missing_value_is_printed(words):
    assert where(context(html=page(extra=words)), "empty-value") == ["html"]


def test_a_missing_value_is_printed_in_subject_and_text():
    assert where(context(subject="Deadline: None"), "empty-value") == ["subject"]
    assert where(context(text=text(extra="Phase: None")), "empty-value") == ["text"]


def test_none_in_a_sentence_is_a_word():
    words = "None of them had pain. The cause is undefined in most."
    assert (
        where(context(html=page(extra=f"<p>{words}</p>"), text=text(extra=words)), "empty-value")
        == []
    )


def test_what_the_source_itself_says_is_no_missing_value():
    given = changed(PAPER, summary="Conflicts of interest: None")
    assert where(given, "empty-value") == []


@pytest.mark.parametrize(
    "words",
    [
        "More TK here.",
        "TODO: ask Anna",
        "Lorem lorem",
        "lorem ipsum dolor",
        "[insert date]",
        "[your name]",
        "When???",
    ],
)
def test_an_unfinished_text_is_found(words):
    assert where(context(dataclasses.replace(ISSUE, letter=words)), "unfinished-text") == ["letter"]
    assert where(changed(PAPER, note=words), "unfinished-text") == [PAPER.key]


@pytest.mark.parametrize(
    "words", ["A TK inhibitor", "todo el mundo", "[your page](https://x.org)", "Really?"]
)
def test_a_finished_text_is_left_alone(words):
    assert where(context(dataclasses.replace(ISSUE, letter=words)), "unfinished-text") == []


def test_an_unfinished_title_subject_or_footer_is_found():
    assert where(changed(PAPER, title="TODO title"), "unfinished-text") == [PAPER.key]
    assert where(changed(PAPER, title="TK activity in serum"), "unfinished-text") == []
    assert where(context(subject="News TK"), "unfinished-text") == ["subject"]
    theme = dataclasses.replace(SETTINGS.theme, footer="TODO")
    assert (
        message(context(settings=dataclasses.replace(SETTINGS, theme=theme)), "unfinished-text")
        == "Unfinished: “TODO”."
    )
