"""Issues written by hand, as staff write them.

What they write is printed, and what is wrong is told, and nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Run

SETTINGS = """\
[newsletter]
title = "Circle News"
from = "Circle News <news@example.org>"
address = "1 Main Street, Denver, CO 80202, USA"
url = "https://www.example.org"
time_zone = "America/New_York"
[theme]
image_hosts = ["www.example.org"]
"""
HEAD = """\
subject = "Circle News: December 2026"
preheader = "A walk in the snow, words made plain, and an evening for families."
send_on = 2026-12-01
since = 2026-11-01T00:00:00Z
until = 2026-12-01T00:00:00Z
"""
LETTER = '''letter = """
Dear {name},

we are glad to write to you again. The days are short now. Do take care.
"""
'''
PAPER = '''
[[section]]
name = "research"
[[section.entry]]
key = "doi:10.1000/snow"
title = "Walking in leiomyosarcoma: a first look"
links = ["https://doi.org/10.1000/snow"]
dated = "2026-11-03"
note = """
People who took a walk each day felt less tired. The study was small.
"""
'''
TRIAL = """
[[section]]
name = "trials"
[[section.entry]]
key = "nct:NCT04000001"
title = "A study of a new tablet"
links = ["https://clinicaltrials.gov/study/NCT04000001"]
ids = {nct = "NCT04000001"}
trial = {status = "recruiting", phase = "2", places = ["Denver, US"]}
"""
EVENT = """
[[section]]
name = "events"
[[section.entry]]
key = "uid:evening@example.org"
title = "An evening for families"
links = ["https://www.example.org/evening"]
event = {starts = 2026-12-09T18:00:00-05:00, zone = "America/New_York", place = "Online"}
"""
SERIES = '[[section]]\nname = "events"\n' + "".join(
    f"""
[[section.entry]]
key = "uid:group@example.org/{day.replace("-", "")}T230000Z"
title = "Support group for people with LMS"
links = ["https://www.example.org/group"]
ids = {{uid = "group@example.org/{day.replace("-", "")}T230000Z"}}
event = {{starts = {day}T18:00:00-05:00, zone = "America/New_York", place = "Online"}}
"""
    for day in ("2026-12-02", "2026-12-16", "2027-01-06", "2027-01-20")
)
GRANT = """
[[section]]
name = "grants"
[[section.entry]]
key = "opportunity:PAR-26-101"
title = "Grants for young researchers"
links = ["https://www.grants.gov/search-results-detail/350001"]
grant = {deadline = 2027-02-01, amount = "$50,000", funder = "The foundation"}
"""
FREE_PARTS = '''letter = """
Dear {name},

December is here. We have **good news** from the walk, and a word on the biopsy.

![Forty people in the snow](https://www.example.org/walk.jpg "400")

> **The helpline is closed on December 25.** On all other days we are there.

**[Register for the evening](https://www.example.org/register)**

Warmly,
Anna and the team
"""
closing = """
Thank you for reading. You are not alone.
"""

[[section]]
name = "tips"
title = "Tips for the dark days"
text = """
Go out before noon. *Ten minutes* are enough.
"""
'''
CLEAN = {
    "a usual issue": HEAD + LETTER + PAPER + TRIAL + EVENT + GRANT,
    "all that can be written": HEAD + FREE_PARTS + PAPER,
    "a series of events": HEAD + LETTER + SERIES,
}
FAULTY = {
    "an event that is over": (EVENT, ("2026-12-09T18", "2026-11-09T18"), "event-past", "uid:evening@example.org"),
    "a deadline that is over": (GRANT, ("2027-02-01", "2026-11-30"), "deadline-past", "opportunity:PAR-26-101"),
    "a paper that was retracted": (
        PAPER, ("dated =", 'flags = ["retracted"]\ndated ='), "paper-retracted", "doi:10.1000/snow",
    ),
    "a preprint that does not say so": (
        PAPER, ("https://doi.org/10.1000/snow", "https://www.medrxiv.org/content/10.1101/2026.11.01.26000001v1"),
        "preprint-not-marked", "doi:10.1000/snow",
    ),
    "a weekday that does not belong to its date": (
        PAPER, ("The study was small.", "Come on Monday, December 9."), "weekday-wrong", "doi:10.1000/snow",
    ),
    "an hour without a zone": (EVENT, ('zone = "America/New_York", ', ""), "event-without-zone", "uid:evening@example.org"),
    "a link that is followed": (
        PAPER, ('org/10.1000/snow"]', 'org/10.1000/snow?utm_source=news"]'), "link-tracks", "doi:10.1000/snow",
    ),
    "words that promise": (PAPER, ("The study was small.", "It is a miracle."), "hype", "doi:10.1000/snow"),
    "a place to be finished": (PAPER, ("The study was small.", "TODO: more here"), "unfinished-text", "doi:10.1000/snow"),
    "an acronym": (PAPER, ("The study was small.", "Their ORR was high."), "acronym-unexplained", "doi:10.1000/snow"),
    "an entry that nobody sorted": (PAPER, ('"research"', '"to-sort"'), "entry-to-sort", "doi:10.1000/snow"),
    "an entry twice": (PAPER + EVENT, ("uid:evening@example.org", "doi:10.1000/snow"), "entry-twice", "doi:10.1000/snow"),
    "a picture from elsewhere": (
        PAPER, ("The study was small.", "![A hill](https://cdn.example.net/a.jpg)"), "text-picture-left-out", "doi:10.1000/snow",
    ),
}  # fmt: skip


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newsletter with a glossary, where we stand."""
    (tmp_path / "newsletter.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "glossary.toml").write_text('biopsy = "a small sample of tissue"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(context: Path, text: str, name: str = "2026-12") -> Path:
    """An issue as staff wrote it."""
    folder = context / "issues" / name
    folder.mkdir(parents=True)
    (folder / "issue.toml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_issue_raises_no_alarm(context: Path, run: Run, name: str) -> None:
    written(context, CLEAN[name])
    result = run("check", "2026-12", "--json")
    assert (result.exit_code, result.json["findings"]) == (0, [])


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_issue_is_caught_for_its_fault_alone(context: Path, run: Run, name: str) -> None:
    part, (right, wrong), rule, where = FAULTY[name]
    assert right in part
    head, _, last = part.rpartition(right) if name == "an entry twice" else part.partition(right)
    written(context, HEAD + LETTER + head + wrong + last)
    result = run("check", "2026-12", "--json")
    assert [(each["rule"], each["where"]) for each in result.json["findings"]] == [(rule, where)]
    blocks = result.json["findings"][0]["severity"] == "error"
    assert result.exit_code == int(blocks)


def test_a_subject_that_tells_an_illness_or_is_long_is_caught(context: Path, run: Run) -> None:
    subject = json.dumps("Living with cancer through a long winter, and seven more things to read")
    written(context, HEAD.replace('"Circle News: December 2026"', subject) + LETTER + PAPER)
    found = run("check", "2026-12", "--json").json["findings"]
    assert {each["rule"] for each in found} == {"tells-diagnosis", "subject-too-long"}
    assert {each["where"] for each in found} == {"subject"}


def test_what_ran_before_is_caught_with_its_issue(context: Path, run: Run) -> None:
    written(
        context,
        (HEAD + LETTER + PAPER)
        .replace("2026-12-01", "2026-11-01")
        .replace("2026-11-01T", "2026-10-01T"),
        "2026-11",
    )
    assert run("publish", "2026-11").exit_code == 0
    written(context, HEAD + LETTER + PAPER)
    (found,) = run("check", "2026-12", "--json").json["findings"]
    assert (found["rule"], found["where"]) == ("entry-ran-before", "doi:10.1000/snow")
    assert "in issue 2026-11" in found["message"]


def test_findings_say_where_they_are_mended_and_stand_by_what_to_do(
    context: Path, run: Run
) -> None:
    text = (
        HEAD
        + LETTER
        + PAPER.replace("The study was small.", "TODO")
        + EVENT.replace("An evening", "TODO: evening")
    )
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("key = ")]
    written(context, text)
    result = run("check", "2026-12")
    assert result.out == (
        "Must be mended before it can go:\n\n"
        "Finish the text, or delete the mark. [unfinished-text]\n"
        f"  - doi:10.1000/snow, “Walking in leiomyosarcoma: a first look”, line {lines[0]} of issue.toml: "
        "Unfinished: “… felt less tired. TODO”.\n"
        f"  - uid:evening@example.org, “TODO: evening for families”, line {lines[1]} of issue.toml: "
        "Unfinished title: “TODO: evening for …”.\n"
    )


def test_all_that_an_editor_writes_is_printed_in_both_parts(context: Path, run: Run) -> None:
    folder = written(context, CLEAN["all that can be written"])
    assert run("render", "2026-12").exit_code == 0
    html, text = ((folder / name).read_text("utf-8") for name in ("issue.html", "issue.txt"))
    assert "<strong>good news</strong>" in html
    assert (
        '<img src="https://www.example.org/walk.jpg" alt="Forty people in the snow" width="400"'
        in html
    )
    assert "<blockquote" in html
    assert 'class="button"' in html
    assert "Warmly,<br>" in html
    assert "biopsy*" in html
    assert "<b>biopsy</b>: a small sample of tissue" in html
    assert (
        html.index("Tips for the dark days</h2>")
        < html.index("Research</h2>")
        < html.index("You are not alone")
    )
    assert "[Forty people in the snow]\n" in text
    assert "> The helpline is closed on December 25." in text
    assert "Register for the evening:\nhttps://www.example.org/register\n" in text
    assert "Warmly,\nAnna and the team\n" in text
