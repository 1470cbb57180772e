"""Home, Collect and Choose, as the browser's requests meet them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from html import unescape

from studio.conftest import ISSUE, Studio

from newsletter.issues.standing import list_entry_statuses
from newsletter.issues.store import issues_of
from newsletter.studio.entry_cards import CardPlace, count_new, load_cards

PAPER = "Genomic Evolutionary Patterns of Leiomyosarcoma and Liposarcoma"


def keys_on(html: str) -> list[str]:
    return [unescape(key) for key in re.findall(r'data-key="([^"]+)"', html)]


def inside(studio: Studio) -> list[str]:
    return [entry.key for entry in issues_of(studio.room.context()).read(ISSUE).entries()]


def sections(studio: Studio) -> list[str]:
    issue = issues_of(studio.room.context()).read(ISSUE)
    return [section.name for section in issue.sections for _ in section.entries]


def state_of(studio: Studio, key: str) -> str:
    return next(
        each.state for each in list_entry_statuses(studio.room.context()) if each.entry.key == key
    )


class TestHome:
    def test_it_says_what_is_next(self, studio: Studio) -> None:
        page = studio.page("/")
        assert "Next: Collect" in page
        assert "The sources have not been asked yet." in page
        assert "Circle News, October 2026" in page  # a past issue

    def test_it_counts_what_waits_and_what_is_done(self, studio: Studio) -> None:
        studio.collect()
        waiting = len(keys_on(studio.page("/choose")))
        assert re.search(
            rf"Next: Choose.*{waiting} entries wait for this issue", studio.page("/"), re.DOTALL
        )
        studio.change("/choose/issue")
        page = studio.page("/")
        assert f"{waiting} in the issue." in page
        assert "The letter is still empty." in page

    def test_it_counts_without_looking_at_every_entry(self, studio: Studio) -> None:
        studio.collect()
        for _ in range(2):
            before = load_cards(studio.room.context(), None).counts()[CardPlace.NEW]
            assert count_new(studio.room.context(), None) == before
            studio.change("/choose/issue")
            studio.change("/choose/decide", {"key": inside(studio)[0], "verdict": "keep"})

    def test_a_broken_source_is_told_with_its_reason(self, studio: Studio) -> None:
        studio.collect()
        (studio.room.folder / "sources/events.ics").unlink()
        studio.collect()
        page = studio.page("/")
        assert "Our calendar" in page
        assert "Broken since 23 November 2026" in page
        assert 'aria-label="Collect again: Our calendar"' in page

    def test_a_quiet_source_is_told(self, studio: Studio, now: datetime) -> None:
        studio.collect()
        (studio.room.folder / "sources/tips.json").write_text(
            '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": []}', "utf-8"
        )
        studio.room.clock = lambda: now + timedelta(days=100)
        studio.collect()
        page = studio.page("/")
        assert "Quiet: it gives no entries now, though it gave some before" in page
        assert "Quiet: nothing new since" in page
        assert "It answers, and is empty." in json.dumps(studio.room.collecting.events)

    def test_a_mistake_in_the_issues_file_is_shown_and_nothing_breaks(self, made: Studio) -> None:
        made.file.write_text('subject = "open', "utf-8")
        answer = made.client.get("/")
        assert answer.status_code == 409
        assert "issues/2026-11/issue.toml is no valid TOML" in answer.text

    def test_a_workspace_without_sources_leads_to_setup(self, studio: Studio) -> None:
        (studio.room.folder / "newsletter.toml").write_text(
            '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\n', "utf-8"
        )
        assert "There is no source yet" in studio.page("/")
        assert "Add a source" in studio.page("/collect")


class TestCollect:
    def test_each_source_says_how_it_fared(self, studio: Studio) -> None:
        (studio.room.folder / "sources/trials.xml").write_text("no feed", "utf-8")
        assert "Not asked yet." in studio.page("/collect")
        studio.collect()
        with studio.client.stream("GET", "/collect/news") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            events = [
                json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")
            ]
        told = {each["name"]: each for each in events if "name" in each}
        assert told["Our calendar"]["said"] == "7 entries, 7 new."
        assert told["ClinicalTrials.gov"]["state"] == "broken"
        assert [events[0]["waiting"][0], events[-2]["done"], events[-2]["said"][-20:], events[-1]] == [
            "PubMed", True, "1 could not be read.", {"over": True},
        ]  # fmt: skip
        assert "Broken since 23 November 2026:" in studio.page("/collect")

    def test_one_source_can_be_asked_again(self, studio: Studio) -> None:
        assert studio.change("/collect", {"source": "PubMed"}, script=True).json() == {
            "began": True
        }
        studio.wait(lambda: not studio.room.collecting.is_running)
        assert studio.room.collecting.events[0] == {"waiting": ["PubMed"]}
        studio.change("/collect", {"source": "PubMed"})
        studio.wait(lambda: not studio.room.collecting.is_running)
        assert studio.room.collecting.events[1]["said"].startswith("Unchanged")

    def test_a_source_that_is_none_is_a_sentence(self, studio: Studio) -> None:
        answer = studio.change("/collect", {"source": "nowhere"}, script=True)
        assert (answer.status_code, "there is no source “nowhere”" in answer.json()["error"]) == (
            409,
            True,
        )


class TestCards:
    def test_new_ones_are_shown_first_and_the_left_out_with_the_reason(
        self, studio: Studio
    ) -> None:
        studio.collect()
        page = studio.page("/choose")
        chosen = {
            each.entry.key
            for each in list_entry_statuses(studio.room.context())
            if each.state == "waiting"
        }
        assert {*keys_on(page)} == chosen
        assert "Make the issue" in page
        left = studio.page("/choose?place=left_out")
        assert PAPER in left
        assert "Dated 2019-06-04, more than" in left

    def test_they_are_found_by_words_section_and_lateness(self, made: Studio) -> None:
        def found(query: str) -> int:
            return made.client.get(f"/choose/cards?{query}").json()["count"]

        assert found("place=&words=liposarcoma genomic") == 1
        assert found("place=inside&section=grants") == sections(made).count("grants")
        assert found("place=inside&late=yes") < found("place=inside") == len(inside(made))
        assert found("place=inside&words=nobody writes this") == 0
        assert "Nothing here has these words." in made.page("/choose?words=nobodywritesthis")

    def test_long_lists_come_in_parts(self, made: Studio) -> None:
        told = made.client.get("/choose/cards?place=inside&most=10").json()
        assert len(keys_on(told["html"])) == 10
        assert f"10 of {len(inside(made))}" in told["html"]

    def test_an_unknown_filter_is_the_usual_one(self, made: Studio) -> None:
        assert len(keys_on(made.page("/choose?place=elsewhere&most=x"))) == len(inside(made))


class TestDeciding:
    def test_drop_and_undo_leave_everything_as_it_was(self, made: Studio) -> None:
        before = inside(made)
        key = before[2]
        told = made.change("/choose/decide", {"key": key, "verdict": "drop"}, script=True).json()
        assert told["said"].startswith("Dropped: “")
        assert "Dropped" in told["cards"][key]
        assert told["counts"]["inside"] == len(before) - 1
        assert key not in inside(made)
        again = made.change("/choose/undo", {"undo": told["undo"]}, script=True).json()
        assert again["said"] == f"Undone. Taken back: {told['said']}"
        assert (inside(made), state_of(made, key)) == (before, "waiting")
        assert made.change("/choose/undo", {"undo": told["undo"]}, script=True).status_code == 409

    def test_undo_keeps_what_was_written_meanwhile(self, made: Studio) -> None:
        key = inside(made)[0]
        told = made.change("/choose/decide", {"key": key, "verdict": "hold"}, script=True).json()
        file = made.file
        file.write_text(
            file.read_text("utf-8").replace('letter = """\n"""', 'letter = "Dear all"'), "utf-8"
        )
        made.change("/choose/undo", {"undo": told["undo"]}, script=True)
        issue = issues_of(made.room.context()).read(ISSUE)
        assert (issue.letter, issue.entries()[0].key) == ("Dear all", key)

    def test_before_the_issue_is_made_decisions_are_kept_for_it(self, studio: Studio) -> None:
        studio.collect()
        key = keys_on(studio.page("/choose"))[0]
        told = studio.change("/choose/decide", {"key": key, "verdict": "hold"}, script=True).json()
        assert state_of(studio, key) == "held"
        studio.change("/choose/undo", {"undo": told["undo"]}, script=True)
        assert state_of(studio, key) == "waiting"

    def test_a_reason_and_a_section_are_kept(self, made: Studio) -> None:
        key = inside(made)[0]
        made.change("/choose/decide", {"key": key, "verdict": "move", "section": "tips"})
        issue = issues_of(made.room.context()).read(ISSUE)
        assert next(entry.section for entry in issue.entries() if entry.key == key) == "tips"
        made.change("/choose/decide", {"key": key, "verdict": "drop", "why": "read by Ana"})
        page = made.page("/choose?place=dropped")
        assert "read by Ana" in page
        assert "Why, for those who ask later" in page

    def test_many_are_decided_at_once(self, made: Studio) -> None:
        some = inside(made)[:3]
        answer = made.change("/choose/decide", {"key": some, "verdict": "hold"})
        assert "Held: 3 entries." in answer.text
        assert not {*some} & {*inside(made)}

    def test_what_cannot_be_done_is_said(self, made: Studio) -> None:
        def said(fields: dict) -> str:
            return made.change("/choose/decide", fields, script=True).json()["error"]

        key = inside(made)[0]
        assert said({"verdict": "keep"}) == "select at least one entry first"
        assert said({"key": key, "verdict": "burn"}) == "that cannot be done with an entry"
        assert said({"key": key, "verdict": "move"}) == "say which section it moves to"
        assert "no entry has the key" in said({"key": "nothing", "verdict": "keep"})

    def test_new_arrivals_wait_until_asked_for(self, made: Studio) -> None:
        before = inside(made)
        feed = made.room.folder / "sources/research.rss"
        item = "<item><title>A late paper on leiomyosarcoma</title><link>https://example.org/late</link></item>"
        feed.write_text(feed.read_text("utf-8").replace("<item>", f"{item}<item>", 1), "utf-8")
        made.collect()
        assert inside(made) == before
        assert re.search("not in the issue: <span[^>]*>1<", made.page("/choose"))
        assert f"there are {len(before) + 1} entries in it now" in made.change("/choose/issue").text

    def test_merge_split_and_the_story(self, made: Studio) -> None:
        one, two = inside(made)[:2]
        assert "One entry now" in made.change("/choose/merge", {"key": [one, two]}).text
        assert "2 different" not in made.page("/choose")
        assert made.change("/choose/split", {"key": two}, script=True).status_code == 409
        assert "gave it as" in made.page(f"/choose/story?key={one}")


class TestAdding:
    TEXT = "Our research\n\nA paper about hope\nSmith J. Journal of Hope, 2026.\nhttps://example.org/hope\n"

    def test_what_was_understood_is_shown_before_it_is_added(self, made: Studio) -> None:
        page = made.change("/choose/look", {"text": self.TEXT}).text
        assert "This was understood" in page
        assert "A paper about hope" in page
        before = inside(made)
        looked = re.search(r'name="looked" value="([^"]+)"', page)[1]
        fields = {
            "looked": looked,
            "take": "0",
            "section": "research",
            "title-0": "A paper about  much hope",
        }
        page = made.change("/choose/add", fields).text
        assert "1 entry was added and kept" in page
        assert "A paper about much hope" in page
        assert len(inside(made)) == len(before) + 1
        assert made.change("/choose/add", fields, script=True).status_code == 409

    def test_what_is_known_already_says_where_it_stands(self, made: Studio) -> None:
        paper = next(
            each.entry
            for each in list_entry_statuses(made.room.context())
            if each.state == "carried" and each.entry.links
        )
        page = made.change("/choose/look", {"text": f"{paper.title}\n\n{paper.links[0]}\n"}).text
        assert re.search(
            r"Carried before</span> This is known already. <bdi>Carried in 2026-10", page
        )

    def test_nothing_selected_adds_nothing(self, made: Studio) -> None:
        page = made.change("/choose/look", {"text": self.TEXT}).text
        looked = re.search(r'name="looked" value="([^"]+)"', page)[1]
        assert made.change("/choose/add", {"looked": looked}, script=True).status_code == 409

    def test_an_empty_paste_and_one_without_an_entry_are_said(self, made: Studio) -> None:
        assert (
            "paste a text"
            in made.change("/choose/look", {"text": " "}, script=True).json()["error"]
        )
        answer = made.change("/choose/look", {"text": "hello"})
        assert "Nothing in it looks like an entry" in answer.text or answer.status_code == 409

    def test_a_hostile_paste_is_shown_as_text(self, made: Studio) -> None:
        hostile = "<script>alert(1)</script> A title\nhttps://example.org/x\n\n<img src=x onerror=alert(2)>\n"
        page = made.change("/choose/look", {"text": hostile}).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page

    def test_an_inside_address_is_not_fetched(self, made: Studio) -> None:
        answer = made.change("/choose/look", {"text": "http://127.0.0.1:1/secret"}, script=True)
        assert answer.status_code == 409
