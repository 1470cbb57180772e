"""Write in a real browser.

A picture, a word for the glossary, undo after a reload, and what people with other senses need.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from studio.test_in_a_browser import ISSUE, newsletter, opened, until_written
from support import pictures
from support.axe import complaints
from support.checkout import NOW

from newsletter.admin.sample import build
from newsletter.issues import editor
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PUBLIC = '\n[public]\nurl = "https://news.example.org"\n'


@pytest.fixture
def drafted(tmp_path: Path) -> Path:
    folder = tmp_path / "our news"
    build(folder, now=NOW, secret="5" * 64)
    with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(PUBLIC)
    newsletter(folder, "collect")
    newsletter(folder, "draft")
    return folder


def open_page(browser: Browser, address: str, path: str, wrong: list[str]) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.goto(f"{address.split('?', maxsplit=1)[0]}issues/{ISSUE}/{path}")
    return page


def test_a_picture_is_put_in_with_its_words_and_seen_beside_them(
    browser: Browser, drafted: Path
) -> None:
    (drafted / "evil.png").write_text("<svg onload='alert(1)'></svg>", "utf-8")
    (drafted / "walk.jpg").write_bytes(pictures.photograph())
    wrong: list[str] = []
    with opened(drafted) as address:
        page = open_page(browser, address, "write", wrong)
        letter = page.get_by_role("textbox", name="Letter", exact=True)
        letter.fill("Dear all,\n\nhello.")
        page.keyboard.press("Control+Home")
        page.keyboard.press("End")
        page.locator("[data-for=letter]").get_by_role("button", name="Picture").click()
        dialog = page.get_by_role("dialog", name="Picture")
        dialog.get_by_label("File").set_input_files(drafted / "evil.png")
        dialog.get_by_label("What it shows").fill("Nothing good")
        dialog.get_by_role("button", name="Insert").click()
        dialog.get_by_role("alert").get_by_text("SVG").wait_for()
        dialog.get_by_label("File").set_input_files(drafted / "walk.jpg")
        dialog.get_by_label("What it shows").fill("")
        dialog.get_by_role("button", name="Insert").click()
        expect(dialog).to_be_visible()  # it asks for words
        dialog.get_by_label("What it shows").fill("Forty people in the snow")
        dialog.get_by_role("button", name="Insert").click()
        expect(letter).to_have_value(
            re.compile(
                r"^Dear all,\n\n!\[Forty people in the snow\]\(pictures/\w+\.jpg\)\n\nhello\.$"
            )
        )
        expect(letter).to_be_focused()
        shown = page.frame_locator("#mail").get_by_role("img", name="Forty people in the snow")
        shown.wait_for()
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1000
        page.get_by_role("button", name="Images off").click()
        expect(page.locator("#mail")).to_have_class("bare")
        page.close()
    assert wrong == []


def test_a_word_that_nothing_explains_is_found_and_put_into_the_glossary(
    browser: Browser, drafted: Path
) -> None:
    wrong: list[str] = []
    glossary = drafted / "glossary.toml"
    with opened(drafted) as address:
        page = open_page(browser, address, "write", wrong)
        letter = page.get_by_role("textbox", name="Letter", exact=True)
        letter.fill("A neoadjuvant study began.")
        page.get_by_role("button", name="Find “neoadjuvant”").click()
        chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
        assert letter.evaluate(chosen) == "neoadjuvant"
        page.get_by_role("button", name="Add to glossary: neoadjuvant").click()
        page.keyboard.type("given before an operation")
        page.locator("#new-term").get_by_role("button", name="Add").click()
        page.get_by_text("“neoadjuvant” is in the glossary now.").wait_for()
        expect(letter).to_be_focused()
        expect(page.get_by_role("button", name="Find “neoadjuvant”")).to_have_count(0)
        page.frame_locator("#mail").get_by_text("given before an operation").wait_for()
        page.get_by_text("All words").click()
        row = page.locator(".term", has=page.locator("input[value=neoadjuvant]"))
        row.get_by_label("What it means").fill("before an operation")
        until_written(glossary, '"before an operation"')
        row.get_by_role("button", name="Remove: neoadjuvant").click()
        page.locator("#said").get_by_role("button", name="Undo").click()
        page.get_by_text("Undone.").wait_for()
        assert 'neoadjuvant = "before an operation"' in glossary.read_text("utf-8")
        page.close()
    assert wrong == []


def test_what_was_written_is_undone_after_a_reload_by_keyboard(
    browser: Browser, drafted: Path
) -> None:
    wrong: list[str] = []
    with opened(drafted) as address:
        page = open_page(browser, address, "write", wrong)
        page.get_by_role("textbox", name="Letter", exact=True).fill("Hello")
        page.get_by_text("Saved.", exact=True).wait_for()
        page.get_by_label("Subject", exact=True).fill("News")
        expect(page.locator("#undo")).to_have_attribute("title", "the subject")
        page.reload()
        page.locator("main").focus()
        page.keyboard.press("Control+z")
        page.get_by_text("Undone: the subject.").wait_for()
        page.locator("main").focus()
        page.keyboard.press("Control+z")
        expect(page.locator("#letter")).to_have_value("")
        page.keyboard.press("Control+Shift+Z")
        expect(page.locator("#letter")).to_have_value("Hello")
        page.get_by_role("button", name="Redo").click()
        page.get_by_text("Done again: the subject.").wait_for()
        expect(page.locator("#subject")).to_have_value("News")
        page.locator("#letter").focus()
        page.keyboard.insert_text("More ")
        page.keyboard.press("Control+z")  # within a text it is the browser's own
        expect(page.locator("#letter")).to_have_value("Hello")
        expect(page.locator("#subject")).to_have_value("News")
        page.close()
    assert wrong == []


def test_earlier_versions_and_the_dialog_are_accessible_and_fit_a_phone(
    browser: Browser, drafted: Path
) -> None:
    context = AppContext(open_workspace(drafted), NOW)
    for before, after in (("", "Dear all, hello."), ("Dear all, hello.", "Dear friends, hello.")):
        editor.save_revision(context, ISSUE, always=True)
        editor.save_text(context, ISSUE, "letter", after, seen=editor.compute_version(before))
    found, wrong = [], []
    with opened(drafted) as address:
        page = open_page(browser, address, "versions", wrong)
        for name in ("versions", "versions/now", "write"):
            page.goto(f"{address.split('?')[0]}issues/{ISSUE}/{name}")
            if name == "write":
                page.get_by_role("textbox", name="Letter", exact=True).fill(
                    "A neoadjuvant study began."
                )
                page.get_by_role("button", name="Find “neoadjuvant”").wait_for()
                page.get_by_text("All words").click()
                page.locator("[data-for=letter]").get_by_role("button", name="Picture").click()
            found += complaints(page, name)
        page.keyboard.press("Escape")
        page.goto(f"{address.split('?')[0]}issues/{ISSUE}/versions")
        page.get_by_role("link", name="What changed: ").first.click()
        page.get_by_role("heading", name="The letter changed").wait_for()
        page.get_by_role("link", name="Earlier versions").click()
        page.on("dialog", lambda asked: asked.accept())
        page.get_by_role("button", name="Go back to this").last.click()
        page.get_by_text("That version is back.").wait_for()
        expect(page.locator("#letter")).to_have_value("")
        page.close()
    assert (found, wrong) == ([], [])
