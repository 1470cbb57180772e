"""Order on the Choose page, and Undo of whatever is done there, as the browser's requests meet them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from studio.conftest import ISSUE, Studio

from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import entries_of
from newsletter.issues.store import issues_of


def research(studio: Studio) -> list[str]:
    issue = issues_of(studio.room.context()).read(ISSUE)
    return [
        entry.key
        for section in issue.sections
        if section.name == "research"
        for entry in section.entries
    ]


def shown(studio: Studio, query: str) -> list[str]:
    html = studio.client.get(f"/choose/cards?{query}").json()["html"]
    return [unescape(key) for key in re.findall(r'data-key="([^"]+)"', html)]


def undone(studio: Studio, name: str = "") -> str:
    return studio.change("/choose/undo", {"undo": name}, script=True).json()["said"]


class TestOrder:
    def test_an_entry_is_put_before_or_behind_another(self, made: Studio) -> None:
        one, two, three, *rest = research(made)
        fields = {"key": three, "section": "research", "before": one}
        told = made.change("/choose/place", fields, script=True).json()
        assert re.match(r"1 of \d+ in Research now: “", told["said"])
        assert research(made) == [three, one, two, *rest]
        made.change(
            "/choose/place", {"key": three, "section": "research", "behind": two}, script=True
        )
        assert research(made) == [one, two, three, *rest]
        made.change("/choose/place", {"key": one, "section": "research"}, script=True)
        assert research(made) == [two, three, *rest, one]
        assert shown(made, "place=inside&section=research") == research(made)

    def test_to_another_section_it_is_a_decision(self, made: Studio) -> None:
        key, *rest = research(made)
        told = made.change("/choose/place", {"key": key, "section": "tips"}, script=True).json()
        assert re.match(r"(\d+) of \1 in Tips", told["said"])  # the last one there
        assert research(made) == rest
        assert [each.section for each in entries_of(made.room.context()).decisions(key)] == ["tips"]
        undone(made, told["undo"])
        assert research(made) == [key, *rest]

    def test_buttons_move_a_step_where_no_script_runs(self, made: Studio) -> None:
        one, two, *rest = research(made)
        assert "2 of" in made.change("/choose/step", {"key": one, "to": "down"}).text
        assert research(made) == [two, one, *rest]
        made.change("/choose/step", {"key": one, "to": "up"})
        made.change("/choose/step", {"key": one, "to": "up"})  # it is the first already
        made.change("/choose/step", {"key": rest[-1], "to": "down"})  # and the last
        assert research(made) == [one, two, *rest]

    def test_before_the_issue_is_made_it_is_the_order_of_the_draft(self, studio: Studio) -> None:
        studio.collect()
        one, two, *_ = before = shown(studio, "place=new&section=research")
        assert studio.change("/choose/step", {"key": one, "to": "down"}).status_code == 200
        assert shown(studio, "place=new&section=research") == [two, one, *before[2:]]
        studio.change("/choose/issue")
        assert research(studio) == [two, one, *before[2:]]

    def test_what_has_no_place_is_said(self, made: Studio) -> None:
        def said(path: str, fields: dict) -> str:
            return made.change(path, fields, script=True).json()["error"]

        left = shown(made, "place=left_out")[0]
        key = research(made)[0]
        assert "only what is in the issue has a place" in said(
            "/choose/step", {"key": left, "to": "up"}
        )
        assert said("/choose/place", {"section": "research"}) == "select at least one entry first"
        fields = {"key": key, "section": "research", "behind": "doi:10.1000/gone"}
        assert "not there any more" in said("/choose/place", fields)
        assert "there is no section" in said("/choose/place", {"key": key, "section": "nowhere"})


class TestUndo:
    def test_a_merge_is_undone_and_its_cards_come_back(self, made: Studio) -> None:
        before = research(made)
        told = made.change("/choose/merge", {"key": before[:2]}, script=True).json()
        assert (told["anew"], research(made)) == (True, [before[0], *before[2:]])
        assert undone(made, told["undo"]).startswith("Undone. Taken back: One entry now: “")
        assert research(made) == before

    def test_a_split_is_undone(self, made: Studio) -> None:
        before = research(made)
        entry = entries_of(made.room.context()).by_keys(before[:1])[before[0]]
        ingest_entries(
            entries_of(made.room.context()),
            "A journal",
            [replace(entry, title=f"{entry.title} again")],
            made.room.clock(),
        )
        told = made.change("/choose/split", {"key": before[0]}, script=True).json()
        assert told["said"] == "2 entries now, one for each source."
        assert len(research(made)) == len(before) + 1
        undone(made, told["undo"])
        assert research(made) == before

    def test_the_last_thing_done_is_undone_first(self, made: Studio) -> None:
        one, two, *rest = before = research(made)
        made.change("/choose/decide", {"key": one, "verdict": "hold"}, script=True)
        made.change("/choose/decide", {"key": two, "verdict": "drop"}, script=True)
        assert "Dropped: “" in undone(made)
        assert research(made) == [two, *rest]
        assert "Held: “" in undone(made)
        assert research(made) == before
        assert made.change("/choose/undo", script=True).status_code == 409

    def test_where_no_script_runs_the_page_offers_it(self, made: Studio) -> None:
        before = research(made)
        page = made.change(
            "/choose/decide", {"key": before[:3], "verdict": "drop", "why": "read by Ana"}
        ).text
        assert "Dropped: 3 entries." in page
        name = re.search(r'name="undo" value="([^"]+)"', page)[1]
        assert (
            "Undone. Taken back: Dropped: 3 entries."
            in made.change("/choose/undo", {"undo": name}).text
        )
        assert research(made) == before
        assert 'name="undo"' not in made.page("/choose")


class TestCards:
    def test_more_cards_go_on_where_the_others_ended(self, made: Studio) -> None:
        everything = shown(made, "place=inside&most=1000")
        parts = [
            shown(made, f"place=inside&most=7&from={begin}")
            for begin in range(0, len(everything), 7)
        ]
        assert [key for part in parts for key in part] == everything

    def test_a_heading_counts_its_whole_section(self, made: Studio) -> None:
        html = made.client.get("/choose/cards?place=inside&most=2").json()["html"]
        assert f'Research <span class="soft">{len(research(made))}</span>' in html

    def test_a_page_learns_that_something_arrived(self, made: Studio) -> None:
        assert made.client.get("/choose/counts").json()["new"] == 0
        feed = made.room.folder / "sources/research.rss"
        item = "<item><title>A late paper on leiomyosarcoma</title><link>https://example.org/late</link></item>"
        feed.write_text(feed.read_text("utf-8").replace("<item>", f"{item}<item>", 1), "utf-8")
        made.collect()
        assert made.client.get("/choose/counts").json()["new"] == 1
