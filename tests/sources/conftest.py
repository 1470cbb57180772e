"""What the tests of the sources share."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def recorded():
    """The folder of recorded answers that lies beside the checkout; the test is skipped where it is missing."""
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("NEWSLETTER_SHARED", root.parent / "shared")) / "data" / "real"
    if not folder.is_dir():
        pytest.skip("the recorded answers are not beside the checkout")
    return folder
