"""Every decision on Choose by keyboard alone, and dragging on Write, in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

# fixtures
from studio.test_choose_in_a_browser import drafted, drag, page_of, research, said, shelf  # noqa: F401
from studio.test_in_a_browser import ISSUE, named, tab_to
from support.checkout import NOW
from support.website import Site, website

from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import entries_of
from newsletter.issues.store import IssueStore, issues_of
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def reach(page: Page, name: str) -> None:
    """With the Tab key, unless the focus is there already."""
    if not named(page).startswith(name):
        tab_to(page, name)


def test_hold_keep_drop_and_move_by_keyboard_alone(browser: Browser, drafted: Path) -> None:  # noqa: F811
    title, *rest = research(drafted)
    with page_of(browser, drafted, "choose?place=inside&section=research") as page:
        page.locator("#pool").wait_for()
        for name, done in (
            ("Hold", "Held"),
            ("Keep", "Kept"),
            ("Drop", "Dropped"),
            ("Keep", "Kept"),
        ):
            reach(page, f"{name}: {title}")
            page.keyboard.press("Enter")
            said(page, f"{done}: “{title}”.")
            assert page.evaluate("document.activeElement.closest('.card')?.ariaLabel") == title
        assert sorted(research(drafted)) == sorted([title, *rest])
        reach(page, f"Section of: {title}")
        page.keyboard.press("End")  # the last section
        reach(page, f"Move: {title}")
        page.keyboard.press("Enter")
        said(page, f"Moved: “{title}”.")
    moved = [
        each.section
        for each in IssueStore(open_workspace(drafted)).read(ISSUE).entries()
        if each.title == title
    ]
    assert moved == [open_workspace(drafted).settings.sections[-1].name]


def test_a_wrong_merge_is_split_by_keyboard_alone(browser: Browser, drafted: Path) -> None:  # noqa: F811
    context = AppContext(open_workspace(drafted), NOW)
    key = issues_of(context).read(ISSUE).entries()[0].key
    entry = entries_of(context).by_keys([key])[key]
    ingest_entries(
        entries_of(context), "A journal", [replace(entry, title=f"{entry.title} again")], NOW
    )
    before = len(research(drafted))
    with page_of(browser, drafted, "choose?place=inside&section=research") as page:
        card = (
            page.locator(".card")
            .filter(has=page.get_by_role("button", name="Split", include_hidden=True))
            .first
        )
        title = card.get_attribute("aria-label")
        reach(page, f"Select: {title}")
        reach(page, "More about it")
        page.keyboard.press("Enter")
        reach(page, f"Split: {title}")
        page.keyboard.press("Enter")
        said(page, "2 entries now, one for each source.")
        page.keyboard.press("Control+z")
        said(page, "Undone. Taken back: 2 entries now")
    assert len(research(drafted)) == before


def test_a_single_link_is_added_by_keyboard_alone(browser: Browser, drafted: Path) -> None:  # noqa: F811
    file = drafted / "newsletter.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("[newsletter]\n", '[newsletter]\nfetch_from = ["127.0.0.1"]\n', 1), "utf-8"
    )
    site = Site()
    with website(site), page_of(browser, drafted, "choose") as page:
        tab_to(page, "Add something")
        page.keyboard.press("Enter")
        tab_to(page, "Paste a text")
        page.keyboard.insert_text(f"http://127.0.0.1:{site.port}/page")
        tab_to(page, "Look at it")
        page.keyboard.press("Enter")
        page.get_by_text("This was understood").wait_for()
        expect(page.get_by_role("textbox", name="Title")).to_have_value("Rest and leiomyosarcoma")
        tab_to(page, "Add: Rest")
        for _ in range(20):
            page.keyboard.press("Tab")
            if named(page) == "Add":
                break
        page.keyboard.press("Enter")
        said(page, "1 entry was added and kept.")
    assert "Rest and leiomyosarcoma" in [
        each.title for each in IssueStore(open_workspace(drafted)).read(ISSUE).entries()
    ]


def test_three_pasted_lines_are_one_entry(browser: Browser, drafted: Path) -> None:  # noqa: F811
    with page_of(browser, drafted, "choose") as page:
        page.get_by_text("Add something").click()
        page.locator("#paste").fill(
            "A paper about hope\nSmith J. Journal of Hope, 2026.\nhttps://example.org/hope\n"
        )
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_role("textbox", name="Title")).to_have_value("A paper about hope")
        page.get_by_text("Smith J · Journal of Hope · 2026 · https://example.org/hope").wait_for()


def test_entries_are_dragged_on_write_and_put_back(browser: Browser, drafted: Path) -> None:  # noqa: F811
    one, two, three, *rest = research(drafted)
    with page_of(browser, drafted, f"issues/{ISSUE}/write") as page:
        page.set_viewport_size({"width": 1280, "height": 4000})  # so that nothing scrolls meanwhile
        part = page.locator(".part[data-section=research]")
        part.locator(".entry").nth(2).scroll_into_view_if_needed()
        drag_entry(
            page,
            part.locator(".entry").nth(2).locator(".grip").bounding_box(),
            part.locator(".entry").first.bounding_box(),
        )
        expect(page.locator("#undo")).to_have_attribute("title", "the order of “Research”")
        assert research(drafted) == [three, one, two, *rest]
        assert [each.get_attribute("aria-label") for each in part.locator(".entry").all()] == [
            three,
            one,
            two,
            *rest,
        ]
        other = page.locator(".part:not([data-section=research]) .entry").first
        drag_entry(
            page, part.locator(".entry").first.locator(".grip").bounding_box(), other.bounding_box()
        )
        assert research(drafted) == [
            three,
            one,
            two,
            *rest,
        ]  # to another section an entry is moved by its button
        expect(page.locator(".dragged, .over")).to_have_count(0)
        page.get_by_role("button", name="Undo", exact=True).click()
        said(page, re.compile("Undone: the order of “Research”"))
        assert research(drafted) == [one, two, three, *rest]


def drag_entry(page: Page, start: dict[str, float] | None, end: dict[str, float] | None) -> None:
    """By the mouse, to just below the upper edge of another entry."""
    assert start
    assert end
    page.mouse.move(start["x"] + 5, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 5, steps=8)
    page.mouse.up()
