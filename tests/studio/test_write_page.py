"""Write and Preview besides the words: pictures, the glossary, hints, undo, earlier versions."""

from __future__ import annotations

import re

import pytest
from studio.conftest import ADDRESS, ISSUE, Studio
from support import pictures

from newsletter.issues import editor
from newsletter.issues.editor import compute_version
from newsletter.issues.store import issues_of
from newsletter.model import Issue

BASE = f"/issues/{ISSUE}"


def issue_of(studio: Studio) -> Issue:
    return issues_of(studio.room.context()).read(ISSUE)


def save(studio: Studio, place: str, text: str, seen: str = "") -> dict:
    return studio.change(
        f"{BASE}/save", {"place": place, "text": text, "seen": compute_version(seen)}, script=True
    ).json()


def bring_picture(studio: Studio, data: bytes, query: str = "words=Snow") -> dict:
    headers = {"origin": ADDRESS, "x-csrf-token": studio.room.csrf, "accept": "application/json"}
    return studio.client.post(f"{BASE}/picture?{query}", content=data, headers=headers).json()


def with_public_page(studio: Studio) -> None:
    file = studio.room.folder / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8") + '\n[public]\nurl = "https://news.example.org"\n', "utf-8"
    )


class TestPictures:
    def test_a_picture_comes_in_and_is_seen_in_the_mail_before_anything_is_published(
        self, made: Studio
    ) -> None:
        with_public_page(made)
        told = bring_picture(made, pictures.drawing(), "words=A%20red%20box&width=small")
        path = re.fullmatch(r'!\[A red box\]\((pictures/\w+\.png) "240"\)', told["markdown"])[1]
        assert told["reachable"] is True
        save(made, "letter", told["markdown"])
        shown = re.search(
            r'<img src="([^"]+)" alt="A red box" width="240"', made.page(f"{BASE}/mail.html")
        )[1]
        assert shown == f"{BASE}/{path}"
        answer = made.client.get(shown)
        assert (answer.headers["content-type"], answer.content[:4]) == ("image/png", b"\x89PNG")
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert "'self'" in made.client.get(f"{BASE}/mail.html").headers["content-security-policy"]
        page = made.page(f"{BASE}/check")
        assert "picture" not in page.replace("pictures/", "").lower()  # no rule objects to it

    def test_without_a_public_page_that_is_said_and_its_words_stand(self, made: Studio) -> None:
        assert "There is no public page yet" in made.page(f"{BASE}/write")
        told = bring_picture(made, pictures.drawing(), "words=A%20box")
        assert told["reachable"] is False
        save(made, "letter", told["markdown"])
        assert "<img" not in made.page(f"{BASE}/mail.html")
        assert "is left out: readers cannot fetch it" in made.page(f"{BASE}/check")

    def test_decoration_has_to_be_said(self, made: Studio) -> None:
        with_public_page(made)
        assert "say in a few words" in bring_picture(made, pictures.drawing(), "words=")["error"]
        told = bring_picture(made, pictures.drawing(), "words=&ornament=yes")
        assert told["markdown"].startswith("![](pictures/")
        save(made, "letter", told["markdown"])
        assert "alt text" not in made.page(f"{BASE}/check")

    def test_what_is_no_picture_is_refused_with_a_sentence(self, made: Studio) -> None:
        assert "SVG" in bring_picture(made, b"<svg onload='alert(1)'></svg>")["error"]
        assert made.client.get(f"{BASE}/pictures/gone.png").status_code == 404
        assert made.client.get(f"{BASE}/pictures/issue.toml").status_code == 404


class TestHints:
    def test_each_names_what_it_is_about(self, made: Studio) -> None:
        hints = save(
            made,
            "letter",
            "A neoadjuvant study with PFS.\n\nSee progression-free survival (PR) soon.",
        )["hints"]
        assert [(each["kind"], each["find"]) for each in hints] == [
            ("word", "neoadjuvant"),
            ("word", "PFS"),
            ("explained", ""),
        ]
        assert 'data-find="neoadjuvant"' in made.page(f"{BASE}/write")

    def test_other_languages_are_not_judged(self, made: Studio) -> None:
        file = made.room.folder / "newsletter.toml"
        file.write_text(
            file.read_text("utf-8").replace('language = "en"', 'language = "es"'), "utf-8"
        )
        assert save(made, "letter", "Un estudio neoadjuvante con PFS.")["hints"] == []

    def test_subject_and_preheader_are_for_the_checks(self, made: Studio) -> None:
        assert save(made, "subject", "A neoadjuvant study", issue_of(made).subject)["hints"] == []


class TestGlossary:
    def term(self, studio: Studio, path: str = "glossary", **fields: str) -> dict:
        return studio.change(f"{BASE}/{path}", fields, script=True).json()

    def test_a_word_is_added_changed_and_removed(self, made: Studio) -> None:
        before = made.client.get(f"{BASE}/texts").json()
        self.term(made, term="PFS", meaning="the time without growth")
        now = made.client.get(f"{BASE}/texts").json()
        assert now["file"] != before["file"]  # other windows hear of it
        row = next(each for each in now["glossary"] if each["term"] == "PFS")
        self.term(made, was="PFS", term="PFS", meaning="time without growth", seen=row["version"])
        assert "time without growth</textarea>" in made.page(f"{BASE}/write")
        conflict = self.term(made, was="PFS", term="PFS", meaning="mine", seen=row["version"])
        assert (conflict["conflict"], conflict["text"]) == (True, "time without growth")
        assert self.term(made, "glossary/remove", was="PFS", seen=row["version"])["conflict"]
        gone = self.term(made, "glossary/remove", was="PFS", seen=conflict["version"])
        assert (gone["term"], gone["meaning"]) == ("PFS", "time without growth")
        assert (
            "not in the glossary any more" in self.term(made, "glossary/remove", was="PFS")["error"]
        )

    def test_it_works_without_a_script(self, made: Studio) -> None:
        assert (
            "Saved." in made.change(f"{BASE}/glossary", {"term": "PFS", "meaning": "a time"}).text
        )
        answer = made.change(
            f"{BASE}/glossary",
            {"term": "PFS", "was": "PFS", "meaning": "x", "seen": compute_version("y")},
        )
        assert "it says there: a time" in answer.text
        answer = made.change(
            f"{BASE}/glossary/remove", {"was": "PFS", "term": "PFS", "seen": compute_version("y")}
        )
        assert "it says there: a time" in answer.text
        answer = made.change(
            f"{BASE}/glossary/remove",
            {"was": "PFS", "term": "PFS", "seen": compute_version("a time")},
        )
        assert "“PFS” is out of the glossary." in answer.text


class TestUndo:
    def test_words_come_and_go(self, made: Studio) -> None:
        ahead = save(made, "letter", "Hello")["ahead"]
        assert (ahead["undo"], ahead["redo"]) == ("the letter", "")
        told = made.change(f"{BASE}/undo", script=True).json()
        assert (told["said"], told["place"], told["text"]) == ("Undone: the letter.", "letter", "")
        assert (told["ahead"]["undo"], told["ahead"]["redo"]) == ("", "the letter")
        assert "Done again: the letter." in made.change(f"{BASE}/redo").text
        assert issue_of(made).letter == "Hello"
        assert "nothing to redo" in made.change(f"{BASE}/redo", script=True).json()["error"]

    def test_the_page_knows_after_a_reload(self, made: Studio) -> None:
        assert 'id="undo" aria-disabled="true"' in made.page(f"{BASE}/write")
        save(made, "letter", "Hello")
        assert 'id="undo" aria-disabled="false" title="the letter"' in made.page(f"{BASE}/write")

    def test_an_order_is_undone(self, made: Studio) -> None:
        section = issue_of(made).sections[0]
        keys = [entry.key for entry in section.entries]
        seen = editor.order_version(issue_of(made), section.name)
        turned = [keys[1], keys[0], *keys[2:]]
        told = made.change(
            f"{BASE}/order", {"section": section.name, "key": turned, "seen": seen}, script=True
        ).json()
        assert told["ahead"]["undo"] == "the order of “Research”"
        told = made.change(f"{BASE}/undo", script=True).json()
        assert told["text"] is None
        assert [entry.key for entry in issue_of(made).sections[0].entries] == keys


class TestVersions:
    def change_letter(self, studio: Studio, text: str) -> None:
        context = studio.room.context()
        editor.save_revision(context, ISSUE, always=True)
        before = issue_of(studio).letter
        editor.save_text(context, ISSUE, "letter", text, seen=compute_version(before))

    def test_each_says_what_changed_and_shows_it_word_by_word(self, made: Studio) -> None:
        self.change_letter(made, "Dear all, hello.")
        self.change_letter(made, "Dear friends, hello.")
        page = made.page(f"{BASE}/versions")
        assert page.count("The letter changed.") == 2
        assert page.count("The first one that is kept.") == 1
        shown = made.page(f"{BASE}/versions/now")
        assert re.search(r"<del>.*removed: .*all,.*</del>", shown)
        assert re.search(r"<ins>.*added: .*friends,.*</ins>", shown)

    def test_a_version_leads_back_and_that_is_a_version_too(self, made: Studio) -> None:
        self.change_letter(made, "One")
        self.change_letter(made, "Two")
        first = editor.list_revisions(made.room.context(), ISSUE)[0].id
        made.change(f"{BASE}/bring-back", {"version": first})
        assert issue_of(made).letter == "One"
        assert len(editor.list_revisions(made.room.context(), ISSUE)) == 3
        made.change(f"{BASE}/undo")
        assert issue_of(made).letter == "Two"

    def test_many_are_shown_some_at_a_time(self, made: Studio) -> None:
        for number in range(22):
            self.change_letter(made, f"Letter {number}")
        page = made.page(f"{BASE}/versions")
        assert page.count('class="when"') == 20
        assert "Show more" in page
        assert made.page(f"{BASE}/versions?most=40").count('class="when"') == 23

    def test_one_that_cannot_be_read_is_told(self, made: Studio) -> None:
        self.change_letter(made, "One")
        (path,) = (made.room.folder / f".newsletter/versions/{ISSUE}").glob("*.toml")
        path.write_text("subject = ", "utf-8")
        assert "The file could not be read then." in made.page(f"{BASE}/versions")

    def test_one_that_is_gone_is_told(self, made: Studio) -> None:
        assert (
            "not kept any more" in made.client.get(f"{BASE}/versions/20260101T000000.000000Z").text
        )

    def test_without_an_issue_there_is_none(self, studio: Studio) -> None:
        assert "There is no issue 2026-11 yet" in studio.page(f"{BASE}/versions")


@pytest.mark.parametrize("page", ["write", "preview"])
def test_the_inbox_shows_the_sender_as_mail_programs_name_them(made: Studio, page: str) -> None:
    file = made.room.folder / "newsletter.toml"
    text = re.sub(
        r'(?m)^from = "[^"]*"',
        'from = "Ana of the Circle <news@example.org>"',
        file.read_text("utf-8"),
    )
    file.write_text(text, "utf-8")
    shown = made.page(f"{BASE}/{page}")
    assert (
        shown.count("<strong>Ana of the Circle</strong>")
        + shown.count(">Ana of the Circle</strong>")
        >= 2
    )
    assert "On a phone" in shown


def test_the_mail_tells_its_weight(made: Studio) -> None:
    assert re.search(r'<meta name="weight" content="\d{5}">', made.page(f"{BASE}/mail.html"))


def test_a_page_is_shown_while_something_is_being_changed(made: Studio) -> None:
    with made.room.changing:  # by another request; once the two waited for each other for ever
        assert made.client.get(f"{BASE}/texts").status_code == 200
