"""Approve, Send and People as a person meets them.

And another page in the same browser that wants to change something.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from studio.test_auth_middleware import CHANGES, PAGES, filled
from support.axe import complaints
from support.checkout import NOW
from support.hands import tab_to
from support.loopback_smtp import Loopback
from support.mail_server import Gate
from support.running_studio import running, until

from newsletter.admin.sample import build
from newsletter.delivery import service as delivery
from newsletter.issues import approval, drafting
from newsletter.sources import collector
from newsletter.subscribers import service as subscribers
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
ISSUE = "2026-11"


def desk(folder: Path) -> AppContext:
    return AppContext(open_workspace(folder), NOW)


@pytest.fixture
def drafted(tmp_path: Path, mail_server: Loopback) -> Path:
    """An issue that is made, and a server that takes three mails a second."""
    folder = tmp_path / "our news"
    build(folder, now=NOW, secret="5" * 64)
    with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'\n[delivery]\nhost = "127.0.0.1"\nport = {mail_server.port}\nsecurity = "none"\n'
        )
        file.write("per_minute = 200\nconnections = 1\n")
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        aside.submit(
            lambda: collector.collect(desk(folder), collector.chosen_sources(desk(folder), []))
        ).result()
    drafting.draft_issue(desk(folder))
    return folder


@pytest.fixture
def approved(drafted: Path) -> Path:
    with (drafted / "subscribers.csv").open("rb") as opened:
        subscribers.import_list(desk(drafted), opened, name="subscribers.csv")
    approval.approve_issue(desk(drafted), ISSUE, by="Ana")
    return drafted


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    return page


def test_people_are_imported_and_two_persons_approve(browser: Browser, drafted: Path) -> None:
    with running(drafted) as studio:
        page, wrong = opened(browser, studio.opened), []
        page.goto(f"{studio.address}/people")
        page.get_by_label("File").set_input_files(drafted / "subscribers.csv")
        page.get_by_role("button", name="Look at it").click()
        page.get_by_text("Beside the list you have: 12 new").wait_for()
        expect(page.get_by_role("cell", name="rosa.delgado@example.org")).to_be_visible()
        wrong += complaints(page, "import")
        page.get_by_role("button", name="Import").click()
        page.get_by_text("12 added").wait_for()
        page.goto(f"{studio.address}/issues/{ISSUE}/approve")
        tab_to(page, "Your name")
        page.keyboard.type("Ana")
        page.keyboard.press("Enter")
        page.get_by_text("Approved, exactly as it stands.").wait_for()
        page.goto(f"{studio.address}/issues/{ISSUE}/approve")
        page.get_by_text("A second person reads it too?").click()
        wrong += complaints(page, "approve")
        page.get_by_label("Name of the second person").fill("Ben")
        page.get_by_role("button", name="Approve too").click()
        page.get_by_text("and by Ben on").wait_for()
        file = drafted / "issues" / ISSUE / "issue.toml"  # a text editor, at the same time
        file.write_text(
            file.read_text("utf-8").replace("Circle News: November", "News: November"), "utf-8"
        )
        page.reload()
        page.get_by_text("and was changed since").wait_for()
        page.close()
        assert wrong == []


def test_an_issue_is_planned_and_taken_back_with_the_keyboard_alone(
    browser: Browser, approved: Path, mail_server: Loopback
) -> None:
    with running(approved) as studio:
        page = opened(browser, studio.opened)
        page.goto(f"{studio.address}/issues/{ISSUE}/send")
        tab_to(page, "Now")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#sentence")).to_contain_text(
            "On Tuesday 24 November 2026 at 09:00 (New York)"
        )
        tab_to(page, "Day")
        page.keyboard.type("12012026")  # month, day and year, as this browser asks for them
        expect(page.locator("#sentence")).to_have_text(
            "On Tuesday 1 December 2026 at 09:00 (New York) “Circle News: November 2026” goes to 10 people through 127.0.0.1; "
            "2 who left or are not active are not written to."
        )
        wrong = complaints(page, "choosing a time")
        tab_to(page, "Type the number")
        page.keyboard.type("10")
        page.keyboard.press("Enter")
        page.get_by_role(
            "heading", name="Planned for Tuesday 1 December 2026 at 09:00 (New York)"
        ).wait_for()
        wrong += complaints(page, "planned")
        page.goto(studio.address)
        page.get_by_text("2026-11: Planned for Tuesday 1 December 2026").wait_for()
        wrong += complaints(page, "home")
        page.goto(f"{studio.address}/issues/{ISSUE}/send")
        tab_to(page, "Take back")
        page.keyboard.press("Enter")
        page.get_by_text("Undone: nothing was sent.").wait_for()
        page.close()
    assert wrong == []
    assert mail_server.messages == []


def test_an_answer_about_another_day_that_comes_late_changes_nothing(
    browser: Browser, approved: Path
) -> None:
    with running(approved) as studio:
        page, late = opened(browser, studio.opened), []
        page.goto(f"{studio.address}/issues/{ISSUE}/send")
        page.route(re.compile("day=2020"), lambda route: late.insert(0, route))
        page.get_by_role("radio", name="Later").check()
        with page.expect_request(re.compile("day=2020")):
            page.get_by_label("Day").fill("2020-01-01")
        page.get_by_label("Day").fill("2026-12-01")
        expect(page.locator("#sentence")).to_contain_text("On Tuesday 1 December 2026")
        with page.expect_response(re.compile("day=2020")) as told:
            late[0].continue_()
        told.value.finished()
        expect(page.locator("#sentence")).to_contain_text("On Tuesday 1 December 2026")
        expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
        page.close()


def test_a_sending_is_undone_paused_stopped_and_its_doubts_are_settled(
    browser: Browser, approved: Path, mail_server: Loopback
) -> None:
    answers = {("RCPT", 1): "550 5.1.1 no such mailbox", ("DOT", 1): "drop", ("DOT", 2): "drop"}
    gate = Gate(after=4)  # the page is looked at while it goes, however long that takes
    mail_server.script = lambda *asked: answers.get(asked[:2]) or gate(*asked)
    with running(approved, "--undo", "2") as studio:
        page, wrong = opened(browser, studio.opened), []
        page.goto(f"{studio.address}/issues/{ISSUE}/send")
        send(page)
        page.get_by_role("button", name="Pause").wait_for()
        page.get_by_text("accepted by the server").wait_for()
        wrong += complaints(page, "on its way")
        page.get_by_role("button", name="Pause").click()
        page.get_by_text("Pausing: what is in flight is finished.").wait_for()
        gate.opened.set()
        page.get_by_role("heading", name="Paused").wait_for()
        wrong += complaints(page, "paused")
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("heading", name="Stopped").wait_for()
        page.get_by_text(
            re.compile(r"Stopped by a person: \d of 10 have it; \d get nothing until")
        ).wait_for()
        page.get_by_text("1 refused: who, and why").click()
        page.get_by_text("550 5.1.1 no such mailbox").wait_for()
        page.get_by_role("heading", name="2 in doubt").wait_for()
        page.get_by_role("button", name=re.compile("^Leave .*@")).first.click()
        page.get_by_role("heading", name="1 in doubt").wait_for()
        page.get_by_role("button", name=re.compile("^Send again to ")).click()
        page.get_by_text("to be sent again: press Go on").wait_for()
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="Sent").wait_for(timeout=60_000)
        wrong += complaints(page, "sent")
        page.close()
    assert wrong == []
    assert set(mail_server.recipients().values()) == {1}
    assert len(mail_server.messages) == 8  # one refused, one left in doubt


def send(page: Page) -> None:
    page.get_by_label("Type the number").fill("10")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name=re.compile("Undo|Pause")).first.wait_for()


def test_two_windows_send_once(browser: Browser, approved: Path, mail_server: Loopback) -> None:
    with running(approved, "--undo", "60") as studio:
        context = browser.new_context()
        one, two = context.new_page(), context.new_page()
        one.goto(studio.opened)
        for window in (one, two):
            window.goto(f"{studio.address}/issues/{ISSUE}/send")
            window.get_by_label("Type the number").fill("10")
        one.get_by_role("button", name="Send", exact=True).click()
        one.get_by_text("Nothing has gone yet.").wait_for()
        wrong = complaints(one, "undo")
        two.get_by_role("button", name="Send", exact=True).click()
        two.get_by_text("it is on its way already").wait_for()
        two.goto(f"{studio.address}/issues/{ISSUE}/send")
        two.get_by_role("button", name="Undo").click()
        one.get_by_role("heading", name="To everybody").wait_for()  # the other window sees it
        context.close()
    assert wrong == []
    assert mail_server.messages == []


STRANGER = """<!doctype html><title>A stranger</title><iframe name="hidden"></iframe><script>
async function attack(studio, changes, pages) {
  for (const path of pages) await fetch(studio + path, {mode: "no-cors", credentials: "include"}).catch(() => 0);
  for (const path of changes) {
    const body = new URLSearchParams({csrf: "guessed", number: "10", how: "resend", title: "Ours now", address: "eve@example.org"});
    await fetch(studio + path, {method: "POST", mode: "no-cors", credentials: "include", body}).catch(() => 0);
    const form = Object.assign(document.createElement("form"), {method: "post", action: studio + path, target: "hidden"});
    form.append(Object.assign(document.createElement("input"), {name: "csrf", value: "guessed"}));
    document.body.append(form);
    const loaded = new Promise((done) => { document.querySelector("iframe").onload = done; });
    form.submit();
    await Promise.race([loaded, new Promise((done) => setTimeout(done, 2000))]);
  }
}
</script>"""


@contextmanager
def stranger(folder: Path) -> Iterator[str]:
    """Another page on this machine.

    For the browser it is the same site, and our cookie goes along.
    """

    class Quiet(SimpleHTTPRequestHandler):
        # the library's name
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    (folder / "index.html").write_text(STRANGER, "utf-8")
    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_strangers_page_in_the_same_browser_changes_nothing(
    browser: Browser, approved: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = sorted(approved.rglob("*.toml"))
    before = [each.read_bytes() for each in files]
    with running(approved) as studio, stranger(tmp_path_factory.mktemp("stranger")) as address:
        page = opened(browser, studio.opened)
        answers: list[tuple[str, str, int]] = []
        page.goto(address)
        page.on(
            "response", lambda each: answers.append((each.request.method, each.url, each.status))
        )
        shown = [filled(path) for path in PAGES if not path.endswith("/news")]
        page.evaluate(
            "([studio, changes, pages]) => attack(studio, changes, pages)",
            [studio.address, [filled(path) for path in CHANGES], shown],
        )
        tried = {
            (url.removeprefix(studio.address), status)
            for method, url, status in answers
            if method == "POST"
        }
        assert tried == {(filled(path), 403) for path in CHANGES}
        page.close()
    assert [each.read_bytes() for each in files] == before
    assert subscribers.open_subscribers(desk(approved)).count() == 10
    assert delivery.open_ledger(desk(approved)).read_status(ISSUE).state == "not_started"
    assert delivery.open_schedule(desk(approved)).find(ISSUE) is None
    until(lambda: not delivery.open_schedule(desk(approved)).is_waited_for(ISSUE))
