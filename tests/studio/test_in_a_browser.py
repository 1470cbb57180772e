"""The studio in a real browser.

Writing in two windows, the desk by keyboard, and what people with other senses need.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.axe import complaints
from support.hands import named, newsletter, opened, tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ISSUE = "2026-11"
PAGES = ("", "collect", "choose", "people", "setup", *(f"issues/{ISSUE}/{page}" for page in
         ("write", "preview", "check", "approve", "send")))  # fmt: skip


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "our news"
    newsletter(tmp_path, "init", str(folder), "--sample")
    return folder


@pytest.fixture
def drafted(sample: Path) -> Path:
    newsletter(sample, "collect")
    newsletter(sample, "draft")
    return sample


def until_written(file: Path, words: str) -> None:
    """Wait until the words stand in the file; the test's own time limit ends it."""
    while words not in file.read_text("utf-8"):
        time.sleep(0.02)


def test_two_windows_and_a_text_editor_lose_nothing(browser: Browser, drafted: Path) -> None:
    with opened(drafted) as address:
        context = browser.new_context()
        one, two = context.new_page(), context.new_page()
        file = drafted / f"issues/{ISSUE}/issue.toml"
        for window in (one, two):
            window.goto(address)
            window.goto(f"{address.split('?')[0]}issues/{ISSUE}/write")
        one.get_by_role("textbox", name="Letter", exact=True).fill("From the first window")
        expect(two.locator("#letter")).to_have_value("From the first window")
        two.route(
            "**/news*", lambda route: route.abort()
        )  # as if it had not heard yet what the first one writes
        two.reload()
        one.get_by_role("textbox", name="Letter", exact=True).fill("First again")
        until_written(file, "First again")  # “Saved.” may still be that of the words before
        two.get_by_role("textbox", name="Letter", exact=True).fill("Second meanwhile")
        two.get_by_role("alert").get_by_text("First again").wait_for()
        assert (
            two.get_by_role("textbox", name="Letter", exact=True).input_value()
            == "Second meanwhile"
        )
        assert "First again" in file.read_text("utf-8")
        two.get_by_role("button", name="Keep mine").click()
        expect(one.locator("#letter")).to_have_value("Second meanwhile")
        file.write_text(
            re.sub(r"(?m)^subject = .*$", 'subject = "By hand"', file.read_text("utf-8")), "utf-8"
        )
        expect(one.locator("#subject")).to_have_value("By hand")
        assert "Second meanwhile" in file.read_text("utf-8")
        context.close()


def test_the_keyboard_orders_entries_and_a_crash_loses_nothing(
    browser: Browser, drafted: Path
) -> None:
    file = drafted / f"issues/{ISSUE}/issue.toml"
    with opened(drafted) as address:
        page = browser.new_page()
        page.goto(address)
        page.goto(f"{address.split('?')[0]}issues/{ISSUE}/write")
        letter = page.get_by_role("textbox", name="Letter", exact=True)
        letter.focus()
        page.keyboard.type("Typed just before the crash")
        page.get_by_text("Saved.", exact=True).wait_for()
        first = page.locator(".part .entry").first
        title = first.get_attribute("aria-label")
        first.get_by_role("textbox").focus()
        page.keyboard.press("Alt+ArrowDown")
        page.get_by_text(re.compile(rf"2 of \d+ now: {re.escape(title)}")).wait_for()
    assert "Typed just before the crash" in file.read_text("utf-8")
    letter.fill("Written while the studio is closed")
    page.get_by_text("Not saved: The studio does not answer").wait_for()
    page.close()


def test_every_page_is_accessible_and_fits_a_phone(browser: Browser, drafted: Path) -> None:
    newsletter(drafted, "subscribers", "import", str(drafted / "subscribers.csv"))
    found = []
    with opened(drafted) as address:
        page = browser.new_page()
        page.goto(address)
        for name in PAGES:
            page.goto(f"{address.split('?')[0]}{name}")
            found += complaints(page, name)
        page.close()
    assert found == []


HOSTILE = """<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://example.org</link><item>
<title>&lt;script&gt;document.title = "caught"&lt;/script&gt;&lt;img src=x onerror="document.title='caught'"&gt; A title</title>
<link>javascript:document.title='caught'</link><guid>1</guid>
<description>&lt;img src="https://evil.example/pixel.gif"&gt;&lt;iframe src="https://evil.example/"&gt;&lt;/iframe&gt; {{ 7 * 7 }}</description>
</item></channel></rss>"""


def test_nothing_of_a_hostile_feed_runs_or_is_loaded_from_outside(
    browser: Browser, sample: Path
) -> None:
    (sample / "sources/research.rss").write_text(HOSTILE, "utf-8")
    newsletter(sample, "collect")
    newsletter(sample, "draft")
    file = sample / f"issues/{ISSUE}/issue.toml"
    file.write_text(
        file.read_text("utf-8").replace('letter = """', 'letter = """<script>alert(1)</script>'),
        "utf-8",
    )
    asked: list[str] = []
    with opened(sample) as address:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.goto(address)
        for name in (
            "choose",
            *(f"issues/{ISSUE}/{name}" for name in ("write", "preview", "approve")),
        ):
            page.goto(f"{address.split('?')[0]}{name}")
            assert "caught" not in page.title()
            assert page.locator("a[href^=javascript]").count() == 0
        page.close()
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:"))] == []


def test_the_desk_by_keyboard_alone(browser: Browser, drafted: Path) -> None:
    with opened(drafted) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        tab_to(page, "Choose")
        page.keyboard.press("Enter")
        page.wait_for_url("**/choose")
        tab_to(page, "Drop: ")
        page.keyboard.press("Enter")
        page.get_by_text("Dropped: “").wait_for()
        assert page.evaluate(
            "document.activeElement.closest('.card') !== null"
        )  # the focus stays at the card
        for _ in range(60):
            page.keyboard.press("Shift+Tab")
            if named(page) == "Undo":
                break
        page.keyboard.press("Enter")
        page.get_by_text("Undone.").wait_for()
        expect(page.locator(".card button:focus")).to_have_count(1)
        page.reload()  # the focus is at the top again
        tab_to(page, "Write")
        page.keyboard.press("Enter")
        page.wait_for_url("**/write")
        tab_to(page, "Letter")
        page.keyboard.type("By keyboard")
        page.get_by_text("Saved.", exact=True).wait_for()
        page.goto(f"{address.split('?')[0]}issues/{ISSUE}/approve")
        tab_to(page, "Your name")
        page.keyboard.type("Ana")
        page.keyboard.press("Enter")
        page.get_by_text("Approved, exactly as it stands.").wait_for()
        page.close()
