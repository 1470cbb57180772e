"""Two windows of a real browser, and a text editor beside them.

What the second one sees, and how it goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

# fixtures
from studio.test_choose_in_a_browser import drafted, research, said, shelf  # noqa: F401
from studio.test_in_a_browser import ISSUE, opened, until_written
from support.axe import complaints

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@contextmanager
def windows(browser: Browser, folder: Path, path: str) -> Iterator[tuple[Page, Page]]:
    """Two windows at one page; whatever goes wrong in either fails the test."""
    wrong: list[str] = []
    with opened(folder) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        one, two = context.new_page(), context.new_page()
        for window in (one, two):
            window.on("pageerror", lambda error: wrong.append(str(error)))
            window.goto(address)
            window.goto(f"{address.split('?')[0]}{path}")
        yield one, two
        context.close()
    assert wrong == []


def test_two_decide_on_one_card(browser: Browser, drafted: Path) -> None:  # noqa: F811
    key, second, *_ = research(drafted)
    with windows(browser, drafted, "choose?place=inside&section=research") as (one, two):
        one.get_by_role("button", name=f"Drop: {key}").click()
        said(one, f"Dropped: “{key}”")
        two.get_by_role("button", name=f"Hold: {key}").focus()
        two.keyboard.press("Enter")
        said(two, f"“{key}” is under “Dropped” by now")
        card = two.locator(".card", has=two.get_by_role("heading", name=key))
        expect(card.locator(".badge").first).to_have_text("Dropped")
        expect(
            two.get_by_role("button", name=f"Hold: {key}")
        ).to_be_focused()  # to decide again, knowing it
        assert complaints(two, "conflict") == []
        two.keyboard.press("Enter")
        said(two, f"Held: “{key}”")
        one.locator("#said").get_by_role("button", name="Undo").click()
        said(one, re.compile("this was decided or moved anew since"))
        two.get_by_role("checkbox", name=f"Select: {second}").check()
        one.get_by_role("button", name=f"Drop: {second}").click()
        said(one, f"Dropped: “{second}”")
        two.locator("#bulk").get_by_role("button", name="Hold").click()
        said(two, f"“{second}” is under “Dropped” by now")
        expect(two.get_by_role("checkbox", name=f"Select: {second}")).to_be_checked()
    assert key not in research(drafted)
    assert second not in research(drafted)


def test_two_set_one_order(browser: Browser, drafted: Path) -> None:  # noqa: F811
    first, second, third, *rest = research(drafted)
    with windows(browser, drafted, "choose?place=inside&section=research") as (one, two):
        one.get_by_role("button", name=f"Up: {third}").click()
        said(one, f"2 of {len(rest) + 3} in Research now: “{third}”")
        two.get_by_role("button", name=f"Up: {third}").click()
        said(two, "This section is in another order by now.")
        expect(two.locator(".card h3").nth(1)).to_have_text(third)
        two.get_by_role("button", name=f"Up: {third}").click()
        said(two, f"1 of {len(rest) + 3} in Research now: “{third}”")
    assert research(drafted) == [third, first, second, *rest]


def test_two_explain_one_word(browser: Browser, drafted: Path) -> None:  # noqa: F811
    glossary = drafted / "glossary.toml"
    glossary.write_text('PFS = "a time"\n', "utf-8")
    with windows(browser, drafted, f"issues/{ISSUE}/write") as (one, two):
        for window in (one, two):
            window.get_by_text("All words").click()
        mine = two.locator("#terms").get_by_label("What it means")
        two.route(
            "**/news*", lambda route: route.abort()
        )  # as if it had not heard yet what the first one writes
        two.reload()
        two.get_by_text("All words").click()
        one.locator("#terms").get_by_label("What it means").fill("theirs")
        until_written(glossary, "theirs")
        mine.fill("mine")
        asked = two.locator(".term").get_by_role("alert")
        asked.get_by_text("theirs", exact=True).wait_for()
        two.locator("#subject").focus()  # leaving it decides nothing
        assert 'PFS = "theirs"' in glossary.read_text("utf-8")
        asked.get_by_role("button", name="Keep mine").click()
        until_written(glossary, 'PFS = "mine"')
        glossary.write_text('PFS = "by hand"\n', "utf-8")
        mine.fill("mine again")
        asked.get_by_text("by hand", exact=True).wait_for()
        asked.get_by_role("button", name="Take theirs").click()
        expect(mine).to_have_value("by hand")
        expect(asked).to_have_count(0)


def test_the_settings_are_edited_by_hand_while_pages_are_open(
    browser: Browser,
    drafted: Path,  # noqa: F811
) -> None:
    file = drafted / "newsletter.toml"
    good = file.read_text("utf-8")
    with windows(browser, drafted, "setup") as (setup, write):
        write.goto(write.url.replace("setup", f"issues/{ISSUE}/write"))
        file.write_text(
            good.replace("[newsletter]\n", '[newsletter]\naddress = "open\n', 1), "utf-8"
        )
        setup.locator("#changed").get_by_text("newsletter.toml").wait_for()
        write.locator("#elsewhere").get_by_text("what you write stays here").wait_for()
        write.get_by_role("textbox", name="Letter", exact=True).fill("Written meanwhile")
        write.get_by_text(re.compile("Not saved: newsletter.toml")).wait_for()
        file.write_text(re.sub(r"late_days = \d+", "late_days = 100", good), "utf-8")
        until_written(drafted / f"issues/{ISSUE}/issue.toml", "Written meanwhile")
        expect(write.locator("#elsewhere")).to_be_empty()
        setup.locator("#changed").get_by_text("was changed in another window or program").wait_for()
        setup.get_by_label("Postal address").fill("1 Main Street")
        setup.locator("#newsletter").get_by_role("button", name="Save").click()
        said(setup, "Saved.")
    assert "late_days = 100" in file.read_text("utf-8")
    assert 'address = "1 Main Street"' in file.read_text("utf-8")
