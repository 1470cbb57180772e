"""The first start and Setup in a real browser.

As a person who is no programmer takes it, by mouse and by keyboard.
"""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.axe import complaints
from support.hands import opened
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail
from support.website import Site, website

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
STEPS = ("newsletter", "sections", "sources", "delivery", "theme")


def begin(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Start your own newsletter").click()
    page.get_by_label("Name of the newsletter").fill("Our News")
    page.get_by_label("Sender’s mail address").fill("us@example.com")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("heading", name="Step 2 of 6").wait_for()


def test_from_an_empty_folder_to_a_test_mail(browser: Browser, empty: Path) -> None:
    with serving_mail() as server, website() as site, opened(empty) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        begin(page, address)
        page.get_by_label("Postal address").fill("1 Main Street, Denver")
        page.get_by_role("button", name="Save").click()
        page.get_by_label("One more section").fill("Tips")
        page.get_by_role("button", name="Add section").click()
        page.get_by_text("Added: Tips.").wait_for()
        page.get_by_role("link", name="Next").click()
        add_the_feed(page, site)
        page.get_by_role("link", name="Next").click()
        name_the_server(page, server)
        page.get_by_role("link", name="Finish").click()
        send_a_test(page, server)
        assert wrong == []
        page.close()
    found = tomllib.loads((empty / "newsletter.toml").read_text("utf-8"))
    assert found["source"][0] | {"url": ""} == {"name": "Papers", "kind": "feed", "url": ""}
    assert found["newsletter"]["address"] == "1 Main Street, Denver"


def add_the_feed(page: Page, site: Site) -> None:
    """It is on this computer, which is asked only because a person says so."""
    page.route(
        "**/setup.js", lambda route: (page.wait_for_timeout(300), route.continue_()), times=1
    )
    page.reload(wait_until="commit")  # so that the address is typed before the script is there
    page.get_by_label("Address, or what to search for").fill(f"http://127.0.0.1:{site.port}/feed")
    page.get_by_role("button", name="Yes, ask it").click()
    page.get_by_text("It works: 1 entry.").wait_for()
    page.get_by_text("A paper about leiomyosarcoma").wait_for()
    expect(page.get_by_label("Kind")).to_have_value("feed")
    expect(page.get_by_label("Name", exact=True)).to_have_value("127.0.0.1")
    page.once(
        "dialog", lambda asked: asked.dismiss()
    )  # it is not added yet, which is said before one goes on
    page.get_by_role("link", name="Next").click()
    page.get_by_label("Name", exact=True).fill("Papers")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("Added: Papers.").wait_for()


def name_the_server(page: Page, server: Loopback) -> None:
    page.get_by_role("textbox", name="Server").fill("127.0.0.1")
    page.get_by_label("Protection").select_option("none")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_text(f"127.0.0.1 answers on port {server.port}.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Step 6 of 6").wait_for()


def send_a_test(page: Page, server: Loopback) -> None:
    page.get_by_role("main").get_by_role("link", name="Collect").first.click()
    page.get_by_role("button", name="Collect", exact=True).click()
    page.get_by_text("Done. 1 new").wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Choose").click()
    page.get_by_role("button", name="Make the issue").click()
    page.get_by_text("in it now").wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Send").click()
    page.get_by_role("textbox", name=re.compile("address")).first.fill("us@example.com")
    page.get_by_role("button", name="Send test").click()
    until = time.monotonic() + 30
    while not server.messages:
        assert time.monotonic() < until, "no test mail came"
        page.wait_for_timeout(50)
    assert b"A paper about leiomyosarcoma" in server.messages[0].content


def test_the_keyboard_orders_sections_and_the_look_is_seen_before_it_is_saved(
    browser: Browser, empty: Path
) -> None:
    file = empty / "newsletter.toml"
    with opened(empty) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        begin(page, address)
        page.goto(f"{address.split('?')[0]}setup")
        page.get_by_label("Title").first.fill("Papers")
        page.keyboard.press("Alt+ArrowDown")
        page.get_by_text("2 of 4 now: Research").wait_for()
        assert (
            page.locator("#t-research").input_value() == "Papers"
        )  # typed, and neither saved nor lost
        assert page.evaluate("document.activeElement.id") == "t-research"
        page.get_by_role("button", name="Down: Research").press("Enter")
        page.get_by_text("3 of 4 now: Research").wait_for()
        assert page.evaluate("document.activeElement.ariaLabel") == "Down: Research"
        names = [each["name"] for each in tomllib.loads(file.read_text("utf-8"))["section"]]
        assert names == ["trials", "events", "research", "grants"]
        before = file.read_text("utf-8")
        page.get_by_label("Words at the end of every mail").fill("Run by patients and families.")
        page.frame_locator("#dress").get_by_text("Run by patients and families.").wait_for()
        page.get_by_label("Colour of headings and links").fill("#f2c200")
        page.get_by_text("#f2c200 is too pale for words on white").wait_for()
        assert file.read_text("utf-8") == before
        page.locator("#theme").get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()
        assert 'accent = "#f2c200"' in file.read_text("utf-8")
        page.close()


def test_every_page_of_beginning_is_accessible_and_fits_a_phone(
    browser: Browser, empty: Path
) -> None:
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(complaints(page, name))

    with opened(empty) as address:
        page = browser.new_page()
        page.goto(address)
        look("welcome")
        page.get_by_role("link", name="Start your own newsletter").click()
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("This needs a name").wait_for()
        look("own, with what is wrong")
        page.goto(f"{address.split('?')[0]}welcome")
        page.get_by_role("button", name="Start with the sample").click()
        page.get_by_text("This is the sample").wait_for()
        for name in ("setup/mine", *(f"start/{step}" for step in STEPS)):
            page.goto(f"{address.split('?')[0]}{name}")
            look(name)
        page.close()
    assert found == []
