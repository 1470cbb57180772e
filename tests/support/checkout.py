"""The checkout that is tested, the moment at which tests happen, and the smallest newsletter."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
MINIMAL = """\
[newsletter]
title = "LMS Research Monthly"
from = "LMS Circle <news@example.org>"
address = "1 Main Street, Denver, CO 80202, USA"
"""
