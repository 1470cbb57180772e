"""Whole issues through the real templates.

Clean ones stay silent, each faulty one is caught for its own fault alone.
"""

import dataclasses
from datetime import UTC, date, datetime

import pytest
from support.specimen import EVENT, GRANT, ISSUE, PAPER, SETTINGS, TRIAL

from newsletter.checks import CheckContext, EarlierIssue, check_issue
from newsletter.model import Dated, Entry, Event, Flag, Ids, Section, Trial, TrialStatus
from newsletter.rendering import remove_personal_parts, render_mail
from newsletter.rendering.environment import environment


def checked(issue, settings=SETTINGS, **changes):
    """The rules that object, as (rule, where)."""
    shown = remove_personal_parts(render_mail(issue, settings, environment()), settings)
    given = CheckContext(
        issue=issue,
        html=shown.html,
        text=shown.text,
        subject=shown.subject,
        preheader=shown.preheader,
        settings=settings,
        now=datetime(2026, 11, 23, 14, tzinfo=UTC),
    )
    return [(each.rule, each.where) for each in check_issue(dataclasses.replace(given, **changes))]


def with_letter(words):
    return dataclasses.replace(ISSUE, letter=words)


def research(*entries):
    return dataclasses.replace(
        ISSUE, sections=(Section(name="research", title="Research", entries=entries),)
    )


LETTER = """Dear {name},

we wish you a calm December. In this letter you find **one paper**, one trial and an evening for families.
If a word is hard, write to us at office@example.org, or look at [our page of words](https://www.example.org/words).

- Bring a friend to each visit.
- Ask for a copy of your MRI report. It is yours.

**[Register for the evening](https://www.example.org/register)**

Progression-free survival (PFS) is the time in which a tumor does not grow. PFS is not the same as a cure.

Warmly,
Anna and the team in Denver, CO"""

SPANISH = dataclasses.replace(
    SETTINGS, newsletter=dataclasses.replace(SETTINGS.newsletter, language="es")
)
BY_MAIL_ALONE = dataclasses.replace(SETTINGS, public=None)
SERIES = tuple(
    dataclasses.replace(
        EVENT,
        key=f"uid:group@example.org/202612{day:02}T230000Z",
        ids=Ids(uid=f"group@example.org/202612{day:02}T230000Z"),
        title="Wednesday support group",
        event=dataclasses.replace(
            EVENT.event, starts=EVENT.event.starts.replace(day=day), ends=None
        ),
    )
    for day in (2, 16)
)
RICH = dataclasses.replace(
    ISSUE,
    letter=LETTER,
    closing="Take care of yourselves.",
    sections=(
        *ISSUE.sections,
        Section(name="groups", title="Groups", entries=SERIES),
        Section(
            name="tips",
            title="Tips for living with LMS",
            text="Drink enough water. Rest when you are tired.",
        ),
    ),
)


@pytest.mark.parametrize(
    ("issue", "settings"),
    [
        (ISSUE, SETTINGS),
        (RICH, SETTINGS),
        (RICH, BY_MAIL_ALONE),
        (dataclasses.replace(ISSUE, letter=""), SPANISH),
    ],
)
def test_a_clean_issue_is_left_alone(issue, settings):
    assert checked(issue, settings) == []


@pytest.mark.parametrize("background", ["#101010", "#0b5c6b", "#808080", "#ffffff"])
def test_words_can_be_read_on_any_background(background):
    footer = "Write [to us](https://a.org/x).\n\n> A box with [a link](https://b.org/x)\n\n**[Give](https://c.org/x)**"
    theme = dataclasses.replace(SETTINGS.theme, background=background, footer=footer)
    assert checked(RICH, dataclasses.replace(SETTINGS, theme=theme)) == []


def test_a_trial_whose_status_changed_may_run_again():
    trial = Trial(status=TrialStatus.RECRUITING, was=TrialStatus.NOT_YET_RECRUITING)
    issue = research(PAPER, dataclasses.replace(TRIAL, trial=trial))
    assert (
        checked(issue, earlier=(EarlierIssue(name="2026-11", keys=frozenset({TRIAL.key})),)) == []
    )


@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        (with_letter("More TK here."), [("unfinished-text", "letter")]),
        (with_letter("Dear {{ reader }},"), [("unrendered-mark", "letter")]),
        (
            with_letter("To come, [click here](https://www.example.org/x)."),
            [("link-text-generic", "letter")],
        ),
        (with_letter("This new drug is a miracle."), [("hype", "letter")]),
        (with_letter("The ORR was high."), [("acronym-unexplained", "letter")]),
        (with_letter("We meet on Tuesday, December 4."), [("weekday-wrong", "letter")]),
        (with_letter("<script>x()</script>"), [("text-has-forbidden-html", "letter")]),
        (research(dataclasses.replace(PAPER, links=())), [("entry-without-link", PAPER.key)]),
        (research(dataclasses.replace(PAPER, dated=None)), [("entry-undated", PAPER.key)]),
        (
            research(dataclasses.replace(PAPER, flags=frozenset({Flag.RETRACTED}))),
            [("paper-retracted", PAPER.key)],
        ),
        (
            research(dataclasses.replace(PAPER, links=("https://x.org/a?utm_source=mail",))),
            [("link-tracks", PAPER.key)],
        ),
        (
            research(dataclasses.replace(PAPER, links=("https://192.0.2.7/a",))),
            [("link-unsafe-host", PAPER.key)],
        ),
        (
            research(dataclasses.replace(EVENT, event=Event(starts=date(2026, 11, 2)))),
            [("event-past", EVENT.key)],
        ),
        (
            research(
                dataclasses.replace(
                    GRANT, grant=dataclasses.replace(GRANT.grant, deadline=date(2026, 11, 30))
                )
            ),
            [("deadline-past", GRANT.key)],
        ),
        (dataclasses.replace(ISSUE, subject="x" * 61), [("subject-too-long", "subject")]),
        (dataclasses.replace(ISSUE, preheader="Hello"), [("preheader-length", "preheader")]),
        (
            dataclasses.replace(ISSUE, subject="Living with cancer"),
            [("tells-diagnosis", "subject")],
        ),
        (dataclasses.replace(ISSUE, sections=()), [("issue-empty", "issue")]),
    ],
)
def test_a_faulty_issue_is_caught_for_its_fault_alone(issue, expected):
    assert checked(issue) == expected


def test_a_newsletter_without_postal_address_is_caught():
    bare = dataclasses.replace(
        SETTINGS, newsletter=dataclasses.replace(SETTINGS.newsletter, address="")
    )
    assert checked(ISSUE, bare) == [("postal-address-missing", "issue")]


ODD = (
    ("x" * 400, "https://x.org/1"),
    ("w" * 90, "https://x.org/2"),
    ("Emoji 🧬 and a family 👩‍👩‍👧", "https://x.org/3"),
    ("כותרת בעברית", "https://x.org/4"),
    ("عنوان بالعربية", "https://x.org/5"),
    ("Combining a\u0301e\u0308 marks", "https://x.org/6"),
    ("<b>&lt; in a title", "https://x.org/7"),
    (r"Growth \frac{a}{{b}} ≤ 5 and p < 0.05", "https://x.org/8"),
    ("A long address", "https://x.org/" + "a" * 1800),
)


def test_odd_content_is_no_fault():
    entries = tuple(
        Entry(
            key=f"url:{link}",
            title=title,
            links=(link,),
            dated=Dated.parse("2026"),
            authors=("Ann Lee",) * 300,
        )
        for title, link in ODD
    )
    assert checked(research(*entries)) == []


def test_a_hundred_and_fifty_entries_are_at_most_large():
    entries = tuple(
        dataclasses.replace(
            PAPER,
            key=f"url:{n}",
            ids=Ids(),
            title=f"Paper number {n}",
            links=(f"https://x.org/{n}",),
        )
        for n in range(150)
    )
    found = checked(research(*entries))
    assert {rule for rule, _ in found} <= {"html-large"}
