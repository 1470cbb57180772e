"""Walk through a month in the running studio and take the pictures of docs/studio.md: `python docs/make_studio_pictures.py`.

Needs Debian's chromium. Everything happens in a folder of its own, and no mail leaves it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
MOMENT = "2026-11-23T09:00-05:00"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with opened(folder) as address:
            page = browser.new_page(viewport=SIZE)
            page.goto(address)
            walk(page, Path(folder))
        browser.close()


def command(folder: str) -> list[str]:
    """The program, in this folder and at a moment that is always the same."""
    return [sys.executable, "-m", "newsletter", "-C", folder, "--now", MOMENT]


@contextmanager
def opened(folder: str) -> Iterator[str]:
    """The studio in a process of its own; gives its address."""
    with subprocess.Popen(
        [*command(folder), "studio", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def walk(page: Page, folder: Path) -> None:
    """The month, in the words of docs/studio.md."""

    def picture(name: str, *, at: str = "body", height: int = SIZE["height"]) -> None:
        page.set_viewport_size({**SIZE, "height": height})
        page.wait_for_load_state()
        page.locator(at).evaluate("each => each.scrollIntoView({behavior: 'instant'})")
        page.wait_for_timeout(600)
        page.screenshot(path=PICTURES / f"studio-{name}.png")

    def go(name: str) -> None:
        page.get_by_role("navigation").get_by_role("link", name=name).click()

    picture("welcome", height=320)  # without the name of this machine's folder
    page.get_by_role("button", name="Start with the sample").click()
    page.get_by_text("This is the sample").wait_for()
    page.reload()
    picture("home")
    go("Collect")
    page.get_by_role("button", name="Collect", exact=True).click()
    page.get_by_text("Done.").wait_for()
    picture("collect")
    choose(page, go, picture)
    write(page, go, picture)
    go("Preview")
    picture("preview")
    go("Check")
    picture("check", height=500)
    page.get_by_role("button", name="Remove the tracking").click()
    page.get_by_text("Nothing to mend.").wait_for()
    people_and_server(page, folder, go, picture)
    go("Approve")
    picture("approve")
    page.get_by_label("Your name").fill("Ana Example")
    page.get_by_role("button", name="Approve").click()
    page.get_by_label("Type the number").fill("10")
    picture("send")


def choose(page: Page, go: Callable[[str], None], picture: Callable[..., None]) -> None:
    """Drop one, keep one that was left out, make the issue."""
    go("Choose")
    page.locator(".card").nth(1).get_by_role("button", name="Drop").click()
    page.get_by_text("Dropped: “").wait_for()
    picture("choose", height=1100)
    page.get_by_role("radio", name="Left out").check()
    page.get_by_text("Genomic Evolutionary Patterns").wait_for()
    picture("left-out", height=1100)
    page.get_by_role("button", name="Make the issue").click()
    page.get_by_text("entries in it now").wait_for()


def write(page: Page, go: Callable[[str], None], picture: Callable[..., None]) -> None:
    """A letter, with the mail beside it."""
    go("Write")
    page.get_by_role("textbox", name="Letter", exact=True).fill(
        "Dear friends,\n\nautumn brought [good news](https://example.org/news?utm_source=mail) from the labs. "
        "Thank you for walking with us."
    )
    page.frame_locator("#mail").get_by_text("good news").wait_for()
    picture("write", height=1100)


def people_and_server(
    page: Page, folder: Path, go: Callable[[str], None], picture: Callable[..., None]
) -> None:
    """The list of the sample, and a mail server that nobody asks."""
    go("People")
    page.get_by_label("File").set_input_files(folder / "subscribers.csv")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("This was understood").wait_for()
    picture("people")
    page.get_by_role("button", name="Import").click()
    go("Setup")
    picture("setup")
    page.get_by_label("Words at the end of every mail").fill("Run by patients and families.")
    page.frame_locator("#dress").get_by_text("Run by patients and families.").wait_for()
    picture("look", at="#theme", height=740)
    page.get_by_role("textbox", name="Server").fill("smtp.example.org")
    page.locator("#delivery").get_by_role("button", name="Save").click()


if __name__ == "__main__":
    main()
