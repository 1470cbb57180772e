"""Write, Preview, Check and Approve."""

from __future__ import annotations

import json
import re
import threading

from studio.conftest import ISSUE, Studio

from newsletter.issues.editor import compute_version, order_version
from newsletter.issues.store import issues_of
from newsletter.model import Issue

BASE = f"/issues/{ISSUE}"


def issue_of(studio: Studio) -> Issue:
    return issues_of(studio.room.context()).read(ISSUE)


def save(studio: Studio, place: str, text: str, seen: str) -> dict:
    return studio.change(
        f"{BASE}/save", {"place": place, "text": text, "seen": compute_version(seen)}, script=True
    ).json()


class TestSaving:
    def test_each_place_is_saved_by_itself(self, made: Studio) -> None:
        entry = issue_of(made).entries()[0]
        assert (
            save(made, "subject", " News  of\nNovember ", issue_of(made).subject)["text"]
            == "News of November"
        )
        assert save(made, "letter", "Dear all,\r\n\r\nhello.", "")["conflict"] is False
        save(made, f"note:{entry.key}", "Worth reading.", "")
        save(made, "section:research", "Two words first.", "")
        issue = issue_of(made)
        assert (issue.subject, issue.letter) == ("News of November", "Dear all,\n\nhello.")
        assert issue.entries()[0].note == "Worth reading."
        assert issue.sections[0].text == "Two words first."

    def test_two_windows_do_not_write_over_each_other(self, made: Studio) -> None:
        save(made, "letter", "From the first window", "")
        told = save(made, "letter", "From the second window", "")
        assert (told["conflict"], told["text"]) == (True, "From the first window")
        assert issue_of(made).letter == "From the first window"
        again = made.change(
            f"{BASE}/save",
            {"place": "letter", "text": "Mine after all", "seen": told["version"]},
            script=True,
        )
        assert again.json()["conflict"] is False

    def test_windows_at_different_places_do_not_disturb_each_other(self, made: Studio) -> None:
        first = made.page(f"{BASE}/write")
        save(made, "closing", "Goodbye", "")
        seen = re.search(r'data-place="letter" data-seen="(\w+)"', first)[1]
        answer = made.change(
            f"{BASE}/save", {"place": "letter", "text": "Hello", "seen": seen}, script=True
        )
        assert answer.json()["conflict"] is False
        assert (issue_of(made).letter, issue_of(made).closing) == ("Hello", "Goodbye")

    def test_without_a_script_a_conflict_shows_both_texts(self, made: Studio) -> None:
        save(made, "letter", "Theirs", "")
        answer = made.change(
            f"{BASE}/save", {"place": "letter", "text": "Mine", "seen": compute_version("")}
        )
        assert answer.status_code == 409
        assert "Theirs" in answer.text
        assert "Mine" in answer.text
        fields = {"place": "letter", "text": "Ours", "seen": compute_version("Theirs")}
        assert "Saved." in made.change(f"{BASE}/save", fields).text

    def test_the_same_words_again_change_nothing(self, made: Studio) -> None:
        save(made, "letter", "Hello", "")
        before = made.file.stat().st_mtime_ns
        assert save(made, "letter", "Hello", "something else")["conflict"] is False
        assert made.file.stat().st_mtime_ns == before

    def test_a_note_on_an_entry_that_is_gone_is_a_sentence(self, made: Studio) -> None:
        assert "not in the issue any more" in save(made, "note:nothing", "x", "")["error"]

    def test_an_edit_in_a_text_editor_appears(self, made: Studio) -> None:
        before = made.client.get(f"{BASE}/texts").json()
        made.file.write_text(
            made.file.read_text("utf-8").replace('letter = """\n"""', 'letter = "By hand"'), "utf-8"
        )
        after = made.client.get(f"{BASE}/texts").json()
        assert before["file"] != after["file"]
        assert after["texts"]["letter"] == {
            "text": "By hand",
            "version": compute_version("By hand"),
        }
        assert before["orders"] == after["orders"]

    def test_hard_paragraphs_and_explained_words_are_told_while_writing(self, made: Studio) -> None:
        hard = (
            "Immunohistochemical characterisation of retroperitoneal leiomyosarcomatous proliferation demonstrated "
            "considerable heterogeneity, notwithstanding comparatively homogeneous chemotherapeutical interventions "
            "administered throughout multidisciplinary investigations."
        )
        hints = save(made, "letter", hard, "")["hints"]
        assert [each["kind"] for each in hints] == ["paragraph", "word", "word", "explained"]
        assert "reads at grade" in hints[0]["said"]
        assert hints[0]["find"] == hard
        assert [each["find"] for each in hints[1:3]] == ["Immunohistochemical", "heterogeneity"]
        assert hints[-1]["said"] == "Explained to readers from the glossary: retroperitoneal."


class TestOrder:
    def test_a_section_is_put_in_another_order(self, made: Studio) -> None:
        section = issue_of(made).sections[0]
        keys = [entry.key for entry in section.entries]
        seen = order_version(issue_of(made), section.name)
        turned = [keys[1], keys[0], *keys[2:]]
        answer = made.change(
            f"{BASE}/order", {"section": section.name, "key": turned, "seen": seen}, script=True
        )
        assert answer.status_code == 200
        assert [entry.key for entry in issue_of(made).sections[0].entries] == turned
        late = made.change(
            f"{BASE}/order", {"section": section.name, "key": keys, "seen": seen}, script=True
        )
        assert (late.status_code, "another window" in late.json()["error"]) == (409, True)

    def test_without_a_script_buttons_move_one_step(self, made: Studio) -> None:
        first, second = (entry.key for entry in issue_of(made).entries()[:2])
        made.change(f"{BASE}/step", {"key": first, "to": "down"})
        assert [entry.key for entry in issue_of(made).entries()[:2]] == [second, first]
        made.change(f"{BASE}/step", {"key": first, "to": "up"})
        made.change(f"{BASE}/step", {"key": first, "to": "up"})  # it is the first already
        assert [entry.key for entry in issue_of(made).entries()[:2]] == [first, second]


def versions_on(page: str) -> list[str]:
    return re.findall(r'name="version" value="(\d{8}T[^"]+)"', page)


class TestVersions:
    def test_an_earlier_version_can_be_brought_back_and_that_undone(self, made: Studio) -> None:
        save(made, "letter", "First words", "")
        (version,) = versions_on(made.page(f"{BASE}/versions"))
        answer = made.change(f"{BASE}/bring-back", {"version": version})
        assert "That version is back" in answer.text
        assert issue_of(made).letter == ""
        newest = versions_on(made.page(f"{BASE}/versions"))[0]
        made.change(f"{BASE}/bring-back", {"version": newest})
        assert issue_of(made).letter == "First words"

    def test_one_that_is_not_kept_is_a_sentence(self, made: Studio) -> None:
        answer = made.change(f"{BASE}/bring-back", {"version": "../../secret"}, script=True)
        assert answer.json()["error"] == "that version is not kept any more"


class TestPreview:
    def test_each_way_of_looking_has_its_own_mail(self, made: Studio) -> None:
        page = made.page(f"{BASE}/preview")
        assert "of the size at which Gmail cuts it off" in page
        mails = {
            look: made.page(f"{BASE}/mail.html?look={look}")
            for look in ("desktop", "large", "dark", "inverted")
        }
        assert len(set(mails.values())) == 4
        assert "invert(1)" in mails["inverted"]
        assert "<pre" in made.page(f"{BASE}/preview?look=text")
        assert "IN THIS ISSUE" in made.page(f"{BASE}/mail.txt").upper()

    def test_no_script_runs_in_a_mail_and_pictures_can_be_off(self, made: Studio) -> None:
        policy = made.client.get(f"{BASE}/mail.html").headers["content-security-policy"]
        assert policy.startswith(
            "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:"
        )
        assert "allow-scripts" not in policy
        bare = made.client.get(f"{BASE}/mail.html?look=bare").headers["content-security-policy"]
        assert "img-src 'none'" in bare

    def test_a_template_that_is_wrong_is_told_in_place_of_the_mail(self, studio: Studio) -> None:
        (studio.room.folder / "templates").mkdir()
        (studio.room.folder / "templates/issue.html.jinja").write_text(
            "{{ nothing.at.all }}", "utf-8"
        )
        assert "issue.html.jinja" in studio.change("/choose/issue", script=True).json()["error"]
        assert "This cannot be shown yet" in studio.page(f"{BASE}/mail.html")


class TestCheck:
    def test_findings_open_their_place(self, made: Studio) -> None:
        entry = issue_of(made).entries()[0]
        save(made, "subject", "", issue_of(made).subject)
        save(made, f"note:{entry.key}", "TODO: a cure! See https://bit.ly/x", "")
        page = made.page(f"{BASE}/check")
        assert "To be mended before it can go" in page
        assert f'href="{BASE}/write#subject"' in page
        assert f'href="{BASE}/write#note:' in page

    def test_without_findings_it_leads_on(self, made: Studio) -> None:
        assert f'href="{BASE}/approve"' in made.page(f"{BASE}/check")


class TestApprove:
    def digest(self, studio: Studio) -> str:
        return re.search(r'name="digest" value="(\w+)"', studio.page(f"{BASE}/approve"))[1]

    def test_exactly_what_was_shown_is_approved_and_any_change_voids_it(self, made: Studio) -> None:
        answer = made.change(f"{BASE}/approve", {"digest": self.digest(made), "by": "Ana  Example"})
        assert "Approved, exactly as it stands" in answer.text
        assert re.search(
            r"Approved</strong> by Ana Example on Monday 23 November 2026",
            made.page(f"{BASE}/approve"),
        )
        assert "Approved as it stands by Ana Example." in made.page("/")
        save(made, "letter", "One more word", "")
        assert "That approval does not count any more" in made.page(f"{BASE}/approve")
        assert "It was changed after it was approved." in made.page(f"{BASE}/send")

    def test_what_was_changed_since_it_was_shown_is_not_approved(self, made: Studio) -> None:
        digest = self.digest(made)
        save(made, "letter", "One more word", "")
        answer = made.change(f"{BASE}/approve", {"digest": digest, "by": "Ana"}, script=True)
        assert "changed after this page was shown" in answer.json()["error"]

    def test_what_has_to_be_mended_cannot_be_approved(self, made: Studio) -> None:
        save(made, "subject", "", issue_of(made).subject)
        assert "be mended first" in made.page(f"{BASE}/approve")

    def test_the_proof_sheet_is_in_a_frame(self, made: Studio) -> None:
        assert "Proof sheet" in made.page(f"{BASE}/proof.html")


def test_before_there_is_an_issue_each_page_says_so(studio: Studio) -> None:
    for page in ("write", "preview", "check", "approve", "send"):
        assert "There is no issue 2026-11 yet" in studio.page(f"{BASE}/{page}")


class TestNews:
    def first(self, studio: Studio, query: str) -> dict:
        """The first news.

        Then the studio closes, else it would go on for as long as the page is open.
        """
        with studio.client.stream("GET", f"{BASE}/news{query}") as answer:
            told = next(
                json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")
            )
            studio.room.close()
        return told

    def test_a_window_hears_that_the_file_is_another_one(self, made: Studio) -> None:
        now = made.client.get(f"{BASE}/texts").json()["file"]
        assert self.first(made, "?seen=older") == {"file": now}

    def test_a_window_that_knows_hears_nothing(self, made: Studio) -> None:
        now = made.client.get(f"{BASE}/texts").json()["file"]
        threading.Timer(0.2, made.room.close).start()
        with made.client.stream("GET", f"{BASE}/news?seen={now}") as answer:
            assert [line for line in answer.iter_lines() if line.startswith("data: ")] == []

    def test_a_file_that_cannot_be_read_is_told(self, made: Studio) -> None:
        (made.room.folder / "newsletter.toml").write_text("[newsletter]", "utf-8")
        assert "title" in self.first(made, "")["error"]
