"""Debian's chromium, for the tests that look at pages as people do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE_MS = 30_000
"""How long an expectation of a page is waited for: five seconds are too few where others work as well."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; the test is skipped, by name, where it is missing."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed (Debian: chromium)")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
