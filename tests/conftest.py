"""What all tests share: the recorded data beside the checkout, and workspaces of their own."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: timings are never asserted in tests.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded data; tests that read it are skipped where it is missing."""
    folder = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the recorded data (../shared) is not beside this checkout")
    return folder


MINIMAL = """\
[newsletter]
title = "LMS Research Monthly"
from = "LMS Circle <news@example.org>"
address = "1 Main Street, Denver, CO 80202, USA"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with just what is required, in a path with a space."""
    folder = tmp_path / "our newsletter"
    folder.mkdir()
    (folder / "newsletter.toml").write_text(MINIMAL, "utf-8")
    return folder
