"""Choose, Collect and Check in a real browser.

By mouse, by keyboard alone, and with what means harm.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from studio.test_in_a_browser import ISSUE, named, newsletter, opened, tab_to
from support.axe import complaints
from support.website import Site, website

from newsletter.issues.store import IssueStore
from newsletter.workspace.folder import open_workspace

if TYPE_CHECKING:
    from aiohttp import web
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, collected, and the same with its issue made.

    Each test works in a copy of one of them.
    """
    folder = tmp_path_factory.mktemp("shelf")
    newsletter(folder, "init", str(folder / "collected"), "--sample")
    newsletter(folder / "collected", "collect")
    shutil.copytree(folder / "collected", folder / "drafted")
    newsletter(folder / "drafted", "draft")
    return folder


@pytest.fixture
def collected(shelf: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shelf / "collected", tmp_path / "our news"))


@pytest.fixture
def drafted(shelf: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shelf / "drafted", tmp_path / "our news"))


def research(folder: Path) -> list[str]:
    issue = IssueStore(open_workspace(folder)).read(ISSUE)
    return [
        entry.title
        for section in issue.sections
        if section.name == "research"
        for entry in section.entries
    ]


@contextmanager
def page_of(browser: Browser, folder: Path, path: str) -> Iterator[Page]:
    """A page of the running studio; whatever goes wrong in it fails the test."""
    wrong: list[str] = []
    with opened(folder) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        page.goto(f"{address.split('?')[0]}{path}")
        yield page
        page.close()
    assert wrong == []


def drag(page: Page, grip: Locator, card: Locator) -> None:
    """By the mouse, to just below the upper edge of a card."""
    page.set_viewport_size({"width": 1280, "height": 2000})  # so that nothing scrolls meanwhile
    start, end = grip.bounding_box(), card.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 5, steps=6)
    page.mouse.up()


def titles(page: Page) -> list[str]:
    return page.locator("[data-section=research].group h3").all_text_contents()


def said(page: Page, words: str | re.Pattern[str]) -> None:
    page.locator("#said").get_by_text(words).wait_for()


def test_order_is_set_by_dragging_and_by_keyboard_and_undone(
    browser: Browser, drafted: Path
) -> None:
    one, two, three, *rest = research(drafted)
    with page_of(browser, drafted, "choose?place=inside&section=research") as page:
        drag(page, page.locator(".card").nth(2).locator(".grip"), page.locator(".card").first)
        said(page, re.compile(r"1 of \d+ in Research now: “"))
        assert research(drafted) == [three, one, two, *rest] == titles(page)
        page.get_by_role("button", name=f"Hold: {one}").focus()
        page.keyboard.press("Alt+ArrowDown")
        said(page, f"3 of {len(rest) + 3} in Research now: “{one}”")
        assert named(page) == f"Hold: {one}"  # the focus goes with it
        assert research(drafted) == [three, two, one, *rest] == titles(page)
        page.get_by_role("button", name=f"Up: {three}").click()
        said(page, "It is the first already.")
        page.keyboard.press("Control+z")
        said(page, re.compile("Undone. Taken back: 3 of"))
        page.keyboard.press("Control+z")
        said(page, re.compile("Undone. Taken back: 1 of"))
        assert research(drafted) == [one, two, three, *rest] == titles(page)


def test_many_are_decided_at_once_and_undone_at_once_by_keyboard_alone(
    browser: Browser, drafted: Path
) -> None:
    before = research(drafted)
    with page_of(browser, drafted, "choose?place=inside") as page:
        tab_to(page, "Search")
        page.keyboard.type("leiomyosarcoma")
        page.wait_for_url("**words=leiomyosarcoma**")
        tab_to(page, "Select all shown")
        page.keyboard.press("Enter")
        expect(page.locator("#selected")).not_to_have_text("None selected")
        page.locator("#bulk [name=why]").focus()
        page.keyboard.type("read by Ana")
        page.locator("#bulk").get_by_role("button", name="Drop").focus()
        page.keyboard.press("Enter")
        said(page, re.compile(r"Dropped: \d+ entries\."))
        assert len(research(drafted)) < len(before)
        page.keyboard.press("Control+z")
        said(page, re.compile("Undone. Taken back: Dropped"))
        assert research(drafted) == before


def test_two_are_merged_and_the_merge_undone(browser: Browser, drafted: Path) -> None:
    one, two, *rest = research(drafted)
    with page_of(browser, drafted, "choose?place=inside") as page:
        for title in (one, two):
            page.get_by_role("checkbox", name=f"Select: {title}").check()
        page.get_by_role("button", name="Merge").click()
        said(page, "One entry now: “")
        assert titles(page) == [one, *rest]
        page.get_by_role("button", name="Undo").click()
        said(page, "Undone. Taken back: One entry now")
        assert titles(page) == [one, two, *rest]


def test_something_is_added_by_keyboard_alone(browser: Browser, drafted: Path) -> None:
    with page_of(browser, drafted, "choose") as page:
        tab_to(page, "Add something")
        page.keyboard.press("Enter")
        tab_to(page, "Paste a text")
        page.keyboard.insert_text("Hope in sarcoma care\n\nhttps://example.org/hope\n")
        tab_to(page, "Look at it")
        page.keyboard.press("Enter")
        page.get_by_text("This was understood").wait_for()
        tab_to(page, "Title")
        page.keyboard.press("End")
        page.keyboard.type(", and at home")
        tab_to(page, "Add")
        assert "Hope in sarcoma care, and at home" not in research(drafted)
        page.locator("form[action='/choose/add'] button").focus()
        page.keyboard.press("Enter")
        said(page, "1 entry was added and kept.")
        page.get_by_text("Hope in sarcoma care, and at home").first.wait_for()


def test_what_arrives_waits_until_it_is_asked_for(browser: Browser, drafted: Path) -> None:
    feed = drafted / "sources/research.rss"
    item = "<item><title>A late paper on leiomyosarcoma</title><link>https://example.org/late</link></item>"
    with page_of(browser, drafted, "choose?place=") as page:
        before = page.locator(".card h3").all_text_contents()
        feed.write_text(feed.read_text("utf-8").replace("<item>", f"{item}<item>", 1), "utf-8")
        newsletter(drafted, "collect")
        page.get_by_text("1 new").wait_for()
        assert page.locator(".card h3").all_text_contents() == before
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("heading", name="A late paper on leiomyosarcoma").wait_for()


class Slow(Site):
    """A site whose feed waits until it may answer."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()

    async def feed(self, request: web.Request) -> web.Response:
        await asyncio.to_thread(self.may_answer.wait, 20)
        return await super().feed(request)


def test_a_collection_is_found_again_in_the_middle_and_a_broken_source_retried(
    browser: Browser, collected: Path
) -> None:
    (collected / "sources/events.ics").unlink()
    site = Slow()
    with website(site):
        file = collected / "newsletter.toml"
        source = f'\n[[source]]\nname = "Slow"\nkind = "feed"\nurl = "http://127.0.0.1:{site.port}/feed"\n'
        text = file.read_text("utf-8").replace(
            "[newsletter]\n", '[newsletter]\nfetch_from = ["127.0.0.1"]\n', 1
        )
        file.write_text(text + source, "utf-8")
        with page_of(browser, collected, "collect") as page:
            page.get_by_role("button", name="Collect", exact=True).click()
            page.get_by_text("Broken: ").wait_for()
            page.reload()
            slow = page.locator("[data-source=Slow]")
            slow.get_by_text("Asking …").wait_for()
            expect(page.get_by_role("progressbar")).not_to_have_attribute("value", "0")
            expect(page.get_by_role("button", name="Collect again: Our calendar")).to_be_disabled()
            site.may_answer.set()
            page.get_by_text(re.compile(r"Done\. .* 1 could not be read\.")).wait_for()
            slow.get_by_text("1 entries, 1 new.").wait_for()
            (collected / "sources/events.ics").write_text(
                "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "utf-8"
            )
            page.get_by_role("button", name="Collect again: Our calendar").click()
            page.locator("[data-source='Our calendar']").get_by_text(
                "It answers, and is empty."
            ).wait_for()


def test_a_finding_is_mended_by_a_button_and_another_opens_its_place(
    browser: Browser, drafted: Path
) -> None:
    file = drafted / f"issues/{ISSUE}/issue.toml"
    letter = "TODO: read [this paper](https://example.org/a?utm_source=mail)."
    file.write_text(
        file.read_text("utf-8").replace('letter = """\n"""', f"letter = '{letter}'"), "utf-8"
    )
    with page_of(browser, drafted, f"issues/{ISSUE}/check") as page:
        page.get_by_role("button", name="Remove the tracking").click()
        said(page, "Remove the tracking: done.")
        assert "(https://example.org/a)" in file.read_text("utf-8")
        page.get_by_role("button", name="Undo").click()
        said(page, "Undone.")
        assert letter in file.read_text("utf-8")
        page.get_by_role("link", name="Open: Letter").first.click()
        page.wait_for_url("**/write#letter")
        expect(page.locator("#letter")).to_be_focused()


CAUGHT = "document.title='caught'"
OUTSIDE = "https://evil.example"
HARM = {
    "script": f'<script>{CAUGHT}</script><script src="{OUTSIDE}/a.js"></script>',
    "handlers": f'<img src="{OUTSIDE}/p.gif" onerror="{CAUGHT}"><body onload="{CAUGHT}"><input autofocus onfocus="{CAUGHT}">',
    "links": f'<a href="javascript:{CAUGHT}">Run</a> [Run](javascript:{CAUGHT}) <a href="data:text/html,x">Data</a>',
    "style": f'<style>body {{ display: none; background: url({OUTSIDE}/s.png) }}</style><link rel=stylesheet href="{OUTSIDE}/s">',
    "refresh": f'<meta http-equiv="refresh" content="0;url={OUTSIDE}/r">',
    "base": f'<base href="{OUTSIDE}/"><a href="a">relative</a>',
    "form": f'<form action="{OUTSIDE}/f"><button formaction="{OUTSIDE}/b" autofocus>Add</button></form>',
    "frame": f'<iframe src="{OUTSIDE}/i" srcdoc="<script>parent.{CAUGHT}</script>"></iframe><object data="{OUTSIDE}/o"></object>',
    "svg": f'<svg onload="{CAUGHT}"><script>{CAUGHT}</script><use href="{OUTSIDE}/u#a"/></svg>',
    "marks": "{{ 7 * 7 }} {% include 'base.html.jinja' %} {# gone #} </textarea></title></script>",
    "bidi": "\u202etxet desrever\u202c \u2066alone\u2069 \u200f",
}
GOOD = "A harmless paper on leiomyosarcoma"


@contextmanager
def unharmed(page: Page) -> Iterator[None]:
    """Whatever is done meanwhile, nothing runs and nothing is loaded from outside."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    yield
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:,"))] == []
    assert "caught" not in page.title()
    strange = "iframe[src*=evil], object, base, main svg, main style, main script, a[href^=javascript], a[href^=data], [onload], [onerror]"
    assert page.locator(strange).count() == 0
    assert page.locator("body").is_visible()


def test_nothing_of_a_hostile_pasted_page_runs_or_is_loaded(
    browser: Browser, drafted: Path
) -> None:
    with page_of(browser, drafted, "choose") as page:
        for harm in HARM.values():
            with unharmed(page):
                text = f"{GOOD} {harm}\nhttps://example.org/harmless\n"
                paste(page, text)
                assert page.locator("#paste").input_value() == text
        paste(
            page,
            f"{HARM['script']}<h2>{GOOD}</h2><p><a href='https://example.org/harmless'>{GOOD}</a></p>{HARM['svg']}",
        )
        with unharmed(page):
            page.get_by_role("button", name="Add", exact=True).click()
            said(page, "added and kept")
            page.get_by_text(GOOD).first.wait_for()


def paste(page: Page, text: str) -> None:
    if not page.locator("#paste").is_visible():
        page.get_by_text("Add something").click()
    page.locator("#paste").fill(text)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text(re.compile("This was understood|Nothing in it looks like an entry")).wait_for()


def test_a_megabyte_of_nesting_is_answered(browser: Browser, drafted: Path) -> None:
    with page_of(browser, drafted, "choose") as page:
        for text in ("<div>" * 200_000, "[" * 1_000_000):
            paste(page, text)
            page.get_by_text("Nothing in it looks like an entry").wait_for()


def test_nothing_of_a_hostile_feed_runs_or_is_loaded_on_any_page(
    browser: Browser, collected: Path
) -> None:
    harm = [
        {
            "id": str(number),
            "title": f"{GOOD} {number} {each}",
            "url": f"https://example.org/{number}",
            "content_html": each,
        }
        for number, each in enumerate(HARM.values())
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": HARM["svg"], "items": harm}
    (collected / "sources/tips.json").write_text(json.dumps(feed), "utf-8")
    newsletter(collected, "collect")
    newsletter(collected, "draft")
    with page_of(browser, collected, "") as page:
        base = page.url
        for path in (
            "",
            "collect",
            "choose?place=inside&most=200",
            f"issues/{ISSUE}/check",
            f"issues/{ISSUE}/write",
        ):
            with unharmed(page):
                page.goto(base + path)
                page.evaluate(
                    "document.querySelectorAll('details').forEach(each => { each.open = true; })"
                )
        page.goto(f"{base}choose?place=inside&words=harmless&most=200")
        shown = page.locator(".card h3").all_text_contents()
        assert len(shown) == len(HARM)
        assert any("{{ 7 * 7 }}" in title for title in shown)
        assert not any("\u202e" in title for title in shown)


def test_every_state_is_for_all_people(browser: Browser, drafted: Path) -> None:
    (drafted / "sources/events.ics").unlink()
    file = drafted / f"issues/{ISSUE}/issue.toml"
    letter = "TODO: read [this paper](https://example.org/a?utm_source=mail)."
    file.write_text(
        file.read_text("utf-8").replace('letter = """\n"""', f"letter = '{letter}'"), "utf-8"
    )
    found = []
    with page_of(browser, drafted, "") as page:
        base = page.url
        page.goto(f"{base}collect")
        page.get_by_role("button", name="Collect", exact=True).click()
        page.get_by_text("Done.").wait_for()
        for path in ("", "collect", f"issues/{ISSUE}/check", "choose?place=inside"):
            page.goto(base + path)
            found += complaints(page, path)
        page.get_by_role("button", name="Select all shown").click()
        page.locator(".card summary").first.click()
        page.get_by_role("button", name="Drop: ").first.click()
        page.get_by_text("Why, for those who ask later").wait_for()
        found += complaints(page, "selected")
        paste(page, f"{GOOD}\n\nhttps://example.org/harmless\n")
        found += complaints(page, "pasted")
    assert found == []
