"""What a person does at a page: with the mouse, or with the keyboard alone.

And the studio that they opened.

Both take the same names, those that the page shows or a screen reader says, so that one way through
the pages can be gone with either. They wait for what they need, and never for a time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOMENT = "2026-11-23T09:00-05:00"
PATIENCE_MS = 60_000
MAX_TABS = 600  # a page that needs more to reach something has a mistake


def newsletter(folder: Path, *arguments: str) -> None:
    """The real command, at the moment at which tests happen."""
    command = [sys.executable, "-m", "newsletter", "-C", str(folder), "--now", MOMENT, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def opened(folder: Path, *, undo_s: int = 1) -> Iterator[str]:
    """The real studio in a process of its own; gives the address it prints."""
    command = [sys.executable, "-m", "newsletter", "-C", str(folder), "--now", MOMENT]
    with subprocess.Popen(
        [*command, "studio", "--no-browser", "--undo", str(undo_s)],
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


def mistakes_of(page: Page) -> list[str]:
    """What goes wrong in a page while it is used."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    return wrong


class Hands(ABC):
    """Whoever sits before the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str) -> None:
        """Press the button of this name."""
        self._push(self._named("button", name))

    def follow(self, name: str) -> None:
        """Follow the first link of this name, those in the menu come first, and wait until its page is there."""
        with self.page.expect_navigation(timeout=PATIENCE_MS):
            self._push(self._named("link", name))

    def write(self, name: str, words: str) -> None:
        """Type words into the field of this name, in place of those it has."""
        self._enter(self.field(name))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def field(self, name: str) -> Locator:
        """The field of this name."""
        return (
            self.page.get_by_label(name, exact=True)
            .and_(self.page.locator("input, textarea, select"))
            .first
        )

    def give(self, name: str, file: Path) -> None:
        """Choose a file in the computer's own window."""
        with self.page.expect_file_chooser() as chooser:
            self._push(self.field(name))
        chooser.value.set_files(file)

    def see(self, words: str | re.Pattern[str]) -> None:
        """Wait until these words can be seen."""
        expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible(
            timeout=PATIENCE_MS
        )

    def ready(self, what: Locator) -> Locator:
        """Wait until this can be seen on a page that is there as a whole: its scripts, too."""
        expect(what).to_be_visible(timeout=PATIENCE_MS)
        self.page.wait_for_load_state()
        return what

    def _named(self, role: str, name: str) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True).first

    @abstractmethod
    def choose(self, name: str, option: str) -> None:
        """Choose an option in the list of this name."""

    @abstractmethod
    def pick(self, name: str) -> None:
        """Pick one of several that exclude each other."""

    @abstractmethod
    def _push(self, what: Locator) -> None: ...

    @abstractmethod
    def _enter(self, what: Locator) -> None: ...


class Mouse(Hands):
    """Points and clicks."""

    def choose(self, name: str, option: str) -> None:
        self.ready(self.field(name)).select_option(label=option)

    def pick(self, name: str) -> None:
        self.ready(
            self.page.get_by_role("radio", name=re.compile(rf"^{re.escape(name)}\b"))
        ).click()

    def drag(self, grip: Locator, card: Locator) -> None:
        """To just below the upper edge of a card."""
        size = self.page.viewport_size
        self.page.set_viewport_size(
            {"width": 1280, "height": 3000}
        )  # so that nothing scrolls meanwhile
        start, end = grip.bounding_box(), card.bounding_box()
        assert start
        assert end
        self.page.mouse.move(start["x"] + 8, start["y"] + 8)
        self.page.mouse.down()
        self.page.mouse.move(end["x"] + 60, end["y"] + 5, steps=6)
        self.page.mouse.up()
        self.page.set_viewport_size(size)

    def _push(self, what: Locator) -> None:
        self.ready(what).click()

    def _enter(self, what: Locator) -> None:
        self.ready(what).click()


class Keyboard(Hands):
    """Has no mouse: everything is reached with the Tab key."""

    def choose(self, name: str, option: str) -> None:
        options = self.field(name).locator("option").all_text_contents()
        self._enter(self.field(name))
        for key in ("Home", *["ArrowDown"] * options.index(option)):
            self.page.keyboard.press(key)
        expect(self.field(name).locator("option:checked")).to_have_text(option, timeout=PATIENCE_MS)

    def pick(self, name: str) -> None:
        wanted = self.ready(
            self.page.get_by_role("radio", name=re.compile(rf"^{re.escape(name)}\b"))
        )
        group = self.page.locator(f'input[type=radio][name="{wanted.get_attribute("name")}"]')
        self._go("Tab", group.and_(self.page.locator(":checked")))
        self._go("ArrowRight", wanted)

    def _push(self, what: Locator) -> None:
        self._enter(what)
        self.page.keyboard.press("Enter")

    def _enter(self, what: Locator) -> None:
        self._go("Tab", self.ready(what))

    def _go(self, key: str, what: Locator) -> None:
        """Press a key until this has the focus."""
        found = what.element_handle()
        for _ in range(MAX_TABS):
            has_focus, is_there = found.evaluate(
                "each => [each === document.activeElement, each.isConnected]"
            )
            if has_focus:
                return
            if not is_there:  # the page drew it anew
                found = what.element_handle()
            self.page.keyboard.press(key)
        raise AssertionError(f"{what} is not reached with the key {key}")


def tab_to(page: Page, name: str) -> None:
    """Go on with the Tab key to what is called so, or begins so."""
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
