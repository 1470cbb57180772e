"""The studio in a real browser: the month by mouse, writing in two windows, and what people with other senses need."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import chromium
from loopback_smtp import Loopback
from playwright.sync_api import expect
from studio.axe import complaints
from studio.mail import serving_mail

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
ISSUE = "2026-11"
MOMENT = "2026-11-23T09:00-05:00"
PAGES = ("", "collect", "choose", "people", "setup", *(f"issues/{ISSUE}/{page}" for page in
         ("write", "preview", "check", "approve", "send")))  # fmt: skip


def newsletter(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "newsletter", "-C", str(folder), "--now", MOMENT, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def opened(folder: Path) -> Iterator[str]:
    """The real command in a process of its own; gives the address it prints."""
    command = [sys.executable, "-m", "newsletter", "-C", str(folder), "--now", MOMENT]
    with subprocess.Popen(
        [*command, "studio", "--no-browser", "--undo", "1"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "our news"
    subprocess.run(
        [sys.executable, "-m", "newsletter", "--now", MOMENT, "init", str(folder), "--sample"],
        check=True,
        capture_output=True,
    )
    return folder


def test_the_whole_month_by_mouse(browser: Browser, sample: Path) -> None:
    with serving_mail() as server, opened(sample) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.goto(address)
        assert "token" not in page.url
        set_up(page, server)
        bring_people(page, sample)
        choose(page)
        write(page)
        approve_and_send(page)
        assert set(server.recipients().values()) == {1}
        assert len(server.messages) == 10
        assert b"Subject: News for you" in server.messages[0].content
        assert wrong == []
        page.close()


def set_up(page: Page, server: Loopback) -> None:
    page.get_by_role("link", name="Setup").click()
    page.get_by_role("textbox", name="Server").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_label("Protection").select_option("none")
    page.locator("#delivery").get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()


def bring_people(page: Page, sample: Path) -> None:
    page.get_by_role("link", name="People").click()
    page.get_by_label("File").set_input_files(sample / "subscribers.csv")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("10 active").wait_for()
    page.get_by_role("button", name="Import").click()
    page.get_by_text("12 added").wait_for()
    page.get_by_label("Search").fill("rosa")
    page.locator("table.people tbody tr").nth(1).wait_for(state="detached")


def choose(page: Page) -> None:
    page.get_by_role("link", name="Collect").click()
    page.get_by_role("button", name="Collect", exact=True).click()
    page.get_by_text(re.compile(r"Done\. \d+ new entries\.")).wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Choose").click()
    first = page.locator(".card").first
    title = first.locator("h3").inner_text()
    first.get_by_role("button", name=f"Drop: {title}").click()
    page.get_by_text(f"Dropped: “{title}”").wait_for()
    first.get_by_text("Why, for those who ask later").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone.").wait_for()
    first.get_by_role("button", name=f"Hold: {title}").click()
    page.locator("[data-count=held]", has_text="1").wait_for()
    page.get_by_role("searchbox", name="Search").fill("liposarcoma")
    page.get_by_text("Nothing here has these words.").wait_for()
    page.get_by_role("radio", name="Left out").check()
    page.get_by_text("Genomic Evolutionary Patterns").wait_for()
    page.get_by_role("button", name="Keep: Genomic").click()
    page.locator(".card.new").wait_for()
    page.get_by_role("button", name="Make the issue").click()
    page.get_by_text(re.compile(r"there are \d+ entries in it now")).wait_for()


def write(page: Page) -> None:
    page.get_by_role("link", name="Write").click()
    page.get_by_label("Subject", exact=True).fill("News for you")
    page.get_by_role("textbox", name="Letter", exact=True).fill("Dear all, this was a good month.")
    mail = page.frame_locator("#mail")
    mail.get_by_text("this was a good month").wait_for()
    part = page.locator(".part").first
    second = part.locator(".entry").nth(1).get_attribute("aria-label")
    part.locator(".entry").nth(1).get_by_role("button", name="Up").click()
    page.get_by_text("1 of").first.wait_for()
    assert part.locator(".entry").first.get_attribute("aria-label") == second
    part.locator(".entry").first.get_by_role("textbox").fill("This one is worth your time.")
    mail.get_by_text("This one is worth your time.").wait_for()
    page.get_by_text("Saved.", exact=True).wait_for()


def approve_and_send(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Check").click()
    page.get_by_role("main").get_by_role("link", name="Approve").click()
    page.get_by_label("Your name").fill("Ana Example")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("goes to 10 people through 127.0.0.1").wait_for()
    page.get_by_label("Type the number").fill("10")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Nothing has gone yet").wait_for()
    page.get_by_text("10 accepted by the server").wait_for(timeout=20_000)
    page.get_by_role("heading", name="Sent").wait_for(timeout=20_000)


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
        two.route("**/news*", lambda route: route.abort())  # as if it had not heard yet what the first one writes
        two.reload()
        one.get_by_role("textbox", name="Letter", exact=True).fill("First again")
        until_written(file, "First again")  # “Saved.” may still be that of the words before
        two.get_by_role("textbox", name="Letter", exact=True).fill("Second meanwhile")
        two.get_by_role("alert").get_by_text("First again").wait_for()
        assert two.get_by_role("textbox", name="Letter", exact=True).input_value() == "Second meanwhile"
        assert "First again" in file.read_text("utf-8")
        two.get_by_role("button", name="Keep mine").click()
        expect(one.locator("#letter")).to_have_value("Second meanwhile")
        file.write_text(re.sub(r"(?m)^subject = .*$", 'subject = "By hand"', file.read_text("utf-8")), "utf-8")
        expect(one.locator("#subject")).to_have_value("By hand")
        assert "Second meanwhile" in file.read_text("utf-8")
        context.close()


def test_the_keyboard_orders_entries_and_a_crash_loses_nothing(browser: Browser, drafted: Path) -> None:
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


def test_nothing_of_a_hostile_feed_runs_or_is_loaded_from_outside(browser: Browser, sample: Path) -> None:
    (sample / "sources/research.rss").write_text(HOSTILE, "utf-8")
    newsletter(sample, "collect")
    newsletter(sample, "draft")
    file = sample / f"issues/{ISSUE}/issue.toml"
    file.write_text(file.read_text("utf-8").replace('letter = """', 'letter = """<script>alert(1)</script>'), "utf-8")
    asked: list[str] = []
    with opened(sample) as address:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.goto(address)
        for name in ("choose", *(f"issues/{ISSUE}/{name}" for name in ("write", "preview", "approve"))):
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
        assert page.evaluate("document.activeElement.closest('.card') !== null")  # the focus stays at the card
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


def tab_to(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if named(page).startswith(name):
            return
    raise AssertionError(f"{name} is not reached with the Tab key")


def named(page: Page) -> str:
    """What the element with the focus is called."""
    return page.evaluate(
        "(document.activeElement.ariaLabel || document.activeElement.labels?.[0]?.innerText"
        " || document.activeElement.innerText || '').trim()"
    )
