"""docs/studio.md speaks of what is on the pages, and a month goes as it says, sentence by sentence."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.checkout import ROOT
from support.hands import PATIENCE_MS, Mouse, mistakes_of, opened
from support.mail_server import serving_mail

from newsletter.checks import rules
from newsletter.studio.entry_cards import PLACES
from newsletter.studio.mail_frame import LOOKS
from newsletter.studio.requests import HERE, STEPS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

WALK = (ROOT / "docs/studio.md").read_text("utf-8")
MONTH = re.search(r"^## A month, sentence by sentence\n(.*?)^## ", WALK, re.MULTILINE | re.DOTALL)[
    1
]
SHOWN = "\n".join(
    [
        path.read_text("utf-8")
        for folder in ("templates", "static")
        for path in (HERE / folder).iterdir()
    ]
    + [*PLACES.values(), *(look.said for look in LOOKS.values()), *(rule.fix for rule in rules())]
)


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"\*\*([^*]+)\*\*", WALK.replace(MONTH, ""))))
)
def test_every_control_that_the_walk_names_is_on_a_page(name: str) -> None:
    assert re.search(rf"(^|[>\"]){re.escape(name)}($|[<\"])", SHOWN, re.MULTILINE)


NAMES = ("Collect", "Keep", "Hold", "Drop", "Move", "Add", "Save", "Preview", "Check", "Approve", "Send test", "Send",
         "Pause", "Undo")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_names_that_people_write_guides_by_are_there(name: str) -> None:
    assert re.search(rf">{name}<|\"{name}\"", SHOWN)


PAGES = re.findall(r"^### (.+)\n((?:(?!### ).*\n)*)", MONTH, re.MULTILINE)
WHERE = r"(?: on the (?P<which>first|second|third) (?P<kind>card|entry)| under “(?P<under>[^”]+)”)?"
WORDS = r"(?:`(?P<words>[^`]+)`|\*(?P<own>[^*]+)\*)"
CONTROL = r"\*\*(?P<control>[^*]+)\*\*"
GRAMMAR = {
    "start": r"Type `newsletter studio` in an empty folder",
    "press": rf"Press {CONTROL}{WHERE}",
    "pick": rf"Pick {CONTROL}",
    "write": rf"Type {WORDS} into {CONTROL}{WHERE}",
    "choose": rf"Choose {WORDS} in (?:{CONTROL}|the list){WHERE}",
    "see": rf"You see “(?P<said>[^”]+)”(?P<mail> in the mail)?{WHERE}",
}
"""What a sentence may say. What stands in brackets explains, and is nothing to do."""
SENTENCE = re.compile(r"((?:`[^`]*`|“[^”]*”|[^`“”.])+)\.")
ORDER = ("first", "second", "third")


def sentences(text: str) -> list[str]:
    """The sentences of one page, in their order; every line of it is one of a list."""
    lines = re.sub(r"\n  +", " ", text).strip().splitlines()
    assert [line for line in lines if not line.startswith("- ")] == []
    told = []
    for line in lines:
        words = re.sub(r"\([^()]*\)", "", line.removeprefix("- ")).strip()
        assert not SENTENCE.sub("", words).strip(), f"this is no sentence: {line}"
        told += [each.strip() for each in SENTENCE.findall(words)]
    return told


@dataclass
class Reader:
    """Somebody new, who does what the sentences say and knows nothing else."""

    folder: Path
    hands: Mouse
    own: dict[str, str]
    running: ExitStack = field(default_factory=ExitStack)

    def turn_to(self, page: str) -> None:
        """Open the page of a heading in the bar at the top; the first one is in the terminal."""
        if page == PAGES[0][0]:
            return
        self.hands.page.get_by_role("navigation", name="The issue").get_by_role(
            "link", name=page, exact=True
        ).click()
        there = self.hands.page.get_by_role("navigation", name="The issue").locator(
            "[aria-current=page]"
        )
        expect(there).to_have_text(page, timeout=PATIENCE_MS)

    def do(self, sentence: str) -> None:
        """Do what a sentence says; fails where it cannot be understood."""
        for name, form in GRAMMAR.items():
            if said := re.fullmatch(form, sentence):
                getattr(self, name)(**said.groupdict())
                return
        pytest.fail(f"nobody can follow this sentence of docs/studio.md: {sentence}")

    def start(self) -> None:
        self.hands.page.goto(self.running.enter_context(opened(self.folder, undo_s=5)))

    def press(self, control: str, **where: str | None) -> None:
        """What can be pressed and is called so: one alone, or the reader would not know which."""
        called = re.compile(rf"^\s*{re.escape(control)}\s*$")
        buttons = self.place(**where).locator("button, a.button, summary").filter(has_text=called)
        self.hands.ready(buttons.locator("visible=true")).click()

    def pick(self, control: str) -> None:
        self.hands.pick(control)

    def write(self, words: str | None, own: str | None, control: str, **where: str | None) -> None:
        self.hands.ready(self.labelled(control, **where)).click()
        self.hands.page.keyboard.press("Control+a")
        self.hands.page.keyboard.type(self.own[own] if own else words)

    def choose(
        self, words: str | None, own: str | None, control: str | None, **where: str | None
    ) -> None:
        found = (
            self.labelled(control, **where) if control else self.place(**where).locator("select")
        )
        self.hands.ready(found).select_option(label=self.own[own] if own else words)

    def see(self, said: str, mail: str | None, **where: str | None) -> None:
        place = self.hands.page.frame_locator("main iframe") if mail else self.place(**where)
        expect(place.get_by_text(said).locator("visible=true").first).to_be_visible(
            timeout=PATIENCE_MS
        )

    def place(
        self, which: str | None = None, kind: str | None = None, under: str | None = None
    ) -> Locator:
        """The part of the page that a sentence speaks of."""
        main = self.hands.page.locator("main")
        if kind and which:
            return main.locator(f"article.{kind}").nth(ORDER.index(which))
        if under:
            return main.locator(
                "section", has=self.hands.page.get_by_role("heading", name=under, exact=True)
            )
        return main

    def labelled(self, control: str, **where: str | None) -> Locator:
        """The field with these words before it, which a screen reader calls so, too."""
        fields = self.place(**where).locator("input, textarea, select").locator("visible=true")
        called = self.place(**where).get_by_label(re.compile(rf"^{re.escape(control)}\b"))
        return fields.and_(called)


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_a_month_goes_as_the_sentences_say(browser: Browser, empty: Path) -> None:
    with serving_mail() as server, ExitStack() as running:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wrong = mistakes_of(page)
        own = {
            "the name of your mail server": "127.0.0.1",
            "the protection it asks for": "None (only for a server on this computer)",
            "its port": str(server.port),
            "your user name there": "",
            "your password there": "",
            "your mail address": "ana@example.org",
            "your name": "Ana Example",
        }
        reader = Reader(empty, Mouse(page), own, running)
        for heading, text in PAGES:
            reader.turn_to(heading)
            for sentence in sentences(text):
                reader.do(sentence)
        page.close()
    assert wrong == []
    assert [each.recipient for each in server.messages] == ["ana@example.org", "ana@example.org"]
    assert b"it was a month of good news" in server.messages[-1].content


def test_the_sentences_lead_through_every_page_of_a_month() -> None:
    headings = [heading for heading, _ in PAGES]
    assert {*headings[1:]} == {"Home", *STEPS, "People", "Setup"}
    assert [each for each in headings if each in STEPS[:5]] == list(STEPS[:5])
    done = [sentence for _, text in PAGES for sentence in sentences(text)]
    assert {*NAMES} - {"Pause", "Preview", "Check"} <= {
        *re.findall(r"\*\*([^*]+)\*\*", "\n".join(done))
    }


@pytest.mark.parametrize(
    "sentence", ["Press the button Collect", "Press **Collect** on the fourth card", "Look around"]
)
def test_a_sentence_that_nobody_can_follow_is_noticed(sentence: str) -> None:
    assert not [form for form in GRAMMAR.values() if re.fullmatch(form, sentence)]
