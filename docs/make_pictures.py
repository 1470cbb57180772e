"""Draw the pictures of an issue from the sample: `python docs/make_pictures.py`.

Needs Debian's chromium.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parent / "pictures"
MOMENT = "2026-11-23T09:00-05:00"
VIEWS = (
    # name, page, width, height, colour scheme
    ("issue-desktop", "issue.html", 760, 1000, "light"),
    ("issue-phone", "issue.html", 375, 812, "light"),
    ("issue-dark", "issue.html", 760, 1000, "dark"),
    ("print", "print.html", 760, 1000, "light"),
    ("proof", "proof.html", 1000, 1000, "light"),
)


def main() -> None:
    """Make the sample's next issue and take its pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "newsletter",
            "-C",
            folder,
            "--now",
            MOMENT,
            "demo",
            "--build-only",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        photograph(Path(folder) / "issues/2026-11")


def photograph(issue: Path) -> None:
    """One picture for each view."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for name, page, width, height, scheme in VIEWS:
            opened = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            opened.goto((issue / page).as_uri())
            opened.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
