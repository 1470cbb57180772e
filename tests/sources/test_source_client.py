from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from support.website import ARTICLES, Site, desk_with

from newsletter.entries.repository import entries_of
from newsletter.issues.standing import list_entry_statuses
from newsletter.model import EntryState, ParsedDocument, Source, SourceKind
from newsletter.sources import collector, manual_entry
from newsletter.sources.source_client import _collect_answer
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


def collected(context: AppContext) -> list[collector.CollectionResult]:
    return list(collector.collect(context, collector.chosen_sources(context, ())))


def test_a_feed_that_did_not_change_is_not_read_again(
    folder: Path, now: datetime, site: Site
) -> None:
    context = desk_with(
        folder, now, f'name = "f"\nkind = "feed"\nurl = "http://127.0.0.1:{site.port}/feed"'
    )
    (first,) = collected(context)
    (second,) = collected(context)
    assert (
        first.new,
        first.collected.unchanged,
        second.new,
        second.collected.unchanged,
        second.count,
    ) == (1, False, 0, True, 1)


def test_a_feed_that_broke_says_since_when_and_keeps_what_it_gave(
    folder: Path, now: datetime, site: Site
) -> None:
    context = desk_with(
        folder, now, f'name = "f"\nkind = "feed"\nurl = "http://127.0.0.1:{site.port}/feed"'
    )
    collected(context)
    site.broken = True
    for _ in range(2):
        (broken,) = collected(context)
        assert "404" in str(broken.collected.error)
        assert broken.record.failing_since_at == now
    assert len(entries_of(context).all()) == 1
    site.broken = False
    (well,) = collected(context)
    assert (well.record.failing_since_at, well.record.error) == (None, "")


def test_an_address_inside_is_refused_where_the_configuration_does_not_name_it(
    folder: Path, now: datetime, site: Site
) -> None:
    context = desk_with(
        folder, now, f'name = "f"\nkind = "feed"\nurl = "http://127.0.0.1:{site.port}/feed"'
    )
    text = (
        (folder / "newsletter.toml").read_text("utf-8").replace('fetch_from = ["127.0.0.1"]\n', "")
    )
    (folder / "newsletter.toml").write_text(text, "utf-8")
    (refused,) = collected(AppContext(open_workspace(folder), context.now))
    assert refused.collected.error
    assert site.asked == []


def test_registers_are_asked_by_their_query(folder: Path, now: datetime, site: Site) -> None:
    at = f"http://127.0.0.1:{site.port}"
    context = desk_with(
        folder,
        now,
        f'name = "t"\nkind = "trials"\nquery = "leiomyosarcoma"\nurl = "{at}/v2"',
        f'name = "g"\nkind = "grants"\nquery = "rare cancer"\nurl = "{at}/api"',
        f'name = "p"\nkind = "pubmed"\nquery = "lms[ti]"\nurl = "{at}/eutils"',
    )
    assert [each.collected.error for each in collected(context)] == [None, None, None]
    found = {each.entry.key: (each.section, each.state) for each in list_entry_statuses(context)}
    assert found == {
        "nct:NCT00000001": ("trials", EntryState.WAITING),
        "opportunity:PAR-26-101": ("grants", EntryState.WAITING),
        "pmid:36603130": ("research", EntryState.WAITING),
    }
    assert any("leiomyosarcoma" in asked for asked in site.asked)


def test_a_register_that_fails_is_a_value(folder: Path, now: datetime, site: Site) -> None:
    context = desk_with(
        folder,
        now,
        f'name = "t"\nkind = "trials"\nquery = "x"\nurl = "http://127.0.0.1:{site.port}/gone"',
    )
    (failed,) = collected(context)
    assert failed.collected.error
    assert failed.record.error == failed.collected.error


@pytest.mark.parametrize(
    ("kind", "name", "text", "key"),
    [
        ("pubmed", "records.xml", ARTICLES, "pmid:36603130"),
        (
            "table",
            "staff.csv",
            "title,link,date\nA day for patients,https://example.org/day,2026-11-20\n",
            "url:https://example.org/day",
        ),
        (
            "calendar",
            "events.ics",
            (
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:e1@example.org\r\nDTSTAMP:20261101T000000Z\r\n"
                "DTSTART:20261209T180000Z\r\nSUMMARY:A talk\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            ),
            "uid:e1@example.org",
        ),
    ],
)
def test_a_recorded_file_stands_where_an_address_would(
    folder: Path, now: datetime, kind: str, name: str, text: str, key: str
) -> None:
    (folder / name).write_text(text, "utf-8", newline="")
    context = desk_with(folder, now, f'name = "s"\nkind = "{kind}"\nurl = "{name}"')
    (gathered,) = collected(context)
    assert (gathered.collected.error, gathered.new) == (None, 1)
    assert [entry.key for entry in entries_of(context).all()] == [key]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"<!doctype html><html><head><title>x</title></head><body><p>Hello</p></body></html>",
            "web page",
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), ""),
        (b'{"a": 1}', ""),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(
    folder: Path, now: datetime, content: bytes, said: str
) -> None:
    (folder / "feed.xml").write_bytes(content)
    context = desk_with(folder, now, 'name = "f"\nkind = "feed"\nurl = "feed.xml"')
    (refused,) = collected(context)
    assert refused.collected.error
    assert said in refused.collected.error


class TestAdd:
    def test_a_page_tells_of_itself(self, folder: Path, now: datetime, site: Site) -> None:
        context = desk_with(folder, now)
        (entry,), _ = manual_entry.add(
            context, f"http://127.0.0.1:{site.port}/page", stdin=bytes, section="research"
        )
        assert (entry.title, entry.section, str(entry.dated)) == (
            "Rest and leiomyosarcoma",
            "research",
            "2026-11-20",
        )

    def test_a_recorded_answer_of_crossref_is_read(self, folder: Path, now: datetime) -> None:
        work = {
            "DOI": "10.1000/x",
            "title": ["Rest and leiomyosarcoma"],
            "issued": {"date-parts": [[2026, 11]]},
        }
        (folder / "work.json").write_text(
            json.dumps({"status": "ok", "message-type": "work", "message": work}), "utf-8"
        )
        (entry,), _ = manual_entry.add(
            desk_with(folder, now), str(folder / "work.json"), stdin=bytes
        )
        assert (entry.key, str(entry.dated), entry.sources) == (
            "doi:10.1000/x",
            "2026-11",
            ("pasted",),
        )

    def test_a_table_of_the_staff_is_read_row_by_row(self, folder: Path, now: datetime) -> None:
        (folder / "staff.csv").write_text(
            "title,link\nA day,https://example.org/day\n,https://example.org/x\n", "utf-8"
        )
        (entry,), skipped = manual_entry.add(
            desk_with(folder, now), str(folder / "staff.csv"), stdin=bytes
        )
        assert entry.title == "A day"
        assert len(skipped) == 1

    def test_text_comes_from_standard_input(self, folder: Path, now: datetime) -> None:
        text = b"A paper on uterine leiomyosarcoma (5 Nov 2026) https://doi.org/10.1000/new\n"
        (entry,), _ = manual_entry.add(desk_with(folder, now), "-", stdin=lambda: text)
        assert entry.key == "doi:10.1000/new"


async def test_a_register_that_we_stumble_over_takes_nothing_from_the_others() -> None:
    async def ask() -> ParsedDocument:
        raise ZeroDivisionError

    found = await _collect_answer(Source(name="t", kind=SourceKind.TRIALS), ask)
    assert (
        found.error
        == "this program stumbled over what the address gives (ZeroDivisionError); please report it"
    )
