"""Two windows, the command line and a text editor at the same thing.

Who comes second is told, and nothing is lost.

Each window is a page that was loaded before the other one changed something; what it sends is read
from that page.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import tomllib
from html import unescape

import pytest
from studio.conftest import ADDRESS, ISSUE, Studio

from newsletter import composition
from newsletter.issues import decisions
from newsletter.issues import standing as issue_standing
from newsletter.issues.editor import compute_version
from newsletter.issues.standing import EntryStatus
from newsletter.issues.store import issues_of
from newsletter.model import EntryState, Verdict
from newsletter.subscribers import service as subscribers

BASE = f"/issues/{ISSUE}"
MEANWHILE = "This was changed in another window or program meanwhile, and nothing was changed here."


def research(studio: Studio) -> list[str]:
    issue = issues_of(studio.room.context()).read(ISSUE)
    return [
        entry.key
        for section in issue.sections
        if section.name == "research"
        for entry in section.entries
    ]


def standing(studio: Studio, key: str) -> EntryStatus:
    return next(
        each
        for each in issue_standing.list_entry_statuses(studio.room.context())
        if each.entry.key == key
    )


class Window:
    """The page Choose as it was when it was loaded."""

    def __init__(
        self, studio: Studio, query: str = "place=inside&section=research&most=200"
    ) -> None:
        self.studio = studio
        cards = re.findall(
            r'data-key="([^"]+)" data-section="[^"]+" data-seen="(\w+)"',
            studio.page(f"/choose?{query}"),
        )
        self.seen = {unescape(key): version for key, version in cards}

    def beside(self, key: str) -> dict[str, str]:
        keys = [*self.seen]
        at = keys.index(key)
        return {"above": keys[at - 1] if at else "", "below": (*keys, "")[at + 1]}

    def send(
        self, path: str, keys: list[str], *, script: bool = True, **fields: str | list[str]
    ) -> dict:
        seen = [self.seen[key] for key in keys]
        answer = self.studio.change(path, {"key": keys, "seen": seen, **fields}, script=script)
        return answer.json() if script else {"status": answer.status_code, "text": answer.text}

    def decide(self, key: str, verdict: str, **fields: str) -> dict:
        return self.send("/choose/decide", [key], verdict=verdict, **fields)

    def learn(self, told: dict) -> None:
        """Show the cards that came back."""
        for key, html in told["cards"].items():
            self.seen[key] = re.search(r'data-seen="(\w+)"', html)[1]


class TestChoose:
    def test_of_two_decisions_on_a_card_the_second_is_told_of_the_first_and_can_follow(
        self, made: Studio
    ) -> None:
        key = research(made)[0]
        one, two = Window(made), Window(made)
        assert "conflict" not in one.decide(key, "drop", why="not for us")
        told = two.decide(key, "move", section="tips")
        assert told["conflict"]
        assert told["said"].startswith(MEANWHILE)
        assert "is under “Dropped” by now, in Research: dropped" in told["said"]
        assert standing(made, key).state is EntryState.DROPPED
        two.learn(told)
        assert "conflict" not in two.decide(key, "move", section="tips")
        assert standing(made, key).section == "tips"

    def test_where_no_script_runs_it_is_a_page_that_says_so(self, made: Studio) -> None:
        key = research(made)[0]
        one, two = Window(made), Window(made)
        one.decide(key, "hold")
        answer = two.send("/choose/decide", [key], script=False, verdict="drop")
        assert (answer["status"], "Load the page again, then decide." in answer["text"]) == (
            409,
            True,
        )
        answer = two.send("/choose/step", [key], script=False, to="up")
        assert (answer["status"], "“Held” by now" in answer["text"]) == (409, True)

    def test_of_many_none_is_decided_when_one_stands_elsewhere(self, made: Studio) -> None:
        keys = research(made)[:5]
        one, two = Window(made), Window(made)
        for key in keys[:4]:
            one.decide(key, "hold")
        told = two.send("/choose/decide", keys, verdict="drop")
        assert told["said"].endswith("And 1 more.")
        assert (told["cards"].keys(), standing(made, keys[4]).state) == (
            {*keys},
            EntryState.WAITING,
        )

    def test_other_cards_do_not_meet(self, made: Studio) -> None:
        first, second, *rest = research(made)
        one, two = Window(made), Window(made)
        one.decide(first, "hold")
        assert "conflict" not in two.decide(second, "drop")
        assert research(made) == rest

    def test_a_merge_of_what_was_dropped_is_told(self, made: Studio) -> None:
        before = research(made)
        one, two = Window(made), Window(made)
        one.decide(before[1], "drop")
        told = two.send("/choose/merge", before[:2])
        assert (told["conflict"], "“Dropped”" in told["said"]) == (True, True)
        assert research(made) == [before[0], *before[2:]]

    def test_a_decision_on_either_half_of_a_merge_is_told(self, made: Studio) -> None:
        before = research(made)
        one, two = Window(made), Window(made)
        one.send("/choose/merge", before[:2])
        told = two.decide(before[1], "drop")
        assert (told["conflict"], told["anew"], told["cards"]) == (True, True, {})
        assert "it was merged with another one, or split" in told["said"]
        assert two.decide(before[0], "drop")["conflict"]  # it is more than this window has shown
        assert two.send("/choose/split", [before[0]])["conflict"]
        assert research(made) == [before[0], *before[2:]]

    def test_of_two_orders_the_second_is_told_and_others_do_not_meet(self, made: Studio) -> None:
        before = research(made)
        first, second, third, *_, last = before
        one, two = Window(made), Window(made)
        one.send("/choose/place", [third], section="research", before=first, **one.beside(third))
        told = two.send("/choose/place", [third], section="research", **two.beside(third))
        assert (told["conflict"], "in another order by now" in told["said"]) == (True, True)
        assert research(made)[:3] == [third, first, second]
        assert "conflict" not in two.send(
            "/choose/place", [last], section="research", before=first, **two.beside(last)
        )
        assert research(made)[:4] == [third, last, first, second]

    def test_a_decision_by_the_command_line_is_met_too(self, made: Studio) -> None:
        key = research(made)[0]
        window = Window(made)
        decisions.decide(made.room.context(), [key], Verdict.DROP, why="said Ben")
        told = window.decide(key, "hold")
        assert (told["conflict"], "said Ben" in told["said"]) == (True, True)
        assert standing(made, key).state is EntryState.DROPPED

    def test_a_decision_waits_while_another_program_writes_the_database(self, made: Studio) -> None:
        key = research(made)[0]
        window, told = Window(made), []
        busy = sqlite3.connect(made.room.folder / ".newsletter/newsletter.db", isolation_level=None)
        busy.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=lambda: told.append(window.decide(key, "drop")))
        waiting.start()
        waiting.join(0.3)
        busy.execute("COMMIT")
        waiting.join(60)
        busy.close()
        assert told[0]["said"].startswith("Dropped: “")
        assert standing(made, key).state is EntryState.DROPPED

    def test_an_edit_of_the_issue_in_a_text_editor_is_met_too(self, made: Studio) -> None:
        key = research(made)[0]
        window = Window(made)
        context = made.room.context()
        issues_of(context).write(
            issues_of(context).read(ISSUE)
        )  # the same words again are no change
        assert "conflict" not in window.decide(research(made)[1], "hold")
        text = made.file.read_text("utf-8")
        start = text.index("[[section.entry]]")
        end = text.index("[[section.entry]]", start + 1)
        made.file.write_text(text[:start] + text[end:], "utf-8")
        told = window.decide(key, "hold")
        assert (told["conflict"], "“New” by now" in told["said"]) == (True, True)

    def test_undo_of_what_the_other_window_decided_anew_is_told(self, made: Studio) -> None:
        key = research(made)[0]
        one, two = Window(made), Window(made)
        undo = one.decide(key, "drop")["undo"]
        two.learn(two.decide(key, "keep"))
        two.decide(key, "move", section="tips")
        answer = made.change("/choose/undo", {"undo": undo}, script=True)
        assert (answer.status_code, "decided or moved anew since" in answer.json()["error"]) == (
            409,
            True,
        )
        assert standing(made, key).section == "tips"

    def test_the_page_write_decides_on_what_it_shows(self, made: Studio) -> None:
        key = research(made)[0]
        fields = {"key": key, "verdict": "drop", "stood": "research"}
        assert 'name="stood" value="research"' in made.page(f"{BASE}/write")
        Window(made).decide(key, "move", section="tips")
        told = made.change("/choose/decide", fields, script=True).json()
        assert (told["conflict"], "in Tips for living with LMS" in told["said"]) == (True, True)
        assert (
            "conflict"
            not in made.change("/choose/decide", fields | {"stood": "tips"}, script=True).json()
        )
        assert standing(made, key).state is EntryState.DROPPED


def save(studio: Studio, place: str, text: str, seen: str) -> dict:
    return studio.change(
        f"{BASE}/save", {"place": place, "text": text, "seen": compute_version(seen)}, script=True
    ).json()


def places(studio: Studio) -> dict[str, str]:
    return composition.texts_of(issues_of(studio.room.context()).read(ISSUE))


def by_hand(studio: Studio, place: str, text: str) -> None:
    """What an editor of text does: another file where this one stood."""
    context = studio.room.context()
    issues_of(context).write(
        composition.with_text(issues_of(context).read(ISSUE), place, text),
    )


PICTURE = "![Forty people in the snow](pictures/0a1b2c.png)"
FIELDS = {
    "letter": "Dear all,",
    "subject": "News",
    "preheader": "And more",
    "closing": PICTURE,
    "section:research": "Two words.",
}


class TestWrite:
    @pytest.mark.parametrize("place", [*FIELDS, "note"])
    @pytest.mark.parametrize("other", ["another window", "a text editor"])
    def test_at_every_kind_of_field_the_second_is_shown_both_texts(
        self, made: Studio, place: str, other: str
    ) -> None:
        place = f"note:{research(made)[0]}" if place == "note" else place
        words = FIELDS.get(place, "Worth reading.")
        before = places(made)[place]
        if other == "another window":
            assert not save(made, place, words, before)["conflict"]
        else:
            by_hand(made, place, words)
        told = save(made, place, "Mine", before)
        assert (told["conflict"], told["text"], places(made)[place]) == (True, words, words)
        assert not save(made, place, "Mine", told["text"])["conflict"]  # when it is decided so
        assert places(made)[place] == "Mine"

    def test_a_window_learns_what_a_text_editor_wrote_at_every_place(self, made: Studio) -> None:
        for place, words in FIELDS.items():
            by_hand(made, place, words)
        told = made.client.get(f"{BASE}/texts").json()["texts"]
        assert {place: told[place]["text"] for place in FIELDS} == FIELDS
        page = made.page(f"{BASE}/write")
        assert all(words in page for words in FIELDS.values())

    def test_a_note_on_what_was_dropped_elsewhere_is_kept_in_the_window(self, made: Studio) -> None:
        key = research(made)[0]
        Window(made).decide(key, "drop")
        told = save(made, f"note:{key}", "Worth reading.", "")
        assert "copy what you wrote before you go on" in told["error"]

    def test_of_two_windows_that_undo_one_is_told(self, made: Studio) -> None:
        save(made, "letter", "Hello", "")
        step = save(made, "closing", "Goodbye", "")["ahead"]["undo_step"]
        first = made.change(f"{BASE}/undo", {"step": step}, script=True).json()
        assert first["said"] == "Undone: the closing words."
        second = made.change(f"{BASE}/undo", {"step": step}, script=True).json()
        assert "another window wrote or undid something meanwhile" in second["error"]
        assert (places(made)["letter"], places(made)["closing"]) == ("Hello", "")

    def test_undo_where_a_text_editor_wrote_since_takes_nothing_back(self, made: Studio) -> None:
        step = save(made, "letter", "Hello", "")["ahead"]["undo_step"]
        by_hand(made, "letter", "By hand")
        answer = made.change(f"{BASE}/undo", {"step": step}, script=True).json()
        assert "the letter was changed elsewhere since" in answer["error"]
        assert places(made)["letter"] == "By hand"

    def test_a_word_of_the_glossary_that_a_text_editor_changed(self, made: Studio) -> None:
        def explain(meaning: str, seen: str) -> dict:
            fields = {
                "was": "PFS",
                "term": "PFS",
                "meaning": meaning,
                "seen": compute_version(seen),
            }
            return made.change(f"{BASE}/glossary", fields, script=True).json()

        before = made.client.get(f"{BASE}/texts").json()["file"]
        (made.room.folder / "glossary.toml").write_text('PFS = "by hand"\n', "utf-8")
        assert made.client.get(f"{BASE}/texts").json()["file"] != before
        told = explain("mine", "")
        assert (told["conflict"], told["text"]) == (True, "by hand")
        (made.room.folder / "glossary.toml").write_text("", "utf-8")
        told = explain("mine", "by hand")
        assert (told["conflict"], told["text"]) == (True, "")
        assert not explain("mine", "")["conflict"]


def fields_of(studio: Studio, form: str) -> dict[str, str]:
    """All that a form of the page Setup would send, as a window has loaded it."""
    html = studio.page("/setup").partition(f'action="/setup/{form}"')[2].partition("</form>")[0]
    inputs = dict(re.findall(r'<input[^>]* name="([\w-]+)"[^>]*? value="([^"]*)"', html))
    chosen = dict(
        re.findall(
            r'(?s)<select id="[^"]+" name="([^"]+)".*?<option value="([^"]*)" selected', html
        )
    )
    return {name: unescape(text) for name, text in (inputs | chosen).items()}


def settings(studio: Studio) -> dict:
    return tomllib.loads((studio.room.folder / "newsletter.toml").read_text("utf-8"))


def by_hand_in_settings(studio: Studio, old: str, new: str) -> None:
    file = studio.room.folder / "newsletter.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


class TestSetup:
    def test_two_windows_change_different_fields_and_both_count(self, studio: Studio) -> None:
        one, two = fields_of(studio, "theme"), fields_of(studio, "theme")
        studio.change("/setup/theme", one | {"accent": "#123456"})
        assert (
            "Saved."
            in studio.change("/setup/theme", two | {"footer": "Bye now.", "language": "es"}).text
        )
        assert settings(studio)["theme"] == {"accent": "#123456", "footer": "Bye now."}
        letter = fields_of(studio, "newsletter")
        studio.change("/setup/newsletter", letter | {"from_name": "All of us"})
        assert (
            settings(studio)["newsletter"]["from"][:9],
            settings(studio)["newsletter"]["language"],
        ) == ("All of us", "es")

    def test_the_same_field_is_asked_about_and_shows_what_it_says_by_now(
        self, studio: Studio
    ) -> None:
        one, two = fields_of(studio, "newsletter"), fields_of(studio, "newsletter")
        studio.change("/setup/newsletter", one | {"title": "Their News"})
        answer = studio.change(
            "/setup/newsletter", two | {"title": "My News", "address": "1 Main Street"}
        )
        assert answer.status_code == 409
        assert (
            "in another window or program meanwhile, and says “Their News” by now." in answer.text
        )
        assert 'value="My News"' in answer.text
        assert 'value="1 Main Street"' in answer.text
        assert settings(studio)["newsletter"]["title"] == "Their News"
        again = two | {"title": "My News", "address": "1 Main Street", "was-title": "Their News"}
        assert "Saved." in studio.change("/setup/newsletter", again).text
        found = settings(studio)["newsletter"]
        assert (found["title"], found["address"]) == ("My News", "1 Main Street")

    def test_an_edit_in_a_text_editor_stays_beside_what_the_page_saves(
        self, studio: Studio
    ) -> None:
        before, version = (
            fields_of(studio, "newsletter"),
            studio.client.get("/setup/version").json()["version"],
        )
        assert f'data-version="{version}"' in studio.page("/setup")
        by_hand_in_settings(
            studio, f'title = "{before["title"]}"', 'title = "By hand" # Ana asked for it'
        )
        assert studio.client.get("/setup/version").json()["version"] != version
        studio.change("/setup/newsletter", before | {"address": "1 Main Street"})
        file = (studio.room.folder / "newsletter.toml").read_text("utf-8")
        assert 'title = "By hand" # Ana asked for it' in file
        assert settings(studio)["newsletter"]["address"] == "1 Main Street"
        told = studio.change("/setup/newsletter", before | {"title": "Mine"}, script=True).json()
        assert "says “By hand” by now" in told["error"]

    def test_the_sender_that_another_window_changed_stays(self, studio: Studio) -> None:
        one, two = fields_of(studio, "newsletter"), fields_of(studio, "newsletter")
        studio.change("/setup/newsletter", one | {"from_name": "All of us"})
        studio.change("/setup/newsletter", two | {"from_address": "new@example.com"})
        assert settings(studio)["newsletter"]["from"] == "All of us <new@example.com>"

    def test_the_ends_of_lines_in_a_text_of_one_line_are_kept(self, studio: Studio) -> None:
        footer = f'footer = "{settings(studio)["theme"]["footer"]}"'
        by_hand_in_settings(studio, footer, 'footer = """One\nTwo"""')
        shown = fields_of(studio, "theme") | {
            "footer": "OneTwo",
            "was-footer": "One\r\nTwo",
        }  # as a browser sends it
        studio.change("/setup/theme", shown | {"accent": "#123456"})
        assert settings(studio)["theme"] == {"accent": "#123456", "footer": "One\nTwo"}

    def test_a_look_that_is_tried_is_no_save(self, studio: Studio) -> None:
        one, two = fields_of(studio, "theme"), fields_of(studio, "theme")
        studio.change("/setup/theme", one | {"accent": "#123456"})
        page = studio.change(
            "/setup/theme/look", two | {"accent": "#654321"}
        ).text  # where no script runs
        assert f'name="was-accent" value="{two["was-accent"]}"' in page
        answer = studio.change("/setup/theme", two | {"accent": "#654321"})
        assert (answer.status_code, "says “#123456” by now" in answer.text) == (409, True)

    def test_a_section_that_was_changed_elsewhere(self, studio: Studio) -> None:
        page = studio.page("/setup")
        words = re.search(
            r'value="Tips for living with LMS"><input type="hidden" name="was-rules" value="([^"]*)"',
            page,
        )[1]
        shown = {"name": "tips", "was-title": "Tips for living with LMS", "was-rules": words}
        studio.change("/setup/sections/change", {**shown, "title": "Living well", "rules": words})
        merged = studio.change(
            "/setup/sections/change", {**shown, "title": shown["was-title"], "rules": "caregiver"}
        )
        assert "Saved: Living well." in merged.text
        assert [each for each in settings(studio)["section"] if each["name"] == "tips"] == [
            {"name": "tips", "title": "Living well", "rules": ["caregiver"]}
        ]
        told = studio.change(
            "/setup/sections/change", {**shown, "title": "Advice", "rules": words}, script=True
        ).json()
        assert "Its title is “Living well” by now, and its words are: caregiver." in told["error"]
        studio.change("/setup/sections/remove", {"name": "tips"})
        told = studio.change(
            "/setup/sections/change", {**shown, "title": "Advice", "rules": words}, script=True
        ).json()
        assert "was taken out in another window or program meanwhile" in told["error"]

    @pytest.mark.parametrize("mistake", ['title = "open', "[newsletter", "colour = 3"])
    def test_a_mistake_in_the_file_is_said_on_every_page_and_nothing_is_written(
        self, made: Studio, mistake: str
    ) -> None:
        key, shown = research(made)[0], fields_of(made, "newsletter")
        by_hand_in_settings(made, "[newsletter]\n", f"[newsletter]\n{mistake}\n")
        broken = (made.room.folder / "newsletter.toml").read_text("utf-8")
        for path in ("/", "/collect", "/choose", "/people", "/setup", "/start/theme", "/setup/mine", *(
            f"{BASE}/{step}" for step in ("write", "preview", "check", "approve", "send", "report", "versions"))):  # fmt: skip
            answer = made.client.get(path)
            assert (answer.status_code, "A file has to be mended" in answer.text) == (409, True)
            assert "newsletter.toml" in answer.text
            assert ">Load again</a>" in answer.text
        for path in (f"{BASE}/mail.html", "/setup/theme/mail.html"):
            assert "This cannot be shown yet" in made.page(path)
        for path, fields in (
            ("/setup/newsletter", shown), ("/choose/decide", {"key": key, "verdict": "drop"}), ("/collect", {}),
            (f"{BASE}/save", {"place": "letter", "text": "Hello", "seen": compute_version("")}),
            (f"{BASE}/undo", {}), ("/people/add", {"address": "ana@example.org"}), (f"{BASE}/send", {"number": "1"}),
        ):  # fmt: skip
            assert "newsletter.toml" in made.change(path, fields, script=True).json()["error"]
        assert (made.room.folder / "newsletter.toml").read_text("utf-8") == broken
        by_hand_in_settings(made, f"{mistake}\n", "")
        assert key in research(made)
        assert made.client.get("/").status_code == 200

    def test_a_window_hears_when_the_mistake_is_mended(self, made: Studio) -> None:
        now = made.client.get(f"{BASE}/texts").json()["file"]
        told: list[dict] = []
        by_hand_in_settings(made, "[newsletter]\n", "[newsletter\n")
        with made.client.stream("GET", f"{BASE}/news?seen={now}") as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    told.append(json.loads(line[6:]))
                    if "error" in told[-1]:
                        by_hand_in_settings(made, "[newsletter\n", "[newsletter]\n")
                    else:
                        made.room.close()  # which ends the stream
        assert "newsletter.toml" in told[0]["error"]
        assert told[-1] == {"file": now}


class TestPeople:
    def listed(self, studio: Studio) -> str:
        found = studio.change("/people/search", {"words": "ana"}, script=True).json()["html"]
        return re.search(r'name="person" value="(\d+)"', found)[1]

    def test_whom_two_windows_remove_is_removed_once(self, studio: Studio) -> None:
        studio.change("/people/add", {"address": "ana@example.org"})
        number = self.listed(studio)
        assert "Removed: this person" in studio.change("/people/remove", {"person": number}).text
        assert "Was removed already" in studio.change("/people/remove", {"person": number}).text

    def test_who_left_while_the_page_was_open_is_not_brought_back_by_it(
        self, studio: Studio
    ) -> None:
        studio.change("/people/add", {"address": "ana@example.org"})
        upload = look(studio, b"Email,Name\nana@example.org,Ana A\nbo@example.org,Bo\n")
        subscribers.remove_subscribers(studio.room.context(), ["ana@example.org"])
        page = studio.change("/people/import", {"upload": upload}).text
        assert "1 added, 0 updated, 0 unchanged. 1 left before, and stay gone." in page

    def test_whom_two_windows_add_and_a_list_that_two_take_in(self, studio: Studio) -> None:
        uploads = [look(studio, b"Email,Name\nana@example.org,Ana\n") for _ in range(2)]
        pages = [studio.change("/people/import", {"upload": upload}).text for upload in uploads]
        assert "1 added, 0 updated, 0 unchanged." in pages[0]
        assert "0 added, 0 updated, 1 unchanged." in pages[1]
        assert (
            "Was on the list already."
            in studio.change("/people/add", {"address": "ana@example.org"}).text
        )
        assert [each.address for each in subscribers.list_subscribers(studio.room.context())] == [
            "ana@example.org"
        ]


def look(studio: Studio, content: bytes) -> str:
    """Show a list to the page People; gives the name of what is to be taken in."""
    headers = {"origin": ADDRESS, "accept": "application/json", "x-csrf-token": studio.room.csrf}
    answer = studio.client.post(
        "/people/look", content=content, headers=headers | {"x-file-name": "list.csv"}
    )
    return re.search(r'name="upload" value="([^"]+)"', answer.json()["html"])[1]
