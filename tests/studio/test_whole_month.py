"""A whole month in the studio.

From an empty folder to five hundred mails, by mouse once and by keyboard alone once.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.hands import PATIENCE_MS, Hands, Keyboard, Mouse, mistakes_of, opened
from support.loopback_smtp import Loopback
from support.mail_server import Gate, serving_mail
from support.website import Site, website

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PEOPLE = 500
FOLLOW_UP = "Trabectedin for leiomyosarcoma: ten years of follow-up"
REGISTRY = "A registry of uterine leiomyosarcoma"
SURGERY = "Living well after surgery for leiomyosarcoma"
IMMUNE = "Immune therapy of leiomyosarcoma: what is known"
STATISTICS = "Statistics of sample sizes"
CAREGIVERS = "An evening for caregivers of people with leiomyosarcoma"
WEBINAR = "Webinar: ask a sarcoma surgeon"
PAPERS = (FOLLOW_UP, REGISTRY, SURGERY, IMMUNE, STATISTICS, CAREGIVERS)
LETTER = "Dear friends, it was a month of good news."
NOTE = "Ten years is a long time, and most were well."


def feed() -> str:
    items = "".join(
        f"<item><title>{title}</title><link>https://example.org/{number}</link>"
        f"<description>What was found about it, number {number}.</description>"
        f"<pubDate>Fri, {20 - number} Nov 2026 10:00:00 GMT</pubDate></item>"
        for number, title in enumerate(PAPERS)
    )
    return f'<rss version="2.0"><channel><title>Papers</title><link>https://example.org/</link>{items}</channel></rss>'


CALENDAR = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//our calendar//EN
BEGIN:VEVENT
UID:surgeon@example.org
DTSTAMP:20261101T090000Z
DTSTART;TZID=America/New_York:20261210T180000
DTEND;TZID=America/New_York:20261210T190000
SUMMARY:{WEBINAR}
URL:https://example.org/surgeon
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """What a mail service exports: a line for each person."""
    lines = (
        f"reader{number}@example.net,Reader {number},subscribed" for number in range(1, PEOPLE + 1)
    )
    file = tmp_path / "export.csv"
    file.write_text("\n".join(("Email Address,Name,Status", *lines)), "utf-8")
    return file


@pytest.mark.timeout(300)
@pytest.mark.parametrize("hands", [Mouse, Keyboard])
def test_a_month_from_an_empty_folder_to_five_hundred_mails(
    browser: Browser, empty: Path, people: Path, hands: type[Hands]
) -> None:
    site = Site(files={"papers": feed(), "dates.ics": CALENDAR})
    gate = Gate(after=PEOPLE // 2)
    with serving_mail(Loopback(script=gate)) as server, website(site), opened(empty) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong = mistakes_of(page)
        page.goto(address)
        a_month(hands(page), site, server, people, gate)
        page.close()
    assert wrong == []
    everybody_has_it_once(server)


def a_month(hands: Hands, site: Site, server: Loopback, people: Path, gate: Gate) -> None:
    begin(hands)
    add_sources(hands, site)
    name_the_server(hands, server)
    choose_the_look(hands)
    collect(hands)
    choose(hands)
    order(hands)
    write(hands)
    look_at_it(hands)
    mend(hands)
    approve(hands)
    bring_people(hands, people)
    send_a_test(hands, server)
    send(hands, gate)


def begin(hands: Hands) -> None:
    hands.follow("Start your own newsletter")
    hands.write("Name of the newsletter", "Our News")
    hands.write("Sender’s name", "The Circle")
    hands.write("Sender’s mail address", "us@example.com")
    hands.press("Begin")
    hands.see("Step 2 of 6")
    hands.choose("How often", "Every month")
    hands.press("Save")
    hands.see("Step 3 of 6")
    hands.write("One more section", "Good to know")
    hands.press("Add section")
    hands.see("Added: Good to know.")
    hands.follow("Next")


def add_sources(hands: Hands, site: Site) -> None:
    """From a server of one's own, which is asked only because a person says so."""
    base = f"http://127.0.0.1:{site.port}/files"
    hands.write("Address, or what to search for", f"{base}/papers")
    hands.see("127.0.0.1 is inside your own network")
    hands.press("Yes, ask it")
    hands.see("It works: 6 entries.")
    hands.write("Name", "Papers")
    hands.choose("Section", "Research")
    hands.press("Add")
    hands.see("Added: Papers.")
    hands.write("Address, or what to search for", f"{base}/dates.ics")
    hands.see("It works: 1 entry.")
    hands.write("Name", "Our calendar")
    hands.press("Add")
    hands.see("Added: Our calendar.")
    hands.follow("Next")


def name_the_server(hands: Hands, server: Loopback) -> None:
    hands.write("Server", "127.0.0.1")
    hands.choose("Protection", "None (only for a server on this computer)")
    hands.write("Port", str(server.port))
    hands.write("Mails a minute", "0")
    hands.press("Test")
    hands.see(f"127.0.0.1 answers on port {server.port}.")
    hands.press("Save")
    hands.see("Step 6 of 6")


def choose_the_look(hands: Hands) -> None:
    hands.choose("Letters", "With feet, as in a book (serif)")
    hands.write("Words at the end of every mail", "Run by patients and families.")
    expect(
        hands.page.frame_locator("#dress").get_by_text("Run by patients and families.")
    ).to_be_visible(timeout=PATIENCE_MS)
    hands.press("Save")
    hands.see("Your newsletter is ready")


def collect(hands: Hands) -> None:
    hands.follow("Collect")
    hands.press("Collect")
    hands.see("Done. 7 new entries.")


def choose(hands: Hands) -> None:
    hands.follow("Choose")
    hands.press(f"Drop: {STATISTICS}")
    hands.see(f"Dropped: “{STATISTICS}”")
    hands.press("Undo")
    hands.see("Undone.")
    hands.press(f"Drop: {STATISTICS}")
    hands.write("Why, for those who ask later", "No paper about our illness")
    hands.press(f"Save why: {STATISTICS}")
    hands.see("No paper about our illness")
    hands.press(f"Hold: {IMMUNE}")
    hands.see(f"Held: “{IMMUNE}”")
    hands.choose(f"Section of: {CAREGIVERS}", "Events")
    hands.press(f"Move: {CAREGIVERS}")
    hands.see(f"Moved: “{CAREGIVERS}”")
    hands.press(f"Keep: {FOLLOW_UP}")
    hands.see(f"Kept: “{FOLLOW_UP}”")
    hands.press("Make the issue")
    hands.see("there are 5 entries in it now")


def order(hands: Hands) -> None:
    """The last one first."""
    hands.pick("In this issue")
    hands.see("5 entries")
    cards = hands.page.locator("[data-section=research].group")
    hands.press(f"Up: {SURGERY}")
    hands.see("2 of 3 in Research now")
    if isinstance(hands, Mouse):
        hands.drag(cards.locator(".grip").nth(1), cards.locator(".card").first)
    else:
        hands.page.keyboard.press("Alt+ArrowUp")
    hands.see("1 of 3 in Research now")
    expect(cards.locator("h3")).to_have_text([SURGERY, FOLLOW_UP, REGISTRY], timeout=PATIENCE_MS)


def write(hands: Hands) -> None:
    hands.follow("Write")
    hands.write("Subject", "Good news in November")
    hands.write("The line behind the subject", "A long time, and most were well")
    hands.write("Letter", LETTER)
    hands.write(f"Note for readers: {FOLLOW_UP}", NOTE)
    mail = hands.page.frame_locator("#mail")
    expect(mail.get_by_text(LETTER)).to_be_visible(timeout=PATIENCE_MS)
    expect(mail.get_by_text(NOTE)).to_be_visible(timeout=PATIENCE_MS)
    expect(hands.page.locator("#saved")).to_have_text("Saved.", timeout=PATIENCE_MS)


def look_at_it(hands: Hands) -> None:
    hands.follow("Preview")
    hands.press("Phone")
    expect(hands.page.frame_locator("iframe.phone").get_by_text(LETTER)).to_be_visible(
        timeout=PATIENCE_MS
    )


def mend(hands: Hands) -> None:
    """The postal address is missing, which blocks."""
    hands.follow("Check")
    hands.see("To be mended before it can go: 1")
    hands.follow("Open: The issue as a whole, There is no postal address yet.")
    hands.write("Postal address", "1 Main Street, Denver, CO 80202, USA")
    hands.press("Save")
    hands.see("Saved.")
    hands.follow("Check")
    hands.see("Nothing to mend.")


def approve(hands: Hands) -> None:
    hands.follow("Approve")
    hands.write("Your name", "Ana Example")
    hands.press("Approve")
    hands.see("Approved, exactly as it stands.")
    hands.see("There is nobody on the list yet.")


def bring_people(hands: Hands, people: Path) -> None:
    hands.follow("People")
    hands.give("File", people)
    hands.press("Look at it")
    hands.see("500 active")
    hands.press("Import")
    hands.see("500 added")
    hands.write("Search", "reader 499")
    expect(hands.page.locator("table.people tbody tr")).to_have_count(1, timeout=PATIENCE_MS)


def send_a_test(hands: Hands, server: Loopback) -> None:
    hands.follow("Send")
    hands.write("Your address", "us@example.com")
    hands.press("Send test")
    hands.see("The test copy is on its way.")
    assert [each.recipient for each in server.messages] == ["us@example.com"]
    server.messages.clear()


def send(hands: Hands, gate: Gate) -> None:
    hands.see("“Good news in November” goes to 500 people through 127.0.0.1")
    hands.write("Type the number of people to confirm", "500")
    hands.press("Send")
    hands.see(re.compile(r"2\d\d accepted by the server, 2\d\d not yet sent"))
    gate.opened.set()
    hands.see("500 accepted by the server.")
    expect(hands.page.get_by_role("heading", name="Sent")).to_be_visible(timeout=PATIENCE_MS)


def everybody_has_it_once(server: Loopback) -> None:
    expected = {f"reader{number}@example.net": 1 for number in range(1, PEOPLE + 1)}
    assert server.recipients() == expected
    for each in server.messages:
        mail = message_from_bytes(each.content, policy=policy.default)
        assert mail["To"].endswith(f"<{each.recipient}>")
        assert mail["Subject"] == "Good news in November"
        text = mail.get_body(("plain",)).get_content()
        assert LETTER in text
