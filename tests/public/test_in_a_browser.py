"""The public page as a reader's browser shows it.

Every page, in both languages, on a phone and enlarged; and all by keyboard.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.axe import complaints
from support.browser import chromium
from support.public_page import Page as Workspace

from newsletter.model import SubscriberState
from newsletter.tokens import Purpose

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
S = SubscriberState


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def ours(tmp_path: Path) -> Workspace:
    ours = Workspace(tmp_path / "ours")
    ours.add_issue()
    return ours


@pytest.fixture
def site(ours: Workspace) -> Iterator[str]:
    """`newsletter serve`, as it is run; gives its address."""
    command = [sys.executable, "-m", "newsletter", "-C", str(ours.folder), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            yield process.stderr.readline().split()[5].rstrip("/;")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Without JavaScript, as the promise is; what a test asks the page itself runs all the same."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_is_for_everybody(
    browser: Browser, ours: Workspace, site: str, language: str
) -> None:
    """axe-core in light and dark, at 1280 and at 375 pixels, which are also 750 pixels at 200 %.

    And twice the letters.
    """
    paused, left = ours.link(Purpose.PREFERENCES, 2), ours.link(Purpose.PREFERENCES, 3)
    ours.people.change(2, now=ours.clock.now, state=S.PAUSED)
    ours.people.suppress(3, S.COMPLAINED, "x", now=ours.clock.now)
    leave, mine = ours.link(Purpose.UNSUBSCRIBE), ours.link(Purpose.PREFERENCES)
    context = browser.new_context()
    page = context.new_page()
    found = []
    for path in (leave, mine, paused, left, "/subscribe", "/c/never", "/nothing", "/", "/issues/2026-11/",
                 "/issues/2026-11/print"):  # fmt: skip
        page.goto(f"{site}{path}?lang={language}")
        found += complaints(page, path) + _enlarged(page, path)
    page.goto(f"{site}{leave}?lang={language}")
    page.get_by_role("button").first.click()
    expect(page.locator("textarea")).to_be_visible()
    found += complaints(page, "left") + _enlarged(page, "left")
    page.goto(f"{site}{mine}?lang={language}")
    page.locator("form[action*='/erase'] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += complaints(page, "erase without the mark") + _enlarged(page, "erase")
    assert page.locator("html").get_attribute("lang") == language
    context.close()
    assert found == []


def _enlarged(page: Page, called: str) -> list[str]:
    """Letters of twice the size, and a window of half the width (WCAG 1.4.4, 1.4.10).

    Nothing is cut off or runs out.
    """
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    try:
        wide = page.evaluate("document.documentElement.scrollWidth")
        return [f"{called}: {wide} pixels wide at 200 %"] if wide > 640 else []
    finally:
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size({"width": 1280, "height": 900})


def test_all_choices_are_made_by_keyboard_without_javascript(
    page: Page, ours: Workspace, site: str
) -> None:
    page.goto(f"{site}{ours.link(Purpose.PREFERENCES)}?lang=es")
    page.get_by_label("Idioma de los correos").select_option("en")
    page.get_by_label("Letra grande").press("Space")
    page.get_by_role("button", name="Guardar").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Guardado.")
    assert (ours.person().language, ours.person().large_print) == ("en", True)
    page.locator("button[value=pause]").press("Enter")
    expect(page.locator("#state")).to_be_visible()
    assert ours.person().state is S.PAUSED
    with page.expect_download() as download:
        page.locator("form[action*='/data'] button").press("Enter")
    assert download.value.suggested_filename == "my-data.json"
    page.get_by_role("checkbox").last.press("Space")
    page.locator("form[action*='/erase'] button").press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("")
    assert ours.person() is None


def test_one_button_stops_the_mails_and_a_word_why_may_follow(
    page: Page, ours: Workspace, site: str
) -> None:
    page.goto(f"{site}{ours.link(Purpose.UNSUBSCRIBE)}")
    assert ours.person().state is S.ACTIVE
    page.get_by_role("button", name="Stop the mails").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You will get no more mails")
    assert ours.person().state is S.UNSUBSCRIBED
    page.get_by_label("If you like").fill("Too many.")
    page.get_by_role("button", name="Send these words").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def test_nothing_is_asked_of_another_host_and_no_cookie_is_set(
    browser: Browser, ours: Workspace, site: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/issues/2026-11/", "/subscribe", ours.link(Purpose.PREFERENCES)):
        page.goto(site + path)
    assert {url for url in asked if not url.startswith((site, "data:"))} == set()
    assert context.cookies() == []
    context.close()
