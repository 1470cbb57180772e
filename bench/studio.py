"""The studio in a real browser, with 5,000 entries in the pool.

How long people wait, and whether anything stutters.

.venv/bin/python bench/studio.py [--entries 5000] [--issue 300] [--rounds 9]

Times are taken in the page itself, from what a person does until the next frame that shows it. A
stutter is a frame of more than 50 ms. Chromium runs without a screen and draws with the processor,
beside the program: what a real computer does is not slower.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from newsletter.database.engine import open_database
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import EntryRepository
from newsletter.model import Dated, Entry, Ids

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
ISSUE = "2026-11"
SETTINGS = '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\naddress = "1 Main Street"\n'
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
STUTTER_MS = 50
THINGS = (
    "trial",
    "surgery",
    "genomics",
    "support",
    "imaging",
    "caregivers",
    "radiation",
    "pathology",
)

DONE = """
const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const changed = (place) => new Promise((done) => {
  new MutationObserver((_, observer) => { observer.disconnect(); done(); }).observe(place, { childList: true, subtree: true });
});
"""
FILTER = f"""async (words) => {{ {DONE}
  const field = document.getElementById("filter").elements.words;
  const done = changed(document.getElementById("pool"));
  const began = performance.now();
  field.value = words;
  field.dispatchEvent(new Event("input", {{ bubbles: true }}));
  await done;
  await drawn();
  return performance.now() - began;
}}"""
DECIDE = f"""async (place) => {{ {DONE}
  const card = document.querySelectorAll(".card")[place];
  const button = card.querySelector("form.decide:not(.why) button[name=verdict]");
  const done = changed(document.getElementById("pool"));
  const began = performance.now();
  button.click();
  await done;
  await drawn();
  return performance.now() - began;
}}"""
FRAMES = """async ({ frames, step }) => {
  document.documentElement.style.scrollBehavior = "auto";
  const taken = [];
  let before = performance.now();
  for (let number = 0; number < frames; number += 1) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    taken.push(now - before);
    before = now;
    scrollBy(0, step);
  }
  return taken;
}"""
WATCH = """() => {
  window.taken = [];
  let before = performance.now();
  const look = () => {
    const now = performance.now();
    window.taken.push(now - before);
    before = now;
    window.watching = requestAnimationFrame(look);
  };
  window.watching = requestAnimationFrame(look);
}"""
STOP = "() => { cancelAnimationFrame(window.watching); return window.taken; }"
WRITE = """async (words) => {
  const field = document.getElementById("letter");
  const frame = document.getElementById("mail");
  field.focus();
  const at = Date.now();
  const began = performance.now();
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const isShown = () => frame.contentDocument?.body?.textContent.includes(words);
  while (!isShown()) await new Promise(requestAnimationFrame);
  return { at, shown: performance.now() - began };
}"""


def entry(number: int, day: date) -> Entry:
    thing = THINGS[number % len(THINGS)]
    return Entry(
        title=f"Outcomes of leiomyosarcoma after {thing} number {number} in a cohort of patients",
        ids=Ids(doi=f"10.1000/{number}", url=f"https://example.org/{number}"),
        links=(f"https://example.org/{number}",),
        authors=("Example A", "Other B"),
        journal="Journal of Rare Tumours",
        dated=Dated(day),
        summary="What was done, what was seen, and what it may mean. " * 10,
    )


def workspace(folder: Path, entries: int, new: int) -> Path:
    """A pool of so many entries, of which so many are new."""
    folder.mkdir()
    (folder / "newsletter.toml").write_text(SETTINGS, "utf-8")
    store = EntryRepository(open_database("sqlite:///.newsletter/newsletter.db", folder))
    old = [
        entry(number, date(2024, 1, 1) + timedelta(days=number % 700))
        for number in range(entries - new)
    ]
    ingest_entries(store, "PubMed", old, NOW - timedelta(days=200))
    ingest_entries(
        store,
        "A journal",
        [entry(entries + number, date(2026, 11, 10)) for number in range(new)],
        NOW,
    )
    store.engine.dispose()
    return folder


def command(folder: Path, *arguments: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "newsletter",
        "-C",
        str(folder),
        "--now",
        NOW.isoformat(),
        *arguments,
    ]


@contextmanager
def studio(folder: Path) -> Iterator[str]:
    """A studio as its command starts it; gives the address that it prints."""
    started = subprocess.Popen(
        command(folder, "studio", "--no-browser"),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert started.stdout
    try:
        yield started.stdout.readline().split()[-1]
    finally:
        started.terminate()
        started.wait(20)
        started.stdout.close()


@contextmanager
def page_of(browser: Browser, address: str, path: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.goto(f"{address.split('?', maxsplit=1)[0]}{path}")
    yield page
    page.close()


def tell(what: str, taken: list[float], bar: float) -> None:
    """The middle and the longest of what was measured, in milliseconds."""
    print(
        f"{what}: {statistics.median(taken):.0f} ms, {max(taken):.0f} at most (bar {bar:.0f})",
        flush=True,
    )


def tell_frames(what: str, taken: list[float]) -> None:
    stutters = [each for each in taken if each > STUTTER_MS]
    longest = f", the longest {max(stutters):.0f} ms" if stutters else ""
    print(
        f"{what}: {len(stutters)} of {len(taken)} frames over {STUTTER_MS} ms{longest} (bar 0)",
        flush=True,
    )


def first_page(browser: Browser, folder: Path, rounds: int) -> None:
    """From the command until the first page is drawn."""
    taken = []
    for _ in range(rounds):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        began = time.perf_counter()
        with studio(folder) as address:
            page.goto(address, wait_until="load")
            taken.append((time.perf_counter() - began) * 1000)
            page.close()
    tell("first page after the command", taken, 1000)


def pool(
    browser: Browser, folder: Path, rounds: int, name: str, *, decided_ms: float = 150
) -> None:
    """Filter, scroll and decide among all entries."""
    words = (
        "genomics",
        "trial 1",
        "",
        "imaging",
        "nothing has these words",
        "support",
        "caregivers 4",
        "surgery",
        "",
    )
    with studio(folder) as address, page_of(browser, address, "choose?place=") as page:
        page.evaluate(FILTER, "warm")
        page.evaluate(FILTER, "")
        tell(
            f"{name}: filter",
            [page.evaluate(FILTER, words[n % len(words)]) for n in range(rounds)],
            100,
        )
        page.evaluate(FILTER, "")
        tell_frames(f"{name}: scroll", page.evaluate(FRAMES, {"frames": 400, "step": 250}))
        cards = page.locator(".card").count()
        again = [page.evaluate(FILTER, each) for each in ("genomics", "imaging", "surgery")]
        tell(f"{name}: filter after {cards} cards were scrolled in", again, 100)
        page.evaluate(FILTER, "")
        page.evaluate("scrollTo(0, 0)")
        tell(
            f"{name}: a decision",
            [page.evaluate(DECIDE, number) for number in range(rounds)],
            decided_ms,
        )
        page.evaluate(WATCH)
        for number in range(rounds, rounds + 3):
            page.evaluate(DECIDE, number)
        tell_frames(f"{name}: while deciding", page.evaluate(STOP))


def drag(browser: Browser, folder: Path, rounds: int) -> None:
    """Drag cards of the issue up and down, and wait for the answer."""
    taken, frames = [], []
    with (
        studio(folder) as address,
        page_of(browser, address, "choose?place=inside&most=120") as page,
    ):
        page.set_viewport_size({"width": 1280, "height": 2000})  # so that nothing scrolls meanwhile
        page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
        for number in range(rounds):
            page.evaluate("document.getElementById('said').replaceChildren()")
            start = page.locator(".card .grip").nth(3 if number % 2 else 1).bounding_box()
            end = page.locator(".card").nth(1 if number % 2 else 3).bounding_box()
            assert start
            assert end
            page.evaluate(WATCH)
            page.mouse.move(start["x"] + 8, start["y"] + 8)
            page.mouse.down()
            page.mouse.move(end["x"] + 60, end["y"] + 5, steps=20)
            began = time.perf_counter()
            page.mouse.up()
            page.locator("#said p").wait_for()
            taken.append((time.perf_counter() - began) * 1000)
            frames += page.evaluate(STOP)
    tell("from the drop to the answer", taken, 200)
    tell_frames("dragging", frames)


def writing(browser: Browser, folder: Path, rounds: int, entries: int) -> None:
    """From a keystroke to the disk, and to the mail beside it."""
    file = folder / f"issues/{ISSUE}/issue.toml"
    on_disk, shown = [], []
    with studio(folder) as address, page_of(browser, address, f"issues/{ISSUE}/write") as page:
        for number in range(rounds + 1):
            told = page.evaluate(
                WRITE, f"These words are number {number} of those that were written."
            )
            assert f"number {number} of" in file.read_text("utf-8")
            on_disk.append(file.stat().st_mtime_ns / 1e6 - told["at"])
            shown.append(told["shown"])
    tell(f"an edit on the disk, {entries} entries", on_disk[1:], 1000)
    tell(f"the same in the preview, {entries} entries", shown[1:], 500)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--issue", type=int, default=300, help="entries of the large issue")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        bare = workspace(Path(name) / "pool", asked.entries, asked.issue)
        small = workspace(Path(name) / "sixty", asked.entries, 60)
        large = Path(shutil.copytree(bare, Path(name) / "large"))
        for folder in (small, large):
            subprocess.run(command(folder, "draft"), check=True, stdout=subprocess.DEVNULL)
        first_page(browser, bare, 5)
        pool(browser, bare, asked.rounds, f"{asked.entries:,} entries, no issue yet")
        pool(browser, small, asked.rounds, f"{asked.entries:,} entries, 60 in the issue")
        pool(
            browser,
            large,
            asked.rounds,
            f"{asked.entries:,} entries, {asked.issue} in the issue",
            decided_ms=500,
        )
        drag(browser, small, asked.rounds)
        writing(browser, small, asked.rounds, 60)
        browser.close()


if __name__ == "__main__":
    main()
