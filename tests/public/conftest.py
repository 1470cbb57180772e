"""A public page for every test."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.public_page import Page


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path / "ours")
