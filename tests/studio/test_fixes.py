"""Check: each finding opens its place, and what a program can mend is mended by a button."""

from __future__ import annotations

import re
from html import unescape

from httpx2 import Response
from studio.conftest import ISSUE, Studio

from newsletter.studio.views.check import ELSEWHERE

BASE = f"/issues/{ISSUE}"
WATCHED = "https://example.org/a?utm_source=mail&id=1"


def letter(studio: Studio, text: str) -> None:
    written = studio.file.read_text("utf-8").replace('letter = """\n"""', f"letter = '''{text}'''")
    studio.file.write_text(written, "utf-8")


def buttons(page: str) -> list[dict[str, str]]:
    """The forms that mend, as they are filled in."""
    forms = re.findall(rf'<form[^>]*action="{BASE}/mend".*?</form>', page, re.DOTALL)
    return [
        {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
        for form in forms
    ]


def pressed(studio: Studio, rule: str) -> Response:
    (form,) = (each for each in buttons(studio.page(f"{BASE}/check")) if each["rule"] == rule)
    return studio.change(f"{BASE}/mend", form)


def test_a_button_mends_and_undo_takes_it_back(made: Studio) -> None:
    letter(made, f"Read [this paper]({WATCHED}).")
    page = pressed(made, "link-tracks").text
    assert "Remove the tracking: done." in page
    assert "https://example.org/a?id=1)" in made.file.read_text("utf-8")
    assert not [each for each in buttons(page) if each["rule"] == "link-tracks"]
    name = re.search(r'name="undo" value="([^"]+)"', page)[1]
    made.change("/choose/undo", {"undo": name})
    assert WATCHED in made.file.read_text("utf-8")


def test_an_empty_section_is_removed(made: Studio) -> None:
    with made.file.open("a", encoding="utf-8") as file:
        file.write('\n[[section]]\nname = "recipe"\ntitle = "A recipe"\n')
    assert "Remove the section: done." in pressed(made, "section-empty").text
    assert "recipe" not in made.file.read_text("utf-8")


def test_a_finding_that_is_gone_is_not_mended(made: Studio) -> None:
    letter(made, f"Read [this paper]({WATCHED}).")
    (form,) = buttons(made.page(f"{BASE}/check"))
    pressed(made, "link-tracks")
    answer = made.change(f"{BASE}/mend", form)
    assert (answer.status_code, "not so any more" in answer.text) == (409, True)
    assert made.change(f"{BASE}/mend", {"rule": "issue-empty"}).status_code == 409


def test_each_finding_opens_its_place(made: Studio) -> None:
    letter(made, "TODO: ask Ana about the PFSX.")
    page = made.page(f"{BASE}/check")
    assert f'href="{BASE}/write#letter"' in page
    assert f'href="{BASE}/write#glossary"' in page
    settings = made.room.folder / "newsletter.toml"
    settings.write_text(
        re.sub(r"(?m)^address = .*$", 'address = ""', settings.read_text("utf-8")), "utf-8"
    )
    assert f'href="{ELSEWHERE["postal-address-missing"]}"' in made.page(f"{BASE}/check")


def test_findings_stand_under_what_to_do_about_them(made: Studio) -> None:
    letter(made, f"[One]({WATCHED}) and [two](https://example.org/b?fbclid=2).")
    page = made.page(f"{BASE}/check")
    assert page.count("<h3>Cut the address before them; the page opens without.</h3>") == 1
    assert len(buttons(page)) == 2


def test_an_issue_without_entries_is_told_as_a_whole(made: Studio) -> None:
    made.file.write_text('subject = "News"\nsend_on = 2026-12-01\n', "utf-8")
    page = made.page(f"{BASE}/check")
    assert "The issue as a whole" in page


def test_what_is_wrong_with_an_entry_or_the_mail_as_a_whole_opens_there(made: Studio) -> None:
    letter(made, "Dear friends. " * 8000)  # too long for Gmail
    made.file.write_text(
        re.sub(r'(?m)^title = ".*"$', 'title = ""', made.file.read_text("utf-8"), count=1), "utf-8"
    )
    page = made.page(f"{BASE}/check")
    assert f'href="{BASE}/preview"' in page
    assert f'href="{BASE}/write#note:' in page


def test_without_an_issue_there_is_nothing_to_check(studio: Studio) -> None:
    assert "There is no issue 2026-11 yet" in studio.page(f"{BASE}/check")
