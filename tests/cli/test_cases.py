"""What must hold whatever sources do.

Nothing printed twice, nothing lost, and a reason for each.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from support.checkout import MINIMAL
from support.commands import Run

NOW = "2026-11-23T09:00-05:00"
NEXT = "2026-12-21T09:00-05:00"
DOI = "10.1158/1078-0432.ccr-26-0148"
TITLE = "Trabectedin plus radiotherapy in metastatic uterine leiomyosarcoma: a phase 2 study"

Desk = Callable[..., Path]


@pytest.fixture
def context(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace, where we stand, with sources that are files beside it.

    Name → its kind and, perhaps, more.
    """

    def make(**sources: str) -> Path:
        tables = [
            f'[[source]]\nname = "{name}"\nurl = "{name}.txt"\n'
            + "".join(
                f'{key} = "{value}"\n' for key, value in (pair.split("=") for pair in said.split())
            )
            for name, said in sources.items()
        ]
        (folder / "newsletter.toml").write_text(MINIMAL + "\n".join(tables), "utf-8")
        monkeypatch.chdir(folder)
        return folder

    return make


def item(
    title: str, link: str, dated: str, *, guid: str = "", text: str = "", more: str = ""
) -> str:
    """An item of a feed; `dated` as RFC 822 writes it, without the hour."""
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link>{named}<description>{escape(text)}</description>"
        f"<pubDate>{dated} 10:00:00 GMT</pubDate>{more}</item>"
    )


def feed(*items: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>F</title>'
        f"<link>https://example.org/</link>{''.join(items)}</channel></rss>"
    )


def event(uid: str, starts: str, title: str, more: str = "") -> str:
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{starts}\r\nSUMMARY:{title}\r\n{more}END:VEVENT\r\n"


def calendar(*events: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{''.join(events)}END:VCALENDAR\r\n"


def study(status: str, *, updated: str) -> str:
    return json.dumps(
        {
            "protocolSection": {
                "identificationModule": {
                    "nctId": "NCT05000001",
                    "briefTitle": "A Study of Rest in Leiomyosarcoma",
                },
                "statusModule": {
                    "overallStatus": status,
                    "studyFirstPostDateStruct": {"date": "2026-11-10"},
                    "lastUpdatePostDateStruct": {"date": updated},
                },
            }
        }
    )


def write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def entries(run: Run, now: str = NOW) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("entries", "--json", now=now).json["entries"]
    return found


def drafted(run: Run, issue: str = "2026-11", now: str = NOW) -> dict[str, str]:
    """Key → why, of what a draft takes."""
    return {
        each["key"]: each["why"] for each in run("draft", issue, "--json", now=now).json["chosen"]
    }


def left_out(run: Run, issue: str = "2026-12", now: str = NEXT) -> dict[str, str]:
    return {
        each["key"]: each["reason"]
        for each in run("draft", issue, "--json", now=now).json["left_out"]
    }


def sent(run: Run, issue: str = "2026-11", now: str = NOW) -> None:
    """Collect, draft, and note that the issue is out."""
    run("collect", now=now)
    run("draft", issue, now=now)
    assert run("publish", issue, now=now).exit_code == 0


def test_one_paper_from_four_ways_is_one_entry(context: Desk, run: Run) -> None:
    folder = context(pubmed="kind=feed", journal="kind=feed")
    authors = "<dc:creator>Hemming ML</dc:creator>"
    pubmed = item(
        f"{TITLE}.", "https://pubmed.ncbi.nlm.nih.gov/39000001/?utm_source=curl&amp;ff=20261120", "Fri, 20 Nov 2026",
        guid="pubmed:39000001", more=f"{authors}<dc:identifier>pmid:39000001</dc:identifier><dc:identifier>doi:{DOI}</dc:identifier>",
    )  # fmt: skip
    journal = item(
        TITLE.upper(), f"https://aacrjournals.org/clincancerres/article/doi/{DOI}/7/Rest", "Thu, 12 Nov 2026",
        more=f"<prism:doi>{DOI.upper()}</prism:doi>",
    )  # fmt: skip
    write(folder / "pubmed.txt", feed(pubmed))
    write(folder / "journal.txt", feed(journal))
    work = {
        "DOI": DOI.upper(),
        "title": [TITLE],
        "published": {"date-parts": [[2026, 11]]},
        "type": "journal-article",
    }
    write(folder / "work.json", json.dumps({"status": "ok", "message": work}))
    write(folder / "notes.txt", f"{TITLE} (Nov 2026)\nhttps://doi.org/{DOI}.\n")
    run("collect")
    run("add", "work.json")
    run("add", "notes.txt")
    (entry,) = entries(run)
    assert entry["sources"] == ["pubmed", "journal", "pasted"]
    assert (entry["ids"]["doi"], entry["ids"]["pmid"], entry["title"]) == (DOI, "39000001", TITLE)
    assert len(drafted(run)) == 1


@pytest.mark.parametrize(
    "written",
    [
        "https://doi.org/10.1158/1078-0432.CCR-26-0148",
        "DOI: 10.1158/1078-0432.CCR-26-0148.",
        "http://dx.doi.org/10.1158%2F1078-0432.CCR-26-0148",
        "doi:10.1158/1078-0432.ccr-26-0148",
    ],
)
def test_one_doi_in_any_dress_is_one_paper(context: Desk, run: Run, written: str) -> None:
    folder = context(page="kind=page")
    write(folder / "page.txt", f"{TITLE} (12 Nov 2026)\nhttps://doi.org/{DOI}\n")
    write(
        folder / "other.txt",
        f"Something that a colleague called by another name (13 Nov 2026)\n{written}\n",
    )
    run("collect")
    run("add", "other.txt")
    assert [each["key"] for each in entries(run)] == [f"doi:{DOI}"]


def test_a_pubmed_link_with_spaces_and_its_own_parameters_is_the_paper(
    context: Desk, run: Run
) -> None:
    folder = context(page="kind=page", feed="kind=feed")
    write(
        folder / "page.txt", f"{TITLE} (12 Nov 2026)\nhttps://pubmed.ncbi.nlm.nih.gov/ 39000001 /\n"
    )
    link = "https://pubmed.ncbi.nlm.nih.gov/39000001/?utm_source=Other&utm_medium=rss&fc=20261120&ff={0}&v=2.18"
    write(
        folder / "feed.txt", feed(item("Rest", link.format("20261120101010"), "Fri, 20 Nov 2026"))
    )
    run("collect")
    write(
        folder / "feed.txt", feed(item("Rest", link.format("20261121111111"), "Sat, 21 Nov 2026"))
    )
    run("collect")
    assert [each["key"] for each in entries(run)] == ["pmid:39000001"]


def test_a_preprint_and_its_article_are_two_that_name_each_other(context: Desk, run: Run) -> None:
    folder = context(page="kind=page")
    preprint = f"{TITLE} (2 Nov 2026)\nhttps://doi.org/10.1101/2026.10.01.26330001\n"
    write(folder / "page.txt", preprint)
    sent(run)
    write(folder / "page.txt", f"{preprint}\n{TITLE} (12 Dec 2026)\nhttps://doi.org/{DOI}\n")
    run("collect", now=NEXT)
    assert drafted(run, "2026-12", NEXT) == {
        f"doi:{DOI}": "dated 2026-12-12, after the last issue; its preprint was carried in 2026-11"
    }
    related = {each["key"]: each["related"] for each in entries(run, NEXT)}
    assert related == {
        f"doi:{DOI}": ["doi:10.1101/2026.10.01.26330001"],
        "doi:10.1101/2026.10.01.26330001": [f"doi:{DOI}"],
    }


def test_a_feed_that_restamps_every_date_makes_nothing_new(context: Desk, run: Run) -> None:
    folder = context(f="kind=feed")
    titles = (
        "What we learned about rest from two hundred patients",
        "Why sleep matters to people with leiomyosarcoma",
    )

    def stamped(day: str) -> str:
        return feed(
            *(item(title, f"https://example.org/{n}", day) for n, title in enumerate(titles))
        )

    write(folder / "f.txt", stamped("Mon, 02 Mar 2026"))
    run("collect", now="2026-03-05T09:00-05:00")
    write(folder / "f.txt", stamped("Sun, 22 Nov 2026"))
    run("collect")
    assert {each["dated"] for each in entries(run)} == {"2026-03-02"}
    assert drafted(run) == {}


def test_what_is_listed_three_weeks_late_is_not_lost(context: Desk, run: Run) -> None:
    folder = context(f="kind=feed")
    write(folder / "f.txt", feed())
    sent(run)
    late = item(TITLE, f"https://doi.org/{DOI}", "Wed, 18 Nov 2026")
    write(folder / "f.txt", feed(late))
    run("collect", now="2026-12-09T09:00-05:00")
    assert drafted(run, "2026-12", NEXT) == {
        f"doi:{DOI}": "dated 2026-11-18, but first seen 2026-12-09 only: a late arrival"
    }


def test_what_is_dated_next_month_is_printed_once(context: Desk, run: Run) -> None:
    folder = context(f="kind=feed")
    write(folder / "f.txt", feed(item(TITLE, f"https://doi.org/{DOI}", "Tue, 15 Dec 2026")))
    run("collect")
    assert drafted(run) == {f"doi:{DOI}": "dated ahead, 2026-12-15, and out already"}
    sent(run)
    run("collect", now=NEXT)
    assert left_out(run) == {f"doi:{DOI}": "carried in 2026-11"}


def test_a_feed_that_empties_and_comes_back_brings_nothing_twice(context: Desk, run: Run) -> None:
    folder = context(f="kind=feed")
    full = feed(item(TITLE, f"https://doi.org/{DOI}", "Thu, 12 Nov 2026"))
    write(folder / "f.txt", full)
    sent(run)
    write(folder / "f.txt", feed())
    (empty,) = run("collect", "--json", now="2026-11-30T09:00-05:00").json["sources"]
    assert (empty["error"], empty["entries"]) == (None, 0)
    assert empty["quiet"].startswith("it gives no entries now, though it gave some before")
    said = run("collect", now="2026-12-01T09:00-05:00").out
    assert said.startswith(
        "f: unchanged, 0 entries; QUIET: it gives no entries now, though it gave some before"
    )
    assert len(entries(run)) == 1
    write(folder / "f.txt", full)
    (back,) = run("collect", "--json", now=NEXT).json["sources"]
    assert (back["new"], back["quiet"]) == (0, None)
    assert left_out(run) == {f"doi:{DOI}": "carried in 2026-11"}


def test_an_editorial_and_its_reply_with_one_title_are_two(context: Desk, run: Run) -> None:
    folder = context(journal="kind=feed", pubmed="kind=feed")
    title = "Radiotherapy after surgery for retroperitoneal leiomyosarcoma"
    papers = [("10.1000/editorial", "39000011"), ("10.1000/reply", "39000012")]
    write(folder / "journal.txt", feed(*(
        item(title, f"https://doi.org/{doi}", "Thu, 12 Nov 2026") for doi, _ in papers
    )))  # fmt: skip
    write(folder / "pubmed.txt", feed(*(
        item(title, f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/", "Fri, 20 Nov 2026", guid=f"pubmed:{pmid}",
             more=f"<dc:identifier>doi:{doi}</dc:identifier>")
        for doi, pmid in papers
    )))  # fmt: skip
    run("collect")
    assert {each["key"]: each["ids"]["pmid"] for each in entries(run)} == {
        "doi:10.1000/editorial": "39000011",
        "doi:10.1000/reply": "39000012",
    }


def test_a_retitled_post_with_its_old_guid_is_the_same_post(context: Desk, run: Run) -> None:
    folder = context(blog="kind=feed")
    post = ("https://example.org/rest", "Thu, 12 Nov 2026")
    write(
        folder / "blog.txt",
        feed(item("Register: an evening on rest", *post, guid="tag:example.org,2026:7")),
    )
    sent(run)
    moved = ("https://example.org/rest-and-sleep", "Tue, 01 Dec 2026")
    write(
        folder / "blog.txt",
        feed(item("Recording: an evening on sleep", *moved, guid="tag:example.org,2026:7")),
    )
    run("collect", now=NEXT)
    (entry,) = entries(run, NEXT)
    assert (entry["title"], entry["state"]) == ("Recording: an evening on sleep", "carried")


def test_a_trial_that_closes_is_offered_again_with_what_it_was(context: Desk, run: Run) -> None:
    folder = context(register="kind=trials")
    write(folder / "register.txt", study("RECRUITING", updated="2026-11-10"))
    sent(run)
    write(folder / "register.txt", study("COMPLETED", updated="2026-12-10"))
    run("collect", now=NEXT)
    assert drafted(run, "2026-12", NEXT) == {
        "nct:NCT05000001": "status changed from recruiting to completed since 2026-11 carried it"
    }
    written = (folder / "issues/2026-12/issue.toml").read_text("utf-8")
    assert 'was = "recruiting"' in written
    assert run("publish", "2026-12", now=NEXT).exit_code == 0
    assert drafted(run, "2027-01", "2027-01-20T09:00-05:00") == {}


def test_an_event_moved_to_another_day_is_one_event_offered_again(context: Desk, run: Run) -> None:
    folder = context(cal="kind=calendar")
    write(
        folder / "cal.txt", calendar(event("w1@example.org", "20270114T230000Z", "Webinar on rest"))
    )
    sent(run)
    moved = event("w1@example.org", "20270121T230000Z", "Webinar on rest", "SEQUENCE:1\r\n")
    write(folder / "cal.txt", calendar(moved))
    run("collect", now=NEXT)
    (why,) = drafted(run, "2026-12", NEXT).values()
    assert why == "moved from 2027-01-14 to 2027-01-21 since 2026-11 carried it"
    assert len(entries(run, NEXT)) == 1


def test_each_meeting_of_a_support_group_is_offered_once(context: Desk, run: Run) -> None:
    folder = context(cal="kind=calendar")
    group = event(
        "g@example.org", "20261203T230000Z", "Support group", "RRULE:FREQ=MONTHLY;COUNT=24\r\n"
    )
    write(folder / "cal.txt", calendar(group))
    run("collect")
    first = drafted(run)
    assert set(first.values()) == {"ahead: on 2026-12-03", "ahead: on 2027-01-03", "ahead: on 2027-02-03", "ahead: on 2027-03-03"}  # fmt: skip
    sent(run)
    run("collect", now=NEXT)
    assert set(drafted(run, "2026-12", NEXT).values()) == {"ahead: on 2027-04-03"}


def test_an_event_that_was_called_off_is_told_once_and_does_not_come_up_again(
    context: Desk, run: Run
) -> None:
    folder = context(cal="kind=calendar")
    write(
        folder / "cal.txt", calendar(event("w1@example.org", "20270205T190000Z", "Webinar on rest"))
    )
    sent(run)
    off = event("w1@example.org", "20270205T190000Z", "Webinar on rest", "STATUS:CANCELLED\r\n")
    write(folder / "cal.txt", calendar(off))
    run("collect", now=NEXT)
    assert drafted(run, "2026-12", NEXT) == {
        "uid:w1@example.org": "cancelled since 2026-11 carried it"
    }
    assert "[Cancelled]" in (folder / "issues" / "2026-12" / "issue.txt").read_text("utf-8")
    sent(run, "2026-12", NEXT)
    assert drafted(run, "2027-01", "2027-01-18T09:00-05:00") == {}
    assert "Webinar on rest" not in (folder / "issues" / "2027-01" / "issue.txt").read_text("utf-8")


def test_an_announced_event_that_left_its_calendar_is_asked_after(context: Desk, run: Run) -> None:
    folder = context(cal="kind=calendar")
    first, second = (
        event("a@x", "20270105T190000Z", "Webinar on rest"),
        event("b@x", "20270106T190000Z", "Sleep"),
    )
    write(folder / "cal.txt", calendar(first, second))
    sent(run)
    write(folder / "cal.txt", calendar())
    run("collect", now=NEXT)
    run("draft", "2026-12", now=NEXT)
    assert unlisted(run) == []  # an empty calendar tells nothing
    write(folder / "cal.txt", calendar(second))
    run("collect", now="2026-12-22T09:00-05:00")
    assert unlisted(run) == ["uid:a@x"]


def unlisted(run: Run) -> list[str]:
    findings = run("check", "2026-12", "--json", now="2026-12-22T09:00-05:00").json["findings"]
    return [each["where"] for each in findings if each["rule"] == "event-unlisted"]


def test_a_deadline_that_is_extended_is_offered_again(context: Desk, run: Run) -> None:
    folder = context(calls="kind=table section=grants")
    row = "title,link,deadline\nSeed grants for rare sarcomas,https://example.org/seed,{}\n"
    write(folder / "calls.txt", row.format("2026-12-31"))
    sent(run)
    write(folder / "calls.txt", row.format("2027-01-31"))
    run("collect", now=NEXT)
    (why,) = drafted(run, "2026-12", NEXT).values()
    assert why == "deadline moved from 2026-12-31 to 2027-01-31 since 2026-11 carried it"


def test_what_an_editor_dropped_stays_dropped_for_a_year(context: Desk, run: Run) -> None:
    folder = context(f="kind=feed")
    write(folder / "f.txt", feed(item(TITLE, f"https://doi.org/{DOI}", "Thu, 12 Nov 2026")))
    run("collect")
    run("draft")
    run("drop", f"doi:{DOI}", "--why", "too technical")
    run("publish", "2026-11")
    for month in range(1, 13):
        now = f"2027-{month:02}-20T09:00-05:00"
        restamped = item(f"{TITLE}.", f"https://doi.org/{DOI.upper()}", f"1 {'JanFebMarAprMayJunJulAugSepOctNovDec'[3 * month - 3 : 3 * month]} 2027")  # fmt: skip
        write(folder / "f.txt", feed(restamped))
        run("collect", now=now)
        assert drafted(run, f"2027-{month:02}", now) == {}
    (entry,) = entries(run, now)
    assert entry["reason"] == "dropped by an editor when 2026-11 was made: too technical"


def test_the_database_can_be_rebuilt_from_the_issues_and_the_sources(
    context: Desk, run: Run
) -> None:
    folder = context(f="kind=feed", cal="kind=calendar", register="kind=trials")
    dropped = item(
        "How patients with leiomyosarcoma sleep: a survey",
        "https://example.org/sleep",
        "Thu, 12 Nov 2026",
    )
    write(
        folder / "f.txt", feed(item(TITLE, f"https://doi.org/{DOI}", "Thu, 12 Nov 2026"), dropped)
    )
    write(
        folder / "cal.txt", calendar(event("w1@example.org", "20270114T230000Z", "Webinar on rest"))
    )
    write(folder / "register.txt", study("RECRUITING", updated="2026-11-10"))
    run("collect")
    run("draft")
    run("drop", "How patients")
    assert run("publish", "2026-11").exit_code == 0
    shutil.rmtree(folder / ".newsletter")
    run("collect", now=NEXT)
    assert drafted(run, "2026-12", NEXT) == {}
    assert sorted(each["state"] for each in entries(run, NEXT)) == [
        "carried",
        "carried",
        "carried",
        "dropped",
    ]
    story = run("why", f"doi:{DOI}", now=NEXT).out
    assert "2026-12-21: f gave it as" in story
    assert "carried in 2026-11" in story
